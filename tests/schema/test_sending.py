"""How much of answers is on its way: one is so long and no longer, a client's together are bounded, and each has an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from schema import budgets as budgets_of_all
from schema import sending
from schema.answers import Answer
from schema.budgets import MOST_UNDER_WAY, Budgets, Place
from schema.event_stream import FORMS, EventStream, alone
from schema.negotiation import EVENTS
from schema.sending import PIECE, Always, Outlet, Response, send_answer
from tests.makers import ECOLOGY, Ask, a_province, penalty, posted


async def test_an_answer_past_its_bytes_is_refused_on_both_databases(ask: Ask, posting: Posting) -> None:
    await a_province(posting, mines=1)
    long = [penalty(n, violationFacts="示" * 9_900) for n in range(10, 15)]
    for result in await posted(posting, ECOLOGY, RecordKind.PENALTY, *long):
        assert result.record_id, result
    texts = " ".join(f"t{n}: violationFacts" for n in range(130))
    answer = await ask(ECOLOGY, f"{{ penalties(first: 10) {{ nodes {{ {texts} }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert "MiB" in answer["errors"][0]["message"]
    fewer = await ask(ECOLOGY, f"{{ penalties(first: 10) {{ nodes {{ {texts[:600].rpartition(' t')[0]} }} }} }}")
    assert len(fewer["data"]["penalties"]["nodes"]) == 7


def test_a_clients_answers_on_their_way_are_bounded_together() -> None:
    budgets = Budgets(per_minute=100, at_once=dict.fromkeys(Place, 1))
    budgets.hold("bank", MOST_UNDER_WAY)
    with pytest.raises(HubError) as refused:
        budgets.hold("bank", 1)
    assert (refused.value.code, refused.value.retry_after) == (ErrorCode.RATE_LIMITED, 1)
    budgets.hold("department", MOST_UNDER_WAY)
    budgets.release("bank", MOST_UNDER_WAY)
    budgets.hold("bank", 1)


async def test_a_long_answer_goes_out_in_pieces() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    body = bytes(range(256)) * 700
    await send_answer(send, Response(200, Always([]), [], body))
    pieces = sent[1:]
    assert b"".join(piece["body"] for piece in pieces) == body
    assert max(len(piece["body"]) for piece in pieces) == PIECE
    assert [piece["more_body"] for piece in pieces] == [True] * (len(pieces) - 1) + [False]


async def test_an_empty_answer_has_its_end() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await send_answer(send, Response(204, Always([]), [], b""))
    assert sent[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]


@pytest.mark.parametrize("size", [1, PIECE + 1])
async def test_a_reader_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(sending, "_SECONDS", 0.0)
    monkeypatch.setattr(sending, "_BYTES_A_SECOND", 10**12)
    cut, budgets = asyncio.Event(), Budgets(per_minute=100, at_once=dict.fromkeys(Place, 1))
    async with asyncio.timeout(60), Outlet(budgets, "bank", cut.set).way(size):
        await asyncio.Event().wait()
    assert cut.is_set()
    # Its room is another answer's again.
    budgets.hold("bank", MOST_UNDER_WAY)


async def test_of_a_stream_too_no_more_is_under_way_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """One long event waits for its reader; the next stream's is refused, and told so, till the first has gone."""
    monkeypatch.setattr(budgets_of_all, "MOST_UNDER_WAY", 3 * PIECE)
    budgets = Budgets(per_minute=100, at_once=dict.fromkeys(Place, 1))
    reads, told = asyncio.Event(), asyncio.Event()

    async def never() -> Any:
        await asyncio.Event().wait()

    async def slowly(message: Any) -> None:
        if message["type"] == "http.response.body":
            told.set()
            await reads.wait()

    heard: list[bytes] = []

    async def at_once(message: Any) -> None:
        heard.append(message.get("body", b""))

    def stream(send: Any) -> asyncio.Task[None]:
        outlet = Outlet(budgets, "bank", lambda: None)
        made = EventStream(FORMS[EVENTS], never, send, never(), most=1, outlet=outlet)
        return asyncio.create_task(made.run(alone(Answer(b"#" * 2 * PIECE)), []))

    first = stream(slowly)
    await asyncio.wait_for(told.wait(), 60)
    await asyncio.wait_for(stream(at_once), 60)
    assert b"RATE_LIMITED" in b"".join(heard)
    assert b"".join(heard).endswith(b"event: complete\ndata:\n\n")
    reads.set()
    await asyncio.wait_for(first, 60)
    heard.clear()
    await asyncio.wait_for(stream(at_once), 60)
    assert b"".join(heard).count(b"#") == 2 * PIECE


async def test_events_that_come_at_once_go_out_at_once_and_together() -> None:
    budgets, heard = Budgets(per_minute=100, at_once=dict.fromkeys(Place, 1)), list[bytes]()
    come, gone = asyncio.Event(), asyncio.Event()

    async def never() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        heard.append(message.get("body", b""))
        if b"{3}" in heard[-1]:
            gone.set()

    async def answers() -> AsyncGenerator[Answer]:
        for number in range(4):
            yield Answer(b"{%d}" % number)
        await come.wait()
        for number in range(4, 9):
            yield Answer(b"{%d}" % number + b"x" * (PIECE // 2))

    form = FORMS[EVENTS]
    stream = EventStream(form, never, send, never(), most=1, outlet=Outlet(budgets, "bank", lambda: None))
    running = asyncio.create_task(stream.run(answers(), []))
    await asyncio.wait_for(gone.wait(), 60)
    assert [one for one in heard if one] == [b"".join(form.before + b"{%d}" % number + form.after for number in range(4))]
    come.set()
    await asyncio.wait_for(running, 60)
    # In their order, and no more together than a piece.
    assert [int(part[:1]) for part in b"".join(heard).split(b"{")[1:]] == list(range(9))
    assert max(map(len, heard)) <= PIECE
    assert b"".join(heard).endswith(form.end)


async def test_a_heartbeat_does_not_come_amid_an_event() -> None:
    budgets, heard = Budgets(per_minute=100, at_once=dict.fromkeys(Place, 1)), bytearray()

    async def never() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        # Others get their turns while a piece goes out.
        for _ in range(5):
            await asyncio.sleep(0)
        heard.extend(message.get("body", b""))

    long = b"x" * 5 * PIECE
    outlet = Outlet(budgets, "bank", lambda: None)
    form = replace(FORMS[EVENTS], heartbeat_seconds=0)
    stream = EventStream(form, never, send, never(), most=1, outlet=outlet)
    await asyncio.wait_for(stream.run(alone(Answer(long)), []), 60)
    assert b"data: " + long + b"\n\n" in heard
