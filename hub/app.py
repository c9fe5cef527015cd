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
from starlette.routing import Route
from starlette.types import ASGIApp

from auth.callers import Callers
from auth.certificates import Certificates
from auth.clients import ClientProof
from auth.dpop import Dpop, Nonces
from auth.endpoints import routes
from auth.principals import Principal, Role
from auth.server import TokenServer
from auth.status import TokenStatus
from auth.tokens import Tokens
from connectors.base import Connector, Direction, Incoming
from connectors.errors import ConnectorError
from connectors.registry import CONNECTORS
from hub.bodies import BodyRefused, read_body
from hub.domain.errors import ErrorCode, HubError, Problem
from hub.domain.moments import utc_now
from hub.door import Door, names_of
from hub.services.clients import Clients
from hub.services.documents import TrustedDocuments
from hub.services.ingest import Ingest
from hub.services.mine_reads import MineReads, Read
from hub.services.posting import Posting, Result
from hub.services.reading import Reading
from hub.services.refusals import refusal
from hub.services.replays import Replays
from hub.services.revocations import Revocations
from hub.services.sequencing import Sequencer
from hub.settings import Settings, connector_settings
from hub.signing import SigningKeys
from hub.storage import rejections
from hub.storage.database import Database
from hub.storage.migrating import head, revision
from schema.budgets import Budgets
from schema.execution import Graph
from schema.http import GraphQLEndpoint
from schema.limits import Limits
from schema.root import build_schema

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
    reads: MineReads
    replays: Replays
    revocations: Revocations
    tokens: Tokens
    keys: SigningKeys
    ingest: Ingest
    graph: Graph
    budgets: Budgets
    documents: TrustedDocuments
    sequencer: Sequencer

    @classmethod
    def make(cls, settings: Settings) -> Hub:
        database = Database(settings.database_url, read_seconds=settings.read_seconds, pool_size=settings.pool_size)
        keys = SigningKeys.load_or_create(settings.key_path)
        budgets = Budgets(per_minute=settings.cost_per_minute, at_once=settings.operations_at_once)
        posting, reading, reads = Posting(database), Reading(database), MineReads(database, days=settings.ledger_days)
        return cls(
            settings=settings,
            database=database,
            posting=posting,
            reading=reading,
            clients=Clients(database),
            reads=reads,
            replays=Replays(database),
            revocations=Revocations(database),
            tokens=Tokens(keys, settings.public_address),
            keys=keys,
            ingest=Ingest(database, posting),
            graph=Graph(
                build_schema(),
                reading,
                posting,
                reads=reads,
                introspects=_roles(settings.introspection),
                limits=Limits(cost=settings.cost_per_operation),
                charge=budgets.take,
                write_seconds=settings.write_seconds,
            ),
            budgets=budgets,
            documents=TrustedDocuments(database),
            sequencer=Sequencer(database),
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


def create_app(hub: Hub, given: Mapping[str, Mapping[str, str]] | None = None) -> ASGIApp:
    """The ASGI application.  `given` holds connector settings that are not in the environment."""
    settings = hub.settings
    callers, authorization = _authorization(hub)
    joined = hub.connectors(given)
    receivers = {code: connector for code, connector in joined.items() if Direction.RECEIVE in connector.manifest.directions}

    async def authenticate(request: Request) -> Principal:
        try:
            return await callers(request.scope)
        except HubError as error:
            hub.reads.note(Read(None, outcome=error.code.value))
            raise

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
            body = await read_body(request, most_bytes=settings.max_push_bytes, seconds=settings.body_seconds)
        except BodyRefused as error:
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
        standing = [asyncio.create_task(work()) for work in (hub.sequencer.run, hub.revocations.run, hub.reads.run)]
        try:
            yield
        finally:
            for task in standing:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await hub.database.close()

    endpoint = GraphQLEndpoint(
        hub.graph,
        hub.budgets,
        hub.documents,
        authenticate,
        keep,
        most_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
        draft_status_codes=settings.draft_status_codes,
    )
    app = Starlette(
        routes=[
            Route("/graphql", endpoint),
            Route("/push/{code}", push, methods=["POST"]),
            Route("/livez", live, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
            *authorization,
        ],
        exception_handlers={Exception: failed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    names = names_of(settings.public_address, settings.host, settings.allowed_hosts)
    return Door(app, names, tls=settings.public_address.startswith("https:"))


def _authorization(hub: Hub) -> tuple[Callers, list[Route]]:
    """Who knows callers by their tokens, and the routes by which tokens are had, asked about and ended."""
    address, must_bind, certificates = _door(hub.settings)
    dpop = Dpop(Nonces(lambda: hub.keys.derived("dpop nonce")), hub.replays.first_use)
    callers = Callers(hub.tokens.verify, hub.revocations.is_good, dpop, address, certificates=certificates, must_bind=must_bind)
    proof = ClientProof(hub.clients.find, hub.replays.first_use, (address, f"{address}/oauth/token"))
    status = TokenStatus(proof, hub.tokens, hub.revocations.is_good, hub.revocations.revoke)
    server = TokenServer(proof, hub.tokens, dpop, must_bind)
    return callers, routes(server, status, hub.keys.public, address, certificates)


def _roles(words: str) -> frozenset[Role]:
    """Roles by commas, for a setting; INVALID_INPUT for a word that is none."""
    given = {word.strip() for word in words.split(",")} - {""}
    if not given <= set(Role):
        raise HubError(ErrorCode.INVALID_INPUT, f"roles: {', '.join(Role)}", field="HUB_INTROSPECTION")
    return frozenset(map(Role, given))


def _door(settings: Settings) -> tuple[str, frozenset[Role], Certificates]:
    """The hub's address, the roles that must bind their tokens, and whose word counts on certificates."""
    try:
        must_bind = frozenset(map(Role, settings.must_bind))
    except ValueError:
        raise HubError(
            ErrorCode.INVALID_INPUT, f"HUB_MUST_BIND_ROLES: {', '.join(Role)}", field="HUB_MUST_BIND_ROLES"
        ) from None
    try:
        return settings.public_address, must_bind, Certificates(settings.proxies)
    except ValueError as error:
        raise HubError(ErrorCode.INVALID_INPUT, f"HUB_TRUSTED_PROXY: {error}", field="HUB_TRUSTED_PROXY") from None


def _told(result: Result) -> dict[str, object]:
    return {
        "reference": result.reference,
        "outcome": result.outcome.value,
        "recordId": result.record_id,
        "version": result.version,
        "problems": [problem.as_dict() for problem in result.problems],
    }
