"""Doubts that the way into the directory makes: assessments, public notices, terms to rectify, and the province's own entry
under the nation's (plan, section 5.4).

The province decides who is listed.  What it decides against these rules stands, and is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from hub.domain.calendar.moments import months_after
from hub.domain.calendar.working_days import CALENDAR
from hub.domain.records.assessments import AssessmentResult
from hub.domain.records.directory import (
    BEFORE_THE_PLAN,
    NOTICE_WORKING_DAYS,
    RECTIFICATION_MONTHS,
    DirectoryLevel,
    DirectoryStep,
    latest_step,
)
from hub.domain.records.standing import LISTED, Standing, by_the_directory
from hub.domain.rules.assessments import ASSESSMENTS
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.doubting import contradicts, doubt
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import Fact, Facts, Rule, State

#: Which standing rests on a listing of which level.
_RESTING = {DirectoryLevel.PROVINCIAL: LISTED, DirectoryLevel.NATIONAL: frozenset({Standing.LISTED_NATIONAL})}
#: What the nation's directory takes out of the province's.
_RECOMMENDED = (DirectoryStep.PROPOSED, DirectoryStep.PUBLIC_NOTICE, DirectoryStep.LISTED)
_IN_THE_DIRECTORY = (DirectoryStep.LISTED, DirectoryStep.RECTIFICATION)
_ONE_DAY = timedelta(1)

#: When, whether as a failed one, and which.
_Judgement = tuple[date, bool, Fact]


def _not_assessed(facts: Facts, day: date) -> Iterator[State]:
    """A mine is listed by an assessment that it passed since it was last removed, and has not failed since; the nation lists
    one that it has removed by an assessment of after that.

    What the directory had before the plan began came into the hub as it was: its assessments lie outside.
    """
    (removed_on, _), entry = _listed_by(facts, DirectoryLevel.PROVINCIAL, day)
    assert entry is not None
    last = last_judgement(facts, removed_on, day)
    if last is None:
        yield from _never_assessed(entry)
    elif last[1]:
        told = last[2].record.assessment_no
        yield contradicts(ConflictCode.LISTED_WITHOUT_ASSESSMENT, last[2], entry, label=told)
    (again_on, _), national = _listed_by(facts, DirectoryLevel.NATIONAL, day)
    again = national and again_on > removed_on and _rests_on(facts, DirectoryLevel.NATIONAL, day)
    if national and again and last_judgement(facts, again_on, day) is None:
        yield from _never_assessed(national)


def _never_assessed(entry: Fact) -> Iterator[State]:
    if entry.record.effective_on >= BEFORE_THE_PLAN:
        yield contradicts(ConflictCode.LISTED_WITHOUT_ASSESSMENT, entry, label=entry.record.document_number)


def _on_a_doubtful_assessment(facts: Facts, day: date) -> Iterator[State]:
    """The last assessment counts, if it was passed: one that was made against the rules is no ground to stand on."""
    (removed_on, _), entry = _listed_by(facts, DirectoryLevel.PROVINCIAL, day)
    assert entry is not None
    last = last_judgement(facts, removed_on, day)
    if last is None or last[1]:
        return
    _, _, passed = last
    if any(told.about == passed.id for rule in ASSESSMENTS for told in facts.states(rule.name, day)):
        yield contradicts(ConflictCode.LISTED_ON_DOUBTFUL_ASSESSMENT, passed, entry, label=passed.record.assessment_no)


def last_judgement(facts: Facts, removed_on: date, day: date) -> _Judgement | None:
    """The last one after a removal; of two of one day the one that failed."""
    judged = [one for one in _judgements(facts) if removed_on < one[0] <= day]
    return max(judged, key=lambda one: (one[0], one[1], one[2].id), default=None)


def _judgements(facts: Facts) -> Iterator[_Judgement]:
    for fact in facts.of("assessment"):
        if fact.record.passed_on is not None:
            yield fact.record.passed_on, False, fact
        if fact.record.result is AssessmentResult.FAILED and fact.record.ended_on is not None:
            yield fact.record.ended_on, True, fact


def _notice_too_short(facts: Facts, day: date) -> Iterator[State]:
    """A mine is listed after it stood in public notice for `NOTICE_WORKING_DAYS`, and as long as was announced; each listing
    on which its standing rests counts, but those from before the plan.  What the notice does not state of its days, its own
    entry and the listing tell."""
    for level in _RESTING:
        removal, entry = _listed_by(facts, level, day)
        if entry is None or not _rests_on(facts, level, day) or entry.record.effective_on < BEFORE_THE_PLAN:
            continue
        before = [one for one in _steps(facts, level, DirectoryStep.PUBLIC_NOTICE) if removal < _place(one) < _place(entry)]
        notice = max(before, key=_place, default=None)
        if notice is None:
            yield contradicts(ConflictCode.LISTED_NOTICE_TOO_SHORT, entry, label=entry.record.document_number)
        elif _broken_off(notice, entry) or _last_day(notice, entry) < _earliest_end(notice):
            told = notice.record.document_number
            yield contradicts(ConflictCode.LISTED_NOTICE_TOO_SHORT, entry, notice, label=told)


def _rests_on(facts: Facts, level: DirectoryLevel, day: date) -> bool:
    """Whether the standing rests on a listing of the level."""
    return any(told.state in _RESTING[level] for told in facts.states(STANDING.name, day))


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
    """Where a mine was last removed, and the first entry of a level after that by which it is listed on a day."""
    removal = _removal(facts, level, day)
    listings = (one for one in _steps(facts, level, DirectoryStep.LISTED) if one.record.effective_on <= day)
    return removal, min((one for one in listings if _place(one) > removal), key=_place, default=None)


def _removal(facts: Facts, level: DirectoryLevel, day: date) -> tuple[date, str]:
    """Where a mine was last removed from the directory of a level.  What the province removes is in no directory."""
    levels = {level, DirectoryLevel.PROVINCIAL}
    removals = (_place(one) for each in levels for one in _steps(facts, each, DirectoryStep.REMOVED))
    return max((place for place in removals if place[0] <= day), default=(date.min, ""))


def _steps(facts: Facts, level: DirectoryLevel, *steps: DirectoryStep) -> list[Fact]:
    return [fact for fact in facts.of("directory_entry") if fact.record.level is level and fact.record.step in steps]


def _place(entry: Fact) -> tuple[date, str]:
    """Of two entries of one day the one with the later id counts, as in the directory."""
    return entry.record.effective_on, entry.id


def _rectification_overdue(facts: Facts, day: date) -> Iterator[State]:
    for fact in _rectifying(facts, day):
        due = fact.record.rectification_due_on
        if due is not None and due < day:
            yield contradicts(ConflictCode.RECTIFICATION_OVERDUE, fact, label=fact.record.document_number)


def _rectification_too_long(facts: Facts, day: date) -> Iterator[State]:
    """A mine that falls short has `RECTIFICATION_MONTHS` at most, whatever term it was given."""
    for fact in _rectifying(facts, day):
        due = fact.record.rectification_due_on
        if due is not None and due > months_after(fact.record.effective_on, RECTIFICATION_MONTHS):
            yield contradicts(ConflictCode.RECTIFICATION_TOO_LONG, fact, label=fact.record.document_number)


def _rectifying(facts: Facts, day: date) -> list[Fact]:
    """The entries by which a mine is to rectify on a day."""
    entries = facts.of("directory_entry")
    told, deciding = by_the_directory((fact.record for fact in entries), day) or (None, ())
    if told is not Standing.WARNED or facts.version("mine", day) is None:
        return []
    return [fact for fact in entries if any(fact.record is one for one in deciding)]


def _national_alone(facts: Facts, day: date) -> Iterator[State]:
    """The nation lists out of the province's directory: a mine that it recommended, noticed or listed while the province did
    not have it in good order, or that the province does not have.  What came before the plan counts only as long as the
    province does not have it."""
    if facts.version("mine", day) is None:
        return
    removal = _removal(facts, DirectoryLevel.NATIONAL, day)
    taken = [one for one in _steps(facts, DirectoryLevel.NATIONAL, *_RECOMMENDED) if one.record.effective_on <= day]
    last = max((one for one in taken if _place(one) > removal), key=_place, default=None)
    if last is None:
        return
    entries = [fact.record for fact in facts.of("directory_entry")]
    decided_on = last.record.effective_on
    then, now = (latest_step(entries, DirectoryLevel.PROVINCIAL, on) for on in (decided_on, day))
    decided_alone = then is not DirectoryStep.LISTED and decided_on >= BEFORE_THE_PLAN
    if decided_alone or now not in _IN_THE_DIRECTORY:
        yield contradicts(ConflictCode.NATIONAL_WITHOUT_PROVINCIAL, last, label=last.record.document_number)


_ENTRY = ("level", "step", "effective_on", "document_number")
_JUDGED = {"directory_entry": _ENTRY, "assessment": ("passed_on", "ended_on", "result", "assessment_no")}
_OF_ANY_DAY = ("mine", "directory_entry")
_TERM = {"mine": (), "directory_entry": (*_ENTRY, "rectification_due_on")}

LISTINGS: tuple[Rule, ...] = (
    doubt(ConflictCode.LISTED_WITHOUT_ASSESSMENT, _not_assessed, _JUDGED),
    doubt(
        ConflictCode.LISTED_ON_DOUBTFUL_ASSESSMENT,
        _on_a_doubtful_assessment,
        _JUDGED,
        after=tuple(rule.name for rule in ASSESSMENTS),
    ),
    doubt(
        ConflictCode.LISTED_NOTICE_TOO_SHORT,
        _notice_too_short,
        {"directory_entry": (*_ENTRY, "notice_from", "notice_until")},
    ),
    doubt(ConflictCode.RECTIFICATION_OVERDUE, _rectification_overdue, _TERM, having_records=_OF_ANY_DAY),
    doubt(ConflictCode.RECTIFICATION_TOO_LONG, _rectification_too_long, _TERM, having_records=_OF_ANY_DAY),
    doubt(
        ConflictCode.NATIONAL_WITHOUT_PROVINCIAL,
        _national_alone,
        {"mine": (), "directory_entry": _ENTRY},
        having_records=_OF_ANY_DAY,
    ),
)
