"""The one word list.  A kind gives the scope (`penalty:post`), the event (`penalty.posted`), the table, the GraphQL type and
the word in a connector's manifest; and it says what identifies a record of the kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from hub.domain.declaring.checks import Several
from hub.domain.declaring.declarations import DeclarationError, require_key, require_name, require_sense
from hub.domain.declaring.fields import Link, Nested, Payload, camel, fields_of
from hub.domain.read_plan import Order
from hub.domain.records.appeals import Appeal
from hub.domain.records.assessments import Assessment
from hub.domain.records.assessors import Assessor
from hub.domain.records.authorities import Authority
from hub.domain.records.budgets import BudgetItem
from hub.domain.records.commendations import Commendation
from hub.domain.records.contracts import Contract
from hub.domain.records.directory import DirectoryEntry
from hub.domain.records.energy import EnergyUse
from hub.domain.records.enterprises import Enterprise
from hub.domain.records.experts import Expert
from hub.domain.records.forest_land import ForestLandUse
from hub.domain.records.indicators import IndicatorSystem
from hub.domain.records.innovations import CommunityProject, Innovation
from hub.domain.records.mines import Mine
from hub.domain.records.mining_right_listings import MiningRightListing
from hub.domain.records.opinions import Opinion
from hub.domain.records.penalties import Penalty
from hub.domain.records.pollution import MonitoringReading, PollutantPermit
from hub.domain.records.recovery_rates import RecoveryRates
from hub.domain.records.reports import ProgressReport
from hub.domain.records.restoration import RestorationPlan
from hub.domain.records.screenings import Screening
from hub.domain.records.standards import LocalStandard
from hub.domain.records.successions import LicenceSuccession
from hub.domain.records.supports import SupportGrant, SupportPolicy
from hub.domain.records.targets import PrefectureTarget
from hub.domain.records.transfers import CaseTransfer, TransferAnswer
from hub.domain.records.visits import SupervisionVisit
from hub.domain.records.zones import Zone
from hub.domain.words.departments import Department
from hub.domain.words.identifiers import record_id


class RecordKind(StrEnum):
    """记录种类 / kind of record."""

    # As of all words (`hub.domain.words.worded`).
    __hash__ = str.__hash__

    # What a kind is held against comes before it, but for re-entry into the directory.

    MINE = "mine"
    ENTERPRISE = "enterprise"
    AUTHORITY = "authority"
    OPINION = "opinion"
    PENALTY = "penalty"
    DIRECTORY_ENTRY = "directory_entry"
    CONTRACT = "contract"
    INDICATOR_SYSTEM = "indicator_system"
    EXPERT = "expert"
    ASSESSOR = "assessor"
    ASSESSMENT = "assessment"
    CASE_TRANSFER = "case_transfer"
    TRANSFER_ANSWER = "transfer_answer"
    MINING_RIGHT_LISTING = "mining_right_listing"
    RECOVERY_RATES = "recovery_rates"
    RESTORATION_PLAN = "restoration_plan"
    ZONE = "zone"
    SCREENING = "screening"
    POLLUTANT_PERMIT = "pollutant_permit"
    MONITORING_READING = "monitoring_reading"
    ENERGY_USE = "energy_use"
    FOREST_LAND_USE = "forest_land_use"
    LOCAL_STANDARD = "local_standard"
    BUDGET_ITEM = "budget_item"
    SUPPORT_POLICY = "support_policy"
    SUPPORT_GRANT = "support_grant"
    APPEAL = "appeal"
    INNOVATION = "innovation"
    COMMUNITY_PROJECT = "community_project"
    SUPERVISION_VISIT = "supervision_visit"
    COMMENDATION = "commendation"
    PREFECTURE_TARGET = "prefecture_target"
    PROGRESS_REPORT = "progress_report"
    LICENCE_SUCCESSION = "licence_succession"


#: What of its mines the lists of every kind that is about some are filtered by.
OF_MINES = ("licence_no", "division_code", "prefecture_code", "lies_in")


def _mines(payload: type[Payload]) -> Callable[[Any], tuple[str, ...]]:
    names = {field.name for field in fields_of(payload)}
    if "mines" in names:
        return lambda record: tuple(record.mines)
    if "licence_no" in names:
        return lambda record: (record.licence_no,) if record.licence_no else ()
    return lambda record: ()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What the hub knows of a kind of record, said once.

    `plural` is the name of its lists, of its table, and of the relation by which it is reached from what it links to.  `order`
    is how its lists are ordered when nothing else is asked for.  `identity` names the payload fields that identify a record;
    the same number of two organs is two records (of two departments, where a kind names no organ), but the kinds that one
    department keeps (`keeper`) have each number once.
    """

    payload: type[Payload]
    plural: str
    order: Order
    identity: tuple[str, ...] = ("document_number",)
    keeper: Department | None = None
    #: Whether what names a mine that went into another stays with it, whenever it was said, as what ends a listing does.
    stays: bool = False
    #: The field that names another record, where a record of this kind is about the mines of that one.
    by_way_of: str | None = None
    #: The licence numbers of the mines that a record concerns.
    mines: Callable[[Any], tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        require_sense(self.payload)
        require_key(self.payload, self.order.field, "order")
        for name in self.identity:
            require_key(self.payload, name, "number" if name == self.number else "identity")
        object.__setattr__(self, "mines", _mines(self.payload))

    def day_of(self, record: Any) -> date | None:
        """The day that a record is of: what its kind is ordered by; of a year its first; None where it is of none."""
        value = getattr(record, self.order.field)
        return date(value, 1, 1) if isinstance(value, int) else value if isinstance(value, date) else None

    @property
    def names_mines(self) -> bool:
        """Whether a record of this kind names mines, or may."""
        return not {"mines", "licence_no"}.isdisjoint(field.name for field in fields_of(self.payload))

    @property
    def leads_to_mines(self) -> Link:
        """What leads from a record to the one, by its id, about whose mines it is, of a kind that names none (`by_way_of`)."""
        return next(f.spec.link for f in fields_of(self.payload) if f.name == self.by_way_of and f.spec.link)

    @property
    def concerns_mines(self) -> bool:
        """Whether a record of this kind is, or may be, about a mine."""
        return self.names_mines or self.by_way_of is not None

    @property
    def is_known_by_mine(self) -> bool:
        """Whether the number of its mine is part of what identifies a record of this kind."""
        return "licence_no" in self.identity

    @property
    def number(self) -> str | None:
        """The field by which a single record is looked up, for kinds of which each number exists once."""
        return self.identity[0] if self.keeper and len(self.identity) == 1 else None


def division_of(record: Any) -> str | None:
    """Where the record itself says that it lies."""
    return getattr(record, "division_code", None) or getattr(record, "prefecture_code", None)


def _newest(name: str) -> Order:
    return Order(name, descending=True)


KINDS: dict[RecordKind, Kind] = {
    RecordKind.MINE: Kind(
        payload=Mine,
        plural="mines",
        order=Order("licence_no", descending=False),
        identity=("licence_no",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.ENTERPRISE: Kind(
        payload=Enterprise,
        plural="enterprises",
        order=Order("uscc", descending=False),
        identity=("uscc",),
        keeper=Department.MARKET_REGULATION,
    ),
    RecordKind.AUTHORITY: Kind(
        payload=Authority,
        plural="authorities",
        order=Order("code", descending=False),
        identity=("code",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.OPINION: Kind(payload=Opinion, plural="opinions", order=_newest("issued_on")),
    RecordKind.PENALTY: Kind(payload=Penalty, plural="penalties", order=_newest("decided_on")),
    RecordKind.DIRECTORY_ENTRY: Kind(
        payload=DirectoryEntry,
        plural="directory_entries",
        order=_newest("effective_on"),
        identity=("document_number", "licence_no", "level", "step"),
        stays=True,
    ),
    RecordKind.CONTRACT: Kind(payload=Contract, plural="contracts", order=_newest("signed_on")),
    RecordKind.ASSESSMENT: Kind(
        payload=Assessment,
        plural="assessments",
        order=_newest("applied_on"),
        identity=("assessment_no",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.INDICATOR_SYSTEM: Kind(
        payload=IndicatorSystem,
        plural="indicator_systems",
        order=_newest("effective_on"),
        identity=("code",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.EXPERT: Kind(
        payload=Expert,
        plural="experts",
        order=_newest("joined_on"),
        identity=("expert_no",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.ASSESSOR: Kind(
        payload=Assessor,
        plural="assessors",
        order=_newest("registered_on"),
        identity=("uscc",),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.CASE_TRANSFER: Kind(payload=CaseTransfer, plural="case_transfers", order=_newest("transferred_on")),
    RecordKind.TRANSFER_ANSWER: Kind(
        payload=TransferAnswer, plural="transfer_answers", order=_newest("answered_on"), by_way_of="transfer_id"
    ),
    RecordKind.MINING_RIGHT_LISTING: Kind(
        payload=MiningRightListing, plural="mining_right_listings", order=_newest("entered_on")
    ),
    RecordKind.RECOVERY_RATES: Kind(
        payload=RecoveryRates, plural="recovery_rates", order=_newest("year"), identity=("licence_no", "year")
    ),
    RecordKind.RESTORATION_PLAN: Kind(payload=RestorationPlan, plural="restoration_plans", order=_newest("approved_on")),
    RecordKind.ZONE: Kind(payload=Zone, plural="zones", order=_newest("effective_on"), identity=("zone_code",)),
    RecordKind.SCREENING: Kind(payload=Screening, plural="screenings", order=_newest("screened_on")),
    RecordKind.POLLUTANT_PERMIT: Kind(payload=PollutantPermit, plural="pollutant_permits", order=_newest("issued_on")),
    RecordKind.MONITORING_READING: Kind(
        payload=MonitoringReading,
        plural="monitoring_readings",
        order=_newest("measured_on"),
        identity=("licence_no", "reading_no"),
    ),
    RecordKind.ENERGY_USE: Kind(
        payload=EnergyUse, plural="energy_uses", order=_newest("year"), identity=("licence_no", "year")
    ),
    RecordKind.FOREST_LAND_USE: Kind(payload=ForestLandUse, plural="forest_land_uses", order=_newest("approved_on")),
    RecordKind.LOCAL_STANDARD: Kind(
        payload=LocalStandard, plural="local_standards", order=_newest("stage_on"), identity=("standard_no",)
    ),
    RecordKind.BUDGET_ITEM: Kind(payload=BudgetItem, plural="budget_items", order=_newest("decided_on")),
    RecordKind.SUPPORT_POLICY: Kind(payload=SupportPolicy, plural="support_policies", order=_newest("effective_on")),
    RecordKind.SUPPORT_GRANT: Kind(payload=SupportGrant, plural="support_grants", order=_newest("granted_on")),
    RecordKind.APPEAL: Kind(payload=Appeal, plural="appeals", order=_newest("received_on")),
    RecordKind.INNOVATION: Kind(payload=Innovation, plural="innovations", order=_newest("achieved_on")),
    RecordKind.COMMUNITY_PROJECT: Kind(payload=CommunityProject, plural="community_projects", order=_newest("done_on")),
    RecordKind.SUPERVISION_VISIT: Kind(payload=SupervisionVisit, plural="supervision_visits", order=_newest("visited_on")),
    RecordKind.COMMENDATION: Kind(payload=Commendation, plural="commendations", order=_newest("commended_on")),
    RecordKind.PREFECTURE_TARGET: Kind(
        payload=PrefectureTarget,
        plural="prefecture_targets",
        order=_newest("decided_on"),
        identity=("prefecture_code", "year"),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.PROGRESS_REPORT: Kind(
        payload=ProgressReport,
        plural="progress_reports",
        order=_newest("signed_off_on"),
        identity=("prefecture_code", "year"),
        keeper=Department.NATURAL_RESOURCES,
    ),
    RecordKind.LICENCE_SUCCESSION: Kind(
        payload=LicenceSuccession,
        plural="licence_successions",
        order=_newest("succeeded_on"),
        stays=True,
        identity=("document_number", "first_predecessor"),
    ),
}


for _kind in RecordKind:
    if _kind not in KINDS:
        raise DeclarationError(f"{_kind} has no entry in KINDS of hub/domain/record_kinds.py")
    require_name(KINDS[_kind].payload, _kind.value)


def _parts() -> Iterator[type[Payload]]:
    for facts in KINDS.values():
        for declared in fields_of(facts.payload):
            match declared.spec.check:
                case Several(each=Nested(part=part)):
                    yield part


#: The anchors of the graph are registered rather than posted.
_REGISTERED = frozenset({RecordKind.MINE, RecordKind.ENTERPRISE, RecordKind.AUTHORITY})


def posting_name(kind: RecordKind) -> str:
    """The wire name of the mutation by which records of a kind are posted."""
    return camel(f"{'register' if kind in _REGISTERED else 'post'}_{KINDS[kind].plural}")


#: The parts with fields of their own that live inside records.
PARTS: tuple[type[Payload], ...] = tuple(dict.fromkeys(_parts()))


def links_to(kind: RecordKind) -> Iterator[tuple[RecordKind, Link, str]]:
    """What links to records of a kind: the other kind, the link, and the field that holds it."""
    for other, facts in KINDS.items():
        for declared in fields_of(facts.payload):
            link = declared.spec.link
            if link and link.noun == kind.value:
                yield other, link, declared.name


def identify(kind: RecordKind, department: Department, record: Payload) -> str:
    """The id of a record: the same kind, issuing organ and canonical number always give the same id.

    Where no organ is named, numbers are the department's; the kinds that one department keeps have each number once.
    """
    facts = KINDS[kind]
    organ = getattr(record, record.organ, None)
    owner = () if facts.keeper else (organ or department.value,)
    return record_id(kind.value, *owner, *(str(getattr(record, name)) for name in facts.identity))


def mine_id(licence_no: str) -> str:
    """The id of the mine with a licence number."""
    return record_id(RecordKind.MINE.value, licence_no)


_BY_WORD: Mapping[str, RecordKind] = {kind.value: kind for kind in RecordKind}


def kind_of(record_id: str) -> RecordKind | None:
    """The kind that a record's id names; None for what is no such id."""
    return _BY_WORD.get(record_id.rpartition("_")[0])
