"""Systems that answer SOAP queries, one for each of their resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connectors import feeds, soap_messages
from connectors.errors import ConnectorError, OperatorMustAct, RefusedForGood, TryAgain
from connectors.http import Http, UpstreamAnswer
from connectors.paged import PagedConnector

_PAGE = 500
#: More digits than these are no count.
_MOST_DIGITS = 18


@dataclass(frozen=True)
class SoapConnector(PagedConnector):
    """A SOAP 1.1 service at `path`, whose elements are of `namespace`, for one user: each of `resources` is a query for what
    changed after a moment, and the member `stamp` of a record tells when it changed."""

    path: ClassVar[str]
    namespace: ClassVar[str]
    stamp: ClassVar[str]

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        user = {"Username": self.settings["username"], "Password": self.settings["password"]}
        asked = {"since": since, "maxRecords": str(_PAGE)}
        envelope = soap_messages.message(self.namespace, resource, asked, user)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{self.namespace}#{resource}"'}
        # A query changes nothing, so it may be asked again.
        asking = {"content": envelope, "headers": headers, "fault": _fault}
        answer = await http.post(self.path, repeatable=True, **asking)
        body = soap_messages.body_of(answer.xml())
        total = soap_messages.members(body).get("total", "")
        total = total.strip() if isinstance(total, str) else ""
        counted = total.isdecimal() and len(total) <= _MOST_DIGITS
        rows = soap_messages.records(body)
        return feeds.FeedPage(rows, self.stamp, _PAGE, None, int(total) if counted else None)


def _fault(answer: UpstreamAnswer) -> ConnectorError | None:
    """What a fault means that comes with the status of a server's error, as SOAP 1.1 (6.2) demands."""
    try:
        root = answer.xml()
    except ConnectorError:
        return None
    try:
        soap_messages.body_of(root)
    except (OperatorMustAct, TryAgain) as told:
        return told
    except RefusedForGood:
        pass
    return None
