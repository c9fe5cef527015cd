"""Sessions of people: what a signed-in browser shows instead of a token, and from whose pages it may be used.

A browser sends the cookie with whatever makes it call, so a call counts only when the browser itself says that it comes from a
page of the hub's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from auth.cookies import Cookie
from auth.origins import is_within
from auth.persons import Person
from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError


@dataclass(frozen=True, slots=True)
class Session:
    """A person who has signed in, from when and until when, in seconds since 1970.  `id` is no secret."""

    id: str
    person: Person
    begins: int
    ends: int

    @property
    def access(self) -> Access:
        """What a session lets do: as much as a token of the person would."""
        return Access(self.person.principal, self.id, self.begins, self.ends)


class Register(Protocol):
    """The sessions that there are, in every process."""

    async def start(self, person: Person, instead_of: Session | None = None) -> str:
        """Begin a session, and end the one that the browser had; the new one's secret."""

    async def find(self, secret: str) -> Session | None:
        """The session with a secret, if it has not ended."""

    async def end(self, session: Session, *, everywhere: bool = False) -> None:
        """End a session, or all sessions of its person, in every process."""


class Browsers:
    """Knows people by the cookies of their browsers.  `address` is the hub's own, as browsers know it."""

    def __init__(self, register: Register, address: str) -> None:
        self.cookie = Cookie("hub-session", secure=address.startswith("https:"))
        self._register = register
        self._address = address

    async def session(self, headers: Iterable[tuple[bytes, bytes]]) -> Session | None:
        """The session that a browser shows.  Whether it may be used for what is asked is not seen here."""
        secret = self.cookie.read(headers)
        return await self._register.find(secret) if secret else None

    async def admit(self, scope: Mapping[str, Any]) -> Access | None:
        """What the browser's session lets do; None where it shows none that is good, FORBIDDEN where another site asks."""
        headers = scope["headers"]
        if self.cookie.read(headers) is None:
            return None
        self.check_origin(headers)
        session = await self.session(headers)
        return session.access if session else None

    def check_origin(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """FORBIDDEN unless the browser says that a page of the hub's own asks."""
        origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
        sites = [value for name, value in headers if name == b"sec-fetch-site"]
        says_so = origins or sites
        if (
            not says_so
            or not all(is_within(one, self._address) for one in origins)
            or any(one != b"same-origin" for one in sites)
        ):
            raise HubError(ErrorCode.FORBIDDEN, "请求来自其他站点 / asked from another site")
