"""Enterprises that hold the mines, as the register tells of them."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import authority
from connectors.world.province import Data, World
from connectors.world.shelves import Shelf
from hub.domain.words.departments import Department
from hub.domain.words.divisions import DIVISIONS


def enterprise(world: World, number: int) -> Data:
    """An enterprise by its number; the mines of number 2n and 2n + 1 are its own."""
    dice = world.dice("enterprise", number)
    first = number * 2
    established = date(1995 + dice.randrange(25), dice.randrange(12) + 1, dice.randrange(28) + 1)
    registrar = authority(Department.MARKET_REGULATION, world.prefecture(first))
    return {
        "uscc": world.enterprise_code(first),
        "name": world.enterprise_name(first),
        "legalRepresentative": f"示例人{number}",
        "enterpriseType": dice.choice(("有限责任公司", "股份有限公司")),
        "registrationStatus": "IN_OPERATION" if dice.random() < 0.97 else dice.choice(("SUSPENDED", "REVOKED", "CANCELLED")),
        "registeredCapital": f"{dice.randrange(100, 50_000) * 10_000}.00",
        "establishedOn": established.isoformat(),
        "businessLicenceIssuedOn": established.isoformat(),
        "registrationAuthority": registrar["name"],
        "registrationAuthorityCode": registrar["code"],
        "formerRegistrationNo": f"5300000{number:08d}",
        "address": f"{DIVISIONS[world.division(first)].name}示例路{number % 300 + 1}号",
        "divisionCode": world.division(first),
        "abnormalOperation": number % 41 == 40,
        **({"abnormalSince": "2026-07-15"} if number % 41 == 40 else {}),
    }


def enterprises(world: World) -> Shelf:
    """All enterprises."""
    return Shelf(world.enterprises, lambda number: enterprise(world, number))
