"""What a run of a source reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.domain.words.outcomes import Outcome
from hub.services.posting.receipts import Result
from hub.services.work.comparison import Seen
from hub.services.work.reconciliation import Reconciled
from hub.storage.views import departments


@dataclass(slots=True)
class Report:
    """How a run went, in items."""

    accepted: int = 0
    unchanged: int = 0
    new_versions: int = 0
    stale: int = 0
    quarantined: int = 0
    #: How many items the system says there were, where it does.
    told: int | None = None
    #: Names of fields that no mapping accounts for.
    drift: set[str] = field(default_factory=set)
    #: How many records stand here that the system lists no longer.
    vanished: int = 0
    #: The records of which it told.
    seen: Seen = field(default_factory=Seen)
    #: What the system says is there and did not give, by resource.
    missing: Mapping[str, int] = field(default_factory=dict)
    #: What the whole list showed beside what was told it, where it tells that back.
    reconciled: Reconciled | None = None

    @property
    def taken(self) -> int:
        """Items that were not quarantined."""
        return self.accepted + self.new_versions + self.unchanged + self.stale

    def since(self, before: Report) -> departments.Counts:
        """What became of the items that were counted after an earlier state of this report."""
        return departments.Counts(
            accepted=self.taken - before.taken,
            unchanged=self.unchanged - before.unchanged,
            stale=self.stale - before.stale,
            quarantined=self.quarantined - before.quarantined,
        )

    def count(self, results: Sequence[Result]) -> None:
        for result in results:
            match result.outcome:
                case Outcome.ACCEPTED:
                    self.accepted += 1
                case Outcome.UNCHANGED:
                    self.unchanged += 1
                case Outcome.NEW_VERSION:
                    self.new_versions += 1
                case Outcome.STALE:
                    self.stale += 1
                case Outcome.REJECTED:
                    self.quarantined += 1


@dataclass(frozen=True, slots=True)
class Ended:
    """How the run of one source ended: what came, and what ended it where it did not end well."""

    code: str
    report: Report
    error: Exception | None
    seconds: float
