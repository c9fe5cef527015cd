"""Sessions of people: begun at sign-in, ended by the person, by an operator, by disuse or by age, in every process at once."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from auth.persons import Person
from auth.principals import BankOffice, Principal, Role
from auth.sessions import Session
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.revocations import Revocations
from hub.storage.access import clients, revocations, sessions
from hub.storage.access.sessions import SessionRow
from hub.storage.engine.database import Connection, Database, Unreachable

#: How exactly the last use is known; each use would be a write otherwise.
_USE = timedelta(minutes=1)
#: How soon disuse ends what is open by a session.
TICK_SECONDS = 10.0
#: How long after its end a session can still be seen in the table.
_KEPT = timedelta(days=30)


class Sessions:
    """The register of sessions.  One ends `idle` seconds after its last use, and `longest` seconds after its beginning."""

    def __init__(
        self, database: Database, ended: Revocations, clock: Clock = utc_now, *, idle: int = 1800, longest: int = 28_800
    ) -> None:
        self._database = database
        self._ended = ended
        self._clock = clock
        self._idle = timedelta(seconds=idle)
        self._longest = timedelta(seconds=longest)

    async def start(self, person: Person, instead_of: Session | None = None) -> str:
        """Begin a session, and end the one that the browser had; the new one's secret, which is kept nowhere.

        Raises NO_ROLE for a person of a bank that is none here, or none any more.
        """
        secret, now, who = secrets.token_urlsafe(32), self._clock(), person.principal
        row = SessionRow(
            id=f"session_{uuid.uuid4().hex}",
            client_id=who.client_id,
            name=person.name,
            role=who.role.value,
            department=who.department.value if who.department else None,
            division_code=who.division_code,
            scopes=json.dumps(sorted(who.scopes)),
            began_at=now,
            used_at=now,
            until=now + self._longest,
            bank=who.bank,
            office=who.office.value if who.office else None,
        )

        async def store(connection: Connection) -> None:
            if not await _is_there(connection, who.bank):
                raise HubError(ErrorCode.NO_ROLE)
            await sessions.forget(connection, now - _KEPT)
            await sessions.insert(connection, row, _digest(secret))

        await self._database.commit(store)
        if instead_of is not None:
            await self.end(instead_of)
        return secret

    async def find(self, secret: str) -> Session | None:
        """The session with a secret, if it has not ended, nor the bank that its person is of; this counts as its use.

        UNAVAILABLE where nobody can tell.
        """
        now = self._clock()
        try:
            async with self._database.connection() as connection:
                row = await sessions.find(connection, _digest(secret))
                if row is not None and not await _is_there(connection, row.bank):
                    return None
            if row is None or row.ended_at is not None or row.until <= now or now - row.used_at >= self._idle:
                return None
            if now - row.used_at >= _USE:
                async with self._database.transaction() as connection:
                    await sessions.use(connection, row.id, now)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None
        return Session(row.id, _person(row), int(row.began_at.timestamp()), int(row.until.timestamp()))

    async def end(self, session: Session, *, everywhere: bool = False) -> None:
        """End a session, or all of the person's: in every tab and browser."""
        await self._end(session.person.principal.client_id if everywhere else session.id)

    async def work(self) -> bool:
        """One round: what was not used for long ends for what is open by it, too."""
        now = self._clock()
        async with self._database.connection() as connection:
            unused = await sessions.unused(connection, now, now - self._idle)
        for name in unused:
            await self._end(name, unused_since=now - self._idle)
        return False

    async def end_named(self, name: str) -> int:
        """End a session by its id, or every session of a person by the person's; how many.  NOT_FOUND where there is none."""
        number = await self._end(name)
        if not number:
            raise HubError(ErrorCode.NOT_FOUND, name)
        return number

    async def list(self) -> Sequence[SessionRow]:
        """The sessions that have not ended, in the order of their beginning."""
        now = self._clock()
        async with self._database.connection() as connection:
            return await sessions.list_open(connection, now, now - self._idle)

    async def _end(self, name: str, *, unused_since: datetime | None = None) -> int:
        async def store(connection: Connection) -> int:
            now = self._clock()
            ended = await sessions.end(connection, name, now, unused_since)
            for row in ended:
                # What is open by it learns of its end as it does of a token's.
                await revocations.revoke(connection, row.id, row.client_id, row.until, now)
            return len(ended)

        number = await self._database.commit(store)
        await self._ended.look()
        return number


async def _is_there(connection: Connection, bank: str | None) -> bool:
    """Whether the bank that a person is of, if it is of one, is a client that was not revoked."""
    client = await clients.get(connection, bank) if bank is not None else None
    return bank is None or (client is not None and client.role == Role.BANK and client.revoked_at is None)


def _digest(secret: str) -> str:
    # A secret of 256 random bits needs no salt and no slow hash.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _person(row: SessionRow) -> Person:
    principal = Principal(
        client_id=row.client_id,
        role=Role(row.role),
        scopes=frozenset(json.loads(row.scopes)),
        department=Department(row.department) if row.department else None,
        division_code=row.division_code,
        bank=row.bank,
        office=BankOffice(row.office) if row.office else None,
    )
    return Person(principal, row.name)
