"""What the public may ask for: each address as much as one address may, all of them together as much as a client."""

from __future__ import annotations

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from schema.budgets import Budgets, Place
from schema.guests import Guests

PLACES = {Place.OPERATION: 2, Place.SUBSCRIPTION: 1, Place.SOCKET: 1}


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def made(ticks: Ticks, *, per_address: int = 10, together: int = 25, most: int = 2) -> tuple[Guests, Budgets]:
    known = Budgets(per_minute=together, at_once={**PLACES, Place.OPERATION: 3}, ticks=ticks)
    return Guests(known, per_minute=per_address, at_once=PLACES, ticks=ticks, most=most), known


def refused(error: pytest.ExceptionInfo[HubError]) -> str:
    assert error.value.code is ErrorCode.RATE_LIMITED
    return error.value.detail


def test_an_address_spends_its_own_and_what_all_have() -> None:
    guests, known = made(Ticks())
    guests.take("public 192.0.2.1", 10)
    with pytest.raises(HubError) as alone:
        guests.take("public 192.0.2.1", 1)
    assert "≤ 10" in refused(alone)
    guests.take("public 192.0.2.2", 10)
    with pytest.raises(HubError) as together:
        guests.take("public 192.0.2.3", 6)
    assert "≤ 25" in refused(together)
    # Whoever is known is no part of it.
    guests.take("bank-1", 25)
    assert known.left("bank-1").startswith(b'"cost";r=0;')
    guests.owe("public 192.0.2.4", 7)
    assert guests.left("public 192.0.2.4").startswith(b'"cost";r=3;')
    assert known.left("public").startswith(b'"cost";r=0;')


async def test_places_are_an_addresss_and_everybodys_and_are_given_back() -> None:
    guests, _ = made(Ticks(), most=10)
    for address in ("a", "a", "b"):
        guests.enter(f"public {address}")
    for address in ("a", "b"):
        with pytest.raises(HubError):
            await guests.enter_in_turn(f"public {address}", 10)
    guests.leave("public a")
    guests.enter("public b")
    for address in ("a", "b", "b"):
        guests.leave(f"public {address}")
    guests.enter("public c")


def test_who_has_nothing_open_is_forgotten_when_its_minute_is_over() -> None:
    ticks = Ticks()
    guests, _ = made(ticks)
    guests.enter("public a")
    guests.enter("public b")
    guests.leave("public b")
    guests.enter("public c")
    assert guests._accounts.keys() == {"public a", "public b", "public c"}
    guests.leave("public c")
    ticks.now = 60.0
    guests.enter("public d")
    assert guests._accounts.keys() == {"public a", "public d"}
    guests.leave("public a")


def test_many_addresses_are_forgotten_a_few_at_a_time_and_faster_than_others_come() -> None:
    ticks = Ticks()
    guests, _ = made(ticks)
    guests.enter("public open")
    for number in range(100):
        guests.enter(f"public {number}")
        guests.leave(f"public {number}")
    assert len(guests._accounts) == 101
    ticks.now = 60.0
    left = []
    for number in range(100, 140):
        guests.enter(f"public {number}")
        guests.leave(f"public {number}")
        left.append(len(guests._accounts))
    assert 98 <= left[0] <= 99
    assert left[-1] == 41
    assert "public open" in guests._accounts
