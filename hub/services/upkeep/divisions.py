"""Administrative divisions that changed since the shipped table was made, as operators add them."""

from __future__ import annotations

from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.words import divisions
from hub.domain.words.divisions import DIVISIONS, FORMER, PREFECTURES, Division, Former
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Database
from hub.storage.views import divisions as kept

#: How soon a process goes by what was added elsewhere.
TICK_SECONDS = 5.0
#: The first year of which codes of before are kept.
_FIRST_YEAR = 1949


class Divisions:
    """Keeps a process's divisions as the database has them."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def work(self) -> bool:
        """One round of going by what the database has."""
        await self.refresh()
        return False

    async def refresh(self) -> None:
        """Go by what is stored."""
        async with self._database.connection() as connection:
            added, former = await kept.added(connection)
        divisions.take(added, former)

    async def added(self) -> tuple[list[Division], list[Former]]:
        """What operators have added."""
        async with self._database.connection() as connection:
            return await kept.added(connection)

    async def add(self, code: str, name: str) -> Division:
        """Keep a county that is new; its prefecture follows from its code.

        Raises INVALID_INPUT for a code that is none, that the shipped table has, or that was added as one of before.
        """
        await self.refresh()
        _check(code)
        parent = f"{code[:4]}00"
        if parent not in PREFECTURES or code == parent:
            raise HubError(
                ErrorCode.INVALID_INPUT, "前四位须为州（市） / its first four digits name no prefecture", field="CODE"
            )
        if code in FORMER:
            raise HubError(ErrorCode.INVALID_INPUT, f"曾用代码 / a code of before: {code}", field="CODE")
        if not (name := name.strip()):
            raise HubError(ErrorCode.INVALID_INPUT, "名称为空 / it has no name", field="--name")
        division = Division(code, name, parent)
        async with self._database.transaction() as connection:
            await kept.put_division(connection, division)
        await self.refresh()
        return division

    async def add_former(self, code: str, today: str, ended: int) -> Former:
        """Keep a code of before, with what the place is today and the year in which it ended.

        Raises INVALID_INPUT for a code that is none or that stands today, and for a year that has not begun, UNKNOWN_DIVISION
        for a place of today that is not known.
        """
        await self.refresh()
        _check(code)
        if code in DIVISIONS:
            raise HubError(ErrorCode.INVALID_INPUT, f"现行代码 / stands today: {code} {DIVISIONS[code].name}", field="CODE")
        if today not in DIVISIONS:
            meant = divisions.nearest(today)
            raise HubError(ErrorCode.UNKNOWN_DIVISION, f"最接近 / nearest: {meant}" if meant else today, field="--now")
        if not _FIRST_YEAR <= ended <= china_day(self._clock()).year:
            raise HubError(ErrorCode.INVALID_INPUT, f"{_FIRST_YEAR}..", field="--ended")
        former = Former(code, ended, today)
        async with self._database.transaction() as connection:
            await kept.put_former(connection, former, self._clock())
        await self.refresh()
        return former


def _check(code: str) -> None:
    if len(code) != 6 or not (code.isascii() and code.isdecimal()):
        raise HubError(ErrorCode.INVALID_INPUT, "六位数字 / six digits", field="CODE")
    if divisions.is_shipped(code):
        raise HubError(ErrorCode.INVALID_INPUT, f"已有 / is there: {code}", field="CODE")
