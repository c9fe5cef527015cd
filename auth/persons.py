"""From what the provider says of a person to what the person may do here.  Who is given no role here may do nothing.

A claim of the ID token holds words; one of them gives the role: `OPERATOR`, `BANK`, `CREDIT_DISCLOSURE`, an office of a
department, `DEPARTMENT:ECOLOGY:530100`, or an office at a bank, which is named by its client, `BANK:bank-0cbb64f53ac4:AUDITOR`.
Words that begin otherwise are other services' affair.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from auth.errors import NoRoleError
from auth.principals import PROVEN, BankOffice, Principal, Role
from auth.scopes import default_scopes
from hub.domain.words.departments import Department
from hub.domain.words.divisions import current_code

_LONGEST_NAME = 100
#: The id of a bank's client: no other's begins so.
_CLIENT = re.compile(r"bank-[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in, and the name to greet them by."""

    principal: Principal
    name: str


def person_of(claims: Mapping[str, Any], claim: str) -> Person:
    """Who has signed in, by checked claims of the ID token, of which `claim` holds the words; NoRoleError."""
    words = [word for word in _words(_found(claims, claim)) if word.partition(":")[0] in PROVEN]
    if len(set(words)) != 1:
        raise NoRoleError(f"{len(set(words))} words of ours in {claim}")
    who = _read(words[0])
    named = hashlib.sha256(f"{claims['iss']}\n{claims['sub']}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    scopes = frozenset(default_scopes(who.role, who.department))
    return Person(replace(who, client_id=f"person:{named}", scopes=scopes), _name(claims))


def _read(word: str) -> Principal:
    """Who a word makes of somebody, without a name and scopes."""
    somebody = partial(Principal, "", scopes=frozenset())
    match word.split(":"):
        case ["DEPARTMENT", department, division]:
            code = current_code(division)
            if department not in set(Department) or code is None:
                raise NoRoleError("a word that names no department or no division")
            return somebody(Role.DEPARTMENT, department=Department(department), division_code=code)
        case ["BANK", bank, office]:
            if not _CLIENT.fullmatch(bank) or office not in set(BankOffice):
                raise NoRoleError("a word that names no bank or no office at one")
            return somebody(Role.BANK, bank=bank, office=BankOffice(office))
        case [role] if role != Role.DEPARTMENT:
            return somebody(Role(role))
    raise NoRoleError("a word of another shape")


def _found(claims: Mapping[str, Any], claim: str) -> Any:
    """A claim by its name, else by a path with dots."""
    if claim in claims:
        return claims[claim]
    value: Any = claims
    for part in claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _name(claims: Mapping[str, Any]) -> str:
    for claim in ("name", "preferred_username", "sub"):
        value = claims.get(claim)
        if isinstance(value, str) and value.strip():
            return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value.strip()[:_LONGEST_NAME])
    return "—"
