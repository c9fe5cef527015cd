"""Plays the platform: an OAuth2 token endpoint and paged JSON resources."""

from __future__ import annotations

import base64
import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.natural_resources import mapping
from connectors.sandbox import MOST_ROWS, Resource, resources_of
from connectors.world import (
    World,
    appeals,
    assessments,
    assessors,
    authorities,
    commendations,
    contracts,
    directory,
    experts,
    indicators,
    innovations,
    mines,
    mining_right_listings,
    opinions,
    penalties,
    recovery_rates,
    reports,
    restoration,
    screenings,
    supports,
    targets,
    transfers,
    visits,
    zones,
)
from hub.domain.records.zones import ZoneKind
from hub.domain.words.departments import Department

CLIENT_ID = "hub"
CLIENT_SECRET = "sandbox-natural-resources"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def resources(world: World) -> dict[str, Resource]:
    """What the platform holds."""
    own, red_line = Department.NATURAL_RESOURCES, ZoneKind.ECOLOGICAL_RED_LINE
    shelves = {
        "organs": authorities.authorities(),
        "mines": mines.mines(world),
        "mining-right-listings": mining_right_listings.listings(world),
        "indicator-systems": indicators.indicator_systems(),
        "experts": experts.experts(world),
        "assessors": assessors.assessors(world),
        "assessments": assessments.assessments(world),
        "directory-entries": directory.directory(world),
        "commendations": commendations.commendations(world),
        "contracts": contracts.contracts(world),
        "opinions": opinions.opinions(world, own),
        "penalties": penalties.penalties(world, own),
        "recovery-rates": recovery_rates.recovery_rates(world),
        "restoration-plans": restoration.plans(world),
        "red-lines": zones.zones(world, red_line),
        "red-line-screenings": screenings.screenings(world, red_line),
        "support-policies": supports.policies(own),
        "support-grants": supports.grants(world, own),
        "appeals": appeals.appeals(world),
        "innovations": innovations.innovations(world),
        "community-projects": innovations.community_projects(world),
        "prefecture-targets": targets.targets(),
        "progress-reports": reports.reports(world),
        "supervision-visits": visits.visits(world, own),
        "case-transfers": transfers.transfers(world, own),
        "transfer-answers": transfers.answers(world, own),
    }
    return resources_of(mapping.RESOURCES, shelves, "updatedAt")


def make_app(world: World) -> Starlette:
    """The platform's HTTP interface."""
    held = resources(world)
    tokens: set[str] = set()
    wanted = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()

    async def token(request: Request) -> Response:
        if request.headers.get("authorization") != wanted:
            return JSONResponse({"error": "invalid_client"}, 401)
        issued = secrets.token_urlsafe(16)
        tokens.add(issued)
        return JSONResponse({"access_token": issued, "token_type": "Bearer", "expires_in": 3600})

    async def listing(request: Request) -> Response:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in tokens:
            return JSONResponse({"error": "invalid_token"}, 401)
        resource = held.get(request.path_params["resource"])
        if resource is None:
            return JSONResponse({"error": "no such resource"}, 404)
        since, size = request.query_params.get("updatedAfter", ""), int(request.query_params.get("pageSize", MOST_ROWS))
        rows, more, total = resource.after(since, size)
        return JSONResponse({"data": rows, "hasMore": more, "total": total})

    app = Starlette(
        routes=[
            Route("/oauth/token", token, methods=["POST"]),
            Route("/api/v1/{resource}", listing, methods=["GET"]),
        ]
    )
    app.state.resources = held
    return app
