"""Running operations: queries as one statement, mutations field by field, subscriptions along the log, introspection by
graphql-core."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)
from graphql.execution import execute_sync

from auth.principals import Principal, Role
from auth.rules import needs_purpose, visibility_of
from auth.scopes import READ
from hub.domain.read_plan import Order
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import purpose_wanted
from hub.services.evidence.read_ledger import Read, ReadLedger, ReadTarget, asked_of, digest_of, found_by
from hub.services.log.followers import Followers
from hub.services.posting.pipeline import Posting
from hub.services.reading import Prepared, Reading
from schema.answers import Answer, Operation, refused, refused_by
from schema.budgets import Charge
from schema.errors import error_payloads
from schema.limits import Limits
from schema.mutations import Mutations
from schema.planner.collect import Collector
from schema.planner.documents import Document, Documents
from schema.planner.plans import Planner
from schema.planner.values import Variables, shape
from schema.subscriptions import Subscriptions

_INTROSPECTION = ("__schema", "__type")
_LIMITS = Limits()
#: How to ask for what has many answers.
TAKES_STREAMS = "Accept: text/event-stream, Sec-WebSocket-Protocol: graphql-transport-ws"
#: What it costs to read a document that is not known yet, for each character: as much work as so many fields of an answer.
_READING = 5


@dataclass(frozen=True, slots=True)
class _Entered:
    """An operation that may be run, its variables, and what it costs."""

    document: Document
    node: OperationDefinitionNode
    variables: Variables
    cost: int


class Graph:
    """The shared graph, ready to answer.

    `limits` bounds each operation; `charge` is told what an operation costs before it is run, and may refuse it.
    Only the roles in `introspects` are told of the schema: by introspection, and by what a misspelt name may have meant.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        reading: Reading,
        posting: Posting,
        *,
        following: Followers | None = None,
        reads: ReadLedger | None = None,
        introspects: Collection[Role] = frozenset(Role),
        limits: Limits = _LIMITS,
        charge: Charge = lambda _client, _cost: None,
        write_seconds: float = 60.0,
    ) -> None:
        self.limits = limits
        self._reads = reads
        self._charge = charge
        self._write_seconds = write_seconds
        self._introspects = frozenset(introspects)
        self._schema: GraphQLSchema = schema._schema
        self._reading = reading
        self._documents = Documents(self._schema, limits)
        self._orders: Mapping[str, tuple[Order, ...]] = reading.default_orders
        self._mutations = Mutations(self._schema, reading, posting, self._orders)
        self._subscriptions = (
            Subscriptions(self._schema, reading, following, self._orders, charge=charge, reads=reads) if following else None
        )

    async def run(self, operation: Operation, caller: Principal) -> Answer:
        """Run one operation that has one answer; NOT_ACCEPTABLE is the answer to a subscription."""
        begun = await self.begin(operation, caller)
        if isinstance(begun, Answer):
            return begun
        await begun.aclose()
        return self._noted(refused_by(HubError(ErrorCode.NOT_ACCEPTABLE, TAKES_STREAMS)), operation, caller)

    async def begin(self, operation: Operation, caller: Principal) -> Answer | AsyncGenerator[Answer]:
        """Run one operation for a caller: its answer, or the events of a subscription, to be closed by whoever takes them.

        What is read and what is refused goes into the read ledger, if there is one.
        """
        try:
            entered = self._entered(operation, caller)
            if isinstance(entered, Answer):
                return self._noted(entered, operation, caller)
            if entered.node.operation is OperationType.SUBSCRIPTION:
                if self._subscriptions is None:
                    raise HubError(ErrorCode.UNAVAILABLE)
                read = Read(caller, operation.purpose, entered.document.digest)
                return await self._subscriptions.begin(entered.node, self._collector(entered), read, entered.cost, caller)
            return self._noted(await self._answered(entered, operation, caller), operation, caller)
        except HubError as error:
            return self._noted(refused_by(error), operation, caller)

    def _noted(self, answer: Answer, operation: Operation, caller: Principal) -> Answer:
        if self._reads and answer.request_error is not None:
            outcome = answer.request_error.value
            self._reads.note(Read(caller, operation.purpose, digest_of(operation.document), outcome=outcome))
        return answer

    def _entered(self, operation: Operation, caller: Principal) -> _Entered | Answer:
        """The operation within the caller's bounds and budget, or the answer that refuses it."""
        asked = self._asked(operation, caller)
        if isinstance(asked, Answer):
            return asked
        document, node, variables = asked
        cost = document.costs[node.name.value if node.name else None].now(variables)
        try:
            if cost > self.limits.cost:
                raise HubError(ErrorCode.QUERY_TOO_COMPLEX, f"cost {cost}, ≤ {self.limits.cost}", field="query")
            self._charge(caller.client_id, cost)
            if node.operation is not OperationType.MUTATION and needs_purpose(caller) and operation.purpose is None:
                raise purpose_wanted()
        except HubError as error:
            return refused_by(error, cost)
        return _Entered(document, node, variables, cost)

    async def _answered(self, entered: _Entered, operation: Operation, caller: Principal) -> Answer:
        document, node, variables, cost = entered.document, entered.node, entered.variables, entered.cost
        try:
            if node.operation is OperationType.MUTATION:
                async with asyncio.timeout(self._write_seconds):
                    text, failed = await self._mutations.run(node, self._collector(entered), caller)
                return Answer(text.encode(), partial=failed, cost=cost)
            statement, values, sought = self._prepared(document, node, operation.name, variables, caller)
            if self._reads is None:
                return Answer(await self._reading.run(statement, values, caller), cost=cost)
            self._reads.check_room()
            body, trace = await self._reading.traced(statement, values, caller)
            if sought:
                self._reads.note(Read(caller, operation.purpose, document.digest, found_by(sought, values), trace))
            return Answer(body, cost=cost)
        except HubError as error:
            return refused_by(error, cost)
        except TimeoutError:
            return refused_by(HubError(ErrorCode.DEADLINE_EXCEEDED), cost)

    def _collector(self, entered: _Entered) -> Collector:
        return Collector(self._schema, entered.document.fragments, entered.variables)

    def problem(self, document: str) -> str:
        """Why a document cannot be asked, in one line; empty when it can."""
        found, _ = self._documents.get(document, "", hints=True)
        return found.errors[0].message if found.errors else ""

    async def explain(self, operation: Operation, caller: Principal) -> tuple[str, list[str]]:
        """The statement that a query becomes for a caller, and the database's own plan of it, line by line.

        Raises INVALID_INPUT for what is no valid query, with the reasons.
        """
        asked = self._asked(operation, caller)
        if isinstance(asked, Answer):
            raise HubError(ErrorCode.INVALID_INPUT, asked.body.decode())
        document, node, variables = asked
        if node.operation is not OperationType.QUERY:
            raise HubError(ErrorCode.INVALID_INPUT, "only queries are planned whole", field="query")
        statement, values, _ = self._prepared(document, node, operation.name, variables, caller)
        return statement.sql, await self._reading.explain(statement, values, caller)

    def _asked(self, operation: Operation, caller: Principal) -> Answer | tuple[Document, OperationDefinitionNode, Variables]:
        """The operation to run and its variables, or the answer that refuses it."""
        hints = caller.role in self._introspects
        document, is_new = self._documents.get(operation.document, caller.client_id, hints=hints, trusted=operation.trusted)
        if is_new and not operation.trusted:
            self._charge(caller.client_id, _READING * len(operation.document))
        if document.errors:
            return refused(document.code, error_payloads(document.errors, document.code))
        node = document.operation(operation.name)
        if node.operation is not OperationType.MUTATION and READ not in caller.scopes:
            raise HubError(ErrorCode.FORBIDDEN, READ)
        inputs = document.inputs[node.name.value if node.name else None]
        variables = inputs.coerced(operation.variables, self.limits.values, hints=hints)
        if isinstance(variables, list):
            return refused(ErrorCode.INVALID_INPUT, error_payloads(variables, ErrorCode.INVALID_INPUT))
        return document, node, variables

    def _prepared(
        self,
        document: Document,
        node: OperationDefinitionNode,
        name: str | None,
        variables: Variables,
        caller: Principal,
    ) -> tuple[Prepared, list[Any], tuple[ReadTarget, ...]]:
        """A query's statement, from the document's plans where there is one, its parameters, and what it reads."""
        key = (name, visibility_of(caller).name, shape(dict(variables)))
        prepared: tuple[Prepared, Callable[[Variables], list[Any]], tuple[ReadTarget, ...]] | None = document.plans.get(
            key, caller.client_id
        )
        if prepared is None:
            collector = Collector(self._schema, document.fragments, variables)
            assert self._schema.query_type is not None
            fields = collector.fields(self._schema.query_type, [node.selection_set])
            asked = [key for key, nodes in fields.items() if nodes[0].name.value in _INTROSPECTION]
            if asked and caller.role not in self._introspects:
                raise HubError(ErrorCode.FORBIDDEN, "introspection", field=asked[0])
            known = {key: self._introspect(document, node, fields[key], variables) for key in asked}
            planner = Planner(collector, self._orders)
            plan = planner.query(fields, known)
            statement = self._reading.prepare(plan, caller)
            prepared = (statement.fixed(planner.parameters.fixed), planner.parameters.values, asked_of(plan))
            if not known:
                document.plans.put(key, prepared)
        statement, values, sought = prepared
        return statement, values(variables), sought

    def _introspect(
        self, document: Document, node: OperationDefinitionNode, nodes: list[FieldNode], variables: Variables
    ) -> str:
        """What graphql-core answers to one introspection field, as JSON text."""
        alone = OperationDefinitionNode(
            operation=node.operation,
            variable_definitions=node.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        found = execute_sync(
            self._schema,
            DocumentNode(definitions=(alone, *document.fragments.values())),
            variable_values=dict(variables),
        )
        if found.errors or not found.data:
            raise HubError(ErrorCode.DOCUMENT_INVALID, found.errors[0].message if found.errors else "")
        return json.dumps(next(iter(found.data.values())), ensure_ascii=False)
