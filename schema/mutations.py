"""Running mutations: each root field in turn is one call of the posting service; what is asked of the records is planned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, GraphQLSchema, OperationDefinitionNode, get_named_type
from graphql.utilities import value_from_ast_untyped

from auth.principals import Principal
from hub.domain.read_plan import Order
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import receipt_payload
from hub.services.reading import Reading
from schema.errors import error_payload
from schema.payloads import Payloads
from schema.planner.arguments import arguments_of
from schema.planner.collect import Collector
from schema.planner.values import plain
from schema.posting import POSTS, summed

#: The way in, as the envelope's `source` tells it.
SOURCE = "graphql"
_MOST_REASON = 2000


class Mutations:
    """Runs the mutations of the schema."""

    def __init__(
        self, schema: GraphQLSchema, reading: Reading, posting: Posting, orders: Mapping[str, tuple[Order, ...]]
    ) -> None:
        self._schema = schema
        self._reading = reading
        self._posting = posting
        self._orders = orders

    async def run(self, node: OperationDefinitionNode, collector: Collector, caller: Principal) -> tuple[str, bool]:
        """The response to a mutation, as JSON text, and whether it failed: the first field that does ends it with null data."""
        root = self._schema.mutation_type
        assert root is not None
        payloads = Payloads(self._schema, self._reading, self._orders, collector, caller)
        data: dict[str, Any] = {}
        for key, nodes in collector.fields(root, [node.selection_set]).items():
            if nodes[0].name.value == "__typename":
                data[key] = root.name
                continue
            try:
                value = await self._field(nodes[0], collector, caller)
                kind: Any = get_named_type(root.fields[nodes[0].name.value].type)
                [data[key]] = await payloads.select(kind, nodes, [value])
            except HubError as error:
                return json.dumps({"errors": [error_payload(error, [key])], "data": None}, ensure_ascii=False), True
        return json.dumps({"data": data}, ensure_ascii=False), False

    async def _field(self, node: FieldNode, collector: Collector, caller: Principal) -> dict[str, Any]:
        name = node.name.value
        variables = dict(collector.variables)
        if name in POSTS:
            argument = next(a for a in node.arguments or () if a.name.value == "items")
            items = value_from_ast_untyped(argument.value, variables)
            if items is None:
                raise HubError(ErrorCode.INVALID_INPUT, "items", field="items")
            batch = [Submission(item) for item in (items if isinstance(items, list) else [items])]
            return summed(await self._posting.post(caller, POSTS[name], batch, source=SOURCE))
        root = self._schema.mutation_type
        assert root is not None
        given = {argument: plain(value.now(variables)) for argument, value in arguments_of(node, root.fields[name]).items()}
        reason = str(given["reason"]).strip()
        if not reason or len(reason) > _MOST_REASON or not reason.isprintable():
            raise HubError(ErrorCode.INVALID_INPUT, f"1..{_MOST_REASON}", field="reason")
        restate = self._posting.reinstate if name == "reinstateRecord" else self._posting.withdraw
        taken = await restate(caller, str(given["id"]), reason, expected=given.get("expected_version"), source=SOURCE)
        return receipt_payload(taken)
