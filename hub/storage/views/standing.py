"""A mine's place in the plan: looked up in what the rules (`hub.domain.rules`) say of it, or picked of its records."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import DirectoryLevel
from hub.domain.records.standing import LISTED
from hub.domain.rules.duties import BUILD_DUTY, CONTRACT_STATE, MUST_CONTRACT
from hub.domain.rules.standing import STANDING
from hub.storage.sql.metadata import Plain
from hub.storage.views import following
from hub.storage.views.view import Day, Kept, Relation, Row, Source

_LATEST = Order("effective_on", descending=True)
_STANDING = Kept(STANDING, Plain())


def listed(mine: Row, day: Day) -> sa.ColumnElement[bool]:
    """Whether the mine is in the directory and in good order on a day."""
    condition: sa.ColumnElement[bool] = mine.licence_no.in_(
        _STANDING.subjects(day, lambda state: state.in_(sorted(word.value for word in LISTED)))
    )
    return condition


def _open_on(_: Row, assessment: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [assessment.applied_on <= day, sa.or_(assessment.ended_on.is_(None), assessment.ended_on > day)]


def _in_force_on(_: Row, contract: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [contract.signed_on <= day, sa.or_(contract.terminated_on.is_(None), contract.terminated_on > day)]


def _entry_of(level: DirectoryLevel) -> Relation:
    def in_force(_: Row, entry: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
        return [entry.level == level.value, entry.effective_on <= day]

    return Relation("directory_entry", {"licence_no": "licence_no"}, where=in_force, order=(_LATEST,))


#: What the hub works out of a mine's place in the plan.
WORKED_OUT: dict[str, Source] = {
    "standing": _STANDING,
    "provincial_entry": _entry_of(DirectoryLevel.PROVINCIAL),
    "national_entry": _entry_of(DirectoryLevel.NATIONAL),
    "open_assessment": Relation(
        RecordKind.ASSESSMENT.value,
        {"licence_no": "licence_no"},
        where=_open_on,
        order=(Order("applied_on", descending=True), Order("id", descending=True)),
    ),
    "contract_in_force": Relation(
        RecordKind.CONTRACT.value,
        {"licence_no": "licence_no"},
        where=_in_force_on,
        order=(Order("signed_on", descending=True), Order("id", descending=True)),
    ),
    "supports": Relation("support_eligibility", {"licence_no": "licence_no"}),
    "conflicts": Relation("conflict", {"licence_no": "licence_no"}),
    "licence_history": Relation("licence_period", {"licence_no": "leads_to"}),
    "closure_duties": Relation("closure_duty", {"licence_no": "licence_no"}),
    "timeline": following.OF_A_MINE,
    "build_duty": Kept(BUILD_DUTY, Plain()),
    "must_contract": Kept(MUST_CONTRACT, sa.Boolean(), {"YES": sa.true(), "NO": sa.false()}),
    "contract_state": Kept(CONTRACT_STATE, Plain()),
}
