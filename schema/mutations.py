"""Running mutations: each root field in turn is one call of the posting service; what is asked of the records is planned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import orjson
from graphql import FieldNode, GraphQLObjectType, Undefined, get_named_type
from graphql.utilities import value_from_ast_untyped

from auth.principals import Principal
from auth.rules import may_follow, may_post
from auth.scopes import READ
from hub.domain.log import Cursor
from hub.domain.record_kinds import RecordKind, kind_of
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.evidence.asked import in_order
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.log.followers import Followers
from hub.services.once import Answered, KeptAnswers, Marked
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Result, receipt_payload
from hub.services.posting.together import Together
from hub.services.work.desk import RejectionDesk
from schema.admission import Measured
from schema.answers import Answer, log_extension
from schema.desk import Desk
from schema.discrepancies import resolved
from schema.payloads import RECORD, Payloads
from schema.planner.arguments import data_of
from schema.planner.collect import Collector, names
from schema.posting import POSTS, shown, summed
from schema.quarantine import ACTS, act
from schema.receiving import Act
from schema.refusals import refusal_of
from schema.told import Tellers, given_to, noted, selected
from schema.turns import Turns

#: Who asks for this is answered when what was posted has its position, which comes soon after the commit.
_POSITION = "logPosition"
_NUMBERED_SECONDS = 5.0
#: The way in, as the envelope's `source` tells it.
SOURCE = "graphql"
_MOST_REASON = 2000
_KEY = "idempotencyKey"
_DRY_RUN = "dryRun"


class Mutations:
    """Runs the mutations of the schema.  `following` knows how far the log is; `acts` are those that post nothing; `kept` does
    once what comes under a key."""

    def __init__(
        self,
        desk: Desk,
        posting: Posting,
        seconds: float,
        *,
        reads: ReadLedger | None = None,
        following: Followers | None = None,
        tellers: Tellers | None = None,
        rejections: RejectionDesk | None = None,
        acts: Mapping[str, Act] = MappingProxyType({}),
        kept: KeptAnswers | None = None,
    ) -> None:
        self._kept = kept
        self._tellers = tellers or {}
        self._desk = desk
        self._following = following
        self._rejections = rejections
        self._acts = acts
        self._posting = posting
        self._together = Together(self._post)
        self._seconds = seconds
        self._reads = reads
        self._turns = Turns(desk.reading.write_places)

    async def run(self, mutation: Measured, caller: Principal) -> Answer:
        """The answer to a mutation: the first field that fails ends it with null data.  Raises DEADLINE_EXCEEDED."""
        try:
            async with asyncio.timeout(self._seconds):
                answer, place = await self._told(mutation, caller)
        except TimeoutError:
            raise HubError(ErrorCode.DEADLINE_EXCEEDED) from None
        finally:
            self._desk.reading.replicas.wrote(caller.client_id)
        known = [cursor for cursor in (place, self._following and self._following.end) if cursor]
        log = log_extension(max(known, key=lambda cursor: cursor.position)) if known else b""
        return answer._replace(cost=mutation.told_cost, log=log)

    async def _numbered(self, payload: Mapping[str, Any]) -> Cursor | None:
        """Wait until what was posted has its position, for a while, and tell that of the last of a batch, which comes last."""
        results = [one for one in payload.get("results", [payload]) if one.get("recordedAt") and one.get("version")]
        if not results or self._following is None:
            return None
        return await self._following.numbered(results[-1]["recordId"], results[-1]["version"], _NUMBERED_SECONDS)

    async def _told(self, mutation: Measured, caller: Principal) -> tuple[Answer, Cursor | None]:
        root = self._desk.schema.mutation_type
        assert root is not None
        collector = self._desk.collector(mutation)
        payloads = Payloads(self._desk, collector, caller, mutation.cost)
        # Where copies answer reads, whoever has posted must be able to name the place of it.
        waits = bool(self._desk.reading.replicas.all) or _POSITION in names(mutation.node, mutation.document.fragments)
        data: dict[str, Any] = {}
        fields = collector.fields(root, [mutation.node.selection_set])
        # Who may not read is told before anything is posted.
        for key, nodes in fields.items():
            if READ not in caller.scopes and self._reads_records(collector, nodes):
                return _ended(HubError(ErrorCode.FORBIDDEN, READ), key, mutation, collector, root), None
        done, place, repeated = False, None, []
        for key, nodes in fields.items():
            if nodes[0].name.value == "__typename":
                data[key] = root.name
                continue
            try:
                if nodes[0].name.value in self._tellers:
                    data[key], before = await self._by_service(nodes, collector, mutation, caller)
                else:
                    value, before = await self._done(nodes[0], collector, mutation, caller, payloads)
                done = True
                repeated += [key] if before else []
                if nodes[0].name.value in self._tellers:
                    continue
                if waits:
                    place = await self._numbered(value) or place
                kind: Any = get_named_type(root.fields[nodes[0].name.value].type)
                [data[key]] = await payloads.select(kind, nodes, [shown(value, repeated=before)])
                self._note(mutation, caller, payloads)
            except HubError as error:
                # Where nothing was done the request as a whole may be sent again.
                if error.code is ErrorCode.UNAVAILABLE and not done:
                    raise
                return _ended(error, key, mutation, collector, root)._replace(repeated=tuple(repeated)), place
        return Answer(orjson.dumps({"data": data}), repeated=tuple(repeated)), place

    async def _once(
        self,
        node: FieldNode,
        collector: Collector,
        caller: Principal,
        act: Callable[[], Awaitable[Any]],
        *,
        in_steps: bool = False,
    ) -> Answered:
        """What an act answers; where the caller gave a key, once.  A rehearsal takes none."""
        given = _sent(node, collector)
        if (key := given.pop(_KEY, None)) is None:
            return Answered(await act(), repeated=False)
        marked = Marked.read(caller, str(key), node.name.value, given)
        if given.get(_DRY_RUN) is True:
            return Answered(await act(), repeated=False)
        if self._kept is None:
            raise HubError(ErrorCode.UNAVAILABLE)
        return await self._kept.once(marked, act, in_steps=in_steps)

    async def _done(
        self, node: FieldNode, collector: Collector, mutation: Measured, caller: Principal, payloads: Payloads
    ) -> Answered:
        if node.name.value in self._acts:
            return await self._once(node, collector, caller, partial(self._act, mutation, node, collector, caller))
        if node.name.value in POSTS:
            return await self._take(node, collector, caller)
        return await self._in_turn(node, collector, caller, payloads)

    def _reads_records(self, collector: Collector, nodes: list[FieldNode]) -> bool:
        """Whether a payload asks for records, and not only for receipts."""
        root = self._desk.schema.mutation_type
        assert root is not None
        waiting = [(root, nodes)]
        while waiting:
            kind, some = waiting.pop()
            if some[0].name.value == RECORD or some[0].name.value in self._tellers:
                return True
            field = kind.fields.get(some[0].name.value)
            below = get_named_type(field.type) if field else None
            if isinstance(below, GraphQLObjectType):
                waiting += [(below, more) for more in collector.below(below, some).values()]
        return False

    async def _by_service(
        self, nodes: list[FieldNode], collector: Collector, mutation: Measured, caller: Principal
    ) -> tuple[Any, bool]:
        """What a service does and tells whole, in the caller's turn; and whether it was told before."""
        root, name = self._desk.schema.mutation_type, nodes[0].name.value
        assert root is not None
        given = given_to(nodes[0], root, collector)
        teller, read = self._tellers[name], Read(caller, mutation.purpose, mutation.document.digest)
        repeated = False

        async def tell() -> Any:
            nonlocal repeated
            act = partial(self._desk.told, teller, given, caller, mutation.purpose)
            value, repeated = await self._once(nodes[0], collector, caller, act, in_steps=teller.in_steps)
            return value

        async with self._turns.held(caller.client_id, self._seconds), self._desk.beside(caller):
            value = await noted(tell(), teller, given, read, self._reads)
        return selected(get_named_type(root.fields[name].type), nodes, value, collector), repeated

    def _note(self, mutation: Measured, caller: Principal, payloads: Payloads) -> None:
        """Enter what a payload told of records into the ledger, as what a query tells is."""
        if self._reads is not None and payloads.told:
            self._reads.note(Read(caller, mutation.purpose, mutation.document.digest, in_order(payloads.told)))
            payloads.told.clear()

    async def _act(self, mutation: Measured, node: FieldNode, collector: Collector, caller: Principal) -> dict[str, Any]:
        # Who receives, reads; and is somebody.
        if READ not in caller.scopes or not may_follow(caller):
            raise HubError(ErrorCode.FORBIDDEN, READ)
        root = self._desk.schema.mutation_type
        assert root is not None
        given = data_of(node, root.fields[node.name.value], collector.variables)
        if "reason" in given:
            given["reason"] = _reason(given)
        return await self._acts[node.name.value](caller, given, mutation.purpose)

    async def _in_turn(self, node: FieldNode, collector: Collector, caller: Principal, payloads: Payloads) -> Answered:
        """Write when the caller's turn comes: nobody's batches stand before all others."""
        async with self._turns.held(caller.client_id, self._seconds):
            return await self._once(node, collector, caller, partial(self._field, node, collector, caller, payloads))

    async def _take(self, node: FieldNode, collector: Collector, caller: Principal) -> Answered:
        """Post records: when the caller's turn comes, or with others of its posts when theirs does."""
        kind = POSTS[node.name.value]
        given = _sent(node, collector)
        # Null is no answer to whether this is meant.
        if (wrong := next((name for name in ("items", _DRY_RUN) if given.get(name, "") is None), None)) is not None:
            raise HubError(ErrorCode.INVALID_INPUT, wrong, field=wrong)
        items = given["items"]
        batch = [Submission(item) for item in (items if isinstance(items, list) else [items])]
        if given.get(_DRY_RUN) is not True and given.get(_KEY) is None:
            return Answered(summed(await self._together.post(caller, kind, batch)), repeated=False)
        post = self._posting.rehearse if given.get(_DRY_RUN) is True else self._posting.post

        async def take() -> dict[str, Any]:
            return summed(await post(caller, kind, batch, source=SOURCE))

        async with self._turns.held(caller.client_id, self._seconds):
            return await self._once(node, collector, caller, take)

    async def _post(self, caller: Principal, kind: RecordKind, batch: Sequence[Submission]) -> list[Result]:
        async with self._turns.held(caller.client_id, self._seconds):
            return await self._posting.post(caller, kind, batch, source=SOURCE)

    async def _field(self, node: FieldNode, collector: Collector, caller: Principal, payloads: Payloads) -> dict[str, Any]:
        name = node.name.value
        root = self._desk.schema.mutation_type
        assert root is not None
        given = data_of(node, root.fields[name], dict(collector.variables))
        reason = _reason(given)
        if name in ACTS:
            if self._rejections is None:
                raise HubError(ErrorCode.UNAVAILABLE)
            return await act(self._rejections, caller, name, given, reason)
        assert reason is not None, "the schema wants one"
        if name == "resolveDiscrepancy":
            return resolved(await self._posting.resolve_discrepancy(caller, str(given["id"]), reason))
        restate = self._posting.reinstate if name == "reinstateRecord" else self._posting.withdraw
        record, expected = str(given["id"]), given.get("expected_version")
        try:
            return receipt_payload(await restate(caller, record, reason, expected=expected, source=SOURCE))
        except HubError as error:
            # Whose record it is, and that it is there, is not told to who may not see it.
            kind = kind_of(record)
            if error.code is ErrorCode.FORBIDDEN and kind and may_post(caller, kind) and not await payloads.sees(record):
                raise HubError(ErrorCode.NOT_FOUND, record) from None
            raise


def _reason(given: Mapping[str, Any]) -> str | None:
    """Why somebody does something, if told; INVALID_INPUT for what says nothing."""
    reason = None if given.get("reason") is None else str(given["reason"]).strip()
    if reason is not None and (not reason or len(reason) > _MOST_REASON or not reason.isprintable()):
        raise HubError(ErrorCode.INVALID_INPUT, f"1..{_MOST_REASON}", field="reason")
    return reason


def _sent(node: FieldNode, collector: Collector) -> dict[str, Any]:
    """The arguments as they were sent, by wire name.  A variable that was not sent is none."""
    variables = dict(collector.variables)
    sent = ((a.name.value, value_from_ast_untyped(a.value, variables)) for a in node.arguments or ())
    return {name: value for name, value in sent if value is not Undefined}


def _ended(error: HubError, key: str, mutation: Measured, collector: Collector, root: GraphQLObjectType) -> Answer:
    """The answer to a mutation that a field's refusal ends."""
    error.at = (key,)
    told = refusal_of(error, collector, root, mutation.node.selection_set)
    return Answer(json.dumps({"errors": [told], "data": None}, ensure_ascii=False).encode(), partial=True)
