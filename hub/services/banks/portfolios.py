"""Portfolios: what a bank watches, and what is new, worse, better or gone in what the records say of it.

A standing piece of work follows the log and looks at the mines that it names, and at those whose day has come: a licence that
ends in 90 or 30 days, a publication that ends, a duty that falls due.  Each change is told once, as an event of the portfolio;
so is a source that falls silent, which is an event of no mine but of all of them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import partial
from itertools import islice
from typing import Any

import orjson

from auth.principals import Principal
from auth.rules import BankAct, check_bank_act
from hub.domain.as_of import FIRST_DAY
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.declaring.checks import FieldError, Text
from hub.domain.findings.finding_set import RULE_SET
from hub.domain.findings.loan_check import READS
from hub.domain.findings.sources import silent
from hub.domain.findings.words import DigestPeriod, FindingCode, Severity
from hub.domain.record_kinds import RecordKind, kind_of
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.domain.words.gone import Gone
from hub.domain.words.identifiers import clean_licence_no
from hub.domain.words.places import Place
from hub.services.banks import digests
from hub.services.banks.first_posts import FirstPosts
from hub.services.banks.telling import OF_PENALTIES, changes, fines_of, is_grave, says, told_of_source
from hub.services.banks.watchers import Watchers
from hub.services.bells import Bell
from hub.services.log import places
from hub.services.log.followers import SPACING_SECONDS
from hub.storage.banks import grounds, knowledge, portfolios
from hub.storage.banks.portfolios import Portfolio, Watched
from hub.storage.engine.database import Connection, Database
from hub.storage.engine.steps import in_steps
from hub.storage.records import branches, licences, log
from hub.storage.timelines.facts import known
from hub.storage.work import digests as kept_digests
from hub.storage.work import positions, watch_events

TICK_SECONDS = 2.0
#: So many mines one portfolio holds, and so many are put by one call.
MOST_MINES = 50_000
MOST_EVENTS = 1_000
MOST_DIGESTS = 100
#: What is kept for one bank is bounded.
MOST_PORTFOLIOS = 100
MOST_REFERENCE = 100
#: The highest threshold, in yuan.
MOST_FINE = 10**12
_CENT = Decimal("0.01")
_FOLLOWER = "portfolios"
_AT_ONCE = 500
#: Of the mines whose day has come so few are looked at before it is looked again what was posted.
_TURNS_AT_ONCE = 200
_MOST_NAME = 100
_REFERENCE = Text(MOST_REFERENCE)


@dataclass(frozen=True, slots=True)
class Row:
    """A mine as the bank puts it: its number, the bank's own reference, the day of the loan.

    Of a file `place` is where it stands, and `problem` why it cannot be read.
    """

    licence_no: str
    reference: str | None = None
    loan_on: date | None = None
    problem: Problem | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class _Put:
    """What comes of putting a portfolio: its rows' results, how many mines it did not have, and those of them that wait."""

    results: list[dict[str, Any]]
    looked: int
    missing: dict[str, Row]


class Portfolios:
    """The portfolios of banks.

    The work is woken by `grown`; `watchers` are woken by it.
    """

    def __init__(self, database: Database, clock: Clock = utc_now, *, first_posts: FirstPosts | None = None) -> None:
        self._database = database
        self._clock = clock
        self._first_posts = first_posts or FirstPosts(database)
        self._looks_by_these = False
        self.grown = Bell(SPACING_SECONDS)
        self.watchers = Watchers(database)

    async def put(
        self,
        name: str,
        least: Severity,
        rows: Sequence[Row],
        caller: Principal,
        digest: DigestPeriod | None = None,
        *,
        least_fine: Decimal | None = None,
    ) -> dict[str, Any]:
        """Keep a portfolio of this name with exactly the mines that are good; each row has its result.

        What is watched stays watched.  What is new is looked at some mines at a time, each watched from then on: who is cut off
        puts it again, and goes on there.  Raises FORBIDDEN, INVALID_INPUT and TOO_MANY naming what is past its bound, CONFLICT
        where the portfolio was put again or dropped meanwhile.
        """
        check_bank_act(caller, BankAct.MANAGE_PORTFOLIOS)
        if not name.strip() or len(name) > _MOST_NAME or not name.isprintable():
            raise HubError(ErrorCode.INVALID_INPUT, f"1..{_MOST_NAME}", field="name")
        if least_fine is not None:
            if not 0 <= least_fine <= MOST_FINE:
                raise HubError(ErrorCode.INVALID_INPUT, f"0..{MOST_FINE}", field="leastFine")
            least_fine = least_fine.quantize(_CENT, ROUND_CEILING)
        if len(rows) > MOST_MINES:
            raise HubError(ErrorCode.TOO_MANY, f"≤ {MOST_MINES}", field="mines")
        portfolio = Portfolio(
            *(_id(caller.owner, name), caller.owner, name, least.value, secrets.token_hex(8), digest), least_fine=least_fine
        )
        put = await self._database.commit(partial(self._begin, portfolio, rows))
        missing = iter(put.missing.items())
        while some := dict(islice(missing, _AT_ONCE)):
            await self._database.commit(partial(self._watch, portfolio, some))
        rejected = sum(one["problem"] is not None for one in put.results)
        return {
            "portfolio": shown(portfolio),
            "accepted": len(put.results) - rejected,
            "rejected": rejected,
            "looked": put.looked,
            "results": put.results,
        }

    async def _begin(self, portfolio: Portfolio, rows: Sequence[Row], connection: Connection) -> _Put:
        """Judge the rows, and let go of what is watched and not among them."""
        others = {one.id for one in await portfolios.of_client(connection, portfolio.client_id)} - {portfolio.id}
        if len(others) >= MOST_PORTFOLIOS:
            raise HubError(ErrorCode.TOO_MANY, f"≤ {MOST_PORTFOLIOS}", field="name")
        stated = [clean_licence_no(row.licence_no) for row in rows]
        today = await branches.carrying_on(connection, [number for number in stated if number])
        numbers = [number and today[number] for number in stated]
        there = await knowledge.holders(connection, sorted({number for number in numbers if number}))
        results: list[dict[str, Any]] = []
        good: dict[str, Row] = {}
        async for index, (row, number) in in_steps(enumerate(zip(rows, numbers, strict=True))):
            problem = _problem(row, number, there, good)
            results.append(_result(index, row, problem))
            if problem is None and number is not None:
                good[number] = row
        before = await portfolios.stated(connection, portfolio.id)
        await portfolios.put(connection, await self._digested(connection, portfolio))
        await portfolios.let_go(connection, portfolio.id, before.keys() - good.keys())
        said = {number: (row.reference, row.loan_on) for number, row in good.items() if number in before}
        await portfolios.restate(
            connection, portfolio.id, {number: one for number, one in said.items() if before[number] != one}
        )
        missing = {number: row for number, row in good.items() if number not in before}
        looked = len(missing)
        if looked <= _AT_ONCE:
            await self._watch(portfolio, missing, connection)
            missing = {}
        return _Put(results, looked, missing)

    async def _digested(self, connection: Connection, portfolio: Portfolio) -> Portfolio:
        """A portfolio with the day of its next digest, which goes on from the last one."""
        if portfolio.digest is None:
            return portfolio
        there, today = await portfolios.find(connection, portfolio.id), china_day(self._clock())
        on = digests.next_day(DigestPeriod(portfolio.digest), today)
        if there is None or there.digest is None:
            after = await watch_events.last(connection, portfolio.id)
            return replace(portfolio, digest_on=on, digest_from=today, digest_after=after)
        if there.digest == portfolio.digest:
            on = there.digest_on or on
        return replace(portfolio, digest_on=on, digest_from=there.digest_from, digest_after=there.digest_after)

    async def _watch(self, portfolio: Portfolio, rows: Mapping[str, Row], connection: Connection) -> None:
        """Watch mines from now on: what is posted from here on is told."""
        if not await portfolios.is_current(connection, portfolio):
            raise HubError(ErrorCode.CONFLICT, portfolio.name, field="name")
        # Whoever follows the log waits meanwhile, and finds these mines.
        await places.held(connection, _FOLLOWER)
        today_says = await self._says(connection, sorted(rows))
        mines = [Watched(portfolio.id, number, row.reference, row.loan_on, *today_says[number]) for number, row in rows.items()]
        await portfolios.watch(connection, mines)

    async def remove(self, portfolio_id: str, caller: Principal) -> dict[str, Any]:
        """Drop a portfolio and what was told of it."""
        found = await self._own(portfolio_id, caller, BankAct.MANAGE_PORTFOLIOS)

        async def drop(connection: Connection) -> None:
            await portfolios.remove(connection, found.id)

        await self._database.commit(drop)
        return shown(found)

    async def all(self, caller: Principal) -> list[dict[str, Any]]:
        """The portfolios of the caller's bank."""
        check_bank_act(caller, BankAct.READ_PORTFOLIOS)
        async with self._database.connection() as connection:
            return [shown(one) for one in await portfolios.of_client(connection, caller.owner)]

    async def events(self, portfolio_id: str, after: int, first: int, caller: Principal) -> list[dict[str, Any]]:
        """What was told of a portfolio after an event, in order; of a penalty that is shown no more only that, and why.

        Raises FORBIDDEN, NOT_FOUND, and INVALID_INPUT of an event that is yet to come, or for more than are told at once.
        """
        found = await self._own(portfolio_id, caller)
        if not 0 <= first <= MOST_EVENTS:
            raise HubError(ErrorCode.INVALID_INPUT, f"0..{MOST_EVENTS}", field="first")
        async with self._database.connection() as connection:
            _check_place(after, await watch_events.reached(connection), "after")
            rows = await watch_events.after(connection, found.id, after, first)
            mines = await portfolios.stated(connection, found.id, {row["licence_no"] for row in rows} - {None})
            events = [_event(row, *mines.get(row["licence_no"], (None, None))) for row in rows]
            about = {_about(event) for event in events}
            penalties = {one for one in about if one and kind_of(one) is RecordKind.PENALTY}
            hidden = await knowledge.hidden_penalties(connection, penalties, china_day(self._clock()))
        for event in events:
            if why := hidden.get(_about(event) or ""):
                event |= {"gone": why, "before": _hidden(event["before"], why), "now": _hidden(event["now"], why)}
        return events

    async def start(self, portfolio_id: str, after: int | None, caller: Principal, field: str) -> int:
        """After which event to follow a portfolio: the one that is named, else the last.

        Raises FORBIDDEN, NOT_FOUND of the field that names it, and INVALID_INPUT for what no portfolio has reached.
        """
        found = await self._own(portfolio_id, caller, field=field)
        async with self._database.connection() as connection:
            if after is None:
                return await watch_events.last(connection, found.id)
            # It may be one of before the portfolio was removed and put again.
            _check_place(after, await watch_events.reached(connection), "after")
        return after

    async def digests(self, portfolio_id: str, after: int, first: int, caller: Principal) -> list[dict[str, Any]]:
        """The digests of a portfolio after one, in order.  Raises as `events` does."""
        found = await self._own(portfolio_id, caller)
        if not 0 <= first <= MOST_DIGESTS:
            raise HubError(ErrorCode.INVALID_INPUT, f"0..{MOST_DIGESTS}", field="first")
        async with self._database.connection() as connection:
            _check_place(after, await kept_digests.reached(connection), "after")
            return [one.told for one in await kept_digests.after(connection, found.id, after, first)]

    async def acknowledge(self, portfolio_id: str, upto: int, caller: Principal) -> int:
        """Say that a portfolio's events up to one were seen; who said it and when is kept.

        Raises FORBIDDEN, NOT_FOUND, and INVALID_INPUT of an event that is yet to come: nobody has seen it.
        """
        found = await self._own(portfolio_id, caller, BankAct.ACKNOWLEDGE)

        async def note(connection: Connection) -> int:
            _check_place(upto, await watch_events.reached(connection), "upto")
            return await watch_events.acknowledge(connection, found.id, upto, caller.client_id, self._clock())

        return await self._database.commit(note)

    async def watched(self, portfolio_id: str, caller: Principal, field: str) -> list[str]:
        """The mines of the caller's portfolio, to be followed.  Raises FORBIDDEN, and NOT_FOUND of the field that names it."""
        found = await self._own(portfolio_id, caller, field=field)
        async with self._database.connection() as connection:
            return await portfolios.numbers_in(connection, found.id)

    async def among(self, portfolio_id: str, licence_nos: Collection[str], caller: Principal) -> frozenset[str]:
        """Those of these mines that the caller's portfolio holds now, under any of their numbers; none if it is gone."""
        async with self._database.connection() as connection:
            today = await licences.leading(connection, licence_nos)
            held = await portfolios.among(connection, portfolio_id, caller.owner, set(today.values()))
        return frozenset(number for number in licence_nos if today[number] in held)

    async def work(self) -> bool:
        """Tell what changed since it was last looked, and make the digests that are due; whether there is more to look at."""
        await self._look_by_these_findings()
        await self._look_at_sources()
        more = await self._commit_first(self._look_at_posts, self._look_at_turns, self._digest)
        await self.watchers.look()
        return more

    async def _look_by_these_findings(self) -> None:
        """Look at every mine once more by a finding set that nobody has looked by."""
        if self._looks_by_these:
            return

        async def begin(connection: Connection) -> None:
            name = f"{_FOLLOWER} by {RULE_SET}"
            if await positions.stored(connection, name) is None:
                await positions.begin(connection, name, await log.last_position(connection))
                await portfolios.look_again(connection, china_day(self._clock()))

        await self._database.commit(begin)
        self._looks_by_these = True

    async def _commit_first(self, *looks: Callable[[Connection], Awaitable[bool]]) -> bool:
        """Look, each in a transaction of its own, until one finds that there is more: what is posted goes before all else."""
        for look in looks:
            if await self._database.commit(look):
                return True
        return False

    async def _look_at_posts(self, connection: Connection) -> bool:
        entries = await places.passed(connection, _FOLLOWER, _AT_ONCE, portfolios.are_any)
        if entries:
            await self._tell(connection, await knowledge.mines_concerned(connection, entries), entries[-1].position)
        return len(entries) == _AT_ONCE

    async def _look_at_turns(self, connection: Connection) -> bool:
        """Look at some of the mines whose day has come."""
        today = china_day(self._clock())
        if not await portfolios.due(connection, today, 1):
            return False
        position = await places.held(connection, _FOLLOWER)
        due = await portfolios.due(connection, today, _TURNS_AT_ONCE)
        await self._tell(connection, due, position)
        return len(due) == _TURNS_AT_ONCE

    async def _look_at_sources(self) -> None:
        """Tell which source has fallen silent, or is heard again, since it was last looked."""
        async with self._database.connection() as connection:
            if not await portfolios.are_any(connection):
                return
        await self._first_posts.look()
        posted = self._first_posts.have_posted(None)
        async with self._database.connection() as connection:
            if not await portfolios.told_otherwise(connection, await self._silent(connection, posted)):
                return

        async def tell(connection: Connection) -> None:
            # Of two who find it at once the later sees that it was told.
            position = await places.held(connection, _FOLLOWER)
            told, now, rows = await self._silent(connection, posted), self._clock(), []
            kept = await portfolios.told_otherwise(connection, told)
            for one in kept:
                for change, code, before, after in changes(orjson.loads(one.silent or told), orjson.loads(told)):
                    if is_grave(before, after, one):
                        rows.append((one.client_id, one.id, None, change.value, code, before, after, position, now))
            await portfolios.tell_of_sources(connection, [one.id for one in kept], told)
            await watch_events.add(connection, rows)

        await self._database.commit(tell)

    async def _silent(self, connection: Connection, posted: Collection[Department]) -> str:
        """What is told of the sources that are silent now."""
        found = silent(await grounds.sources_known(connection), posted, self._clock())
        told = {f"{FindingCode.SOURCE_SILENT} {who or ''}".strip(): told_of_source(who, why) for who, why in found.items()}
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()

    async def _digest(self, connection: Connection) -> bool:
        """Make a digest that is due of what was told before today; whether there may be another."""
        today = china_day(self._clock())
        for one in await portfolios.to_digest(connection, today, 1):
            # What is told from here on is told today.
            await positions.hold(connection, _FOLLOWER)
            events = await watch_events.before(connection, one.id, one.digest_after, digests.begins(today))
            after = max((event["entry"] for event in events), default=one.digest_after)
            on = digests.next_day(DigestPeriod(one.digest or DigestPeriod.DAILY), today)
            if not await portfolios.digested(connection, one, after, on, today):
                return True
            stated = await portfolios.stated(connection, one.id, {event["licence_no"] for event in events} - {None})
            made = {
                "client_id": one.client_id,
                "portfolio_id": one.id,
                "from_day": one.digest_from,
                "until_day": today - timedelta(1),
                "made_at": self._clock(),
                "content": orjson.dumps(digests.content_of(events, stated)).decode(),
            }
            await kept_digests.add(connection, made)
            return True
        return False

    async def _tell(self, connection: Connection, licence_nos: Collection[str], position: int) -> None:
        mines = await portfolios.watching(connection, licence_nos)
        if not mines:
            return
        today_says = await self._says(connection, sorted({one.licence_no for one in mines}))
        kept = await portfolios.named(connection, {one.portfolio_id for one in mines})
        now, rows, changed = self._clock(), [], []
        for mine in mines:
            told, turns_on = today_says[mine.licence_no]
            if (told, turns_on) == (mine.told, mine.turns_on):
                continue
            changed.append(replace(mine, told=told, turns_on=turns_on))
            was, stands = orjson.loads(mine.told), orjson.loads(told)
            fines = max(fines_of(was), fines_of(stands))
            for change, code, before, after in changes(was, stands):
                of = kept[mine.portfolio_id]
                if is_grave(before, after, of, fines if code in OF_PENALTIES else None):
                    rows.append((of.client_id, of.id, mine.licence_no, change.value, code, before, after, position, now))
        await portfolios.tell(connection, changed)
        await watch_events.add(connection, rows)

    async def _says(self, connection: Connection, licence_nos: Sequence[str]) -> dict[str, tuple[str, date]]:
        """What the records say of mines today, and the next day on which that may change by itself."""
        today = china_day(self._clock())
        found = await known(connection, READS, licence_nos)
        return {number: says(one, today) async for number, one in in_steps(found.items())}

    async def _own(
        self, portfolio_id: str, caller: Principal, act: BankAct = BankAct.READ_PORTFOLIOS, field: str = "portfolio"
    ) -> Portfolio:
        check_bank_act(caller, act)
        async with self._database.connection() as connection:
            found = await portfolios.find(connection, portfolio_id)
        if found is None or found.client_id != caller.owner:
            raise HubError(ErrorCode.NOT_FOUND, portfolio_id[:64], field=field)
        return found


def _check_place(place: int, reached: int, field: str) -> None:
    """Raises INVALID_INPUT for a number that was given to nothing yet: whoever went on after it would miss what comes."""
    # How far it is tells of others.
    if not 0 <= place <= reached:
        raise HubError(ErrorCode.INVALID_INPUT, "position" if place > reached else "≥ 0", field=field)


def _id(client_id: str, name: str) -> str:
    named = "\n".join((client_id, name))
    return f"portfolio_{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def _problem(row: Row, number: str | None, there: Mapping[str, str], good: Mapping[str, Row]) -> Problem | None:
    if row.problem is not None:
        return row.problem
    if number is None:
        return Problem("licenceNo", ErrorCode.BAD_LICENCE_NUMBER if row.licence_no.strip() else ErrorCode.REQUIRED)
    if number not in there:
        return Problem("licenceNo", ErrorCode.UNKNOWN_MINE, number)
    try:
        if row.reference is not None:
            _REFERENCE.clean(row.reference, FIRST_DAY)
    except FieldError as error:
        [(_, code, detail)] = error.problems
        return Problem("reference", code, detail)
    return Problem("licenceNo", ErrorCode.DUPLICATE, number) if number in good else None


def _result(index: int, row: Row, problem: Problem | None) -> dict[str, Any]:
    """What came of a row; of a file's also where it stands: its cell is that of the field that is the matter."""
    told = {"index": index, "licenceNo": row.licence_no[:64], "problem": problem and problem.as_dict()}
    if row.place is not None:
        told |= {"sheet": row.place.sheet, "row": row.place.row, "cell": row.place.cell(problem.path) if problem else ""}
    return told


def shown(portfolio: Portfolio) -> dict[str, Any]:
    return {
        "id": portfolio.id,
        "name": portfolio.name,
        "leastSeverity": portfolio.least_severity,
        "leastFine": None if portfolio.least_fine is None else str(portfolio.least_fine),
        "digest": portfolio.digest,
    }


def _event(row: Mapping[str, Any], reference: str | None, loan_on: date | None) -> dict[str, Any]:
    def moment(value: datetime | None) -> str | None:
        return value.isoformat() if value else None

    return {
        "position": row["entry"],
        "licenceNo": row["licence_no"],
        "reference": reference,
        "loanOn": loan_on and loan_on.isoformat(),
        "change": row["change"],
        "code": row["code"],
        "gone": None,
        "before": row["before"] and orjson.loads(row["before"]),
        "now": row["now"] and orjson.loads(row["now"]),
        "logPosition": row["log_position"],
        "at": moment(row["at"]),
        "acknowledgedAt": moment(row["acknowledged_at"]),
        "acknowledgedBy": row["acknowledged_by"],
    }


def _about(event: Mapping[str, Any]) -> str | None:
    """Which record an event is about, if its finding names one."""
    finding = event["now"] or event["before"] or {}
    about: str | None = finding.get("about")
    return about


def _hidden(finding: Mapping[str, Any] | None, why: Gone) -> dict[str, Any] | None:
    """A finding without what it said of a record that may be seen no more."""
    return {**finding, "chinese": why.chinese, "english": why.english, "day": None, "fine": None} if finding else None
