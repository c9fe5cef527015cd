"""The one table of access rules: who may read what, and who may post what.  What has no row here is refused.

Reading: role × noun, with a condition on the row and conditions on single fields.  Posting: role × kind, for departments by
their duties (plan, annex).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auth.principals import Principal, Role
from hub.domain.departments import Department
from hub.domain.fields import fields_of
from hub.domain.read_plan import Condition, Visibility
from hub.domain.record_kinds import KINDS, RecordKind

_EVERYONE = frozenset(Role)
_OFFICIAL = frozenset({Role.DEPARTMENT, Role.CREDIT_DISCLOSURE, Role.OPERATOR})
_NEVER = Condition.NEVER

#: Who posted a record and by which way is the hub's and the departments' own affair.
_PROVENANCE = {"posted_by": _NEVER, "source": _NEVER}
#: What goes wrong inside a connector concerns operators.
_INTERNALS = {"cursor": _NEVER, "last_error": _NEVER, "drift": _NEVER, "paused_until": _NEVER}


def _personal(kind: RecordKind, condition: Condition) -> dict[str, Condition]:
    return {f.name: condition for f in fields_of(KINDS[kind].payload) if f.spec.personal}


@dataclass(frozen=True, slots=True)
class Reading:
    """One row: these roles may read this noun's rows where `rows` holds, and its fields but for those in `fields`."""

    roles: frozenset[Role]
    noun: str
    rows: Condition = Condition.ALWAYS
    fields: Mapping[str, Condition] = field(default_factory=dict)


READING: tuple[Reading, ...] = (
    *(Reading(_EVERYONE, noun) for noun in ("annual_output", "division", "department_info")),
    *(Reading(_OFFICIAL, noun) for noun in ("mine", "enterprise", "authority", "opinion", "directory_entry")),
    *(
        Reading(frozenset({Role.BANK}), noun, fields=_PROVENANCE)
        for noun in ("mine", "enterprise", "authority", "directory_entry")
    ),
    # The officer's checklist wants an audit opinion's conclusion, date and validity, not its text.
    Reading(
        frozenset({Role.BANK}),
        "opinion",
        Condition.AUDIT_OPINION,
        _PROVENANCE | {"text": _NEVER, "conditions": _NEVER},
    ),
    Reading(frozenset({Role.DEPARTMENT}), "penalty", fields=_personal(RecordKind.PENALTY, Condition.OWN_DEPARTMENT)),
    Reading(frozenset({Role.CREDIT_DISCLOSURE}), "penalty"),
    Reading(frozenset({Role.OPERATOR}), "penalty", fields=_personal(RecordKind.PENALTY, _NEVER)),
    Reading(
        frozenset({Role.BANK}),
        "penalty",
        Condition.IN_PUBLICATION,
        _PROVENANCE | _personal(RecordKind.PENALTY, _NEVER) | {"remarks": _NEVER},
    ),
    Reading(_EVERYONE - {Role.OPERATOR}, "source", fields=_INTERNALS),
    Reading(frozenset({Role.OPERATOR}), "source"),
    Reading(frozenset({Role.DEPARTMENT}), "rejection", Condition.OWN_DEPARTMENT),
    Reading(frozenset({Role.CREDIT_DISCLOSURE}), "rejection", Condition.OWN_CLIENT),
    Reading(frozenset({Role.OPERATOR}), "rejection"),
)


@dataclass(frozen=True, slots=True)
class Posting:
    """One row: these roles (for departments: these departments) may post this kind, and withdraw what they may post."""

    roles: frozenset[Role]
    kind: RecordKind
    departments: frozenset[Department] = frozenset(Department)


POSTING: tuple[Posting, ...] = (
    Posting(frozenset({Role.DEPARTMENT}), RecordKind.MINE, frozenset({Department.NATURAL_RESOURCES})),
    Posting(frozenset({Role.DEPARTMENT}), RecordKind.AUTHORITY, frozenset({Department.NATURAL_RESOURCES})),
    Posting(frozenset({Role.DEPARTMENT}), RecordKind.DIRECTORY_ENTRY, frozenset({Department.NATURAL_RESOURCES})),
    Posting(frozenset({Role.DEPARTMENT}), RecordKind.ENTERPRISE, frozenset({Department.MARKET_REGULATION})),
    Posting(frozenset({Role.DEPARTMENT}), RecordKind.OPINION),
    Posting(frozenset({Role.DEPARTMENT, Role.CREDIT_DISCLOSURE}), RecordKind.PENALTY),
    *(Posting(frozenset({Role.OPERATOR}), kind) for kind in (RecordKind.MINE, RecordKind.ENTERPRISE, RecordKind.AUTHORITY)),
)

VISIBILITY: dict[Role, Visibility] = {
    role: Visibility(
        name=role.value,
        nouns={rule.noun: rule.rows for rule in READING if role in rule.roles},
        fields={(rule.noun, name): word for rule in READING if role in rule.roles for name, word in rule.fields.items()},
        # Banks and the public see what stands, and nothing of what was taken back.
        withdrawn=role is not Role.BANK,
    )
    for role in Role
}


def is_masked(noun: str, name: str) -> bool:
    """Whether anyone sees this field only under a condition, so that it may be null in an answer."""
    return any((noun, name) in visibility.fields for visibility in VISIBILITY.values())


def may_post(principal: Principal, kind: RecordKind) -> bool:
    """Whether the caller may post records of this kind at all, by the table and by its token's scopes."""
    if f"{kind.value}:post" not in principal.scopes:
        return False
    return any(
        principal.role in rule.roles
        and rule.kind is kind
        and (principal.role is not Role.DEPARTMENT or principal.department in rule.departments)
        for rule in POSTING
    )


def kinds_to_post(role: Role, department: Department | None) -> frozenset[RecordKind]:
    """The kinds that a role (of a department) may post."""
    return frozenset(
        rule.kind for rule in POSTING if role in rule.roles and (role is not Role.DEPARTMENT or department in rule.departments)
    )
