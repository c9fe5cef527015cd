"""Cookies of the hub: of this host alone, out of reach of scripts, and not sent with what other sites start, but for links."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_BYTES = 8192


class Cookie:
    """One cookie.  Over TLS its name has the prefix that keeps neighbouring hosts from setting it."""

    def __init__(self, name: str, *, secure: bool) -> None:
        self.name = f"__Host-{name}" if secure else name
        self._rest = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """What the browser sends back; nothing where it sends two, for one of them somebody else has set."""
        values = []
        for name, value in headers:
            if name == b"cookie" and len(value) <= _MOST_BYTES:
                for part in value.decode("latin-1").split(";"):
                    key, _, content = part.strip().partition("=")
                    if key == self.name:
                        values.append(content)
        return values[0] if len(values) == 1 and values[0] else None

    def given(self, value: str, seconds: int | None = None) -> str:
        """The header that sets it, for so long or until the browser is closed."""
        lasting = "" if seconds is None else f"; Max-Age={seconds}"
        return f"{self.name}={value}{lasting}{self._rest}"

    def taken(self) -> str:
        """The header that removes it."""
        return self.given("", 0)
