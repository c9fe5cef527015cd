"""Standing work put together: each piece that a hub does by itself, from the services that know how."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta

from connectors.base import Connector, Direction
from hub.composition.background_tasks import Work
from hub.composition.hub import Hub
from hub.services.upkeep import screenings
from hub.services.work import standing
from hub.services.work.delivery import Delivery
from hub.services.work.destinations import credit_disclosure, department
from hub.services.work.expiry import Expiry
from hub.services.work.leases import Lease
from hub.services.work.pulls import Pulls
from hub.services.work.retention import Retention
from hub.services.work.settling import Settling
from hub.services.work.standing import Piece, Standing
from hub.storage.engine import statistics

#: A first pull fills tables within seconds.
_LOOKED_AT = timedelta(seconds=5)


def standing_work(hub: Hub, joined: Mapping[str, Connector]) -> Standing:
    """What is done for these connectors, and for the hub itself."""
    return Standing(hub.database, _pieces(hub, joined))


def round_of(doing: Standing) -> Work:
    """Standing work as a supervised round, which begins what is due."""
    return Work("standing_work", doing.work, standing.TICK_SECONDS, at_end=doing.end)


def _pieces(hub: Hub, joined: Mapping[str, Connector]) -> Iterator[Piece]:
    pulled = {code: connector for code, connector in joined.items() if Direction.PULL in connector.manifest.directions}
    yield from Pulls(hub.database, hub.ingest, pulled).pieces
    for code, connector in joined.items():
        if Direction.PUSH in connector.manifest.directions:
            of = connector.manifest.department
            to = department(code, of) if of else credit_disclosure(code)
            yield Delivery(hub.database, connector, to, clock=hub.database.clock.now).piece
    yield Settling(hub.database, hub.ingest, [connector.manifest for connector in joined.values()]).piece
    yield Expiry(hub.database, hub.database.clock.now, posted=hub.sequencer.posted).piece
    yield Retention(hub.database, hub.reads, hub.unread, hub.kept_answers, hub.database.clock.now).piece
    yield Piece("screenings", _renewing(hub), timedelta(seconds=screenings.TICK_SECONDS))
    if not hub.database.is_sqlite:
        yield Piece("statistics", _looking(hub), _LOOKED_AT)


def _looking(hub: Hub) -> Callable[[Lease], Awaitable[str]]:
    async def look(_: Lease) -> str:
        async with hub.database.transaction() as connection:
            grown = await statistics.renew(connection)
        return f"OK: {', '.join(grown)}" if grown else "OK"

    return look


def _renewing(hub: Hub) -> Callable[[Lease], Awaitable[str]]:
    async def renew(lease: Lease) -> str:
        while await hub.screenings.renew(hub.clients.find):
            lease.go_on()
        return "OK"

    return renew
