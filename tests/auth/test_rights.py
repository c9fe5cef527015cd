"""Who may say what, rule by rule: of which organ, at which level, about which place; and what is told where it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auth.principals import Principal, Role
from auth.rights import Organ, Places, wrongs
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS
from hub.domain.record_kinds import RecordKind as K
from hub.domain.words.departments import Department
from tests.duties import made
from tests.makers import CREDIT, ECOLOGY, LOCAL, NATURAL_RESOURCES, caller, licence, seat

PLACES = Places(
    {licence(1): "530112", licence(2): "530302"},
    {
        seat(department, division): Organ(department, division)
        for department in Department
        for division in ("530000", "530100", "530300")
    },
)
PREFECTURE = caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, "530100")
ECO, NR = Department.ECOLOGY, Department.NATURAL_RESOURCES


def said(who: Principal, kind: K, department: Department, **more: Any) -> list[tuple[str, str, str]]:
    """What is wrong with a caller's saying an item of a kind in the name of a department."""
    record, problems = validate(KINDS[kind].payload, made(kind) | more, date(2026, 11, 2))
    assert record is not None, problems
    return [(one.path, one.code.value, one.detail) for one in wrongs(who, kind, department, record, PLACES)]


ORGAN = "authorityCode"


@pytest.mark.parametrize(
    ("who", "department", "organ", "mine", "wrong"),
    [
        (ECOLOGY, ECO, seat(ECO), 1, []),
        (ECOLOGY, ECO, seat(ECO, "530100"), 1, []),
        (LOCAL, ECO, seat(ECO, "530100"), 1, []),
        # Departments speak for themselves, the credit system for all.
        (ECOLOGY, Department.FINANCE, seat(Department.FINANCE), 1, [("department", "WRONG_DEPARTMENT", "ECOLOGY")]),
        (CREDIT, ECO, seat(ECO), 1, []),
        (ECOLOGY, ECO, seat(ECO, "530400"), 1, [(ORGAN, "UNKNOWN_AUTHORITY", seat(ECO, "530400"))]),
        (CREDIT, ECO, seat(NR), 1, [(ORGAN, "WRONG_DEPARTMENT", "NATURAL_RESOURCES")]),
        # An organ above the caller, or beside it.
        (LOCAL, ECO, seat(ECO), 1, [(ORGAN, "OUTSIDE_JURISDICTION", "530000")]),
        (
            *(LOCAL, ECO, seat(ECO, "530300"), 1),
            [(ORGAN, "OUTSIDE_JURISDICTION", "530300"), ("licenceNo", "OUTSIDE_JURISDICTION", f"{licence(1)}: 530112")],
        ),
        # A mine where the organ does not act; one that is not registered lies nowhere.
        (ECOLOGY, ECO, seat(ECO, "530100"), 2, [("licenceNo", "OUTSIDE_JURISDICTION", f"{licence(2)}: 530302")]),
        (ECOLOGY, ECO, seat(ECO, "530100"), 3, []),
    ],
)
def test_an_organ_speaks_for_its_department_of_mines_where_it_acts(
    who: Principal, department: Department, organ: str, mine: int, wrong: list[tuple[str, str, str]]
) -> None:
    more = {"nature": "COMMENT", "verdict": None, "authorityCode": organ, "licenceNo": licence(mine)}
    assert said(who, K.OPINION, department, **more) == wrong


@pytest.mark.parametrize(
    ("who", "kind", "more", "wrong"),
    [
        (NATURAL_RESOURCES, K.MINE, {"divisionCode": "530302"}, []),
        (PREFECTURE, K.MINE, {"divisionCode": "530112"}, []),
        (PREFECTURE, K.MINE, {"divisionCode": "530302"}, [("divisionCode", "OUTSIDE_JURISDICTION", "530302")]),
        (PREFECTURE, K.PREFECTURE_TARGET, {"prefectureCode": "530100"}, []),
        (
            *(PREFECTURE, K.PREFECTURE_TARGET, {"prefectureCode": "530300"}),
            [("prefectureCode", "OUTSIDE_JURISDICTION", "530300")],
        ),
        # What names no place is the whole province's, and an enterprise's address is none.
        (NATURAL_RESOURCES, K.INDICATOR_SYSTEM, {}, []),
        (PREFECTURE, K.INDICATOR_SYSTEM, {}, [("", "OUTSIDE_LEVEL", "PROVINCE")]),
        (PREFECTURE, K.ENTERPRISE, {"divisionCode": "530112"}, [("registrationAuthorityCode", "OUTSIDE_LEVEL", "PROVINCE")]),
        (NATURAL_RESOURCES, K.ENTERPRISE, {"divisionCode": "530302"}, []),
    ],
)
def test_without_an_organ_the_callers_own_division_counts(
    who: Principal, kind: K, more: dict[str, Any], wrong: list[tuple[str, str, str]]
) -> None:
    assert said(who, kind, Department.NATURAL_RESOURCES, **more) == wrong


def test_a_step_is_for_organs_of_its_level() -> None:
    organ = {"authorityCode": seat(NR, "530100")}
    assert said(NATURAL_RESOURCES, K.DIRECTORY_ENTRY, NR, **organ) == [("step", "OUTSIDE_LEVEL", "PROVINCE")]
    assert said(NATURAL_RESOURCES, K.DIRECTORY_ENTRY, NR, authorityCode=seat(NR)) == []
