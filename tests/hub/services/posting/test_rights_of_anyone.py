"""Whoever posts or takes back, in whichever name, about whichever mine: it is taken exactly where a plain reading of the rules
says so.  Callers who never ask are among them: the leading department, offices below the province, clients of few scopes."""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import count
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from tests.makers import NATURAL_RESOURCES, caller, licence, mine, opinion, posted, seat

T = TypeVar("T")

ECO, NR = Department.ECOLOGY, Department.NATURAL_RESOURCES
#: A county, its prefecture, the province; a county elsewhere and its prefecture.
ABOVE = {
    "530112": ("530112", "530100", "530000"),
    "530100": ("530100", "530000"),
    "530000": ("530000",),
    "530402": ("530402", "530400", "530000"),
    "530400": ("530400", "530000"),
}
OFFICES = [caller(Role.DEPARTMENT, department, division) for department in (ECO, NR) for division in ABOVE]
FEW = [Principal("few", Role.DEPARTMENT, frozenset(scopes), ECO) for scopes in ((), ("read",), ("penalty:post", "read"))]
MINES = {licence(1): "530112", licence(2): "530402"}

callers = st.sampled_from([*OFFICES, *FEW])
organs = st.tuples(st.sampled_from([ECO, NR]), st.sampled_from(sorted(ABOVE)))
numbers = count(1)


def may_say(who: Principal, department: Department, organ: str, number: str) -> bool:
    """An organ of the caller's own department, within the caller's division, about a mine within the organ's."""
    return who.department is department and who.division_code in ABOVE[organ] and organ in ABOVE[MINES[number]]


@settings(max_examples=60)
@given(who=callers, organ=organs, number=st.sampled_from(sorted(MINES)), other=callers)
async def test_what_is_posted_and_taken_back_is_the_organs_own(
    posting: Posting, who: Principal, organ: tuple[Department, str], number: str, other: Principal
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1), mine(2, divisionCode="530402"))
    department, division = organ
    item = opinion(next(numbers), nature="COMMENT", verdict=None, licenceNo=number, authorityCode=seat(department, division))
    refused, results = await tried(posting.post(who, RecordKind.OPINION, [Submission(item)], source="test"))
    assert (refused is ErrorCode.FORBIDDEN) == (who in FEW)
    if results is None:
        return
    assert bool(results[0].record_id) == may_say(who, department, division, number), results
    wrong = {problem.code for problem in results[0].problems}
    assert wrong <= {ErrorCode.WRONG_DEPARTMENT, ErrorCode.OUTSIDE_JURISDICTION, ErrorCode.UNKNOWN_MINE}
    # What the caller may not see is not there.
    assert (ErrorCode.UNKNOWN_MINE in wrong) is (who.division_code not in ABOVE[MINES[number]])
    if results[0].record_id is None:
        return
    refused, taken = await tried(posting.withdraw(other, results[0].record_id, "示例", source="test"))
    assert (taken is not None) == (other not in FEW and may_say(other, department, division, number)), refused
    assert refused in (None, ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND)


async def tried(work: Awaitable[T]) -> tuple[ErrorCode | None, T | None]:
    """Why something was refused, or what came of it."""
    try:
        return None, await work
    except HubError as refused:
        return refused.code, None
