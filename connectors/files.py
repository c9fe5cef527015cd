"""Departments that put files on a shelf: a listing, and downloads whose digest must agree.

A file is known by its name and its content: one that comes late under an earlier name, or is corrected under its own, is taken.
What cannot be read is set aside (a file, a sheet, a row), with the file, the place and what was there, and the rest is taken.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from itertools import islice
from typing import Any, ClassVar

import httpx

from connectors import feeds
from connectors.base import Batch, Health, Item
from connectors.cells import Line, SetAside, Unfit
from connectors.errors import BadRecord, Incomplete, RefusedForGood
from connectors.http import Http
from connectors.mapping import Mapped
from connectors.paged import PagedConnector
from connectors.stamps import moment
from hub.domain.calendar.moments import CHINA

_MOST_LISTINGS = 1000
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
        name, rows = str(told.get("name", "")), told.get("rows")
        if not all(part.isalnum() for part in name.replace("-", "_").replace(".", "_").split("_")):
            raise RefusedForGood("a file has a name that is none")
        counted = rows if isinstance(rows, int) and not isinstance(rows, bool) else None
        return cls(name, str(told.get("sha256", "")), counted, moment(told.get("changedAt"), zone))


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
        listed = await self._listed()
        known = {file.name: known[file.name] for file in listed if file.name in known}
        due = [file for file in listed if known.get(file.name) != (file.sha256[:_KNOWN_BY] or known.get(file.name))]
        unrested = 0
        for place, file in enumerate(due):
            body = (await self.http.get(f"{self.path}/{file.name}")).body
            digest = hashlib.sha256(body).hexdigest()
            if file.sha256 and digest != file.sha256:
                unrested += 1
                continue
            items: Iterator[Item] = iter(()) if digest[:_KNOWN_BY] in known.values() else self.items(file, body)
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
            yield feeds.Step(step, {"files": dict(known)}, None if counted is None else len(step) + counted)
        if unrested:
            raise Incomplete({f"{self.name}, files that are still written": unrested})

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

    def items(self, file: _File, body: bytes) -> Iterator[Item]:
        try:
            for line in self.read(body):
                yield self._set_aside(file, line) if isinstance(line, SetAside) else self._item(file, line)
        except BadRecord as bad:
            yield Item(
                self.mapped.kind, file.name, {"file": file.name}, error=f"{file.name}: {bad}", changed_at=file.changed_at
            )

    def _item(self, file: _File, line: Line) -> Item:
        item = replace(self.mapped.item(line.values), changed_at=file.changed_at)
        if not item.error:
            return item
        cell = line.cell(item.field) or f"row {line.row}"
        there = line.values.get(item.field)
        kept = {
            "file": file.name,
            "sheet": line.sheet,
            "row": line.row,
            "cell": line.cell(item.field),
            "there": there.there if isinstance(there, Unfit) else there,
            "values": {name: value.there if isinstance(value, Unfit) else value for name, value in line.values.items()},
        }
        return replace(item, raw=kept, error=f"{_place(file.name, line.sheet, cell)}: {item.error}")

    def _set_aside(self, file: _File, part: SetAside) -> Item:
        kept = {"file": file.name, "sheet": part.sheet, "row": part.row, "there": part.there}
        place = _place(file.name, part.sheet, f"row {part.row}" if part.row else "")
        return Item(self.mapped.kind, "", kept, error=f"{place}: {part.why}", changed_at=file.changed_at)


def _place(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


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
        return list(feed.items(_File(name, "", None, None), body))

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
