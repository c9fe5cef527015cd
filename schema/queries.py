"""Running queries: one statement each, planned once for all requests that want the same; introspection by graphql-core."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

import orjson
from graphql import DocumentNode, FieldNode, OperationDefinitionNode, SelectionSetNode, get_named_type
from graphql.execution import execute_sync

from auth.principals import Principal, Role
from auth.rules import visibility_of
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.evidence.asked import ReadTarget, asked_of, found_by
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.log.followers import Followers
from hub.services.reading import Prepared
from schema.admission import Measured
from schema.answers import Answer, log_extension
from schema.desk import Desk
from schema.feed import FIELD as FEED
from schema.feed import Feed
from schema.planner.values import Variables, shape
from schema.told import Tellers, given_to, selected

_INTROSPECTION = ("__schema", "__type")


class Planned(NamedTuple):
    """A query's statement, how its parameters follow from variables, and what it reads."""

    statement: Prepared
    values: Callable[[Variables], list[Any]]
    targets: tuple[ReadTarget, ...]
    #: The fields that are answered beside it, by response key.
    beside: Mapping[str, list[FieldNode]]
    #: Whether it holds for other variables: what is told of the schema may depend on them.
    is_lasting: bool


class Queries:
    """Runs the queries of the schema.  What is read goes into the ledger, if there is one.

    `following` knows how far the log is: every answer says on which place in it it stands.
    """

    def __init__(
        self,
        desk: Desk,
        introspects: Collection[Role],
        reads: ReadLedger | None,
        *,
        following: Followers | None,
        feed: Feed | None,
        tellers: Tellers | None = None,
    ) -> None:
        self._tellers = tellers or {}
        self._desk = desk
        self._introspects = introspects
        self._reads = reads
        self._following = following
        self._feed = feed

    async def run(self, query: Measured, caller: Principal) -> Answer:
        """The answer to a query."""
        statement, values_of, targets, beside, _ = await self._planned(query, caller)
        values = values_of(query.variables)
        # Known before the read, so that the read holds all that came before it.
        log = log_extension(end) if self._following and (end := self._following.end) else b""
        if self._reads is not None:
            self._reads.check_room()
        body, told = await self._desk.read(statement, values, caller, query.cost)
        if self._reads is not None and (found := found_by(targets, values, told)):
            self._reads.note(Read(caller, query.purpose, query.document.digest, found))
        if beside:
            body = await self._with(body, beside, query, caller)
        return Answer(body, cost=query.told_cost, log=log)

    async def _with(self, body: bytes, beside: Mapping[str, list[FieldNode]], query: Measured, caller: Principal) -> bytes:
        """An answer with the fields that are answered beside the statement."""
        answer = orjson.loads(body)
        for key, nodes in beside.items():
            answer["data"][key] = await self._beside(nodes, query, caller)
        return orjson.dumps(answer)

    def _is_beside(self, name: str) -> bool:
        return name == FEED or name in self._tellers

    async def _beside(self, nodes: list[FieldNode], query: Measured, caller: Principal) -> Any:
        """What the feed or a service tells of a field."""
        root, name = self._desk.schema.query_type, nodes[0].name.value
        assert root is not None
        if name == FEED:
            if self._feed is None:
                raise HubError(ErrorCode.UNAVAILABLE)
            return await self._feed.page(query, nodes, root.fields[FEED], caller)
        collector, teller = self._desk.collector(query), self._tellers[name]
        value = await teller.tell(given_to(nodes[0], root, collector), caller, query.purpose)
        if self._reads is not None:
            self._reads.note(Read(caller, query.purpose, query.document.digest, teller.found(value)))
        return selected(get_named_type(root.fields[name].type), nodes, value, collector)

    async def explain(self, query: Measured, caller: Principal) -> tuple[str, list[str]]:
        """The statement that a query becomes for a caller, and the database's own plan of it, line by line."""
        statement, values_of, *_ = await self._planned(query, caller)
        return statement.sql, await self._desk.reading.explain(statement, values_of(query.variables), caller)

    async def _planned(self, query: Measured, caller: Principal) -> Planned:
        """The plan of a query for the caller's class, from the document's plans where there is one."""
        plans = query.document.plans
        key = (query.name, visibility_of(caller).name, shape(dict(query.variables)))
        planned: Planned | None = plans.get(key, caller.client_id)
        if planned is None:
            known = partial(plans.get, key, caller.client_id)
            planned = await self._desk.plan(partial(self._plan, query, caller), caller, known)
            if planned.is_lasting:
                plans.put(key, planned)
        return planned

    def _plan(self, query: Measured, caller: Principal) -> Planned:
        collector = self._desk.collector(query)
        root = self._desk.schema.query_type
        assert root is not None
        fields = collector.fields(root, [query.node.selection_set])
        asked = [key for key, nodes in fields.items() if nodes[0].name.value in _INTROSPECTION]
        if asked and caller.role not in self._introspects:
            raise HubError(ErrorCode.FORBIDDEN, "introspection", field=asked[0])
        known = {key: self._introspect(query, fields[key]) for key in asked}
        beside = {key: nodes for key, nodes in fields.items() if self._is_beside(nodes[0].name.value)}
        planner = self._desk.planner(collector)
        plan = planner.query(fields, known | dict.fromkeys(beside, "null"))
        statement = self._desk.reading.prepare(plan, caller, self._desk.limits.parts).fixed(planner.parameters.fixed)
        return Planned(statement, planner.parameters.values, asked_of(plan), beside, not known)

    def _introspect(self, query: Measured, nodes: list[FieldNode]) -> str:
        """What graphql-core answers to one introspection field, as JSON text."""
        alone = OperationDefinitionNode(
            operation=query.kind,
            variable_definitions=query.node.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        result = execute_sync(
            self._desk.schema,
            DocumentNode(definitions=(alone, *query.document.fragments.values())),
            variable_values=dict(query.variables),
        )
        if result.errors or not result.data:
            raise HubError(ErrorCode.DOCUMENT_INVALID, result.errors[0].message if result.errors else "")
        return json.dumps(next(iter(result.data.values())), ensure_ascii=False)
