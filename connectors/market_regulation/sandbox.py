"""Plays the register: one SOAP endpoint with three queries."""

from __future__ import annotations

import hmac

from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.market_regulation import mapping, soap
from connectors.sandbox import MOST_ROWS, Resource, resources_of
from connectors.world import World, enterprises, opinions, penalties, standards
from hub.domain.words.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-market-regulation"  # noqa: S105 - opens the sandbox only


def settings(base_url: str) -> dict[str, str]:
    """What a connector needs to talk to this sandbox."""
    return {"base_url": base_url, "username": USERNAME, "password": PASSWORD}


def resources(world: World) -> dict[str, Resource]:
    """What the register holds."""
    own = Department.MARKET_REGULATION
    shelves = {
        "QueryEnterprises": enterprises.enterprises(world),
        "QueryOpinions": opinions.opinions(world, own),
        "QueryPenalties": penalties.penalties(world, own),
        "QueryStandards": standards.standards(),
    }
    return resources_of(mapping.RESOURCES, shelves, "lastModified")


def make_app(world: World) -> Starlette:
    """The register's HTTP interface."""
    held = resources(world)

    def answer(content: bytes, status: int = 200) -> Response:
        return Response(content, status, media_type="text/xml")

    async def service(request: Request) -> Response:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(await request.body(), parser)
        token = root.find(f".//{{{soap.REGISTER}}}UserToken")
        user = soap.members(token) if token is not None else {}
        if user.get("Username") != USERNAME or not hmac.compare_digest(user.get("Password", "").encode(), PASSWORD.encode()):
            return answer(soap.fault("soap:Client.Authentication", "用户名或口令错误"))
        query = soap.body_of(root)
        name, asked = etree.QName(query).localname, soap.members(query)
        resource = held.get(name)
        if resource is None:
            return answer(soap.fault("soap:Client", "无此操作"))
        rows, _, total = resource.after(asked.get("since", ""), int(asked.get("maxRecords", MOST_ROWS)))
        return answer(soap.add_records(soap.message(f"{name}Response", {"total": str(total)}), rows))

    app = Starlette(routes=[Route("/services/register", service, methods=["POST"])])
    app.state.resources = held
    return app
