"""The one table of access rules: who may read what, and who may post what.  What has no row here is refused.

ReadRule: role × noun, with a condition on the row and conditions on single fields; offices of a department below the province
read what their division covers.  PostRule: role × kind, for departments by their duties (plan, annex), within their division.
`hub access matrix` prints the table by fields; hub/docs/access.md holds the print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from auth.principals import PROVEN, BankOffice, Principal, Role
from hub.domain.declaring.fields import fields_of, snake
from hub.domain.read_plan import Condition, Visibility
from hub.domain.record_kinds import KINDS, PARTS, RecordKind
from hub.domain.records.supports import SUPPORTS
from hub.domain.records.zones import SCREENED_BY
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE
from hub.domain.words.errors import ErrorCode, HubError

_EVERYONE = frozenset(Role)
_KNOWN = frozenset(PROVEN)
_OFFICIAL = frozenset({Role.DEPARTMENT, Role.CREDIT_DISCLOSURE, Role.OPERATOR})
_NEVER = Condition.NEVER

#: Who posted a record, by which way and in which spelling is the hub's and the departments' own affair.
_PROVENANCE = {"posted_by": _NEVER, "source": _NEVER, "sent_forms": _NEVER}
#: What goes wrong inside a connector concerns operators.
_INTERNALS = {
    "cursor": _NEVER,
    "last_error": _NEVER,
    "drift": _NEVER,
    "drift_since": _NEVER,
    "compare_at": _NEVER,
    "paused_until": _NEVER,
}
#: When it is asked, and what it told, concerns those who work with it.
_OF_THE_PULLS = (
    *_INTERNALS,
    *("lag_seconds", "next_pull_at", "last_attempt_at", "counted_since", "items_told", "compared_at", "drift_since"),
)
_COPY = {"payload": Condition.OWN_CLIENT}
#: By what of a read one could tell what it was for.
_WHY = ("purpose", "reference", "document_hash", "asked", "key")


def _personal(kind: RecordKind, condition: Condition) -> dict[str, Condition]:
    return {f.name: condition for f in fields_of(KINDS[kind].payload) if f.spec.personal}


#: Who judged is not the bank's affair; an assessor's business with others is not either.
_BARRED_TO_BANKS: dict[RecordKind, dict[str, Condition]] = {
    RecordKind.ASSESSMENT: {"expert_nos": _NEVER},
    RecordKind.ASSESSOR: {"dealings": _NEVER},
    RecordKind.COMMENDATION: {"recipient": _NEVER},
}


#: Of a mine that is in the directory: what the holder of the right, and the departments, know of each other.
_OF_THE_RIGHT = (
    *("boundary", "west", "south", "east", "north", "designed_capacity", "remaining_years", "normal_production_3_years"),
    *("annual_output", "mining_right_no", "mining_right_until", "build_duty", "must_contract", "contract_state"),
)


@dataclass(frozen=True, slots=True)
class ReadRule:
    """One row: these roles may read this noun's rows where `rows` holds, and its fields but for those in `fields`."""

    roles: frozenset[Role]
    noun: str
    rows: Condition = Condition.ALWAYS
    fields: Mapping[str, Condition] = field(default_factory=dict)


#: What every department and the operators may read as it is.
_SHARED = (
    RecordKind.CONTRACT,
    RecordKind.ASSESSMENT,
    RecordKind.INDICATOR_SYSTEM,
    RecordKind.ASSESSOR,
    RecordKind.MINING_RIGHT_LISTING,
    RecordKind.RECOVERY_RATES,
    RecordKind.RESTORATION_PLAN,
    RecordKind.ZONE,
    RecordKind.SCREENING,
    RecordKind.POLLUTANT_PERMIT,
    RecordKind.MONITORING_READING,
    RecordKind.ENERGY_USE,
    RecordKind.FOREST_LAND_USE,
    RecordKind.LOCAL_STANDARD,
    RecordKind.BUDGET_ITEM,
    RecordKind.SUPPORT_POLICY,
    RecordKind.SUPPORT_GRANT,
    RecordKind.APPEAL,
    RecordKind.INNOVATION,
    RecordKind.COMMUNITY_PROJECT,
    RecordKind.SUPERVISION_VISIT,
    RecordKind.COMMENDATION,
    RecordKind.PREFECTURE_TARGET,
    RecordKind.PROGRESS_REPORT,
    RecordKind.LICENCE_SUCCESSION,
)

#: What a credit officer's checklist asks for besides standing, opinions and penalties.
_FOR_LOANS = (
    RecordKind.CONTRACT,
    RecordKind.ASSESSMENT,
    RecordKind.INDICATOR_SYSTEM,
    RecordKind.ASSESSOR,
    RecordKind.MINING_RIGHT_LISTING,
    RecordKind.RECOVERY_RATES,
    RecordKind.RESTORATION_PLAN,
    RecordKind.ZONE,
    RecordKind.SCREENING,
    RecordKind.POLLUTANT_PERMIT,
    RecordKind.FOREST_LAND_USE,
    RecordKind.LOCAL_STANDARD,
    RecordKind.SUPPORT_POLICY,
    RecordKind.SUPPORT_GRANT,
    RecordKind.COMMENDATION,
    RecordKind.PREFECTURE_TARGET,
    RecordKind.LICENCE_SUCCESSION,
)

_OPEN = ("division", "department_info", "plan", "plan_phase", "plan_target")
#: What is no record of anybody: it is read without saying why.  A client's own receivers are among it, wherever they stand.
WITHOUT_PURPOSE = frozenset({*_OPEN, "source", "consumer", "webhook"})

READING: tuple[ReadRule, ...] = (
    *(ReadRule(_EVERYONE, noun) for noun in _OPEN),
    # A search finds what the caller may see, by what it may see of it.
    ReadRule(_KNOWN, "search_hit"),
    # What follows from records is told with those of them that the caller sees.
    ReadRule(frozenset({Role.DEPARTMENT, Role.OPERATOR, Role.BANK}), "reason", Condition.SEEN_RECORD),
    ReadRule(frozenset({Role.DEPARTMENT, Role.OPERATOR, Role.BANK}), "timeline_span"),
    # Parts are seen with the record that holds them.
    *(ReadRule(_EVERYONE, snake(part.__name__)) for part in PARTS),
    *(ReadRule(frozenset({Role.DEPARTMENT, Role.OPERATOR}), kind.value) for kind in _SHARED),
    *(ReadRule(frozenset({Role.BANK}), kind.value, fields=_PROVENANCE | _BARRED_TO_BANKS.get(kind, {})) for kind in _FOR_LOANS),
    *(
        ReadRule(frozenset({Role.CREDIT_DISCLOSURE}), kind.value)
        for kind in (RecordKind.MINING_RIGHT_LISTING, RecordKind.COMMENDATION)
    ),
    *(
        ReadRule(frozenset({Role.DEPARTMENT, Role.OPERATOR}), noun)
        for noun in ("target_progress", "report_duty", "conflict", "support_eligibility", "closure_duty")
    ),
    *(ReadRule(frozenset({Role.BANK}), noun) for noun in ("target_progress", "support_eligibility")),
    ReadRule(frozenset({Role.DEPARTMENT}), "expert"),
    ReadRule(frozenset({Role.OPERATOR}), "expert", fields=_personal(RecordKind.EXPERT, _NEVER)),
    # Under which numbers a mine was known is known with the mine.
    ReadRule(_KNOWN, "licence_period"),
    # An unanswered transfer is seen by both sides and by the leading department (plan, annex 1).
    *(
        rule
        for noun in ("case_transfer", "transfer_answer")
        for rule in (
            ReadRule(frozenset({Role.DEPARTMENT}), noun, Condition.PARTY_OR_LEAD),
            ReadRule(frozenset({Role.OPERATOR}), noun),
        )
    ),
    *(ReadRule(_OFFICIAL, noun) for noun in ("mine", "enterprise", "authority", "opinion", "directory_entry")),
    *(
        ReadRule(frozenset({Role.BANK}), noun, fields=_PROVENANCE)
        for noun in ("mine", "enterprise", "authority", "directory_entry")
    ),
    # The officer's checklist wants an audit opinion's conclusion, date and validity, not its text.
    ReadRule(
        frozenset({Role.BANK}),
        "opinion",
        Condition.AUDIT_OPINION,
        _PROVENANCE | {"text": _NEVER, "conditions": _NEVER},
    ),
    ReadRule(frozenset({Role.DEPARTMENT}), "penalty", fields=_personal(RecordKind.PENALTY, Condition.OWN_DEPARTMENT)),
    ReadRule(frozenset({Role.CREDIT_DISCLOSURE}), "penalty"),
    ReadRule(frozenset({Role.OPERATOR}), "penalty", fields=_personal(RecordKind.PENALTY, _NEVER)),
    ReadRule(
        frozenset({Role.BANK}),
        "penalty",
        Condition.IN_PUBLICATION,
        _PROVENANCE | _personal(RecordKind.PENALTY, _NEVER) | {"remarks": _NEVER},
    ),
    ReadRule(_KNOWN - {Role.OPERATOR}, "source", fields=_INTERNALS),
    ReadRule(frozenset({Role.OPERATOR}), "source"),
    # How old a copy is belongs to what is made public of it.
    ReadRule(frozenset({Role.PUBLIC}), "source", fields=dict.fromkeys(_OF_THE_PULLS, _NEVER)),
    # The public sees what is made public: the directory, publicised penalties, answered appeals, how far prefectures are.
    ReadRule(
        frozenset({Role.PUBLIC}),
        "mine",
        Condition.LISTED,
        _PROVENANCE | dict.fromkeys(_OF_THE_RIGHT, _NEVER),
    ),
    ReadRule(
        frozenset({Role.PUBLIC}),
        "directory_entry",
        Condition.IN_FORCE,
        _PROVENANCE | {"reason_code": _NEVER, "reason": _NEVER, "legal_basis": _NEVER},
    ),
    ReadRule(
        frozenset({Role.PUBLIC}),
        "penalty",
        Condition.PUBLICISED,
        _PROVENANCE | _personal(RecordKind.PENALTY, _NEVER) | {"remarks": _NEVER},
    ),
    ReadRule(frozenset({Role.PUBLIC}), "appeal", Condition.ANSWERED, _PROVENANCE),
    ReadRule(
        frozenset({Role.PUBLIC}),
        "target_progress",
        fields={"reported_producing": _NEVER, "reported_at_standard": _NEVER, "differs": _NEVER},
    ),
    # A copy of what was sent is its sender's; others see its outline.
    ReadRule(frozenset({Role.DEPARTMENT}), "rejection", Condition.OWN_DEPARTMENT, _COPY),
    ReadRule(frozenset({Role.CREDIT_DISCLOSURE}), "rejection", Condition.OWN_CLIENT, _COPY),
    ReadRule(frozenset({Role.OPERATOR}), "rejection", fields=_COPY),
    # What people did with it is seen with it.
    ReadRule(_OFFICIAL, "rejection_act"),
    # Both sides of a discrepancy see it.
    ReadRule(frozenset({Role.DEPARTMENT}), "discrepancy", Condition.OWN_DEPARTMENT),
    ReadRule(frozenset({Role.CREDIT_DISCLOSURE, Role.OPERATOR}), "discrepancy"),
    # Who is told of the log, and where, is its own affair, and the operators'.
    *(
        rule
        for noun in ("consumer", "webhook")
        for rule in (
            ReadRule(_KNOWN - {Role.OPERATOR}, noun, Condition.OWN_CLIENT),
            ReadRule(frozenset({Role.OPERATOR}), noun),
        )
    ),
    # A department is told that banks looked and when, not why: by what was asked it would know who has lent.
    ReadRule(frozenset({Role.DEPARTMENT}), "mine_read", Condition.BANK_READ, dict.fromkeys(_WHY, _NEVER)),
    ReadRule(frozenset({Role.OPERATOR}), "mine_read"),
    ReadRule(frozenset({Role.OPERATOR}), "standing_work"),
    ReadRule(frozenset({Role.OPERATOR}), "client"),
    # What goes out of a department's records is its own affair, and the operators'.
    ReadRule(frozenset({Role.DEPARTMENT}), "delivery", Condition.OWN_DEPARTMENT),
    ReadRule(frozenset({Role.OPERATOR}), "delivery"),
    ReadRule(frozenset({Role.DEPARTMENT, Role.OPERATOR}), "delivery_act"),
)


class BankAct(StrEnum):
    """What is done for a bank, besides reading the graph."""

    CHECK = "CHECK"
    READ_CHECKS = "READ_CHECKS"
    ATTEST = "ATTEST"
    READ_PORTFOLIOS = "READ_PORTFOLIOS"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    MANAGE_PORTFOLIOS = "MANAGE_PORTFOLIOS"


_OFFICER, _AUDITOR, _MANAGER = BankOffice.OFFICER, BankOffice.AUDITOR, BankOffice.PORTFOLIO_MANAGER

#: Which persons of a bank do what for it, with what is the bank's; its client does all of it.
BANKING: Mapping[BankAct, frozenset[BankOffice]] = {
    BankAct.CHECK: frozenset({_OFFICER}),
    BankAct.READ_CHECKS: frozenset({_OFFICER, _AUDITOR}),
    BankAct.ATTEST: frozenset({_OFFICER}),
    BankAct.READ_PORTFOLIOS: frozenset({_OFFICER, _MANAGER}),
    BankAct.ACKNOWLEDGE: frozenset({_OFFICER, _MANAGER}),
    BankAct.MANAGE_PORTFOLIOS: frozenset({_MANAGER}),
}


@dataclass(frozen=True, slots=True)
class PostRule:
    """One row: these roles (for departments: these departments) may post this kind, and withdraw what they may post."""

    roles: frozenset[Role]
    kind: RecordKind
    departments: frozenset[Department] = frozenset(Department)


_ALL = frozenset(Department)

#: By whom records of a kind are posted: the department whose duty it is (plan, annex), or several that share it.
POSTED_BY: Mapping[RecordKind, frozenset[Department]] = {
    **dict.fromkeys(
        (
            RecordKind.MINE,
            RecordKind.AUTHORITY,
            RecordKind.DIRECTORY_ENTRY,
            RecordKind.CONTRACT,
            RecordKind.ASSESSMENT,
            RecordKind.INDICATOR_SYSTEM,
            RecordKind.EXPERT,
            RecordKind.ASSESSOR,
            RecordKind.MINING_RIGHT_LISTING,
            RecordKind.RECOVERY_RATES,
            RecordKind.RESTORATION_PLAN,
            RecordKind.COMMENDATION,
            RecordKind.PREFECTURE_TARGET,
            RecordKind.PROGRESS_REPORT,
            RecordKind.LICENCE_SUCCESSION,
        ),
        frozenset({Department.NATURAL_RESOURCES}),
    ),
    **dict.fromkeys(
        (
            RecordKind.OPINION,
            RecordKind.PENALTY,
            RecordKind.CASE_TRANSFER,
            RecordKind.TRANSFER_ANSWER,
            RecordKind.SUPERVISION_VISIT,
            RecordKind.APPEAL,
        ),
        _ALL,
    ),
    **dict.fromkeys((RecordKind.ZONE, RecordKind.SCREENING), frozenset(SCREENED_BY.values())),
    **dict.fromkeys(
        (RecordKind.SUPPORT_POLICY, RecordKind.SUPPORT_GRANT),
        frozenset(department for facts in SUPPORTS.values() for department in facts.granted_by),
    ),
    **dict.fromkeys(
        (RecordKind.INNOVATION, RecordKind.COMMUNITY_PROJECT),
        frozenset({Department.NATURAL_RESOURCES, Department.INDUSTRY}),
    ),
    RecordKind.ENTERPRISE: frozenset({Department.MARKET_REGULATION}),
    RecordKind.LOCAL_STANDARD: frozenset({Department.MARKET_REGULATION, Department.NATURAL_RESOURCES}),
    RecordKind.POLLUTANT_PERMIT: frozenset({Department.ECOLOGY}),
    RecordKind.MONITORING_READING: frozenset({Department.ECOLOGY, Department.WATER}),
    RecordKind.ENERGY_USE: frozenset({Department.ENERGY, Department.INDUSTRY, Department.ECOLOGY}),
    RecordKind.FOREST_LAND_USE: frozenset({Department.FORESTRY_GRASSLAND}),
    RecordKind.BUDGET_ITEM: frozenset({Department.FINANCE}),
}

POSTING: tuple[PostRule, ...] = (
    *(PostRule(frozenset({Role.DEPARTMENT}), kind, departments) for kind, departments in POSTED_BY.items()),
    PostRule(frozenset({Role.CREDIT_DISCLOSURE}), RecordKind.PENALTY),
    *(PostRule(frozenset({Role.OPERATOR}), kind) for kind in (RecordKind.MINE, RecordKind.ENTERPRISE, RecordKind.AUTHORITY)),
)

VISIBILITY: dict[Role, Visibility] = {
    role: Visibility(
        name=role.value,
        nouns={rule.noun: rule.rows for rule in READING if role in rule.roles},
        fields={(rule.noun, name): word for rule in READING if role in rule.roles for name, word in rule.fields.items()},
        # Banks and the public see what stands, and nothing of what was taken back.
        withdrawn=role not in (Role.BANK, Role.PUBLIC),
        traced=role is Role.BANK,
    )
    for role in Role
}


#: An office below the province sees of what its department sees that which lies within its division; of refused posts its own.
#: Registers (enterprises, authorities, divisions, and whatever else concerns no mine) are open.
_DEPARTMENT = VISIBILITY[Role.DEPARTMENT]
#: A transfer names two organs, wherever the mine lies: they read it, not every office whose division the mine lies in.
_HANDED = dict.fromkeys((RecordKind.CASE_TRANSFER.value, RecordKind.TRANSFER_ANSWER.value), Condition.PARTY_ORGAN)
LOCAL = replace(
    _DEPARTMENT,
    name="DEPARTMENT_BELOW_PROVINCE",
    nouns={**_DEPARTMENT.nouns, "rejection": Condition.OWN_CLIENT, "delivery": Condition.OWN_CLIENT, **_HANDED},
    local=frozenset(
        {
            "mine_read",
            "discrepancy",
            "conflict",
            "support_eligibility",
            "closure_duty",
            *(kind.value for kind, facts in KINDS.items() if facts.concerns_mines and kind.value not in _HANDED),
        }
    ),
)

#: An auditor of a bank sees besides what its bank read, its persons and its client.
_BANK = VISIBILITY[Role.BANK]
BANK_AUDITOR = replace(_BANK, name="BANK_AUDITOR", nouns={**_BANK.nouns, "mine_read": Condition.OWN_BANK})

#: Every class of callers that sees the graph in its own way.
CLASSES: tuple[Visibility, ...] = (
    _DEPARTMENT,
    LOCAL,
    *(VISIBILITY[role] for role in Role if role is not Role.DEPARTMENT),
    BANK_AUDITOR,
)


def visibility_of(caller: Principal) -> Visibility:
    """What a caller sees."""
    if caller.role is Role.DEPARTMENT and caller.division_code != PROVINCE:
        return LOCAL
    if caller.role is Role.BANK and caller.office is BankOffice.AUDITOR:
        return BANK_AUDITOR
    return VISIBILITY[caller.role]


def is_masked(noun: str, name: str) -> bool:
    """Whether anyone sees this field only under a condition, so that it may be null in an answer."""
    return any((noun, name) in visibility.fields for visibility in VISIBILITY.values())


def needs_purpose(principal: Principal) -> bool:
    """Whether the caller must say why it reads records."""
    return principal.role is Role.BANK


def bank_acts(caller: Principal) -> list[BankAct]:
    """What a caller may do for a bank."""
    if caller.role is not Role.BANK:
        return []
    return [act for act, offices in BANKING.items() if caller.office is None or caller.office in offices]


def check_bank_act(caller: Principal, act: BankAct) -> None:
    """Raises FORBIDDEN to who may not do this for a bank, and says who may."""
    if caller.role is not Role.BANK:
        raise HubError(ErrorCode.FORBIDDEN, Role.BANK)
    if act not in bank_acts(caller):
        raise HubError(ErrorCode.FORBIDDEN, f"{act}; {', '.join(sorted(BANKING[act]))}")


def may_follow(principal: Principal) -> bool:
    """Whether the caller may be told of what is posted as it is posted: whom nobody knows asks again."""
    return principal.role is not Role.PUBLIC


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


def refusal_to_post(kind: RecordKind) -> HubError:
    """That the caller may not post records of a kind, and who may: departments, then other roles."""
    roles = {role for rule in POSTING if rule.kind is kind for role in rule.roles}
    who = [*sorted(POSTED_BY[kind]), *sorted(roles - {Role.DEPARTMENT})]
    return HubError(ErrorCode.FORBIDDEN, f"{kind.value}:post; {', '.join(who)}")


def kinds_to_post(role: Role, department: Department | None) -> frozenset[RecordKind]:
    """The kinds that a role (of a department) may post."""
    return frozenset(
        rule.kind for rule in POSTING if role in rule.roles and (role is not Role.DEPARTMENT or department in rule.departments)
    )
