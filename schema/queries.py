"""Running queries: one statement each, planned once for all requests that want the same; introspection by graphql-core."""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution import execute_sync

from auth.principals import Principal, Role
from auth.rules import visibility_of
from hub.domain.as_of import KNOWN_AT, ON, PRESENT, AsOf
from hub.domain.log import BEGINNING, Cursor
from hub.domain.read_plan import Past
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.evidence.asked import ReadTarget, asked_of, found_by
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.log.followers import Followers
from hub.services.reading import Prepared
from hub.services.replicas import Replica
from schema.admission import Measured
from schema.answers import Answer, as_of_extension, let_go, log_extension
from schema.desk import PARTS_OF_REFUSED, Desk
from schema.entities import Entities
from schema.federation import ENTITIES, SERVICE, subgraph
from schema.feed import FIELD as FEED
from schema.feed import Feed
from schema.planner.arguments import MOMENT
from schema.planner.cache import Cache
from schema.planner.values import Parameters, Variables, shape
from schema.refusals import is_of_field, may_lack, refusal_of
from schema.told import Tellers, given_to, noted, selected

_INTROSPECTION = ("__schema", "__type", SERVICE)
_NOTHING: Mapping[str, str] = MappingProxyType({})
#: What plans that are kept may take together, in bytes.
_PLANS = 64 * 2**20
#: So many refused fields are left out one by one, and each is paid for.
_MOST_REFUSED = 5


class Planned(NamedTuple):
    """A query's statement, how its parameters follow from variables, and what it reads."""

    statement: Prepared
    parameters: Parameters
    targets: tuple[ReadTarget, ...]
    #: The fields that are answered beside it, by response key.
    beside: Mapping[str, list[FieldNode]]
    #: Whether it holds for other variables: what is told of the schema may depend on them.
    is_lasting: bool


def _past(moment: AsOf | None) -> Past:
    return Past.NONE if moment is None else moment.past


def _at(variables: Variables, moment: AsOf | None) -> Variables:
    """An operation's variables, and the moment that its cursors must be of."""
    return variables if moment is None else {**variables, MOMENT: str(moment)}


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
        self._entities = Entities(desk, reads)
        #: By document, operation, the caller's class and the shape of the variables.
        self._plans: Cache[tuple[str, str | None, str, Hashable, Past], Planned] = Cache(_PLANS)

    async def run(self, query: Measured, caller: Principal) -> Answer:
        """The answer to a query.  Where fields are refused that may be null, the others are told all the same."""
        at, named = self._holding(query, caller), None
        if query.after is not None:
            at, named = await self._place(query.after, at)
        # Known before the read, so that the read holds all that came before it.
        of = at or self._following
        end = of.end if of else None
        if named is not None and (end is None or end.position < named.position):
            end = named
        log = log_extension(end) if end else b""
        moment = None if query.as_of is PRESENT else await self._desk.reading.moment(query.as_of)
        as_of = as_of_extension(moment) if moment else b""
        planned = None
        try:
            planned = await self._planned(query, caller, moment)
            body = await self._told(planned, query, caller, moment, at)
            return Answer(body, cost=query.told_cost, log=log, is_read=True, as_of=as_of)
        except HubError as error:
            if planned is not None:
                planned.parameters.locate(error)
            if not is_of_field(error):
                raise
            body = await self._in_part(query, caller, moment, error)
            return Answer(body, partial=True, cost=query.told_cost, log=log, as_of=as_of)

    def _holding(self, query: Measured, caller: Principal) -> Replica | None:
        """A replica that holds what the caller wrote last and names."""
        # Whatever was known at a moment stands at the primary; a copy may not have it yet.
        if query.as_of is not PRESENT:
            return None
        return self._desk.reading.replicas.holding(caller.client_id, query.after or BEGINNING)

    async def _place(self, after: Cursor, at: Replica | None) -> tuple[Replica | None, Cursor]:
        """Where to read that a place in the log is held: at this replica, else at the primary as soon as it does; and the
        place that is held there.

        Raises DEADLINE_EXCEEDED where it does not in time, LOG_CHANGED for a place of another log.
        """
        if self._following is None:
            raise HubError(ErrorCode.UNAVAILABLE)
        if at is not None:
            try:
                return at, await self._following.reached(after, self._desk.seconds, at.database)
            except HubError as error:
                # It is away; the primary knows as well.
                if error.code is not ErrorCode.UNAVAILABLE:
                    raise
        return None, await self._following.reached(after, self._desk.seconds)

    async def _told(
        self, planned: Planned, query: Measured, caller: Principal, moment: AsOf | None, at: Replica | None = None
    ) -> bytes:
        statement, parameters, targets, beside, _ = planned
        values = parameters.values(_at(query.variables, moment))
        if self._reads is not None:
            self._reads.check_room()
            if self._reads.is_behind(caller.client_id):
                await self._reads.caught_up(caller.client_id)
        body, told = await self._desk.read(statement, values, caller, query.cost, moment, at=at)
        if self._reads is not None and (found := found_by(targets, values, told)):
            self._reads.note(Read(caller, query.purpose, query.document.digest, found))
        return await self._with(body, beside, query, caller, moment) if beside else body

    async def _with(
        self,
        body: bytes,
        beside: Mapping[str, list[FieldNode]],
        query: Measured,
        caller: Principal,
        moment: AsOf | None,
    ) -> bytes:
        """An answer with the fields that are answered beside the statement."""
        answer = orjson.loads(body)
        for key, nodes in beside.items():
            try:
                async with self._desk.beside(caller):
                    if self._reads is not None:
                        await self._reads.caught_up(caller.client_id)
                    answer["data"][key] = await self._beside(nodes, query, caller, moment)
            except HubError as error:
                error.at = (key,)
                raise
        return orjson.dumps(answer)

    def _is_beside(self, name: str) -> bool:
        return name in (FEED, ENTITIES) or name in self._tellers

    async def _beside(self, nodes: list[FieldNode], query: Measured, caller: Principal, moment: AsOf | None) -> Any:
        """What the feed, a look by keys or a service tells of a field."""
        root, name = self._root, nodes[0].name.value
        takes = root.fields[name].args.keys() >= {ON, KNOWN_AT}
        if moment is not None and (moment.later or not takes):
            raise HubError(ErrorCode.NOT_AS_OF, name)
        if name == ENTITIES:
            return await self._entities.found(query, nodes, root.fields[name], caller)
        if name == FEED:
            if self._feed is None:
                raise HubError(ErrorCode.UNAVAILABLE)
            return await self._feed.page(query, nodes, root.fields[FEED], caller)
        collector, teller = self._desk.collector(query), self._tellers[name]
        stated = {} if moment is None else {"on": moment.on, "known_at": moment.at}
        given = stated | given_to(nodes[0], root, collector)
        read = Read(caller, query.purpose, query.document.digest)
        value = await noted(self._desk.told(teller, given, caller, query.purpose), teller, given, read, self._reads)
        return selected(get_named_type(root.fields[name].type), nodes, value, collector)

    async def _in_part(self, query: Measured, caller: Principal, moment: AsOf | None, first: HubError) -> bytes:
        """The answer to a query of which fields are refused: without what they belong to.

        Each refusal is found by planning anew without those before it, and is paid for; all is null where there are many, as
        where a field is refused that may not be null.
        """
        collector, selected, root = self._desk.collector(query), query.node.selection_set, self._root
        fields = collector.fields(root, [selected])
        refused: dict[str, HubError] = {}
        error, body = let_go(first), b'{"data":null}'
        while error.at[0] not in refused:
            refused[error.at[0]] = error
            if len(refused) > _MOST_REFUSED or not may_lack(root, fields[error.at[0]][0]):
                break
            self._desk.pay(caller, PARTS_OF_REFUSED)
            planned = None
            try:
                plan = partial(self._plan, query, caller, _past(moment), dict.fromkeys(refused, "null"))
                planned = await self._desk.plan(plan, caller)
                body = await self._told(planned, query, caller, moment)
                break
            except HubError as another:
                if planned is not None:
                    planned.parameters.locate(another)
                if not is_of_field(another):
                    raise
                error = let_go(another)
        if self._reads is not None:
            for code in dict.fromkeys(one.code.value for one in refused.values()):
                self._reads.note(Read(caller, query.purpose, query.document.digest, outcome=code))
        told = [refusal_of(one, collector, root, selected) for one in refused.values()]
        errors = json.dumps(told, ensure_ascii=False).encode()
        return b'{"errors":' + errors + b"," + body[1:]

    async def explain(self, query: Measured, caller: Principal) -> tuple[str, list[str]]:
        """The statement that a query becomes for a caller, and the database's own plan of it, line by line."""
        moment = None if query.as_of is PRESENT else await self._desk.reading.moment(query.as_of)
        statement, parameters, *_ = await self._planned(query, caller, moment)
        values = parameters.values(_at(query.variables, moment))
        return statement.sql, await self._desk.reading.explain(statement, values, caller, moment)

    async def _planned(self, query: Measured, caller: Principal, moment: AsOf | None) -> Planned:
        """The plan of a query for the caller's class, the one that is kept where there is one."""
        past = _past(moment)
        key = (query.document.digest, query.name, visibility_of(caller).name, shape(dict(query.variables)), past)
        planned = self._plans.get(key, caller.client_id)
        if planned is None:
            known = partial(self._plans.get, key, caller.client_id)
            planned = await self._desk.plan(partial(self._plan, query, caller, past), caller, known)
            if planned.is_lasting:
                self._plans.put(key, planned, planned.statement.size)
        elif query.is_new:
            self._desk.pay(caller, planned.statement.parts)
        return planned

    @property
    def _root(self) -> GraphQLObjectType:
        root = self._desk.schema.query_type
        assert root is not None
        return root

    def _plan(self, query: Measured, caller: Principal, past: Past, without: Mapping[str, str] = _NOTHING) -> Planned:
        """The plan of a query; the fields in `without` are not asked for, and have this text."""
        collector = self._desk.collector(query)
        fields = collector.fields(self._root, [query.node.selection_set])
        asked = [key for key, nodes in fields.items() if nodes[0].name.value in _INTROSPECTION and key not in without]
        if asked and caller.role not in self._introspects:
            refused = HubError(ErrorCode.FORBIDDEN, "introspection", field=asked[0])
            refused.at = (asked[0],)
            raise refused
        known = {**without, **{key: self._introspect(query, fields[key]) for key in asked}}
        beside = {key: nodes for key, nodes in fields.items() if self._is_beside(nodes[0].name.value) and key not in without}
        planner = self._desk.planner(collector)
        plan = replace(planner.query(fields, known | dict.fromkeys(beside, "null")), past=past)
        try:
            statement = self._desk.reading.prepare(plan, caller, self._desk.limits.parts).fixed(planner.parameters.fixed)
        except HubError as error:
            planner.parameters.locate(error)
            raise
        return Planned(statement, planner.parameters, asked_of(plan), beside, not known)

    def _introspect(self, query: Measured, nodes: list[FieldNode]) -> str:
        """What is answered to one field that asks of the schema, as JSON text."""
        if nodes[0].name.value == SERVICE:
            return self._service(query, nodes)
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

    def _service(self, query: Measured, nodes: list[FieldNode]) -> str:
        """What the subgraph says of itself, as JSON text."""
        kind = self._desk.schema.get_type("_Service")
        assert isinstance(kind, GraphQLObjectType)
        asked = self._desk.collector(query).below(kind, nodes)
        told = {key: subgraph(self._desk.schema) if one[0].name.value == "sdl" else kind.name for key, one in asked.items()}
        return json.dumps(told, ensure_ascii=False)
