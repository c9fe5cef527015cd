"""What the access table says of callers, of each role and on both sides: who says why, who follows, who may post what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auth.principals import PROVEN, BankOffice, Principal, Role
from auth.rules import (
    BANK_AUDITOR,
    CLASSES,
    LOCAL,
    POSTED_BY,
    VISIBILITY,
    BankAct,
    check_bank_act,
    is_masked,
    kinds_to_post,
    may_follow,
    may_post,
    needs_purpose,
    refusal_to_post,
    visibility_of,
)
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, OPERATOR, caller
from tests.makers import LOCAL as OFFICE

SCOPES = frozenset(f"{kind.value}:post" for kind in RecordKind)


def of(role: Role) -> Principal:
    return Principal("example", role, SCOPES, Department.ECOLOGY if role is Role.DEPARTMENT else None)


def test_banks_alone_say_why_they_read_and_whom_nobody_knows_alone_is_not_told_of_posts() -> None:
    assert {role for role in Role if needs_purpose(of(role))} == {Role.BANK}
    assert {role for role in Role if may_follow(of(role))} == set(PROVEN)
    assert Role.PUBLIC not in PROVEN


def test_of_what_was_taken_back_banks_and_the_public_see_nothing_and_banks_alone_are_traced() -> None:
    assert {role for role in Role if VISIBILITY[role].withdrawn} == {Role.DEPARTMENT, Role.CREDIT_DISCLOSURE, Role.OPERATOR}
    assert {role for role in Role if VISIBILITY[role].traced} == {Role.BANK}


def test_a_department_sees_by_its_division_and_others_by_their_role() -> None:
    assert visibility_of(OFFICE) is LOCAL
    assert visibility_of(ECOLOGY) is VISIBILITY[Role.DEPARTMENT]
    for role in set(Role) - {Role.DEPARTMENT}:
        assert visibility_of(replace(caller(role), division_code="530100")) is VISIBILITY[role]
    assert len(CLASSES) == len({one.name for one in CLASSES}) == len(Role) + 2


def test_an_auditor_of_a_bank_sees_besides_what_its_bank_read_and_no_other_person_of_it_does() -> None:
    for office in BankOffice:
        sight = visibility_of(replace(BANK, bank="bank-1", office=office))
        assert sight is (BANK_AUDITOR if office is BankOffice.AUDITOR else VISIBILITY[Role.BANK])
    more = {noun: word for noun, word in BANK_AUDITOR.nouns.items() if noun not in VISIBILITY[Role.BANK].nouns}
    assert (more, BANK_AUDITOR.fields, BANK_AUDITOR.traced) == ({"mine_read": "OWN_BANK"}, VISIBILITY[Role.BANK].fields, True)


#: officer, auditor, portfolio manager
ACTS = {
    BankAct.CHECK: (True, False, False),
    BankAct.READ_CHECKS: (True, True, False),
    BankAct.ATTEST: (True, False, False),
    BankAct.READ_PORTFOLIOS: (True, False, True),
    BankAct.ACKNOWLEDGE: (True, False, True),
    BankAct.MANAGE_PORTFOLIOS: (False, False, True),
}


@pytest.mark.parametrize("act", BankAct)
def test_a_person_does_for_its_bank_what_its_office_is_for_and_the_banks_client_all_of_it(act: BankAct) -> None:
    offices = dict(zip(BankOffice, ACTS[act], strict=True))
    for who, allowed in (
        (BANK, True),
        *((replace(BANK, bank="bank-1", office=office), allowed) for office, allowed in offices.items()),
        *((of(role), False) for role in set(Role) - {Role.BANK}),
    ):
        if allowed:
            check_bank_act(who, act)
            continue
        with pytest.raises(HubError) as refused:
            check_bank_act(who, act)
        assert refused.value.code is ErrorCode.FORBIDDEN


def test_an_office_below_the_province_sees_by_its_division_what_concerns_mines_but_for_what_is_handed_over() -> None:
    handed = {RecordKind.CASE_TRANSFER, RecordKind.TRANSFER_ANSWER}
    of_mines = {kind for kind, facts in KINDS.items() if facts.concerns_mines}
    assert LOCAL.local & set(RecordKind) == of_mines - handed
    assert handed <= of_mines | handed
    assert {LOCAL.nouns[kind.value] for kind in handed} == {"PARTY_ORGAN"}
    assert RecordKind.ENTERPRISE not in LOCAL.local


@pytest.mark.parametrize("kind", RecordKind)
def test_a_post_wants_the_scope_the_role_and_of_a_department_the_duty(kind: RecordKind) -> None:
    others = {
        Role.CREDIT_DISCLOSURE: {RecordKind.PENALTY},
        Role.OPERATOR: {RecordKind.MINE, RecordKind.ENTERPRISE, RecordKind.AUTHORITY},
    }
    callers = [of(role) for role in set(Role) - {Role.DEPARTMENT}]
    callers += [Principal("example", Role.DEPARTMENT, SCOPES, department) for department in Department]
    for who in callers:
        entitled = who.department in POSTED_BY[kind] if who.department else kind in others.get(who.role, ())
        assert may_post(who, kind) is entitled, (who.role, who.department)
        assert (kind in kinds_to_post(who.role, who.department)) is entitled
        assert not may_post(replace(who, scopes=SCOPES - {f"{kind.value}:post"}), kind)


def test_a_refusal_to_post_names_the_departments_and_after_them_the_other_roles() -> None:
    assert refusal_to_post(RecordKind.ENTERPRISE).detail == "enterprise:post; MARKET_REGULATION, OPERATOR"
    assert refusal_to_post(RecordKind.BUDGET_ITEM).detail == "budget_item:post; FINANCE"
    departments = ", ".join(sorted(Department))
    assert refusal_to_post(RecordKind.PENALTY).detail == f"penalty:post; {departments}, CREDIT_DISCLOSURE"


def test_a_field_is_masked_that_one_role_may_not_always_see() -> None:
    assert is_masked("penalty", "remarks")
    assert is_masked("rejection", "payload")
    assert not is_masked("penalty", "fine")
    assert not is_masked("mine", "payload")
    assert {who.role for who in (BANK, CREDIT, OPERATOR, FINANCE)} == set(PROVEN)
