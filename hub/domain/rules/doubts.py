"""What makes a green standing doubtful: the directory says that a mine is in good order, another record says otherwise.

Each is a line of its own, named by its conflict code, so that a post costs only those that it may change.  A row tells the
record that contradicts the directory in `about`, and in `label` its document number; a mine has none, and its name may change
without anything being said anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from hub.domain.calendar.working_days import CALENDAR
from hub.domain.records.assessments import AssessmentResult
from hub.domain.records.directory import BEFORE_THE_PLAN, NOTICE_WORKING_DAYS, DirectoryLevel, DirectoryStep
from hub.domain.records.duties import CLOSING_YEARS
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.mines import LifeCycle
from hub.domain.records.opinions import OpinionNature, Verdict
from hub.domain.records.penalties import PenaltyKind, PublicationClass, repaired_from
from hub.domain.records.standing import LISTED, Standing, by_the_directory
from hub.domain.rules.bars import BARRED, holder
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import During, Fact, Facts, Rule, State, having

_ENDED = frozenset({LifeCycle.CLOSING, LifeCycle.CLOSED})
_GONE = frozenset({RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED})
#: What takes the ground from under a green mine, however the decision is classed for publication.
_REVOKING = frozenset({PenaltyKind.LICENCE_REVOCATION, PenaltyKind.CLOSURE})
#: Which standing rests on a listing of which level.
_RESTING = {DirectoryLevel.PROVINCIAL: LISTED, DirectoryLevel.NATIONAL: frozenset({Standing.LISTED_NATIONAL})}
_WHILE_LISTED = During(STANDING.name, LISTED)
_ONE_DAY = timedelta(1)


def penalty_in_force(penalty: Any, day: date) -> bool:
    """Whether a decision holds on a day: from its date to its last day, unless annulled or repaired by then.

    A dispute suspends nothing (Administrative Penalty Law, art. 73); what is annulled holds from the day of annulment no more,
    and a repair that came too early counts from its time on.
    """
    over = (one for one in (penalty.annulled_on, repaired_from(penalty)) if one is not None)
    valid: bool = penalty.decided_on <= day <= penalty.valid_until
    return valid and all(day < one for one in over)


def _is_serious(penalty: Any) -> bool:
    return penalty.publication_class is PublicationClass.SERIOUS


def _is_revoking(penalty: Any) -> bool:
    return not _REVOKING.isdisjoint(penalty.kinds)


def _contradicts(code: ConflictCode, *records: Fact, label: str | None = None) -> State:
    return State(code, about=records[0].id, because=tuple(one.id for one in records), label=label)


def _penalised(code: ConflictCode, meant: Callable[[Any], bool]) -> Callable[[Facts, date], Iterator[State]]:
    def on(facts: Facts, day: date) -> Iterator[State]:
        mine = facts.version("mine", day)
        if mine is None:
            return
        for fact in facts.of("penalty"):
            if meant(fact.record) and penalty_in_force(fact.record, day):
                yield _contradicts(code, fact, mine, label=fact.record.document_number)

    return on


def _licence_expired(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and mine.record.licence_valid_until < day:
        yield _contradicts(ConflictCode.LISTED_LICENCE_EXPIRED, mine)


def _closed(facts: Facts, day: date) -> Iterator[State]:
    """The standing of a mine that closes is not the directory's, so this asks the directory itself.

    The provincial entry shows it: one of the national directory that joins it changes nothing, and begins nothing anew.
    """
    mine = facts.version("mine", day)
    if mine is None or mine.record.life_cycle not in _ENDED:
        return
    entries = facts.of("directory_entry")
    told, deciding = by_the_directory((fact.record for fact in entries), day) or (None, ())
    if told in LISTED:
        provincial = (fact for fact in entries if fact.record is deciding[0])
        yield _contradicts(ConflictCode.LISTED_CLOSED, mine, *provincial)


def _too_little_left(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine is None:
        return
    left = mine.record.remaining_years
    if left is not None and left < CLOSING_YEARS:
        yield _contradicts(ConflictCode.LISTED_TOO_LITTLE_LEFT, mine)


def _on_a_list(facts: Facts, day: date) -> Iterator[State]:
    for told in facts.states(BARRED.name, day):
        yield State(ConflictCode.LISTED_BLACKLISTED, about=told.about, because=told.because)


def _holder_gone(facts: Facts, day: date) -> Iterator[State]:
    holds = holder(facts, day)
    if holds and holds.record.registration_status in _GONE:
        yield _contradicts(ConflictCode.LISTED_HOLDER_GONE, holds)


def _disagreed(facts: Facts, day: date) -> Iterator[State]:
    """Each department's last audit opinion counts, whatever it said before; of two on one day the one that disagrees."""
    last: dict[str, date] = {}
    issued = [fact for fact in facts.of("opinion") if _is_audit(fact.record) and fact.record.issued_on <= day]
    for fact in issued:
        last[fact.record.department] = max(fact.record.issued_on, last.get(fact.record.department, fact.record.issued_on))
    for fact in issued:
        opinion = fact.record
        lapsed = opinion.valid_until is not None and opinion.valid_until < day
        if opinion.verdict is Verdict.DISAGREE and not lapsed and opinion.issued_on == last[opinion.department]:
            yield _contradicts(ConflictCode.LISTED_DESPITE_DISAGREE, fact, label=opinion.document_number)


def _is_audit(opinion: Any) -> bool:
    return opinion.nature is OpinionNature.AUDIT


def _inside_a_zone(facts: Facts, day: date) -> Iterator[State]:
    """The last screening against each kind of zone counts; of two on one day the one that touches."""
    screened = [fact for fact in facts.of("screening") if fact.record.screened_on <= day]
    for fact in screened:
        same = (one.record.screened_on for one in screened if one.record.zone_kind is fact.record.zone_kind)
        if fact.record.touches and fact.record.screened_on == max(same):
            yield _contradicts(ConflictCode.LISTED_INSIDE_ZONE, fact, label=fact.record.document_number)


def _not_assessed(facts: Facts, day: date) -> Iterator[State]:
    """A mine is listed by an assessment that it passed since it was last removed, and has not failed since.

    What the directory had before the plan began came into the hub as it was: its assessments lie outside.
    """
    (removed_on, _), entry = _listed_by(facts, DirectoryLevel.PROVINCIAL, day)
    assert entry is not None
    judged = [one for one in _judgements(facts) if removed_on < one[0] <= day]
    if judged:
        _, failed, fact = max(judged, key=lambda one: (one[0], one[1], one[2].id))
        if failed:
            told = fact.record.assessment_no
            yield _contradicts(ConflictCode.LISTED_WITHOUT_ASSESSMENT, fact, entry, label=told)
    elif entry.record.effective_on >= BEFORE_THE_PLAN:
        yield _contradicts(ConflictCode.LISTED_WITHOUT_ASSESSMENT, entry, label=entry.record.document_number)


def _notice_too_short(facts: Facts, day: date) -> Iterator[State]:
    """A mine is listed after it stood in public notice for `NOTICE_WORKING_DAYS`, and as long as was announced; each listing
    on which its standing rests counts, but those from before the plan.  What the notice does not state of its days, its own
    entry and the listing tell."""
    stands = {told.state for told in facts.states(STANDING.name, day)}
    for level, resting in _RESTING.items():
        removal, entry = _listed_by(facts, level, day)
        if entry is None or stands.isdisjoint(resting) or entry.record.effective_on < BEFORE_THE_PLAN:
            continue
        before = [one for one in _steps(facts, level, DirectoryStep.PUBLIC_NOTICE) if removal < _place(one) < _place(entry)]
        notice = max(before, key=_place, default=None)
        if notice is None:
            yield _contradicts(ConflictCode.LISTED_NOTICE_TOO_SHORT, entry, label=entry.record.document_number)
        elif _broken_off(notice, entry) or _last_day(notice, entry) < _earliest_end(notice):
            told = notice.record.document_number
            yield _contradicts(ConflictCode.LISTED_NOTICE_TOO_SHORT, entry, notice, label=told)


def _broken_off(notice: Fact, listing: Fact) -> bool:
    """Whether the mine was listed before the days that were announced were over."""
    announced: date | None = notice.record.notice_until
    return announced is not None and listing.record.effective_on <= announced


def _earliest_end(notice: Fact) -> date:
    first: date = notice.record.notice_from or notice.record.effective_on
    return CALENDAR.after(first - _ONE_DAY, NOTICE_WORKING_DAYS)


def _last_day(notice: Fact, listing: Fact) -> date:
    before: date = listing.record.effective_on - _ONE_DAY
    return min(notice.record.notice_until or before, before)


def _listed_by(facts: Facts, level: DirectoryLevel, day: date) -> tuple[tuple[date, str], Fact | None]:
    """Where a mine was last removed, and the first entry of a level after that by which it is listed on a day.  What the
    province removes is in no directory."""
    levels = {level, DirectoryLevel.PROVINCIAL}
    removals = (_place(one) for each in levels for one in _steps(facts, each, DirectoryStep.REMOVED))
    removal = max((place for place in removals if place[0] <= day), default=(date.min, ""))
    listings = (one for one in _steps(facts, level, DirectoryStep.LISTED) if one.record.effective_on <= day)
    return removal, min((one for one in listings if _place(one) > removal), key=_place, default=None)


def _steps(facts: Facts, level: DirectoryLevel, step: DirectoryStep) -> list[Fact]:
    entries = facts.of("directory_entry")
    return [fact for fact in entries if fact.record.level is level and fact.record.step is step]


def _place(entry: Fact) -> tuple[date, str]:
    """Of two entries of one day the one with the later id counts, as in the directory."""
    return entry.record.effective_on, entry.id


def _judgements(facts: Facts) -> Iterator[tuple[date, bool, Fact]]:
    """When which assessment was passed or, as told second, failed."""
    for fact in facts.of("assessment"):
        if fact.record.passed_on is not None:
            yield fact.record.passed_on, False, fact
        if fact.record.result is AssessmentResult.FAILED and fact.record.ended_on is not None:
            yield fact.record.ended_on, True, fact


def _rectification_overdue(facts: Facts, day: date) -> Iterator[State]:
    entries = facts.of("directory_entry")
    told, deciding = by_the_directory((fact.record for fact in entries), day) or (None, ())
    if told is not Standing.WARNED or facts.version("mine", day) is None:
        return
    for fact in entries:
        due = fact.record.rectification_due_on
        if any(fact.record is one for one in deciding) and due is not None and due < day:
            yield _contradicts(ConflictCode.RECTIFICATION_OVERDUE, fact, label=fact.record.document_number)


#: The doubts that a penalty makes, which not everybody is shown.
BY_PENALTY = (ConflictCode.LISTED_WITH_SERIOUS_PENALTY, ConflictCode.LISTED_LICENCE_REVOKED)

_PENALTY = ("decided_on", "valid_until", "repaired_on", "publication_earliest_end", "annulled_on", "document_number")


def _doubt(
    code: ConflictCode,
    on: Callable[[Facts, date], Iterable[State]],
    reads: Mapping[str, tuple[str, ...]],
    *,
    rows: Mapping[str, Callable[[Any], bool]] | None = None,
    after: tuple[str, ...] = (),
    having_records: tuple[str, ...] = (),
) -> Rule:
    """It speaks of the days on which a mine is listed; or of all days of a mine with records of these kinds (`having_records`),
    and looks itself.
    """
    only, applies = (None, having(*having_records)) if having_records else (_WHILE_LISTED, having())
    read = (STANDING.name, *after)
    return Rule(name=code.value, reads=reads, on=on, rows=rows or {}, applies=applies, only=only, after=read)


DOUBTS: tuple[Rule, ...] = (
    _doubt(
        ConflictCode.LISTED_WITH_SERIOUS_PENALTY,
        _penalised(ConflictCode.LISTED_WITH_SERIOUS_PENALTY, _is_serious),
        {"mine": (), "penalty": (*_PENALTY, "publication_class")},
        rows={"penalty": _is_serious},
    ),
    _doubt(
        ConflictCode.LISTED_LICENCE_REVOKED,
        _penalised(ConflictCode.LISTED_LICENCE_REVOKED, _is_revoking),
        {"mine": (), "penalty": (*_PENALTY, "kinds")},
        rows={"penalty": _is_revoking},
    ),
    _doubt(ConflictCode.LISTED_LICENCE_EXPIRED, _licence_expired, {"mine": ("licence_valid_until",)}),
    _doubt(
        ConflictCode.LISTED_CLOSED,
        _closed,
        {"mine": ("life_cycle",), "directory_entry": ("level", "step", "effective_on")},
        having_records=("mine", "directory_entry"),
    ),
    _doubt(ConflictCode.LISTED_TOO_LITTLE_LEFT, _too_little_left, {"mine": ("remaining_years",)}),
    _doubt(
        ConflictCode.LISTED_HOLDER_GONE,
        _holder_gone,
        {"mine": ("enterprise_uscc",), "enterprise": ("uscc", "registration_status")},
    ),
    _doubt(ConflictCode.LISTED_BLACKLISTED, _on_a_list, {}, after=(BARRED.name,)),
    _doubt(
        ConflictCode.LISTED_DESPITE_DISAGREE,
        _disagreed,
        {"opinion": ("nature", "verdict", "issued_on", "valid_until", "document_number", "department")},
        rows={"opinion": _is_audit},
    ),
    _doubt(
        ConflictCode.LISTED_INSIDE_ZONE,
        _inside_a_zone,
        {"screening": ("zone_kind", "screened_on", "touches", "document_number")},
    ),
    _doubt(
        ConflictCode.LISTED_WITHOUT_ASSESSMENT,
        _not_assessed,
        {
            "directory_entry": ("level", "step", "effective_on", "document_number"),
            "assessment": ("passed_on", "ended_on", "result", "assessment_no"),
        },
    ),
    _doubt(
        ConflictCode.LISTED_NOTICE_TOO_SHORT,
        _notice_too_short,
        {"directory_entry": ("level", "step", "effective_on", "notice_from", "notice_until", "document_number")},
    ),
    _doubt(
        ConflictCode.RECTIFICATION_OVERDUE,
        _rectification_overdue,
        {
            "mine": (),
            "directory_entry": ("level", "step", "effective_on", "rectification_due_on", "document_number"),
        },
        having_records=("mine", "directory_entry"),
    ),
)
