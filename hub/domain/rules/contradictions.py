"""Contradictions between departments that make no green standing doubtful by themselves: each a line of its own, named by its
conflict code, as those of `hub.domain.rules.doubts` are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hub.domain.records.contracts import ContractKind, in_force_on
from hub.domain.records.duties import CLOSING_YEARS
from hub.domain.records.opinions import OpinionTopic, Verdict
from hub.domain.records.zones import ZoneKind
from hub.domain.rules.bars import holder
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.timelines import Fact, Facts, Rule, State, having

#: By which topic an opinion agrees in spite of which kind of zone.
_TOPICS = {
    ZoneKind.ECOLOGICAL_RED_LINE: OpinionTopic.ECOLOGICAL_RED_LINE,
    ZoneKind.PROTECTED_AREA: OpinionTopic.PROTECTED_AREA,
}
_TOPICS_OF_ZONES = frozenset(_TOPICS.values())


def _holder_not_registered(facts: Facts, day: date) -> Iterator[State]:
    """Of who holds the mine no more nothing is known here (as `holder` says), so nothing is said of the days before."""
    mine = facts.version("mine", day)
    if mine is None or mine.record.licence_valid_from > day or holder(facts, day) is not None:
        return
    uscc = mine.record.enterprise_uscc
    newest = max(facts.of("mine"), key=lambda fact: fact.known_from)
    if uscc == newest.record.enterprise_uscc:
        yield State(ConflictCode.HOLDER_NOT_REGISTERED, about=mine.id, because=(mine.id,), label=uscc)


def _agreed_despite_overlap(facts: Facts, day: date) -> Iterator[State]:
    """The last screening against each kind of zone counts, and each department's last opinion on it.  Who should act depends on
    the kind of zone, which is the state."""
    if facts.version("mine", day) is None:
        return
    screened = [fact for fact in facts.of("screening") if fact.record.screened_on <= day]
    issued = [fact for fact in facts.of("opinion") if fact.record.issued_on <= day]
    for zone, topic in _TOPICS.items():
        against = [fact for fact in screened if fact.record.zone_kind is zone]
        screenings = [fact for fact in _latest(against, "screened_on") if fact.record.touches]
        opinions = [fact for fact in issued if topic in fact.record.topics]
        for department in sorted({fact.record.department for fact in opinions}):
            own = [fact for fact in opinions if fact.record.department == department]
            for opinion in _latest(own, "issued_on"):
                if opinion.record.verdict is Verdict.AGREE and _is_valid(opinion.record, day):
                    for screening in screenings:
                        both = opinion.id, screening.id
                        number = opinion.record.document_number
                        yield State(zone, about=":".join(both), because=both, label=number)


def _contracted_too_little_left(facts: Facts, day: date) -> Iterator[State]:
    """A mine with less than three years left signs no construction contract (plan, section 2.2): by what the hub knew of it on
    the day of signing."""
    if facts.version("mine", day) is None:
        return
    for fact in facts.of("contract"):
        contract, then = fact.record, facts.version("mine", fact.record.signed_on)
        if then is None or not (_is_for_construction(contract) and in_force_on(contract, day)):
            continue
        left = then.record.remaining_years
        if left is not None and left < CLOSING_YEARS:
            both = fact.id, then.id
            yield State(ConflictCode.CONTRACTED_TOO_LITTLE_LEFT, fact.id, both, label=contract.document_number)


def _contracted_with_another(facts: Facts, day: date) -> Iterator[State]:
    """A contract is signed by who holds the mine (plan, section 2.2): by what the hub knew of it on the day of signing."""
    if facts.version("mine", day) is None:
        return
    for fact in facts.of("contract"):
        contract, then = fact.record, facts.version("mine", fact.record.signed_on)
        if then and in_force_on(contract, day) and contract.party_uscc != then.record.enterprise_uscc:
            both = fact.id, then.id
            yield State(ConflictCode.CONTRACTED_WITH_ANOTHER, fact.id, both, label=contract.document_number)


def _is_for_construction(contract: Any) -> bool:
    return contract.contract_kind is ContractKind.CONSTRUCTION


def _is_valid(opinion: Any, day: date) -> bool:
    return opinion.valid_until is None or day <= opinion.valid_until


def _latest(facts: list[Fact], day: str) -> list[Fact]:
    """Those of the last day on which there are any."""
    last = max((getattr(fact.record, day) for fact in facts), default=None)
    return [fact for fact in facts if getattr(fact.record, day) == last]


def _overdue(code: ConflictCode, kind: str) -> Rule:
    def on(facts: Facts, day: date) -> Iterator[State]:
        if facts.version("mine", day) is None:
            return
        for fact in facts.of(kind):
            since = fact.record.owed_since
            if since is not None and since < day:
                yield State(code, about=fact.id, because=(fact.id,), due_on=since, label=fact.record.document_number)

    reads: dict[str, tuple[str, ...]] = {"mine": (), kind: ("owed_since", "document_number")}
    return Rule(name=code.value, reads=reads, rows={kind: _owes}, applies=having("mine", kind), on=on)


def _owes(record: Any) -> bool:
    return record.owed_since is not None


def _is_on_a_zone(opinion: Any) -> bool:
    return not _TOPICS_OF_ZONES.isdisjoint(opinion.topics)


CONTRADICTIONS: tuple[Rule, ...] = (
    Rule(
        name=ConflictCode.HOLDER_NOT_REGISTERED.value,
        reads={"mine": ("licence_valid_from", "enterprise_uscc"), "enterprise": ("uscc",)},
        on=_holder_not_registered,
    ),
    Rule(
        name=ConflictCode.AGREED_DESPITE_OVERLAP.value,
        reads={
            "mine": (),
            "opinion": ("topics", "verdict", "issued_on", "valid_until", "document_number", "department"),
            "screening": ("zone_kind", "screened_on", "touches"),
        },
        rows={"opinion": _is_on_a_zone},
        applies=having("mine", "opinion", "screening"),
        on=_agreed_despite_overlap,
    ),
    Rule(
        name=ConflictCode.CONTRACTED_TOO_LITTLE_LEFT.value,
        reads={
            "mine": ("remaining_years",),
            "contract": ("contract_kind", "signed_on", "terminated_on", "document_number"),
        },
        rows={"contract": _is_for_construction},
        applies=having("mine", "contract"),
        on=_contracted_too_little_left,
    ),
    Rule(
        name=ConflictCode.CONTRACTED_WITH_ANOTHER.value,
        reads={
            "mine": ("enterprise_uscc",),
            "contract": ("party_uscc", "signed_on", "terminated_on", "document_number"),
        },
        applies=having("mine", "contract"),
        on=_contracted_with_another,
    ),
    _overdue(ConflictCode.RESTORATION_OVERDUE, "restoration_plan"),
    _overdue(ConflictCode.VEGETATION_OVERDUE, "forest_land_use"),
)
