"""What a department's system holds of each kind of record."""

from __future__ import annotations

from collections.abc import Callable

from connectors.world import (
    appeals,
    assessments,
    assessors,
    authorities,
    budgets,
    commendations,
    contracts,
    directory,
    energy,
    enterprises,
    experts,
    forest_land,
    indicators,
    innovations,
    mines,
    mining_right_listings,
    opinions,
    penalties,
    pollution,
    recovery_rates,
    reports,
    restoration,
    screenings,
    standards,
    successions,
    supports,
    targets,
    transfers,
    visits,
    zones,
)
from connectors.world.province import World
from connectors.world.shelves import Shelf, every
from hub.domain.record_kinds import RecordKind
from hub.domain.records.zones import SCREENED_BY
from hub.domain.words.departments import Department

_SCREENS = {department: kind for kind, department in SCREENED_BY.items()}

SHELVES: dict[RecordKind, Callable[[World, Department], Shelf]] = {
    RecordKind.MINE: lambda world, _: mines.mines(world),
    RecordKind.ENTERPRISE: lambda world, _: enterprises.enterprises(world),
    RecordKind.AUTHORITY: lambda _world, _: authorities.authorities(),
    RecordKind.OPINION: opinions.opinions,
    RecordKind.PENALTY: penalties.penalties,
    RecordKind.DIRECTORY_ENTRY: lambda world, _: directory.directory(world),
    RecordKind.CONTRACT: lambda world, _: contracts.contracts(world),
    RecordKind.INDICATOR_SYSTEM: lambda _world, _: indicators.indicator_systems(),
    RecordKind.EXPERT: lambda world, _: experts.experts(world),
    RecordKind.ASSESSOR: lambda world, _: assessors.assessors(world),
    RecordKind.ASSESSMENT: lambda world, _: assessments.assessments(world),
    RecordKind.CASE_TRANSFER: transfers.transfers,
    RecordKind.TRANSFER_ANSWER: transfers.answers,
    RecordKind.MINING_RIGHT_LISTING: lambda world, _: mining_right_listings.listings(world),
    RecordKind.RECOVERY_RATES: lambda world, _: recovery_rates.recovery_rates(world),
    RecordKind.RESTORATION_PLAN: lambda world, _: restoration.plans(world),
    RecordKind.ZONE: lambda world, own: zones.zones(world, _SCREENS[own]) if own in _SCREENS else every(()),
    RecordKind.SCREENING: lambda world, own: screenings.screenings(world, _SCREENS[own]) if own in _SCREENS else every(()),
    RecordKind.POLLUTANT_PERMIT: lambda world, _: pollution.permits(world),
    RecordKind.MONITORING_READING: lambda world, _: pollution.readings(world),
    RecordKind.ENERGY_USE: lambda world, _: energy.uses(world),
    RecordKind.FOREST_LAND_USE: lambda world, _: forest_land.uses(world),
    RecordKind.LOCAL_STANDARD: lambda _world, _: standards.standards(),
    RecordKind.BUDGET_ITEM: lambda world, _: budgets.items(world),
    RecordKind.SUPPORT_POLICY: lambda _, own: supports.policies(own),
    RecordKind.SUPPORT_GRANT: supports.grants,
    RecordKind.APPEAL: lambda world, _: appeals.appeals(world),
    RecordKind.INNOVATION: lambda world, _: innovations.innovations(world),
    RecordKind.COMMUNITY_PROJECT: lambda world, _: innovations.community_projects(world),
    RecordKind.SUPERVISION_VISIT: visits.visits,
    RecordKind.COMMENDATION: lambda world, _: commendations.commendations(world),
    RecordKind.PREFECTURE_TARGET: lambda _world, _: targets.targets(),
    RecordKind.PROGRESS_REPORT: lambda world, _: reports.reports(world),
    RecordKind.LICENCE_SUCCESSION: lambda world, _: successions.successions(world),
}


def shelf(kind: RecordKind, world: World, department: Department) -> Shelf:
    """What the department says of a kind; nothing of a kind that the province does not know."""
    return SHELVES[kind](world, department) if kind in SHELVES else every(())
