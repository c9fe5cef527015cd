"""All sandboxes together over real sockets: every connector pulls from its own, and nothing stays open."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from connectors.base import Item
from connectors.registry import CONNECTORS
from connectors.sandboxes import running
from connectors.world import World
from hub.domain.calendar.moments import china_day, utc_now
from hub.domain.declaring.fields import validate
from hub.domain.records.penalties import Penalty
from tests.connectors.conftest import pulled


async def test_every_connector_pulls_from_its_sandbox_and_the_ports_are_free_afterwards() -> None:
    async with running(World(16)) as addresses:
        assert set(addresses) == set(CONNECTORS)
        for code, settings in addresses.items():
            connector = CONNECTORS[code](settings)
            assert (await connector.check()).detail
            items, _, batches = await pulled(connector)
            assert items
            assert not [item for item in items if item.error or item.drift]
            assert batches[-1].expected == len(items)
    for settings in addresses.values():
        address = urlsplit(settings["base_url"])
        assert address.hostname == "127.0.0.1"
        assert address.port
        with socket.socket() as probe, pytest.raises(OSError, match=r"refused|111"):
            probe.connect(("127.0.0.1", address.port))


async def test_where_the_province_lives_on_what_is_decided_is_told_by_its_department() -> None:
    async with running(World(16), 0.01) as addresses:
        connector = CONNECTORS["ecology"](addresses["ecology"])
        async with asyncio.timeout(30):
            found: list[Item] = []
            while not found:
                found = [item for item in (await pulled(connector))[0] if "变" in item.reference]
    for item in found:
        assert validate(Penalty, item.data, china_day(utc_now()))[1] == []
