"""LicenceSuccession 采矿许可证沿革: one licence takes the place of another, and the mine goes on under the new number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Several
from hub.domain.declaring.issued import Issued
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class SuccessionForm(Words):
    """沿革形式 / how a licence came after another."""

    REISSUE = "REISSUE", "换证（统一编号）", "reissued under the national numbering: 13 digits to C and 22"
    RENEWAL = "RENEWAL", "延续", "renewal"
    CHANGE = "CHANGE", "变更", "change: of holder, scope, mineral or method"


#: A licence has so many predecessors, or successors, at most.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Validity:
    """The first and the last day of a licence."""

    valid_from: date
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class LicenceSuccession(Issued):
    """Succession of mining licences"""

    chinese: ClassVar[str] = "采矿许可证沿革"

    form: SuccessionForm = fields.word(SuccessionForm, "沿革形式", "how the licence came after another", find=True)
    predecessors: tuple[str, ...] = fields.licence_nos(_MOST, "原采矿许可证号", "numbers that end", least=1)
    successors: tuple[str, ...] = fields.licence_nos(_MOST, "新采矿许可证号", "numbers that begin", least=1)
    succeeded_on: date = fields.day("生效日期", "first day of the new number", past=True, find=True, sort=True)
    licence_valid_from: date | None = fields.day(
        "新证有效期起", "new licence valid from; what is not stated stays as it was", default=None
    )
    licence_valid_until: date | None = fields.day(
        "新证有效期止", "new licence valid until, last day included; what is not stated stays as it was", default=None
    )
    remarks: str | None = fields.text(1000, "备注", "remarks", default=None)
    first_predecessor: str = fields.derived(
        fields.LICENCE_NO,
        "首个原采矿许可证号",
        "the first of the numbers that end: one document may reissue many licences",
        lambda record: min(record.predecessors),
    )
    mines: tuple[str, ...] = fields.derived(
        Several(fields.LICENCE_NO, 0, 2 * _MOST),
        "所涉采矿许可证号",
        "the mines concerned",
        lambda record: record.predecessors + record.successors,
    )

    def validity(self, before: Validity) -> Validity:
        """The days of the new licence: what is not stated stays as it was."""
        return Validity(self.licence_valid_from or before.valid_from, self.licence_valid_until or before.valid_until)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(
            ("licence_valid_from", self.licence_valid_from), ("licence_valid_until", self.licence_valid_until)
        )
        for name, numbers in (("predecessors", self.predecessors), ("successors", self.successors)):
            if len(numbers) > 1:
                problems.append(Problem(name, ErrorCode.TOO_MANY, f"{self.form}: ≤ 1"))
        if same := next((number for number in self.successors if number in self.predecessors), None):
            problems.append(Problem("successors.0", ErrorCode.DUPLICATE, same))
        return problems

    def path_of_mine(self, position: int) -> str:
        after = position - len(self.predecessors)
        return f"predecessors.{position}" if after < 0 else f"successors.{after}"


@dataclass(frozen=True, slots=True)
class Licence:
    """A number of a mine that has had several: the mine's record, the number that it has today, and the number's days.

    `from_day` is None for the first that the hub knows, `until_day` (excluded) for the one that it has.  `succession_id` is the
    record by which the number was given; `absorbed_id` the mine that was registered under the number before that.
    """

    licence_no: str
    mine_id: str
    leads_to: str
    from_day: date | None = None
    until_day: date | None = None
    succession_id: str | None = None
    absorbed_id: str | None = None


def succeed(
    record: LicenceSuccession, record_id: str, mine_id: str, lineage: Sequence[Licence], absorbed_id: str | None
) -> list[Licence]:
    """A mine's numbers, in order, once the last of them (or the only one that it ever had) is succeeded."""
    [old], [new] = record.predecessors, record.successors
    *before, last = lineage or [Licence(old, mine_id, old)]
    known = [*before, replace(last, until_day=record.succeeded_on)]
    given = Licence(new, mine_id, new, record.succeeded_on, None, record_id, absorbed_id)
    return [*(replace(one, leads_to=new) for one in known), given]


def revert(lineage: Sequence[Licence]) -> list[Licence]:
    """A mine's numbers, in order, without the last: none where only one is left."""
    *before, last = lineage[:-1]
    known = [*before, replace(last, until_day=None)]
    return [replace(one, leads_to=last.licence_no) for one in known] if before else []


def forget_first(lineage: Sequence[Licence]) -> list[Licence]:
    """A mine's numbers, in order, without the first: none where only one is left."""
    _, first, *rest = lineage
    return [replace(first, from_day=None, succession_id=None), *rest] if rest else []


def precede(record: LicenceSuccession, record_id: str, mine_id: str, lineage: Sequence[Licence]) -> list[Licence]:
    """A mine's numbers, in order, once it is told which one it had before all that the hub knew."""
    [old], [new] = record.predecessors, record.successors
    first, *rest = lineage or [Licence(new, mine_id, new)]
    began = replace(first, from_day=record.succeeded_on, succession_id=record_id)
    return [Licence(old, mine_id, first.leads_to, None, record.succeeded_on), began, *rest]


def begins_history(record: LicenceSuccession, licences: Mapping[str, Licence], mines: Collection[str]) -> bool:
    """Whether a succession tells of a registered mine which number it had before: the hub never had that one."""
    strange = all(number not in mines and number not in licences for number in record.predecessors)
    first = all(number in mines or number in licences for number in record.successors)
    began = (licences[number].from_day for number in record.successors if number in licences)
    return strange and first and all(day is None for day in began)


def misfits(
    record: LicenceSuccession, licences: Mapping[str, Licence], mines: Collection[str], others: Collection[str]
) -> Iterator[Problem]:
    """Why a succession cannot be, as the numbers stand without it: `licences` are those of mines that have had several, `mines`
    the registered ones, `others` those of the successors that are another mine's."""
    if begins_history(record, licences, mines):
        return
    for place, number in enumerate(record.predecessors):
        path, known = f"predecessors.{place}", licences.get(number)
        if known and known.leads_to != number:
            yield Problem(path, ErrorCode.ALREADY_SUCCEEDED, known.leads_to)
        elif number not in mines:
            yield Problem(path, ErrorCode.UNKNOWN_MINE, number)
        elif known and known.from_day is not None and record.succeeded_on <= known.from_day:
            yield Problem("succeededOn", ErrorCode.DATES_OUT_OF_ORDER, f"> {known.from_day}")
    own = {licences[one].mine_id for one in record.predecessors if one in licences}
    for place, number in enumerate(record.successors):
        path, known = f"successors.{place}", licences.get(number)
        if known and known.mine_id in own:
            yield Problem(path, ErrorCode.SUCCESSION_CYCLE, number)
        elif known or number in others:
            yield Problem(path, ErrorCode.LICENCE_NUMBER_IN_USE, number)


def misdated(record: LicenceSuccession, before: Validity | None) -> Iterator[Problem]:
    """Why the days that a succession states do not go with those that the mine's licence keeps."""
    if before and (after := record.validity(before)).valid_until < after.valid_from:
        if record.licence_valid_until is None:
            yield Problem("licenceValidFrom", ErrorCode.DATES_OUT_OF_ORDER, f"≤ {after.valid_until}")
        else:
            yield Problem("licenceValidUntil", ErrorCode.DATES_OUT_OF_ORDER, f"≥ {after.valid_from}")
