"""The schema over HTTP, for those who may be told of it: as a page for people, and as SDL for generators."""

from __future__ import annotations

from collections.abc import Callable

from graphql import print_schema
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from auth.callers import challenge
from hub.domain.words.errors import ErrorCode, HubError
from schema.errors import error_payloads
from schema.reference import reference
from schema.root import build_schema
from schema.service import Service
from schema.statuses import status_of


def schema_routes(service: Service) -> list[Route]:
    """`/schema` and `/schema.graphql`."""

    def telling(made: Callable[[], Response]) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            try:
                access = await service.admit(request.scope)
                if access.principal.role not in service.graph.introspects:
                    raise HubError(ErrorCode.FORBIDDEN, "introspection")
            except HubError as error:
                headers = challenge(request.scope) if error.code is ErrorCode.UNAUTHENTICATED else {}
                return JSONResponse({"errors": error_payloads(error)}, status_of(error.code), headers)
            return made()

        return answer

    def page() -> Response:
        return HTMLResponse(reference(build_schema()._schema))

    def sdl() -> Response:
        return PlainTextResponse(print_schema(build_schema()._schema))

    return [Route("/schema", telling(page), methods=["GET"]), Route("/schema.graphql", telling(sdl), methods=["GET"])]
