"""From claims to what a person may do: one clear word of ours, or nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from auth.errors import NoRoleError
from auth.persons import person_of
from auth.principals import BankOffice, Role
from auth.scopes import default_scopes
from hub.domain.words.departments import Department

WHO = {"iss": "https://login.example", "sub": "u-1", "name": "示例·科员"}


def test_an_office_of_a_department_has_what_its_rules_allow() -> None:
    person = person_of(WHO | {"roles": ["x", "DEPARTMENT:ECOLOGY:530100"]}, "roles")
    who = person.principal
    assert (who.role, who.department, who.division_code) == (Role.DEPARTMENT, Department.ECOLOGY, "530100")
    assert who.scopes == frozenset(default_scopes(Role.DEPARTMENT, Department.ECOLOGY))
    assert person.name == "示例·科员"
    named = hashlib.sha256(b"https://login.example\nu-1").hexdigest()
    assert who.client_id == f"person:{named[:32]}"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.BANK, Role.CREDIT_DISCLOSURE])
def test_other_roles_are_a_word_by_themselves(role: Role) -> None:
    who = person_of(WHO | {"roles": f"openid {role}"}, "roles").principal
    assert (who.role, who.department) == (role, None)
    assert who.scopes == frozenset(default_scopes(role))


@pytest.mark.parametrize("office", BankOffice)
def test_a_person_of_a_bank_has_an_office_there_and_what_it_makes_is_the_banks(office: BankOffice) -> None:
    who = person_of(WHO | {"roles": f"BANK:bank-0cbb64f53ac4:{office}"}, "roles").principal
    assert (who.role, who.bank, who.office, who.owner) == (Role.BANK, "bank-0cbb64f53ac4", office, "bank-0cbb64f53ac4")
    assert who.client_id.startswith("person:")
    assert who.scopes == frozenset(default_scopes(Role.BANK))


@pytest.mark.parametrize(
    ("claims", "claim"),
    [
        ({"https://hub.example/roles": "BANK"}, "https://hub.example/roles"),
        ({"realm_access": {"roles": ["BANK"]}}, "realm_access.roles"),
        ({"a": {"b": {"c": "BANK BANK"}}}, "a.b.c"),
    ],
)
def test_the_claim_may_have_any_name_or_lie_within_others(claims: dict[str, Any], claim: str) -> None:
    assert person_of(WHO | claims, claim).principal.role is Role.BANK


@pytest.mark.parametrize("claims", [{"a": "BANK"}, {"a": ["BANK"]}, {"a": {"b": "BANK"}}, {"a": None}, {}], ids=repr)
def test_a_path_that_ends_before_its_time_leads_to_nothing(claims: dict[str, Any]) -> None:
    with pytest.raises(NoRoleError):
        person_of(WHO | claims, "a.b.c")


@pytest.mark.parametrize(
    "words",
    [
        None,
        7,
        [7, None],
        "bank",
        "DEPARTMENT",
        "DEPARTMENT:",
        "DEPARTMENT::530000",
        "DEPARTMENT:ECOLOGY",
        "DEPARTMENT:ECOLOGY:",
        "DEPARTMENT:ECOLOGY:5301",
        "DEPARTMENT:ECOLOGY:530100:x",
        "BANK:530000",
        "BANK:bank-1",
        "BANK:bank-1:",
        "BANK:bank-1:TELLER",
        "BANK:bank-1:officer",
        "BANK::OFFICER",
        "BANK:bank-:OFFICER",
        "BANK:department-1:AUDITOR",
        "BANK:person:AUDITOR",
        "BANK:bank-１:AUDITOR",
        "BANK:bank-1:OFFICER:x",
        "BANK:bank-1:OFFICER BANK:bank-1:AUDITOR",
        "BANK:bank-1:OFFICER BANK:bank-2:OFFICER",
        "BANK BANK:bank-1:OFFICER",
        "BANK OPERATOR",
        "DEPARTMENT:ECOLOGY:530100 DEPARTMENT:FINANCE:530100",
        "BANK DEPARTMENT:ECOLOY:530100",
    ],
    ids=repr,
)
def test_without_one_clear_word_there_is_no_role(words: Any) -> None:
    with pytest.raises(NoRoleError):
        person_of(WHO | {"roles": words}, "roles")


def test_a_person_is_known_by_the_providers_name_for_them_and_it_is_not_shown() -> None:
    def client_id(**more: str) -> str:
        return person_of(WHO | {"roles": "BANK"} | more, "roles").principal.client_id

    assert client_id() == client_id(name="another")
    assert client_id().startswith("person:")
    assert "u-1" not in client_id()
    assert len({client_id(), client_id(sub="u-2"), client_id(iss="https://another.example")}) == 3


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": " a\x00b\ud800c "}, "a�b�c"),
        ({"name": "x" * 500}, "x" * 100),
        ({"name": "", "preferred_username": "kq"}, "kq"),
        ({"name": 7}, "u-1"),
    ],
    ids=["unprintable", "long", "user name", "no name"],
)
def test_names_can_be_stored_and_shown(claims: dict[str, Any], name: str) -> None:
    assert person_of(WHO | {"roles": "BANK"} | claims, "roles").name == name
