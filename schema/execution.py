"""Running operations: admitted first; then a query is one statement, a mutation goes by fields, a subscription by the log."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import strawberry
from graphql import OperationType

from auth.principals import Principal, Role
from auth.rules import may_follow
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose
from hub.services.access.trusted_documents import TrustedDocuments
from hub.services.banks.portfolios import Portfolios
from hub.services.evidence.read_ledger import Read, ReadLedger, digest_of
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.once import KeptAnswers
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.work.desk import RejectionDesk
from hub.services.work.redelivery import Deliveries
from hub.services.work.webhooks import Webhooks
from schema import redelivery
from schema.admission import Admission, Measured
from schema.answers import Answer, Operation, refused_by
from schema.budgets import Charge
from schema.desk import Desk
from schema.feed import Feed
from schema.limits import Limits
from schema.mutations import Mutations
from schema.planner.documents import Documents
from schema.queries import Queries
from schema.receiving import Receiving, WebhookDocuments
from schema.subscriptions import Subscriptions
from schema.told import Teller, Tellers, noted
from schema.workshop import Workshop

_LIMITS = Limits()
#: A block in which somebody waits for what is read.
While = AbstractContextManager[None]
_ALWAYS: While = nullcontext()
#: How to ask for what has many answers.
TAKES_STREAMS = (
    "Accept: text/event-stream, Accept: multipart/mixed;subscriptionSpec=1.0, Sec-WebSocket-Protocol: graphql-transport-ws"
)


class Graph:
    """The shared graph, ready to answer.

    `limits` bounds each operation; `charge` is told what an operation costs before it is run, and may refuse it; `owe` is told
    what it took besides.  `read_seconds` and `write_seconds` are deadlines.
    Only the roles in `introspects` are told of the schema: by introspection, by what a misspelt name may have meant, by costs.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        reading: Reading,
        posting: Posting,
        *,
        following: Followers | None = None,
        consumers: Consumers | None = None,
        webhooks: Webhooks | None = None,
        documents: TrustedDocuments | None = None,
        reads: ReadLedger | None = None,
        rejections: RejectionDesk | None = None,
        deliveries: Deliveries | None = None,
        portfolios: Portfolios | None = None,
        introspects: Collection[Role] = frozenset(Role),
        limits: Limits = _LIMITS,
        charge: Charge = lambda _client, _cost: None,
        owe: Charge = lambda _client, _cost: None,
        read_seconds: float = 10.0,
        write_seconds: float = 60.0,
        tellers: Tellers | None = None,
        kept: KeptAnswers | None = None,
    ) -> None:
        self.limits = limits
        self._reads = reads
        self._schema = schema._schema
        self._documents = Documents(self._schema, limits)
        self.introspects = roles = frozenset(introspects)
        workshop = Workshop(read_seconds)
        self._admission = Admission(self._documents, workshop, limits, charge, roles)
        desk = Desk(self._schema, reading, workshop, limits, charge=charge, owe=owe, seconds=read_seconds)
        feed, acts = None, redelivery.acts(deliveries)
        self._subscriptions = self.webhook_documents = None
        if following and consumers:
            told: dict[str, Any] = {"named": consumers, "charge": charge, "reads": reads, "portfolios": portfolios}
            feed = Feed(desk, following, **told)
            self._subscriptions = Subscriptions(desk, following, **told)
            self.webhook_documents = WebhookDocuments(self._admission, self._subscriptions, limits, documents)
            documents_of = self.webhook_documents
            acts |= Receiving(consumers, webhooks, documents_of, following, charge=charge, owe=owe).acts
        self._desk = desk
        self._queries = Queries(desk, roles, reads, following=following, feed=feed, tellers=tellers)
        self._mutations = Mutations(
            desk,
            posting,
            write_seconds,
            reads=reads,
            following=following,
            tellers=tellers,
            rejections=rejections,
            acts=acts,
            kept=kept,
        )

    async def run(self, operation: Operation, caller: Principal, there: While = _ALWAYS) -> Answer:
        """Run one operation that has one answer; NOT_ACCEPTABLE is the answer to a subscription.

        What is only read is read within `there`, which may end it.
        """
        begun = await self.begin(operation, caller, there)
        if isinstance(begun, Answer):
            return begun
        await begun.aclose()
        return self._refused(HubError(ErrorCode.NOT_ACCEPTABLE, TAKES_STREAMS), operation, caller)

    async def begin(self, operation: Operation, caller: Principal, there: While = _ALWAYS) -> Answer | AsyncGenerator[Answer]:
        """Run one operation for a caller: its answer, or the events of a subscription, to be closed by whoever takes them.

        What is read and what is refused goes into the read ledger, if there is one.
        """
        cost = None
        try:
            measured = await self._admission.measured(operation, caller)
            cost = measured.told_cost
            self._admission.admit(measured, caller)
            match measured.kind:
                case OperationType.QUERY:
                    with there:
                        return await self._queries.run(measured, caller)
                case OperationType.MUTATION:
                    return await self._mutations.run(measured, caller)
                case OperationType.SUBSCRIPTION:
                    return await self._followed(measured, caller)
        except HubError as error:
            return self._refused(error, operation, caller, cost)

    async def tell(self, teller: Teller, given: Mapping[str, Any], caller: Principal, purpose: Purpose | None) -> Any:
        """What a service tells that was asked by another way than a document: paid for and noted as it is here."""
        return await noted(self._desk.told(teller, given, caller, purpose), teller, given, Read(caller, purpose), self._reads)

    def problem(self, document: str) -> str:
        """Why a document cannot be asked, in one line; empty when it can."""
        parsed = self._documents.read(document, hints=True)
        return HubError(parsed.code, parsed.errors[0].message).message if parsed.errors else ""

    async def explain(self, operation: Operation, caller: Principal) -> tuple[str, list[str]]:
        """The statement that a query becomes for a caller, and the database's own plan of it, line by line.

        Raises INVALID_INPUT for what is no query.
        """
        measured = await self._admission.measured(operation, caller)
        if measured.kind is not OperationType.QUERY:
            raise HubError(ErrorCode.INVALID_INPUT, "only queries are planned whole", field="query")
        return await self._queries.explain(measured, caller)

    async def _followed(self, subscription: Measured, caller: Principal) -> AsyncGenerator[Answer]:
        if not may_follow(caller):
            raise HubError(ErrorCode.FORBIDDEN)
        if self._subscriptions is None:
            raise HubError(ErrorCode.UNAVAILABLE)
        read = Read(caller, subscription.purpose, subscription.document.digest)
        return await self._subscriptions.begin(subscription, read, caller)

    def _refused(self, error: HubError, operation: Operation, caller: Principal, cost: int | None = None) -> Answer:
        if self._reads:
            self._reads.note(Read(caller, operation.purpose, digest_of(operation.document), outcome=error.code.value))
        return refused_by(error, cost)
