"""Plays the register: one SOAP endpoint with a query for each resource."""

from __future__ import annotations

import hmac

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.market_regulation import mapping, soap
from connectors.sandbox import MOST_ROWS, Held, Sandbox
from hub.domain.words.departments import Department

USERNAME = "hub"
PASSWORD = "sandbox-market-regulation"  # noqa: S105 - opens the sandbox only


def _known(root: etree._Element) -> bool:
    token = root.find(f".//{{{soap.REGISTER}}}UserToken")
    user = soap.members(token) if token is not None else {}
    return user.get("Username") == USERNAME and hmac.compare_digest(user.get("Password", "").encode(), PASSWORD.encode())


def _answer(content: bytes) -> Response:
    return Response(content, media_type="text/xml")


def _routes(held: Held) -> list[Route]:
    async def service(request: Request) -> Response:
        root = etree.fromstring(await request.body(), etree.XMLParser(resolve_entities=False, no_network=True))
        if not _known(root):
            return _answer(soap.fault("soap:Client.Authentication", "用户名或口令错误"))
        query = soap.body_of(root)
        name, asked = etree.QName(query).localname, soap.members(query)
        resource = held.get(name)
        if resource is None:
            return _answer(soap.fault("soap:Client", "无此操作"))
        rows, _, total = resource.after(asked.get("since", ""), int(asked.get("maxRecords", MOST_ROWS)))
        return _answer(soap.add_records(soap.message(f"{name}Response", {"total": str(total)}), rows))

    return [Route("/services/register", service, methods=["POST"])]


SANDBOX = Sandbox(
    department=Department.MARKET_REGULATION,
    resources_mapped=mapping.RESOURCES,
    stamp="lastModified",
    credentials={"username": USERNAME, "password": PASSWORD},
    routes=_routes,
)
