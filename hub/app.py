"""The composition root: from settings to a running hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from auth.demo_persons import DemoPersons
from auth.principals import Principal
from auth.public import Public
from hub.composition.authorization import allowed_origins, authorization, host_names, trusted_peers
from hub.composition.background_tasks import BackgroundTasks
from hub.composition.guard import Guard, unrouted
from hub.composition.health import Health
from hub.composition.hub import Hub
from hub.composition.push import PushEndpoint
from hub.composition.standing_work import round_of, standing_work
from hub.composition.verifying import Verifying
from hub.console.kinds import Kinds
from hub.console.pages import Console
from hub.domain.words.errors import HubError
from hub.http.cross_origin import CrossOrigin
from hub.http.frame import Frame, guarding_headers
from hub.http.logs import tell_of_tasks
from hub.http.strangers import Strangers
from hub.services.evidence.read_ledger import Read
from schema.export_endpoint import ExportEndpoint
from schema.http import GraphQLEndpoint
from schema.portfolio_upload import PATH as PORTFOLIOS
from schema.portfolio_upload import PortfolioUpload
from schema.schema_pages import schema_routes
from schema.service import Service
from schema.websocket import WebSocketEndpoint

#: Of a request of the public, in bytes.
_MOST_OF_A_STRANGER = 64 * 1024


async def _forget(_who: Principal, _error: HubError, _body: bytes) -> None:
    """What a stranger sent and could not be read is kept for nobody."""


def create_app(hub: Hub, given: Mapping[str, Mapping[str, str]] | None = None, *, demo: DemoPersons | None = None) -> ASGIApp:
    """The ASGI application.  `given` holds connector settings that are not in the environment; the demo alone has persons."""
    settings = hub.settings
    peers, strangers, origins = trusted_peers(settings), Strangers(), allowed_origins(settings)
    callers, known_routes = authorization(
        settings,
        peers=peers,
        strangers=strangers,
        keys=hub.keys,
        tokens=hub.tokens,
        clients=hub.clients,
        replays=hub.replays,
        revocations=hub.revocations,
        sessions=hub.sessions,
        refused=lambda error: hub.reads.note(Read(None, outcome=error.code.value)),
        used=hub.uses.note,
        demo=demo,
        now=hub.database.clock.seconds,
    )
    joined = hub.connectors(given)
    doing = [standing_work(hub, joined)] if settings.work else []
    tasks = BackgroundTasks((*map(round_of, doing), *hub.works))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_exception_handler(tell_of_tasks)
        await hub.database.start()
        try:
            for connector in joined.values():
                await hub.ingest.declare(connector.manifest)
            async with tasks.running():
                yield
        finally:
            await hub.database.close()

    over = hub.revocations
    service = Service(hub.graph, hub.budgets, hub.documents, callers.admit, over.ended, over.is_revoked, hub.unread.keep)
    headers = guarding_headers(tls=settings.public_address.startswith("https:"))
    graphql = GraphQLEndpoint(
        service,
        headers,
        most_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
        draft_status_codes=settings.draft_status_codes,
    )
    direct: dict[str, ASGIApp] = {"/graphql": graphql}
    if settings.public_access:
        anybody = replace(service, admit=Public(peers, hub.database.clock.seconds).admit, budgets=hub.guests, keep=_forget)
        direct["/graphql/public"] = GraphQLEndpoint(
            anybody,
            headers,
            most_bytes=min(_MOST_OF_A_STRANGER, settings.max_body_bytes),
            body_seconds=settings.body_seconds,
            draft_status_codes=settings.draft_status_codes,
        )
    push = PushEndpoint(
        hub.ingest,
        joined,
        hub.replays.first_use,
        most_bytes=settings.max_push_bytes,
        body_seconds=settings.body_seconds,
        seconds=settings.write_seconds,
        peers=peers,
        strangers=strangers,
        now=hub.database.clock.seconds,
    )
    upload = PortfolioUpload(service, hub.portfolios, most_bytes=settings.max_push_bytes, body_seconds=settings.body_seconds)
    kinds = Kinds()
    routed = Starlette(
        routes=[
            WebSocketRoute("/graphql", WebSocketEndpoint(service, settings.public_address, peers, origins)),
            Route("/export/{name}", ExportEndpoint(service)),
            Route(PORTFOLIOS, upload),
            *schema_routes(service),
            Route("/push/{code}", push.respond, methods=["POST"]),
            kinds.route,
            *Health(hub.database, tasks, callers.admit, standing=doing, replicas=hub.reading.replicas).routes,
            *Verifying(hub.attestations, hub.keys, hub.database.clock.now).routes,
            *known_routes,
            *Console(kinds.address).routes,
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: unrouted},
        lifespan=lifespan,
    )
    routed.router.redirect_slashes = False
    names = host_names(settings)
    framed = Frame(routed, names, headers, direct)
    return CrossOrigin(framed, origins) if origins else framed
