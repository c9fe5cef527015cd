"""How much of answers is on its way: one is so long and no longer, a client's together are bounded, and each has an end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from schema import sending
from schema.budgets import MOST_UNDER_WAY, Budgets, Place
from schema.sending import PIECE, send_answer
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
    await send_answer({}, send, 200, [], body)
    pieces = sent[1:]
    assert b"".join(piece["body"] for piece in pieces) == body
    assert max(len(piece["body"]) for piece in pieces) == PIECE
    assert [piece["more_body"] for piece in pieces] == [True] * (len(pieces) - 1) + [False]


async def test_a_reader_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_SECONDS", 0.0)
    monkeypatch.setattr(sending, "_BYTES_A_SECOND", 10**12)
    cut = asyncio.Event()

    async def send(message: Any) -> None:
        if message.get("more_body"):
            await asyncio.Event().wait()

    await asyncio.wait_for(send_answer({"hub.cut": cut.set}, send, 200, [], bytes(PIECE + 1)), 60)
    assert cut.is_set()
