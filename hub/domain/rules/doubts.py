"""What makes a green standing doubtful: the directory says that a mine is in good order, another record says otherwise.

Each is a line of its own, named by its conflict code, so that a post costs only those that it may change.  A row tells the
record that contradicts the directory in `about`, and in `label` its document number; a mine has none, and its name may change
without anything being said anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from hub.domain.records.duties import CLOSING_YEARS
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.mines import LifeCycle
from hub.domain.records.opinions import OpinionNature, Verdict
from hub.domain.records.penalties import PenaltyKind, PublicationClass, repaired_from
from hub.domain.records.standing import LISTED, by_the_directory
from hub.domain.rules.bars import BARRED, holder
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.doubting import contradicts, doubt
from hub.domain.rules.listings import LISTINGS
from hub.domain.rules.timelines import Facts, Rule, State

_ENDED = frozenset({LifeCycle.CLOSING, LifeCycle.CLOSED})
_GONE = frozenset({RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED})
#: What takes the ground from under a green mine, however the decision is classed for publication.
_REVOKING = frozenset({PenaltyKind.LICENCE_REVOCATION, PenaltyKind.CLOSURE})


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


def _penalised(code: ConflictCode, meant: Callable[[Any], bool]) -> Callable[[Facts, date], Iterator[State]]:
    def on(facts: Facts, day: date) -> Iterator[State]:
        mine = facts.version("mine", day)
        if mine is None:
            return
        for fact in facts.of("penalty"):
            if meant(fact.record) and penalty_in_force(fact.record, day):
                yield contradicts(code, fact, mine, label=fact.record.document_number)

    return on


def _licence_expired(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and mine.record.licence_valid_until < day:
        yield contradicts(ConflictCode.LISTED_LICENCE_EXPIRED, mine)


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
        yield contradicts(ConflictCode.LISTED_CLOSED, mine, *provincial)


def _too_little_left(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine is None:
        return
    left = mine.record.remaining_years
    if left is not None and left < CLOSING_YEARS:
        yield contradicts(ConflictCode.LISTED_TOO_LITTLE_LEFT, mine)


def _on_a_list(facts: Facts, day: date) -> Iterator[State]:
    for told in facts.states(BARRED.name, day):
        yield State(ConflictCode.LISTED_BLACKLISTED, about=told.about, because=told.because)


def _holder_gone(facts: Facts, day: date) -> Iterator[State]:
    holds = holder(facts, day)
    if holds and holds.record.registration_status in _GONE:
        yield contradicts(ConflictCode.LISTED_HOLDER_GONE, holds)


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
            yield contradicts(ConflictCode.LISTED_DESPITE_DISAGREE, fact, label=opinion.document_number)


def _is_audit(opinion: Any) -> bool:
    return opinion.nature is OpinionNature.AUDIT


def _inside_a_zone(facts: Facts, day: date) -> Iterator[State]:
    """The last screening against each kind of zone counts; of two on one day the one that touches."""
    screened = [fact for fact in facts.of("screening") if fact.record.screened_on <= day]
    for fact in screened:
        same = (one.record.screened_on for one in screened if one.record.zone_kind is fact.record.zone_kind)
        if fact.record.touches and fact.record.screened_on == max(same):
            yield contradicts(ConflictCode.LISTED_INSIDE_ZONE, fact, label=fact.record.document_number)


#: The doubts that a penalty makes, which not everybody is shown.
BY_PENALTY = (ConflictCode.LISTED_WITH_SERIOUS_PENALTY, ConflictCode.LISTED_LICENCE_REVOKED)

_PENALTY = ("decided_on", "valid_until", "repaired_on", "publication_earliest_end", "annulled_on", "document_number")


DOUBTS: tuple[Rule, ...] = (
    doubt(
        ConflictCode.LISTED_WITH_SERIOUS_PENALTY,
        _penalised(ConflictCode.LISTED_WITH_SERIOUS_PENALTY, _is_serious),
        {"mine": (), "penalty": (*_PENALTY, "publication_class")},
        rows={"penalty": _is_serious},
    ),
    doubt(
        ConflictCode.LISTED_LICENCE_REVOKED,
        _penalised(ConflictCode.LISTED_LICENCE_REVOKED, _is_revoking),
        {"mine": (), "penalty": (*_PENALTY, "kinds")},
        rows={"penalty": _is_revoking},
    ),
    doubt(ConflictCode.LISTED_LICENCE_EXPIRED, _licence_expired, {"mine": ("licence_valid_until",)}),
    doubt(
        ConflictCode.LISTED_CLOSED,
        _closed,
        {"mine": ("life_cycle",), "directory_entry": ("level", "step", "effective_on")},
        having_records=("mine", "directory_entry"),
    ),
    doubt(ConflictCode.LISTED_TOO_LITTLE_LEFT, _too_little_left, {"mine": ("remaining_years",)}),
    doubt(
        ConflictCode.LISTED_HOLDER_GONE,
        _holder_gone,
        {"mine": ("enterprise_uscc",), "enterprise": ("uscc", "registration_status")},
    ),
    doubt(ConflictCode.LISTED_BLACKLISTED, _on_a_list, {}, after=(BARRED.name,)),
    doubt(
        ConflictCode.LISTED_DESPITE_DISAGREE,
        _disagreed,
        {"opinion": ("nature", "verdict", "issued_on", "valid_until", "document_number", "department")},
        rows={"opinion": _is_audit},
    ),
    doubt(
        ConflictCode.LISTED_INSIDE_ZONE,
        _inside_a_zone,
        {"screening": ("zone_kind", "screened_on", "touches", "document_number")},
    ),
    *LISTINGS,
)
