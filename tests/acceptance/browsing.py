"""A browser as far as signing in needs one: it keeps cookies, goes where it is sent, and says from where it calls."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx

HTML = {"accept": "text/html,application/xhtml+xml"}


class Browser:
    """One browser, in front of one hub."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.AsyncClient(trust_env=False, headers=HTML)

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    @property
    def secret(self) -> str | None:
        """The session's cookie."""
        return self.http.cookies.get("hub-session")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(self.address + path, headers=headers)

    async def begin(self, back: str | None = None) -> str:
        """Go to the provider and as far as its redirect back to the hub, which is not followed: its address."""
        query = f"?{urlencode({'return': back})}" if back is not None else ""
        sent = await self.get("/sign-in" + query)
        assert sent.status_code == 303, sent.text
        returned = await self.http.get(sent.headers["location"])
        return str(returned.headers["location"])

    async def sign_in(self, back: str | None = None) -> httpx.Response:
        """All the way; the hub's answer to who came back."""
        return await self.http.get(await self.begin(back))

    async def ask(self, query: str, **headers: str) -> httpx.Response:
        """What a page of the hub's own asks the graph."""
        given = {"origin": self.address, "sec-fetch-site": "same-origin", "accept": "application/json"} | headers
        kept = {name: value for name, value in given.items() if value}
        return await self.http.post(self.address + "/graphql", json={"query": query}, headers=kept)

    async def choose(self, person: str, *, origin: str | None = None, **fields: Any) -> httpx.Response:
        """What a button of the demo's page sends; an empty origin is none."""
        headers = {
            "origin": self.address if origin is None else origin,
            "sec-fetch-site": "same-origin" if origin is None else "",
        }
        kept = {name: value for name, value in headers.items() if value}
        return await self.http.post(self.address + "/sign-in/demo", data={"person": person, **fields}, headers=kept)

    async def sign_out(self, **headers: Any) -> httpx.Response:
        given = {"origin": self.address, "sec-fetch-site": "same-origin"} | headers
        return await self.http.post(self.address + "/sign-out", headers=given)
