"""Addresses of databases, as HUB_DATABASE_URL gives them: read once, the same for those who write and for those who read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
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
#: An address of several servers, as libpq takes it: what comes before the hosts, they, and what follows.
_SEVERAL = re.compile(r"(postgres(?:ql)?(?:\+\w+)?://(?:[^/?#@]*@)?)([^/?#@]*,[^/?#@]*)([^?#]*)\??(.*)", re.DOTALL)
_OPTION = re.compile(r"(?:-c\s*|--)([A-Za-z_][\w.]*)=((?:\\.|\S)*)")


def _wrong(detail: str) -> HubError:
    return HubError(ErrorCode.INVALID_INPUT, f"{NAME}: {detail}", field=NAME)


def async_url(url: str) -> URL:
    """The URL with the driver that the hub uses; raises INVALID_INPUT for other databases.

    Several hosts, of which the first that answers is taken, stand among its parameters.
    """
    try:
        if several := _SEVERAL.fullmatch(url):
            before, hosts, path, query = several.groups()
            url = f"{before}{path}?{query}{'&' if query else ''}host={hosts}"
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    backend = parsed.drivername.split("+")[0] if parsed is not None else ""
    if parsed is None or backend not in _DRIVERS:
        raise _wrong("sqlite:///… or postgresql://…")
    return parsed.set(drivername=_DRIVERS[backend])


def _one(name: str, said: Sequence[str]) -> str:
    """What is meant by a parameter that is given several times: the last, but of hosts and their ports each in its turn."""
    return ",".join(said) if name in ("host", "port") else said[-1]


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where a server is, in the driver's words, and what it is asked to set for each session."""

    dsn: str
    settings: Mapping[str, str]
    connect_seconds: float

    @classmethod
    def read(cls, url: URL, connect_seconds: float) -> PostgresAddress:
        """The address of a URL with libpq's parameters; INVALID_INPUT naming those that cannot be taken."""
        query = {name: value if isinstance(value, str) else _one(name, value) for name, value in url.query.items()}
        if unknown := sorted(query.keys() - _TAKEN - set(_OURS)):
            raise _wrong(f"{', '.join(unknown)}: 不支持的参数 / not a parameter that is taken")
        if not all(hosts := query.get("host", "").split(",")) and len(hosts) > 1:
            raise _wrong("host: 有空的主机名 / an empty name among several")
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
