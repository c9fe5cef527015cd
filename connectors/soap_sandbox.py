"""What the sandboxes of SOAP services share: one endpoint for one user, with a query for each resource."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors import soap_messages
from connectors.sandbox import MOST_ROWS, Held


@dataclass(frozen=True)
class SoapService:
    """A service at `path` whose elements are of `namespace`."""

    path: str
    namespace: str
    username: str
    password: str

    def _known(self, root: Any) -> bool:
        user = soap_messages.user_of(self.namespace, root)
        told = str(user.get("Password", "")).encode()
        return user.get("Username") == self.username and hmac.compare_digest(told, self.password.encode())

    def routes(self, held: Held) -> list[Route]:
        async def service(request: Request) -> Response:
            root = etree.fromstring(await request.body(), etree.XMLParser(resolve_entities=False, no_network=True))
            if not self._known(root):
                return _answer(soap_messages.fault("soap:Client.Authentication", "用户名或口令错误"))
            query = soap_messages.body_of(root)
            name, asked = etree.QName(query).localname, soap_messages.members(query)
            resource = held.get(name)
            if resource is None:
                return _answer(soap_messages.fault("soap:Client", "无此操作"))
            rows, _, total = resource.after(asked.get("since", ""), int(asked.get("maxRecords", MOST_ROWS)))
            message = soap_messages.message(self.namespace, f"{name}Response", {"total": str(total)})
            return _answer(soap_messages.add_records(self.namespace, message, rows))

        return [Route(self.path, service, methods=["POST"])]


def _answer(content: bytes) -> Response:
    return Response(content, media_type="text/xml")
