"""The platform's resources in the order in which they are pulled: those first that others point to."""

from __future__ import annotations

from connectors.mapping import Mapped
from connectors.natural_resources.mapping import (
    assessments,
    community,
    contracts,
    directory,
    mines,
    opinions,
    restoration,
    supervision,
    supports,
    targets,
    zones,
)

RESOURCES: dict[str, Mapped] = {
    "organs": mines.AUTHORITIES,
    "mines": mines.MINES,
    "licence-successions": mines.SUCCESSIONS,
    "mining-right-listings": mines.LISTINGS,
    "indicator-systems": assessments.SYSTEMS,
    "experts": assessments.EXPERTS,
    "assessors": assessments.ASSESSORS,
    "assessments": assessments.ASSESSMENTS,
    "directory-entries": directory.ENTRIES,
    "commendations": directory.COMMENDATIONS,
    "contracts": contracts.CONTRACTS,
    "opinions": opinions.OPINIONS,
    "penalties": opinions.PENALTIES,
    "recovery-rates": restoration.RATES,
    "restoration-plans": restoration.PLANS,
    "red-lines": zones.ZONES,
    "red-line-screenings": zones.SCREENINGS,
    "support-policies": supports.POLICIES,
    "support-grants": supports.GRANTS,
    "appeals": community.APPEALS,
    "innovations": community.INNOVATIONS,
    "community-projects": community.PROJECTS,
    "prefecture-targets": targets.TARGETS,
    "progress-reports": targets.REPORTS,
    "supervision-visits": supervision.VISITS,
    "case-transfers": supervision.TRANSFERS,
    "transfer-answers": supervision.ANSWERS,
}
