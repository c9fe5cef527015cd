"""Departments that put files on a shelf: a listing, and downloads whose digest must agree.  A file is pulled whole, once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import httpx

from connectors import feeds
from connectors.base import Health
from connectors.errors import BadRecord, RefusedForGood, TryAgain
from connectors.http import Http
from connectors.paged import PagedConnector


@dataclass(frozen=True, slots=True)
class FileFeed:
    """The files of a system under `path`: `GET path` lists them (name, sha256), `GET path/NAME` gives one.

    Names sort in the order of their making.  `read` turns a file into rows; BadRecord when it cannot be read, which refuses the
    file for good.
    """

    http: Http
    path: str
    read: Callable[[bytes], Sequence[feeds.Row]]

    async def fetch(self, since: str) -> feeds.FeedPage:
        """The rows of the first file after `since`."""
        listed = feeds.rows_of((await self.http.get(self.path, {"after": since})).json(), "files")
        names = [str(file.get("name", "")) for file in listed]
        if names != sorted(set(names)) or (names and names[0] <= since):
            raise RefusedForGood("the system lists its files out of order")
        if not names:
            return feeds.FeedPage([], since, False, 0)
        if not all(part.isalnum() for part in names[0].replace("-", "_").replace(".", "_").split("_")):
            raise RefusedForGood("a file has a name that is none")
        body = (await self.http.get(f"{self.path}/{names[0]}")).body
        digest = hashlib.sha256(body).hexdigest()
        if not hmac.compare_digest(digest, str(listed[0].get("sha256", ""))):
            raise TryAgain(f"{names[0]}: the digest does not agree; the file may still be written")
        try:
            rows = self.read(body)
        except BadRecord as bad:
            raise RefusedForGood(f"{names[0]}: {bad}") from None
        told = [file.get("rows") for file in listed]
        total = sum(n for n in told if isinstance(n, int)) if all(isinstance(n, int) for n in told) else None
        return feeds.FeedPage(rows, names[0], len(names) > 1, total)


@dataclass(frozen=True)
class FileConnector(PagedConnector):
    """A system that puts files on a shelf behind Basic authentication: under `path` a folder for each of `resources`, whose
    files `read` turns into rows."""

    path: ClassVar[str]

    def read(self, folder: str, body: bytes) -> Sequence[feeds.Row]:
        """The rows of a file of a folder; BadRecord when it cannot be read."""
        raise NotImplementedError

    def http(self, auth: httpx.Auth | None = None) -> Http:
        return super().http(auth or httpx.BasicAuth(self.settings["username"], self.settings["password"]))

    async def check(self) -> Health:
        files = feeds.rows_of((await self.http().get(f"/{self.path}/{next(iter(self.resources))}")).json(), "files")
        return Health(f"{len(files)} files")

    async def fetch(self, http: Http, resource: str, since: str) -> feeds.FeedPage:
        return await FileFeed(http, f"/{self.path}/{resource}", partial(self.read, resource)).fetch(since)
