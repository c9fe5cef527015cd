"""Running operations: queries as one statement, mutations field by field, introspection by graphql-core."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_variable_values,
)
from graphql.execution import execute_sync

from auth.principals import Principal, Role
from auth.rules import needs_purpose, visibility_of
from auth.scopes import READ
from hub.domain.errors import ErrorCode, HubError
from hub.domain.purposes import Purpose, purpose_wanted
from hub.domain.read_plan import Order
from hub.services.mine_reads import Asked, MineReads, Read, asked_of, digest_of, found_by
from hub.services.posting import Posting
from hub.services.reading import Prepared, Reading
from schema.errors import told, told_all
from schema.limits import Limits
from schema.mutations import Mutations
from schema.planner.collect import Collector
from schema.planner.documents import Document, Documents
from schema.planner.measuring import count_values
from schema.planner.plans import Planner
from schema.planner.values import Variables, shape
from schema.posting import RAW_INPUTS

_INTROSPECTION = ("__schema", "__type")
_LIMITS = Limits()
#: What it costs to read a document that is not known yet, for each character: as much work as so many fields of an answer.
_READING = 5

#: Told the client and the cost; raises RATE_LIMITED.
Charge = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks to run, and why.  `trusted` documents were registered beforehand."""

    document: str
    name: str | None
    variables: Mapping[str, Any]
    purpose: Purpose | None = None
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The response as JSON text.  `request_error` says that nothing was run, and its code; `partial`, that it ran with
    errors.  `cost` is what the operation was taken to cost, once that is known."""

    text: str
    request_error: ErrorCode | None = None
    partial: bool = False
    cost: int | None = None
    retry_after: int | None = None


def refused(code: ErrorCode, errors: list[dict[str, Any]], cost: int | None = None) -> Answer:
    """The answer to what could not be run: errors, and no `data`."""
    return Answer(json.dumps({"errors": errors}, ensure_ascii=False), code, cost=cost)


def refused_by(error: HubError, cost: int | None = None) -> Answer:
    """The same for one error of the hub."""
    return replace(refused(error.code, [told(error)], cost), retry_after=error.retry_after)


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
        reads: MineReads | None = None,
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

    async def run(self, operation: Operation, caller: Principal) -> Answer:
        """Run one operation for a caller.  What is read and what is refused goes into the read ledger, if there is one."""
        answer = await self._run(operation, caller)
        if self._reads and answer.request_error is not None:
            outcome = answer.request_error.value
            self._reads.note(Read(caller, operation.purpose, digest_of(operation.document), outcome=outcome))
        return answer

    async def _run(self, operation: Operation, caller: Principal) -> Answer:
        cost: int | None = None
        try:
            asked = self._asked(operation, caller)
            if isinstance(asked, Answer):
                return asked
            document, node, variables = asked
            cost = document.costs[node.name.value if node.name else None].now(variables)
            if cost > self.limits.cost:
                raise HubError(ErrorCode.QUERY_TOO_COMPLEX, f"cost {cost}, ≤ {self.limits.cost}", field="query")
            self._charge(caller.client_id, cost)
            if node.operation is OperationType.MUTATION:
                collector = Collector(self._schema, document.fragments, variables)
                async with asyncio.timeout(self._write_seconds):
                    text, failed = await self._mutations.run(node, collector, caller)
                return Answer(text, partial=failed, cost=cost)
            if needs_purpose(caller) and operation.purpose is None:
                raise purpose_wanted()
            statement, values, sought = self._prepared(document, node, operation.name, variables, caller)
            if self._reads is None:
                return Answer(await self._reading.run(statement, values, caller), cost=cost)
            self._reads.check_room()
            text, trace = await self._reading.traced(statement, values, caller)
            if sought:
                self._reads.note(Read(caller, operation.purpose, document.digest, found_by(sought, values), trace))
            return Answer(text, cost=cost)
        except HubError as error:
            return refused_by(error, cost)
        except TimeoutError:
            return refused_by(HubError(ErrorCode.DEADLINE_EXCEEDED), cost)

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
            raise HubError(ErrorCode.INVALID_INPUT, asked.text)
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
            return refused(document.code, told_all(document.errors, document.code))
        node = document.operation(operation.name)
        if node.operation is OperationType.QUERY and READ not in caller.scopes:
            raise HubError(ErrorCode.FORBIDDEN, READ)
        variables = self._coerced(node, operation.variables, hints=hints)
        if isinstance(variables, list):
            return refused(ErrorCode.INVALID_INPUT, told_all(variables, ErrorCode.INVALID_INPUT))
        return document, node, variables

    def _coerced(
        self, node: OperationDefinitionNode, given: Mapping[str, Any], *, hints: bool
    ) -> Variables | list[GraphQLError]:
        """Variables as graphql-core coerces them.  Items to post stay as they were sent: posting validates each by itself, so
        that one bad item does not refuse the batch."""
        definitions = node.variable_definitions or ()
        raw = {d.variable.name.value for d in definitions if _named(d.type) in RAW_INPUTS}
        count_values(
            (given.get(d.variable.name.value) for d in definitions if d.variable.name.value not in raw), self.limits.values
        )
        coerced = get_variable_values(
            self._schema,
            [d for d in definitions if d.variable.name.value not in raw],
            dict(given),
            max_errors=20,
            hide_suggestions=not hints,
        )
        if isinstance(coerced, list):
            return coerced
        return {**coerced.coerced, **{name: given.get(name) for name in raw}}

    def _prepared(
        self,
        document: Document,
        node: OperationDefinitionNode,
        name: str | None,
        variables: Variables,
        caller: Principal,
    ) -> tuple[Prepared, list[Any], tuple[Asked, ...]]:
        """A query's statement, from the document's plans where there is one, its parameters, and what it reads."""
        key = (name, visibility_of(caller).name, shape(dict(variables)))
        prepared: tuple[Prepared, Callable[[Variables], list[Any]], tuple[Asked, ...]] | None = document.plans.get(
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


def _named(kind: Any) -> str:
    while hasattr(kind, "type"):
        kind = kind.type
    return str(kind.name.value)
