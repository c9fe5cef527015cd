"""What makes a green standing doubtful: the directory says that a mine is in good order, another record says otherwise.

Each is a line of its own, named by its conflict code, so that a post costs only those that it may change.  A row tells the
record that contradicts the directory in `about`, and in `label` its document number; a mine has none, and its name may change
without anything being said anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from hub.domain.records.duties import CLOSING_YEARS
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.mines import LifeCycle
from hub.domain.records.penalties import PenaltyKind, PublicationClass
from hub.domain.records.standing import LISTED, by_the_directory
from hub.domain.rules.bars import BARRED, holder
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import Fact, Facts, Rule, State

_ENDED = frozenset({LifeCycle.CLOSING, LifeCycle.CLOSED})
_GONE = frozenset({RegistrationStatus.CANCELLED, RegistrationStatus.REVOKED})
#: What takes the ground from under a green mine, however the decision is classed for publication.
_REVOKING = frozenset({PenaltyKind.LICENCE_REVOCATION, PenaltyKind.CLOSURE})


def penalty_in_force(penalty: Any, day: date) -> bool:
    """Whether a decision holds on a day: from its date to its last day, unless annulled or repaired by then.

    A dispute suspends nothing (Administrative Penalty Law, art. 73); what is annulled holds from the day of annulment no more.
    """
    over = (one for one in (penalty.annulled_on, penalty.repaired_on) if one is not None)
    valid: bool = penalty.decided_on <= day <= penalty.valid_until
    return valid and all(day < one for one in over)


def _is_serious(penalty: Any) -> bool:
    return penalty.publication_class is PublicationClass.SERIOUS


def _is_revoking(penalty: Any) -> bool:
    return not _REVOKING.isdisjoint(penalty.kinds)


def _is_listed(facts: Facts, day: date) -> bool:
    return any(told.state in LISTED for told in facts.states(STANDING.name, day))


def _contradicts(code: ConflictCode, *records: Fact, label: str | None = None) -> State:
    return State(code, about=records[0].id, because=tuple(one.id for one in records), label=label)


def _penalised(code: ConflictCode, meant: Callable[[Any], bool]) -> Callable[[Facts, date], Iterator[State]]:
    def on(facts: Facts, day: date) -> Iterator[State]:
        mine = facts.version("mine", day)
        if mine is None or not _is_listed(facts, day):
            return
        for fact in facts.of("penalty"):
            if meant(fact.record) and penalty_in_force(fact.record, day):
                yield _contradicts(code, fact, mine, label=fact.record.document_number)

    return on


def _licence_expired(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine and mine.record.licence_valid_until < day and _is_listed(facts, day):
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
    if mine is None or not _is_listed(facts, day):
        return
    left = mine.record.remaining_years
    if left is not None and left < CLOSING_YEARS:
        yield _contradicts(ConflictCode.LISTED_TOO_LITTLE_LEFT, mine)


def _on_a_list(facts: Facts, day: date) -> Iterator[State]:
    if _is_listed(facts, day):
        for told in facts.states(BARRED.name, day):
            yield State(ConflictCode.LISTED_BLACKLISTED, about=told.about, because=told.because)


def _holder_gone(facts: Facts, day: date) -> Iterator[State]:
    holds = holder(facts, day)
    if holds and holds.record.registration_status in _GONE and _is_listed(facts, day):
        yield _contradicts(ConflictCode.LISTED_HOLDER_GONE, holds)


_PENALTY = ("decided_on", "valid_until", "repaired_on", "annulled_on", "document_number")


def _doubt(
    code: ConflictCode,
    on: Callable[[Facts, date], Iterable[State]],
    reads: Mapping[str, tuple[str, ...]],
    rows: Mapping[str, Callable[[Any], bool]] | None = None,
    after: tuple[str, ...] = (),
) -> Rule:
    return Rule(name=code.value, reads=reads, on=on, rows=rows or {}, after=(STANDING.name, *after))


DOUBTS: tuple[Rule, ...] = (
    _doubt(
        ConflictCode.LISTED_WITH_SERIOUS_PENALTY,
        _penalised(ConflictCode.LISTED_WITH_SERIOUS_PENALTY, _is_serious),
        {"mine": (), "penalty": (*_PENALTY, "publication_class")},
        {"penalty": _is_serious},
    ),
    _doubt(
        ConflictCode.LISTED_LICENCE_REVOKED,
        _penalised(ConflictCode.LISTED_LICENCE_REVOKED, _is_revoking),
        {"mine": (), "penalty": (*_PENALTY, "kinds")},
        {"penalty": _is_revoking},
    ),
    _doubt(ConflictCode.LISTED_LICENCE_EXPIRED, _licence_expired, {"mine": ("licence_valid_until",)}),
    _doubt(
        ConflictCode.LISTED_CLOSED,
        _closed,
        {"mine": ("life_cycle",), "directory_entry": ("level", "step", "effective_on")},
    ),
    _doubt(ConflictCode.LISTED_TOO_LITTLE_LEFT, _too_little_left, {"mine": ("remaining_years",)}),
    _doubt(
        ConflictCode.LISTED_HOLDER_GONE,
        _holder_gone,
        {"mine": ("enterprise_uscc",), "enterprise": ("uscc", "registration_status")},
    ),
    _doubt(ConflictCode.LISTED_BLACKLISTED, _on_a_list, {}, after=(BARRED.name,)),
)
