"""Addresses of databases, as HUB_DATABASE_URL gives them: read once, the same for those who write and for those who read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from hub.domain.words.errors import ErrorCode, HubError

NAME = "HUB_DATABASE_URL"
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
#: What libpq takes and the driver spells the same.
_TAKEN = frozenset(
    {
        "host",
        "port",
        "user",
        "password",
        "dbname",
        "passfile",
        "service",
        "target_session_attrs",
        "sslmode",
        "sslcert",
        "sslkey",
        "sslrootcert",
        "sslcrl",
        "sslpassword",
        "sslnegotiation",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
    }
)
#: What the driver takes otherwise.
_OURS = ("application_name", "connect_timeout", "options", "ssl")
_OPTION = re.compile(r"(?:-c\s*|--)([A-Za-z_][\w.]*)=((?:\\.|\S)*)")


def _wrong(detail: str) -> HubError:
    return HubError(ErrorCode.INVALID_INPUT, f"{NAME}: {detail}", field=NAME)


def async_url(url: str) -> URL:
    """The URL with the driver that the hub uses; raises INVALID_INPUT for other databases."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    backend = parsed.drivername.split("+")[0] if parsed is not None else ""
    if parsed is None or backend not in _DRIVERS:
        raise _wrong("sqlite:///… or postgresql://…")
    return parsed.set(drivername=_DRIVERS[backend])


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where a server is, in the driver's words, and what it is asked to set for each session."""

    dsn: str
    settings: Mapping[str, str]
    connect_seconds: float

    @classmethod
    def read(cls, url: URL, connect_seconds: float) -> PostgresAddress:
        """The address of a URL with libpq's parameters; INVALID_INPUT naming those that cannot be taken."""
        query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
        if unknown := sorted(query.keys() - _TAKEN - set(_OURS)):
            raise _wrong(f"{', '.join(unknown)}: 不支持的参数 / not a parameter that is taken")
        settings = {"application_name": query.get("application_name", "greenmine-hub")}
        options = query.get("options", "")
        settings |= {name: re.sub(r"\\(.)", r"\1", value) for name, value in _OPTION.findall(options)}
        if _OPTION.sub("", options).strip():
            raise _wrong("options: -c NAME=VALUE")
        try:
            seconds = float(query.get("connect_timeout", 0))
        except ValueError:
            seconds = math.nan
        if not math.isfinite(seconds):
            raise _wrong("connect_timeout: 秒数 / seconds")
        # To libpq none, and less than none, is as good as nothing said.
        seconds = seconds if seconds > 0 else connect_seconds
        taken = {name: value for name, value in query.items() if name in _TAKEN}
        if "ssl" in query:
            taken.setdefault("sslmode", query["ssl"])
        dsn = url.set(drivername="postgresql", query=taken).render_as_string(hide_password=False)
        return cls(dsn, settings, seconds)
