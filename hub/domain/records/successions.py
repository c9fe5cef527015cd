"""LicenceSuccession 采矿许可证沿革: one licence takes the place of another, and the mine goes on under the new number.

Of several that are merged one goes on (the principal), and the licences of the others end; one that is split goes on under the
principal of the new numbers, and the others begin as mines of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
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
    MERGER = "MERGER", "合并", "merger: several licences become one"
    SPLIT = "SPLIT", "分立", "split: one licence becomes several"


class Way(StrEnum):
    """How the mine of a number parts from the one that goes on, or comes to it."""

    JOINED = "JOINED"
    LEFT = "LEFT"


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
    principal: str | None = fields.licence_no(
        "主体采矿许可证号",
        "of several numbers that end, or that begin, the one of the mine that goes on",
        default=None,
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

    @property
    def old(self) -> str:
        """The number of before of the mine that goes on."""
        return self.principal if self.principal in self.predecessors else self.predecessors[0]

    @property
    def new(self) -> str:
        """The number under which it goes on."""
        return self.principal if self.principal in self.successors else self.successors[0]

    @property
    def joining(self) -> tuple[str, ...]:
        """The numbers of the mines that go into it."""
        return tuple(number for number in self.predecessors if number != self.old)

    @property
    def leaving(self) -> tuple[str, ...]:
        """The numbers of the mines that come out of it."""
        return tuple(number for number in self.successors if number != self.new)

    @property
    def last_day(self) -> date:
        """The last day of the numbers that end."""
        return self.succeeded_on - timedelta(1)

    def validity(self, before: Validity) -> Validity:
        """The days of the new licence: what is not stated stays as it was."""
        return Validity(self.licence_valid_from or before.valid_from, self.licence_valid_until or before.valid_until)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(
            ("licence_valid_from", self.licence_valid_from), ("licence_valid_until", self.licence_valid_until)
        )
        several = {SuccessionForm.MERGER: "predecessors", SuccessionForm.SPLIT: "successors"}.get(self.form)
        for name, numbers in (("predecessors", self.predecessors), ("successors", self.successors)):
            if name != several and len(numbers) > 1:
                problems.append(Problem(name, ErrorCode.TOO_MANY, f"{self.form}: ≤ 1"))
            elif name == several and len(numbers) < 2:
                problems.append(Problem(name, ErrorCode.REQUIRED, f"{self.form}: ≥ 2"))
            elif name == several and self.principal is None:
                problems.append(Problem("principal", ErrorCode.REQUIRED))
            elif name == several and self.principal not in numbers:
                problems.append(Problem("principal", ErrorCode.NOT_A_CHOICE, ", ".join(numbers)))
        if several is None and self.principal is not None:
            problems.append(Problem("principal", ErrorCode.NOT_A_CHOICE, f"{SuccessionForm.MERGER}, {SuccessionForm.SPLIT}"))
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


@dataclass(frozen=True, slots=True)
class Branch:
    """The number of a mine that went into another on a day, or came out of it: `goes_on` is the number of that other.

    `valid_until` is the last day of the licence of one that went in, as it was until then.
    """

    licence_no: str
    succession_id: str
    way: Way
    goes_on: str
    day: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A number that another leads to from a day on: None from the beginning."""

    from_day: date | None
    number: str


def leads_on(steps: Sequence[Step], day: date | None) -> str:
    """Where a number leads that went from one mine into another: what is of a day before is the mine's that ended, what is of
    that day or a later one that of the mine that goes on; so is what has no day."""
    return next(one.number for one in reversed(steps) if one.from_day is None or day is None or one.from_day <= day)


def succeed(
    record: LicenceSuccession, record_id: str, mine_id: str, lineage: Sequence[Licence], absorbed_id: str | None
) -> list[Licence]:
    """A mine's numbers, in order, once the last of them (or the only one that it ever had) is succeeded."""
    old, new = record.old, record.new
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
    old, new = record.old, record.new
    first, *rest = lineage or [Licence(new, mine_id, new)]
    began = replace(first, from_day=record.succeeded_on, succession_id=record_id)
    return [Licence(old, mine_id, first.leads_to, None, record.succeeded_on), began, *rest]


def begins_history(record: LicenceSuccession, licences: Mapping[str, Licence], mines: Collection[str]) -> bool:
    """Whether a succession tells of a registered mine which number it had before: the hub never had that one."""
    strange = not record.joining and record.old not in mines and record.old not in licences
    known = licences.get(record.new)
    return strange and (record.new in mines or known is not None) and (known is None or known.from_day is None)


def misfits(
    record: LicenceSuccession,
    licences: Mapping[str, Licence],
    mines: Collection[str],
    others: Collection[str],
    branches: Mapping[tuple[str, Way], Branch],
) -> Iterator[Problem]:
    """Why a succession cannot be, as the numbers stand without it: `licences` are those of mines that have had several, `mines`
    the registered ones, `others` those of the successors that are another mine's, `branches` the numbers that have gone into
    others or come out of them."""
    for number in record.leaving:
        known = licences.get(number)
        if (number, Way.LEFT) in branches or (known and (known.leads_to != number or known.from_day is not None)):
            yield Problem(f"successors.{record.successors.index(number)}", ErrorCode.LICENCE_NUMBER_IN_USE, number)
    if begins_history(record, licences, mines):
        return
    for place, number in enumerate(record.predecessors):
        path, known = f"predecessors.{place}", licences.get(number)
        if known and known.leads_to != number:
            yield Problem(path, ErrorCode.ALREADY_SUCCEEDED, known.leads_to)
        elif gone := branches.get((number, Way.JOINED)):
            yield Problem(path, ErrorCode.ALREADY_SUCCEEDED, gone.goes_on)
        elif number not in mines:
            yield Problem(path, ErrorCode.UNKNOWN_MINE, number)
        elif known and known.from_day is not None and record.succeeded_on <= known.from_day:
            yield Problem("succeededOn", ErrorCode.DATES_OUT_OF_ORDER, f"> {known.from_day}")
    own = {licences[one].mine_id for one in record.predecessors if one in licences}
    path, known = f"successors.{record.successors.index(record.new)}", licences.get(record.new)
    if known and known.mine_id in own:
        yield Problem(path, ErrorCode.SUCCESSION_CYCLE, record.new)
    elif known or record.new in others or (record.new, Way.JOINED) in branches:
        yield Problem(path, ErrorCode.LICENCE_NUMBER_IN_USE, record.new)


def misdated(record: LicenceSuccession, before: Validity | None, joining: Collection[Validity] = ()) -> Iterator[Problem]:
    """Why the days that a succession states do not go with those that the mine's licence keeps, or with those of the licences
    that end."""
    if any(record.last_day < ends.valid_from for ends in joining):
        yield Problem("succeededOn", ErrorCode.DATES_OUT_OF_ORDER, f"> {max(ends.valid_from for ends in joining)}")
    if before and (after := record.validity(before)).valid_until < after.valid_from:
        if record.licence_valid_until is None:
            yield Problem("licenceValidFrom", ErrorCode.DATES_OUT_OF_ORDER, f"≤ {after.valid_until}")
        else:
            yield Problem("licenceValidUntil", ErrorCode.DATES_OUT_OF_ORDER, f"≥ {after.valid_from}")
