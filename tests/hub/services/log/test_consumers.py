"""A receiver that comes back goes on where it had acknowledged; what it has not acknowledged it is told again."""

from __future__ import annotations

import asyncio

import pytest

from hub.domain.log import BEGINNING, Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.webhooks import WebhookState
from hub.services.log import consumers
from hub.services.log.consumers import Consumers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.work import webhooks
from hub.storage.work.webhooks import WebhookRow
from tests.conftest import NOW
from tests.hub.services.log.subscribers import restored
from tests.hub.services.log.test_places import cursor, numbered
from tests.makers import BANK, ECOLOGY, a_province, opinion


@pytest.fixture
async def known(database: Database, posting: Posting) -> Consumers:
    await a_province(posting)
    await Sequencer(database).step()
    return Consumers(database)


async def refused(known: Consumers, cursor: Cursor, name: str = "desk") -> tuple[ErrorCode, str | None]:
    with pytest.raises(HubError) as error:
        await known.acknowledge(BANK, name, cursor)
    return error.value.code, error.value.field


async def test_a_consumer_goes_on_where_it_has_acknowledged(known: Consumers, database: Database) -> None:
    at = {position: await cursor(database, position) for position in (3, 5, 11)}
    # A new one begins now, or where it says.
    assert await known.begin(BANK, "now", None) == at[11]
    assert await known.begin(BANK, "desk", at[3]) == at[3]
    # Told, and not acknowledged: told again.
    assert await known.begin(BANK, "desk", None) == at[3]
    assert (await known.acknowledge(BANK, "desk", at[5])).cursor == at[5]
    assert await known.begin(BANK, "desk", None) == at[5]
    # An older one changes nothing.
    assert (await known.acknowledge(BANK, "desk", at[3])).cursor == at[5]
    assert await known.begin(BANK, "desk", at[3]) == at[5]
    # To come with a later one is to acknowledge.
    assert await known.begin(BANK, "desk", at[11]) == at[11]
    assert await known.begin(BANK, "desk", None) == at[11]


async def test_a_name_is_its_clients_own(known: Consumers, database: Database) -> None:
    await known.begin(BANK, "desk", BEGINNING)
    assert await known.begin(ECOLOGY, "desk", None) == await cursor(database, 11)
    assert await known.begin(BANK, "desk", None) == BEGINNING


async def test_what_cannot_be_acknowledged_is_refused(
    known: Consumers, database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await refused(known, BEGINNING) == (ErrorCode.NOT_FOUND, "consumer")
    await numbered(database, posting, opinion(50))
    lost = await cursor(database, 12)
    await known.begin(BANK, "desk", BEGINNING)
    await restored(database, 11)
    assert await refused(known, lost) == (ErrorCode.LOG_CHANGED, "after")
    assert await refused(known, Cursor(12)) == (ErrorCode.INVALID_INPUT, "after")
    for name in ("", "a b", "x" * 65, "-x", "名"):
        with pytest.raises(HubError) as error:
            await known.begin(BANK, name, None)
        assert (error.value.code, error.value.field) == (ErrorCode.INVALID_INPUT, "consumer")
    monkeypatch.setattr(consumers, "MOST_CONSUMERS", 2)
    await known.begin(BANK, "second", None)
    with pytest.raises(HubError):
        await known.begin(BANK, "third", None)


async def test_a_consumer_whose_log_is_gone_is_told_so_until_it_is_forgotten(
    known: Consumers, database: Database, posting: Posting
) -> None:
    await numbered(database, posting, opinion(50))
    await known.begin(BANK, "desk", None)
    await restored(database, 11)
    await numbered(database, posting, opinion(51))
    with pytest.raises(HubError) as error:
        await known.begin(BANK, "desk", None)
    assert error.value.code is ErrorCode.LOG_CHANGED
    await known.forget(BANK, "desk")
    assert await known.begin(BANK, "desk", None) == await cursor(database, 12)
    assert await refused(known, BEGINNING, "another") == (ErrorCode.NOT_FOUND, "consumer")


async def test_a_consumer_is_not_forgotten_while_a_webhook_is_registered_for_it(known: Consumers, database: Database) -> None:
    await known.begin(BANK, "desk", BEGINNING)
    async with database.transaction() as connection:
        consumer = await consumers.register(connection, BANK.client_id, "desk", BEGINNING, lambda: NOW)
        forgetting = asyncio.create_task(known.forget(BANK, "desk"))
        # It waits until it is known whether there is one.
        assert await asyncio.wait({forgetting}, timeout=0.2) == (set(), {forgetting})
        row = WebhookRow(
            id=consumer.id,
            client_id=BANK.client_id,
            name="desk",
            url="https://receiver.example/",
            document="",
            purpose=None,
            reference=None,
            secrets=(),
            state=WebhookState.ACTIVE,
            created_at=NOW,
        )
        await webhooks.insert(connection, row)
    with pytest.raises(HubError) as error:
        await forgetting
    assert (error.value.code, error.value.field) == (ErrorCode.CONFLICT, "consumer")
    async with database.connection() as connection:
        assert await webhooks.named(connection, BANK.client_id, "desk") is not None
