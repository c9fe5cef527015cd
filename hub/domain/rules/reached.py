"""Records that name no mine, or no decision, but are reached from it: through a record of its own that names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.rules.timelines import Subject

#: The field by which a record of its own names a subject.
NAMED_BY = {Subject.MINE: "licence_no", Subject.DECISION: "document_number"}


@dataclass(frozen=True, slots=True)
class Through:
    """The kind of the subject's own records, the field in which they name the other's, one or several, and the other's field
    that is named."""

    kind: str
    field: str
    key: str

    def named(self, record: Any) -> Iterator[str]:
        """What one of the subject's own records names."""
        match getattr(record, self.field):
            case tuple() as several:
                yield from several
            case str() as one:
                yield one


THROUGH: Mapping[Subject, Mapping[str, Through]] = {
    Subject.MINE: {
        "enterprise": Through("mine", "enterprise_uscc", "uscc"),
        "assessor": Through("assessment", "assessor_uscc", "uscc"),
        "expert": Through("assessment", "expert_nos", "expert_no"),
        "indicator_system": Through("assessment", "indicator_system_code", "code"),
        "support_policy": Through("support_grant", "policy_number", "document_number"),
    },
    Subject.DECISION: {"enterprise": Through("penalty", "party_uscc", "uscc")},
}


def keys(subject: Subject, kind: str, records: Sequence[Any]) -> Iterator[str]:
    """What these records are named by, and what they name, where either is reached through the other.

    Two records of one key may be posted at once, each by a writer who does not see the other's: who keeps what follows from
    either locks the key.
    """
    for other, through in THROUGH[subject].items():
        for record in records:
            if other == kind and (key := getattr(record, through.key)) is not None:
                yield key
            if through.kind == kind:
                yield from through.named(record)
