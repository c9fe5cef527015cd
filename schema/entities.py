"""Rows by their keys, for gateways: those of one type by one statement, under the caller's rights."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLField, GraphQLObjectType

from auth.principals import Principal
from hub.domain.look_ups import sought
from hub.domain.read_plan import Items, Leaf, ReadPlan, Whole
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.identifiers import record_id
from hub.services.evidence.asked import MINE, Found, in_order
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.reading import Prepared
from schema.admission import Measured
from schema.desk import Desk
from schema.federation import KEYS, KINDS_OF_KEYS, MOST_ENTITIES
from schema.payloads import Payloads
from schema.planner.arguments import arguments_of
from schema.planner.collect import Collector

#: Under which the key of a row is told beside what is asked of it; no response key is written so.
_KEY = ".key"
_MINE = "Mine"
_ENTERPRISE = "Enterprise"
_ARGUMENT = "representations"


class _Planned(NamedTuple):
    statement: Prepared
    parameters: list[Any]


class Entities:
    """Answers the field `_entities`.  `reads` keeps who was told of which mine."""

    def __init__(self, desk: Desk, reads: ReadLedger | None) -> None:
        self._desk = desk
        self._reads = reads

    async def found(
        self, query: Measured, nodes: list[FieldNode], field: GraphQLField, caller: Principal
    ) -> list[dict[str, Any] | None]:
        """The rows of the keys, in their order; null for what is not there or may not be seen.

        Raises INVALID_INPUT naming the key that is none, FORBIDDEN, BATCH_TOO_LARGE.
        """
        collector = self._desk.collector(query)
        given = arguments_of(nodes[0], field)[_ARGUMENT].now(collector.variables)
        if len(given) > MOST_ENTITIES:
            raise HubError(ErrorCode.BATCH_TOO_LARGE, f"≤ {MOST_ENTITIES}", field=_ARGUMENT)
        keys = [_key_of(one, f"{_ARGUMENT}.{index}") for index, one in enumerate(given)]
        if self._reads is not None:
            self._reads.check_room()
        payloads = Payloads(self._desk, collector, caller, query.cost)
        named = [key for key in dict.fromkeys(keys) if key and key[0] in KINDS_OF_KEYS]
        ids = await self._meant(named)
        records = await payloads.records(nodes, ids.values())
        told = {key: records.get(known) for key, known in ids.items()}
        for name in dict.fromkeys(key[0] for key in keys if key and key not in ids):
            rows = await self._register(name, nodes, collector, caller)
            told |= {(name, key): row for key, row in rows.items()}
        if self._reads is not None:
            # That a mine is not there says something of it too, and that an enterprise is not.
            asked: list[Found] = [(MINE, None, key[1]) for key in keys if key and key[0] == _MINE]
            asked += [(RecordKind.ENTERPRISE.value, key[1], None) for key in keys if key and key[0] == _ENTERPRISE]
            if found := in_order([*asked, *payloads.told]):
                self._reads.note(Read(caller, query.purpose, query.document.digest, found))
        return [told.get(key) if key else None for key in keys]

    async def _meant(self, named: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The ids of the records that keys mean: of mines and enterprises those that carry on what went into them."""
        reading = self._desk.reading
        mines = await reading.mines_meant(number for name, number in named if name == _MINE)
        enterprises = await reading.enterprises_meant(code for name, code in named if name == _ENTERPRISE)
        meant = {_MINE: mines, _ENTERPRISE: enterprises}
        return {
            (name, value): meant[name][value] if name in meant else record_id(KINDS_OF_KEYS[name].value, value)
            for name, value in named
        }

    async def _register(self, name: str, nodes: list[FieldNode], collector: Collector, caller: Principal) -> Mapping[str, Any]:
        """What is asked of all rows of a small register, by their keys."""
        kind = self._desk.schema.get_type(name)
        assert isinstance(kind, GraphQLObjectType)
        planned = await self._desk.plan(partial(self._plan, kind, nodes, collector, caller), caller)
        body, _ = await self._desk.read(planned.statement, planned.parameters, caller, len(nodes))
        return {row.pop(_KEY): row for row in json.loads(body)["data"]["rows"]}

    def _plan(self, kind: GraphQLObjectType, nodes: list[FieldNode], collector: Collector, caller: Principal) -> _Planned:
        """The statement that tells all rows of a small register, each with its key."""
        planner = self._desk.planner(collector)
        target = planner.chosen(kind, nodes)
        rows = Items(target.noun, (*target.fields, Leaf(_KEY, KEYS[kind.name])))
        statement = self._desk.reading.prepare(ReadPlan((Whole("rows", rows),)), caller)
        return _Planned(statement, planner.parameters.values(collector.variables))


def _key_of(representation: Any, field: str) -> tuple[str, str] | None:
    """The type and the key that a representation names; None for a number that is none, which nothing has."""
    if not isinstance(representation, dict):
        raise HubError(ErrorCode.INVALID_INPUT, "{__typename, …}", field=field)
    name = representation.get("__typename")
    if not isinstance(name, str) or name not in KEYS:
        raise HubError(ErrorCode.INVALID_INPUT, f"__typename: {', '.join(KEYS)}", field=f"{field}.__typename")
    key = representation.get(KEYS[name])
    if not isinstance(key, str):
        raise HubError(ErrorCode.INVALID_INPUT, KEYS[name], field=f"{field}.{KEYS[name]}")
    if (word := KINDS_OF_KEYS.get(name)) is None:
        return name, key
    try:
        # As it would be looked up: the same number spelled in another way is the same number.
        return name, str(sought(word.value, KINDS[word].identity[0], key))
    except HubError:
        return None
