"""Departments that put files on a shelf: a listing, and downloads whose digest must agree.

A file is known by its name and its content: one that comes late under an earlier name, or is corrected under its own, is taken.
What cannot be read is set aside (a file, a sheet, a row), with the file, the place and what was there, and the rest is taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from connectors import feeds
from connectors.base import Batch, Health, Item
from connectors.cells import Line, SetAside, Unfit
from connectors.errors import BadRecord, ConnectorError, Incomplete, RefusedForGood, TryAgain
from connectors.http import Http, UpstreamAnswer
from connectors.mapping import Mapped, fit
from connectors.paged import PagedConnector
from connectors.stamps import moment
from hub.domain.calendar.moments import CHINA
from hub.domain.record_kinds import RecordKind
from hub.domain.words.places import Place

_MOST_LISTINGS = 1000
_LONGEST_NAME = 255
_NO_CHARACTERS = re.compile(r"[\ud800-\udfff]")
_NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f\ud800-\udfff]")
#: Beside people's files lie some that programs keep for themselves: of locks, thumbnails and settings of folders.
_OF_PROGRAMS = re.compile(r"\..*|~\$.*|(?:thumbs\.db|desktop\.ini)", re.IGNORECASE)
#: So many files in a row that cannot be had say that it is the system that is down.
_MOST_FAILURES = 3
_KNOWN_BY = 16
#: So many files that are listed no longer are known for the case that they are listed again.
_MOST_REMEMBERED = 1000
#: A file that was written so shortly before it was given may be written still.
_RESTS = timedelta(seconds=60)
#: Rows of a file that are posted together; the next are read afterwards.
_STEP = 500


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the listing tells it; where it says so, how many rows it holds and when they changed."""

    name: str
    sha256: str
    rows: int | None
    changed_at: datetime | None

    @classmethod
    def read(cls, told: feeds.Row, zone: timezone) -> _File:
        name, rows = str(told["name"]), told.get("rows")
        counted = rows if isinstance(rows, int) and not isinstance(rows, bool) else None
        return cls(name, str(told.get("sha256") or "").lower(), counted, moment(told.get("changedAt"), zone))


@dataclass(frozen=True, slots=True)
class FileFeed:
    """The files of a system under `path`: `GET path` lists those after a name (name, sha256,
    and where it is known changedAt: the moment of the rows in it), `GET path/NAME` gives one.

    `read` turns a file into lines, one by one; BadRecord when it cannot be read, or not to its end.
    """

    name: str
    http: Http
    path: str
    mapped: Mapped
    read: Callable[[bytes], Iterable[Line | SetAside]]
    zone: timezone = CHINA

    async def steps(self, state: Any) -> AsyncIterator[feeds.Step]:
        shelf = _Shelf.read(state)
        missing, failures = Counter[str](), 0
        listed = [file for file in await self._listed(missing) if not _OF_PROGRAMS.fullmatch(file.name)]
        shelf.lists({file.name for file in listed})
        # Of a file that is listed without its digest only its content tells whether it is another.
        due = [file for file in listed if not file.sha256 or shelf.known.get(file.name) != file.sha256[:_KNOWN_BY]]
        for place, file in enumerate(due):
            try:
                answer = await self._given(file)
            except ConnectorError as error:
                failures += 1
                is_named = isinstance(error, TryAgain) and error.retry_after is not None
                if is_named or (not isinstance(error, RefusedForGood) and failures in (_MOST_FAILURES, len(due))):
                    if not await self._is_given(due[-1], but=file):
                        raise
                    failures = 0
                # It was listed, and is gone, kept from us, or cannot be sent: that holds back no other.
                missing[f"files that are not given ({error})"] += 1
                continue
            failures = 0
            digest = hashlib.sha256(answer.body).hexdigest()
            if digest != file.sha256 if file.sha256 else not shelf.rests(file, digest, answer.headers):
                missing["files that are still written"] += 1
                continue
            is_known = shelf.knows(file, digest)
            reading = _Reading(self, file, answer.body)
            items: Iterator[Item] = iter(()) if is_known else reading.items()
            later = [other.rows for other in due[place + 1 :]]
            counted = None if None in later else sum(n for n in later if n is not None)
            done = 0
            # Reading takes seconds for a large file, in which others are pulled.
            step = await asyncio.to_thread(list, islice(items, _STEP))
            while following := await asyncio.to_thread(list, islice(items, _STEP)):
                left = None if file.rows is None or counted is None else max(file.rows - done, len(step)) + counted
                yield feeds.Step(step, shelf.state(), left)
                step, done = following, done + len(step)
            shelf.known[file.name] = digest[:_KNOWN_BY]
            whole = [(self.mapped.kind, file.name)] if is_known or reading.is_whole else []
            yield feeds.Step(step, shelf.state(), None if counted is None else len(step) + counted, whole)
        if missing:
            yield feeds.Step([], shelf.state())
            raise Incomplete({f"{self.name}, {what}": count for what, count in missing.items()})

    async def _given(self, file: _File) -> UpstreamAnswer:
        return await self.http.get(f"{self.path}/{quote(file.name, safe='')}")

    async def _is_given(self, file: _File, *, but: _File) -> bool:
        """Whether the system gives a file, though it does not give another."""
        if file is not but:
            with suppress(ConnectorError):
                return bool(await self._given(file))
        return False

    async def _listed(self, missing: Counter[str]) -> list[_File]:
        """All files; RefusedForGood when they are listed out of order.  One whose name cannot be asked for is `missing`."""
        files: list[_File] = []
        after = ""
        for _ in range(_MOST_LISTINGS):
            told = feeds.rows_of((await self.http.get(self.path, {"after": after})).json(), "files")
            names = [row.get("name") for row in told]
            fine = [name for name in names if isinstance(name, str) and not _NO_CHARACTERS.search(name)]
            if fine != sorted(set(fine)) or (fine and fine[0] <= after):
                raise RefusedForGood("the system lists its files out of order")
            if told and not fine:
                raise RefusedForGood("the files that the system lists have no names")
            if not told:
                return files
            files += (_File.read(row, self.zone) for row, name in zip(told, names, strict=True) if _is_name(name))
            missing.update(f"files with the name {fit(name, 40)!r}, which is none" for name in names if not _is_name(name))
            after = fine[-1]
        raise RefusedForGood("the system lists files without end")


def _is_name(told: Any) -> bool:
    """Whether a file can be asked for by a name.  People put brackets, blanks and more into names; but none may lead out of its
    folder."""
    return isinstance(told, str) and told not in ("", ".", "..") and len(told) <= _LONGEST_NAME and not _NO_NAME.search(told)


@dataclass(slots=True)
class _Shelf:
    """What is known of a shelf: files by their content, and the content of those that were still written when they were last
    looked at."""

    known: dict[str, str]
    written: dict[str, str]

    @classmethod
    def read(cls, state: Any) -> _Shelf:
        told = state if isinstance(state, dict) else {}
        return cls(*(dict(found) if isinstance(found := told.get(name), dict) else {} for name in ("files", "written")))

    def state(self) -> dict[str, Any]:
        return {"files": dict(self.known), **({"written": dict(self.written)} if self.written else {})}

    def lists(self, names: Set[str]) -> None:
        """These are listed now.  What is not may be again: read again after what came since, it would count as the newer."""
        gone = sorted(self.known.keys() - names)[:-_MOST_REMEMBERED]
        for name in gone:
            del self.known[name]
        self.written = {name: digest for name, digest in self.written.items() if name in names}

    def knows(self, file: _File, digest: str) -> bool:
        """Whether a file's content was read, under whatever name.  One that was something else since is read again."""
        return self.known.get(file.name, digest[:_KNOWN_BY]) == digest[:_KNOWN_BY] in self.known.values()

    def rests(self, file: _File, digest: str, headers: Mapping[str, str]) -> bool:
        """Whether a file that is listed without its digest is not being written: by the clock of the system that gives it, or
        since it is what it was when it was last looked at."""
        try:
            now, changed = (parsedate_to_datetime(headers[name]) for name in ("date", "last-modified"))
            is_new = timedelta(0) <= now - changed < _RESTS
        except (KeyError, ValueError, TypeError):
            is_new = False
        before = self.written.pop(file.name, None)
        rests = not is_new or digest[:_KNOWN_BY] in (before, self.known.get(file.name))
        if not rests:
            self.written[file.name] = digest[:_KNOWN_BY]
        return rests


class _Reading:
    """One file as it is read; `is_whole` once it was read to its end."""

    def __init__(self, feed: FileFeed, file: _File, body: bytes) -> None:
        self._feed = feed
        self._file = file
        self._body = body
        self._letters: dict[str, Mapping[str, str]] = {}
        self.is_whole = False

    def items(self) -> Iterator[Item]:
        try:
            for line in self._feed.read(self._body):
                yield self._set_aside(line) if isinstance(line, SetAside) else self._item(line)
            self.is_whole = True
        except BadRecord as bad:
            yield self._item_of(self._file.name, {"file": self._file.name}, f"{self._file.name}: {bad}", Place(self._file.name))

    def _item(self, line: Line) -> Item:
        place = Place(self._file.name, line.sheet, line.row, self._named(line))
        item = replace(self._feed.mapped.item(line.values), changed_at=self._file.changed_at, place=place)
        if not item.error:
            return item
        there = line.values.get(item.field)
        kept = {
            "file": self._file.name,
            "sheet": line.sheet,
            "row": line.row,
            "cell": line.cell(item.field),
            "there": there.there if isinstance(there, Unfit) else there,
            "values": item.raw,
        }
        return replace(item, raw=kept, error=f"{_said(place, item.field)}: {item.error}")

    def _named(self, line: Line) -> Mapping[str, str]:
        """The letters of a sheet's columns, by their own names and by the fields that they fill."""
        if line.sheet not in self._letters:
            used = self._feed.mapped.used
            filled = {used[column].wire: letters for column, letters in line.letters.items() if column in used}
            self._letters[line.sheet] = filled | dict(line.letters)
        return self._letters[line.sheet]

    def _set_aside(self, part: SetAside) -> Item:
        place = Place(self._file.name, part.sheet, part.row)
        kept = {"file": self._file.name, "sheet": part.sheet, "row": part.row, "there": part.there}
        return self._item_of("", kept, f"{_said(place)}: {part.why}", place)

    def _item_of(self, reference: str, kept: Mapping[str, Any], error: str, place: Place) -> Item:
        kind, changed_at = self._feed.mapped.kind, self._file.changed_at
        return Item(kind, reference, kept, error=error, changed_at=changed_at, place=place)


def _said(place: Place, field: str = "") -> str:
    where = place.cell(field) or (f"row {place.row}" if place.row else "")
    return ", ".join(part for part in (place.file, place.sheet, where) if part)


@dataclass(frozen=True)
class FileConnector(PagedConnector):
    """A system that puts files on a shelf behind Basic authentication: under `path` a folder for each of `resources`, whose
    files `read` turns into lines."""

    path: ClassVar[str]

    def read(self, folder: str, body: bytes) -> Iterable[Line | SetAside]:
        """The lines of a file of a folder; BadRecord when it cannot be read."""
        raise NotImplementedError

    def items(self, folder: str, name: str, body: bytes) -> list[Item]:
        """What a file of a folder brings."""
        feed = FileFeed(folder, self.http(), self.path, self.resources[folder], partial(self.read, folder), self.manifest.zone)
        return list(_Reading(feed, _File(name, "", None, None), body).items())

    @classmethod
    def read_again(cls, kind: RecordKind, kept: Mapping[str, Any]) -> Item | None:
        values = kept.get("values")
        return super().read_again(kind, values) if isinstance(values, dict) else None

    def http(self, auth: httpx.Auth | None = None) -> Http:
        return super().http(auth or httpx.BasicAuth(self.settings["username"], self.settings["password"]))

    async def check(self) -> Health:
        files = feeds.rows_of((await self.http().get(f"/{self.path}/{next(iter(self.resources))}")).json(), "files")
        return Health(f"{len(files)} files")

    def pull(self, cursor: str | None) -> AsyncIterator[Batch]:
        http = self.http()
        shelves = [
            FileFeed(folder, http, f"/{self.path}/{folder}", mapped, partial(self.read, folder), self.manifest.zone)
            for folder, mapped in self.resources.items()
        ]
        return feeds.pull(cursor, shelves)
