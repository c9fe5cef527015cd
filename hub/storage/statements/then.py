"""The tables as they were known at a moment, in the place of those that are: a statement of the present reads them unchanged.

Every version is kept with the moments at which it was recorded and superseded.  So what was known then is a view of each table,
under the table's own name: what was recorded later is not there, and what was superseded later stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import visitors

from hub.domain.read_plan import Past
from hub.domain.words.identifiers import VERSION_MARK
from hub.storage.records import notices
from hub.storage.records.log import log
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.metadata import Instant, Json
from hub.storage.timelines.table import timelines
from hub.storage.views import departments, divisions

#: The parameters of a statement of the past: until when what was recorded was known, and what was known later all the same.
KNOWN_UNTIL = "known_until"
KNOWN_LATER = "known_later"
_UNTIL = sa.bindparam(KNOWN_UNTIL, None, type_=Instant())
_LATER = sa.bindparam(KNOWN_LATER, None, type_=Json())

_OF_VERSIONS = frozenset((*TABLES.values(), timelines))
#: What goes by versions itself, and what is the same at all times: registers that no department posts.
_TIMELESS = frozenset((*LINKS.values(), log, departments.table, divisions.table, notices.years))


def tables_of(built: Any) -> frozenset[sa.Table]:
    """The tables that something composed reads."""
    return frozenset(one for one in visitors.iterate(built) if isinstance(one, sa.Table))


def is_kept(tables: Iterable[sa.Table], past: Past) -> bool:
    """Whether all of these tables tell what was known at a moment.

    Timelines go by instants alone: of a position at which only a part of what was recorded is known they tell nothing.
    """
    told = _OF_VERSIONS | _TIMELESS
    return all(one in told and not (one is timelines and past is Past.KNOWN_IN_PART) for one in tables)


class Then:
    """Puts in front of a statement what it reads in the place of its tables; `own` counts the statement's parameters."""

    def __init__(self, dialect: sa.Dialect, past: Past, own: int) -> None:
        self._dialect = dialect
        self._past = past
        self._own = own
        #: SQLite numbers parameters as they come, PostgreSQL as they are written.
        self.comes_first = dialect.name == "sqlite"
        #: Those that were added, in their order.
        self.added: list[sa.BindParameter[Any]] = []

    def sql(self, sql: str, tables: Iterable[sa.Table], now: Mapping[str, sa.Select[Any]]) -> str:
        """A statement that reads these tables as they were known, and under their names these selects over what is now."""
        told = [self._view(one) for one in sorted(tables, key=lambda one: one.name) if one in _OF_VERSIONS]
        for within in (told, [f"{name} AS NOT MATERIALIZED ({self._select(one)})" for name, one in sorted(now.items())]):
            if within:
                sql = f"WITH {', '.join(within)} SELECT * FROM ({sql}) AS told"  # noqa: S608
        return sql

    def _parameter(self, bind: sa.BindParameter[Any]) -> str:
        known = [one.key for one in self.added]
        if bind.key not in known:
            self.added.append(bind)
            known.append(bind.key)
        number = known.index(bind.key) + 1
        return f"?{number}" if self.comes_first else f"${self._own + number}"

    def _select(self, select: sa.Select[Any]) -> str:
        """A select of its own, with its parameters among those that were added."""
        compiled = select.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": True})
        names = list(compiled.positiontup or ())
        if self.comes_first:
            following = iter(names)
            return re.sub(r"\?", lambda _: self._parameter(compiled.binds[next(following)]), str(compiled))
        return re.sub(r"\$([0-9]+)", lambda found: self._parameter(compiled.binds[names[int(found[1]) - 1]]), str(compiled))

    def _view(self, table: sa.Table) -> str:
        """What was known of a table: one plain select, which both databases take up into whatever reads it."""
        name, at = self._quoted(table.name), self._parameter(_UNTIL)
        if not self.comes_first:
            at += "::timestamptz"
        known, gone = f"recorded_at <= {at}", f"superseded_at <= {at}"
        if self._past is Past.KNOWN_IN_PART:
            known, gone = f"{known} AND {self._is_told('version')}", f"{gone} AND {self._is_told('version + 1')}"
        columns = ", ".join(
            f"CASE WHEN {gone} THEN superseded_at END AS superseded_at"
            if one.name == "superseded_at"
            else self._quoted(one.name)
            for one in table.c
        )
        # In SQLite a view that reads what has its own name is read in circles.
        source = f"main.{name}" if self.comes_first else name
        return f"{name} AS NOT MATERIALIZED (SELECT {columns} FROM {source} WHERE {known})"  # noqa: S608

    def _is_told(self, version: str) -> str:
        """That the log tells of a version up to the position that was asked for."""
        later, named = self._parameter(_LATER), f"id || '{VERSION_MARK}' || CAST({version} AS TEXT)"
        if self.comes_first:
            return f"{named} NOT IN (SELECT value FROM json_each({later}))"  # noqa: S608
        return f"{named} NOT IN (SELECT json_array_elements_text({later}::text::json))"

    def _quoted(self, name: str) -> str:
        return self._dialect.identifier_preparer.quote(name)


def dialect_of(name: str) -> sa.Dialect:
    """What compiles for a database."""
    return postgresql.asyncpg.dialect() if name == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
