"""Departments that put files on a shelf: a listing, and downloads whose digest must agree.

A file is known by its name and its content: one that comes late under an earlier name, or is corrected under its own, is taken.
What cannot be read is set aside (a file, a sheet, a row), with the file, the place and what was there, and the rest is taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from connectors import feeds
from connectors.base import Batch, Health, Item
from connectors.cells import Line, SetAside, Unfit
from connectors.errors import BadRecord, ConnectorError, Incomplete, RefusedForGood, TryAgain
from connectors.http import Http
from connectors.mapping import Mapped
from connectors.paged import PagedConnector
from connectors.stamps import moment
from hub.domain.calendar.moments import CHINA
from hub.domain.record_kinds import RecordKind
from hub.domain.words.places import Place

_MOST_LISTINGS = 1000
_LONGEST_NAME = 255
_NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f\ud800-\udfff]")
#: Beside people's files lie some that programs keep for themselves: of locks, thumbnails and settings of folders.
_OF_PROGRAMS = re.compile(r"\..*|~\$.*|(?:thumbs\.db|desktop\.ini)", re.IGNORECASE)
#: So many files in a row that cannot be had say that it is the system that is down.
_MOST_FAILURES = 3
_KNOWN_BY = 16
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
        name, rows = told.get("name"), told.get("rows")
        # People put brackets, blanks and more into names; but none may lead out of its folder.
        if not isinstance(name, str) or name in ("", ".", "..") or len(name) > _LONGEST_NAME or _NO_NAME.search(name):
            raise RefusedForGood("a file has a name that is none")
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
        known = dict(state["files"]) if isinstance(state, dict) and isinstance(state.get("files"), dict) else {}
        listed = [file for file in await self._listed() if not _OF_PROGRAMS.fullmatch(file.name)]
        known = {file.name: known[file.name] for file in listed if file.name in known}
        # Of a file that is listed without its digest only its content tells whether it is another.
        due = [file for file in listed if not file.sha256 or known.get(file.name) != file.sha256[:_KNOWN_BY]]
        missing, failures = Counter[str](), 0
        for place, file in enumerate(due):
            try:
                body = (await self.http.get(f"{self.path}/{quote(file.name, safe='')}")).body
            except ConnectorError as error:
                failures += 1
                is_named = isinstance(error, TryAgain) and error.retry_after is not None
                if is_named or (not isinstance(error, RefusedForGood) and failures in (_MOST_FAILURES, len(due))):
                    raise
                # It was listed, and is gone, kept from us, or cannot be sent: that holds back no other.
                missing[f"files that are not given ({error})"] += 1
                continue
            failures = 0
            digest = hashlib.sha256(body).hexdigest()
            if file.sha256 and digest != file.sha256:
                missing["files that are still written"] += 1
                continue
            is_known = digest[:_KNOWN_BY] in known.values()
            reading = _Reading(self, file, body)
            items: Iterator[Item] = iter(()) if is_known else reading.items()
            later = [other.rows for other in due[place + 1 :]]
            counted = None if None in later else sum(n for n in later if n is not None)
            done = 0
            # Reading takes seconds for a large file, in which others are pulled.
            step = await asyncio.to_thread(list, islice(items, _STEP))
            while following := await asyncio.to_thread(list, islice(items, _STEP)):
                left = None if file.rows is None or counted is None else max(file.rows - done, len(step)) + counted
                yield feeds.Step(step, {"files": dict(known)}, left)
                step, done = following, done + len(step)
            known[file.name] = digest[:_KNOWN_BY]
            whole = [(self.mapped.kind, file.name)] if is_known or reading.is_whole else []
            yield feeds.Step(step, {"files": dict(known)}, None if counted is None else len(step) + counted, whole)
        if missing:
            raise Incomplete({f"{self.name}, {what}": count for what, count in missing.items()})

    async def _listed(self) -> list[_File]:
        """All files; RefusedForGood when they are listed out of order."""
        files: list[_File] = []
        for _ in range(_MOST_LISTINGS):
            after = files[-1].name if files else ""
            told = [
                _File.read(row, self.zone)
                for row in feeds.rows_of((await self.http.get(self.path, {"after": after})).json(), "files")
            ]
            names = [file.name for file in told]
            if names != sorted(set(names)) or (names and names[0] <= after):
                raise RefusedForGood("the system lists its files out of order")
            if not told:
                return files
            files += told
        raise RefusedForGood("the system lists files without end")


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
            "values": {name: value.there if isinstance(value, Unfit) else value for name, value in line.values.items()},
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
