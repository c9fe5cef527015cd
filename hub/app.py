"""The composition root: from settings to a running hub."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from auth.principals import Principal, Role
from auth.sign_in_endpoints import DemoLink
from auth.tokens import Tokens
from connectors.base import Connector, Direction, Incoming
from connectors.errors import ConnectorError
from connectors.registry import CONNECTORS
from hub.composition.authorization import authorization
from hub.domain.calendar.moments import utc_now
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.http.bodies import BodyRefusedError, read_body
from hub.http.frame import Frame, guarding_headers, host_names
from hub.services.access.clients import Clients
from hub.services.access.replays import Replays
from hub.services.access.revocations import Revocations
from hub.services.access.sessions import Sessions
from hub.services.access.trusted_documents import TrustedDocuments
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Result
from hub.services.posting.refusals import refusal
from hub.services.reading import Reading
from hub.services.work.ingest import Ingest
from hub.settings import Settings, connector_settings
from hub.signing import SigningKeys
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import head, revision
from hub.storage.views import rejections
from schema.budgets import Budgets, Place
from schema.execution import Graph
from schema.http import GraphQLEndpoint
from schema.limits import Limits
from schema.root import build_schema
from schema.service import Service
from schema.websocket import WebSocketEndpoint

_log = logging.getLogger("hub")

_UNREAD = {ErrorCode.PAYLOAD_TOO_LARGE: 413, ErrorCode.REQUEST_TIMEOUT: 408, ErrorCode.MALFORMED_REQUEST: 400}


@dataclass(frozen=True)
class Hub:
    """Everything that is made once from settings."""

    settings: Settings
    database: Database
    posting: Posting
    reading: Reading
    clients: Clients
    reads: ReadLedger
    replays: Replays
    revocations: Revocations
    sessions: Sessions
    tokens: Tokens
    keys: SigningKeys
    ingest: Ingest
    graph: Graph
    budgets: Budgets
    documents: TrustedDocuments
    sequencer: Sequencer
    following: Followers

    @classmethod
    def make(cls, settings: Settings) -> Hub:
        database = Database(settings.database_url, read_seconds=settings.read_seconds, pool_size=settings.pool_size)
        keys = SigningKeys.load_or_create(settings.key_path)
        at_once = {
            Place.OPERATION: settings.operations_at_once,
            Place.SUBSCRIPTION: settings.subscriptions_at_once,
            Place.SOCKET: settings.sockets_at_once,
        }
        budgets = Budgets(per_minute=settings.cost_per_minute, at_once=at_once)
        revocations = Revocations(database)
        posting, reading, reads = Posting(database), Reading(database), ReadLedger(database, days=settings.ledger_days)
        following = Followers(database)
        return cls(
            settings=settings,
            database=database,
            posting=posting,
            reading=reading,
            clients=Clients(database),
            reads=reads,
            replays=Replays(database),
            revocations=revocations,
            sessions=Sessions(database, revocations, idle=settings.session_idle_seconds, longest=settings.session_seconds),
            tokens=Tokens(keys, settings.public_address),
            keys=keys,
            ingest=Ingest(database, posting),
            graph=Graph(
                build_schema(),
                reading,
                posting,
                following=following,
                reads=reads,
                introspects=_roles(settings.introspection),
                limits=Limits(cost=settings.cost_per_operation),
                charge=budgets.take,
                write_seconds=settings.write_seconds,
            ),
            budgets=budgets,
            documents=TrustedDocuments(database),
            sequencer=Sequencer(database),
            following=following,
        )

    def connectors(self, given: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Connector]:
        """The connectors whose settings are there: those given, else those of the environment."""
        found: dict[str, Connector] = {}
        for code, connector in CONNECTORS.items():
            names = [setting.name for setting in connector.manifest.settings]
            values = (given or {}).get(code) or connector_settings(code, names)
            if values:
                found[code] = connector(values)
        return found


def create_app(hub: Hub, given: Mapping[str, Mapping[str, str]] | None = None, *, demo_link: DemoLink | None = None) -> ASGIApp:
    """The ASGI application.  `given` holds connector settings that are not in the environment; the demo alone has a link."""
    settings = hub.settings
    callers, known_routes = authorization(
        settings,
        keys=hub.keys,
        tokens=hub.tokens,
        clients=hub.clients,
        replays=hub.replays,
        revocations=hub.revocations,
        sessions=hub.sessions,
        refused=lambda error: hub.reads.note(Read(None, outcome=error.code.value)),
        link=demo_link,
    )
    joined = hub.connectors(given)
    receivers = {code: connector for code, connector in joined.items() if Direction.RECEIVE in connector.manifest.directions}

    async def keep(caller: Principal, error: HubError, body: bytes) -> None:
        row = refusal(
            caller, "graphql", utc_now(), [Problem("", error.code, error.detail)], {"body": body.decode("utf-8", "replace")}
        )
        async with hub.database.transaction() as connection:
            await rejections.insert(connection, [row])

    async def push(request: Request) -> Response:
        connector = receivers.get(request.path_params["code"])
        if connector is None:
            return JSONResponse({"error": "NOT_FOUND"}, 404)
        try:
            body = await read_body(
                request.scope, request.receive, most_bytes=settings.max_push_bytes, seconds=settings.body_seconds
            )
        except BodyRefusedError as error:
            told = {"error": error.code.value, "message": error.message}
            return JSONResponse(told, _UNREAD[error.code], {"connection": "close"})
        message = Incoming("POST", request.scope["path"], dict(request.headers), body)
        try:
            results = await hub.ingest.receive(connector, message)
        except ConnectorError as refused:
            return JSONResponse({"error": "FORBIDDEN", "message": str(refused)}, 403)
        except HubError as error:
            return JSONResponse({"error": error.code.value, "message": error.message}, 400)
        return JSONResponse({"results": [_told(result) for result in results]})

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        if await revision(hub.database) != head():
            return JSONResponse({"status": "the database needs `hub migrate`"}, 503)
        return JSONResponse({"status": "ok"})

    async def failed(_request: Request, error: Exception) -> Response:
        _log.error("unexpected: %s", type(error).__name__, exc_info=error)
        return JSONResponse({"errors": [{"message": "系统内部错误 / Internal error", "extensions": {"code": "INTERNAL"}}]}, 500)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await hub.database.start()
        for connector in joined.values():
            await hub.ingest.declare(connector.manifest)
        standing = [
            asyncio.create_task(work()) for work in (hub.sequencer.run, hub.following.run, hub.revocations.run, hub.reads.run)
        ]
        try:
            yield
        finally:
            for task in standing:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await hub.database.close()

    service = Service(hub.graph, hub.budgets, hub.documents, callers.admit, hub.revocations.ended, keep)
    headers = guarding_headers(tls=settings.public_address.startswith("https:"))
    graphql = GraphQLEndpoint(
        service,
        headers,
        most_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
        draft_status_codes=settings.draft_status_codes,
    )
    routed = Starlette(
        routes=[
            WebSocketRoute("/graphql", WebSocketEndpoint(service, settings.public_address)),
            Route("/push/{code}", push, methods=["POST"]),
            Route("/livez", live, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
            *known_routes,
        ],
        exception_handlers={Exception: failed},
        lifespan=lifespan,
    )
    routed.router.redirect_slashes = False
    names = host_names(settings.public_address, settings.host, settings.allowed_hosts)
    return Frame(routed, names, headers, {"/graphql": graphql})


def _roles(words: str) -> frozenset[Role]:
    """Roles by commas, for a setting; INVALID_INPUT for a word that is none."""
    given = {word.strip() for word in words.split(",")} - {""}
    if not given <= set(Role):
        raise HubError(ErrorCode.INVALID_INPUT, f"roles: {', '.join(Role)}", field="HUB_INTROSPECTION")
    return frozenset(map(Role, given))


def _told(result: Result) -> dict[str, object]:
    return {
        "reference": result.reference,
        "outcome": result.outcome.value,
        "recordId": result.record_id,
        "version": result.version,
        "problems": [problem.as_dict() for problem in result.problems],
    }
