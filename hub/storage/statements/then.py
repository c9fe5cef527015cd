"""The tables as they were known at a moment, in the place of those that are: a statement of the present reads them unchanged.

Every version is kept with the moments at which it was recorded and superseded.  So what was known then is a view of each table,
under the table's own name: what was recorded later is not there, and what was superseded later stands.

Records go along when their mine gets another licence number, all versions of them; those of the mine itself, and what rules
said of it, keep the number that it had.  So these are told under the number of now, as its records are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Past
from hub.domain.record_kinds import RecordKind
from hub.domain.words.identifiers import VERSION_MARK
from hub.storage.records import notices
from hub.storage.records.log import log
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.metadata import Instant, Json
from hub.storage.sql.parts import parts_of
from hub.storage.timelines.table import timelines
from hub.storage.views import departments, divisions

#: The parameters of a statement of the past: until when what was recorded was known, and what was known later all the same.
KNOWN_UNTIL = "known_until"
KNOWN_LATER = "known_later"
#: … and the mines that had other numbers then.
RENUMBERED = "renumbered"
_UNTIL = sa.bindparam(KNOWN_UNTIL, None, type_=Instant())
_LATER = sa.bindparam(KNOWN_LATER, None, type_=Json())
_RENUMBERED = sa.bindparam(RENUMBERED, None, type_=Json())

_MINES = TABLES[RecordKind.MINE]

_OF_VERSIONS = frozenset((*TABLES.values(), timelines))
#: What goes by versions itself, and what is the same at all times: registers that no department posts.
_TIMELESS = frozenset((*LINKS.values(), log, departments.table, divisions.table, notices.years))


def tables_of(built: Any) -> frozenset[sa.Table]:
    """The tables that something composed reads."""
    return frozenset(one for one in parts_of(built) if isinstance(one, sa.Table))


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
        # What rules said reads the mines themselves, not the view of them: PostgreSQL lets a view read those before it.
        ordered = sorted(tables, key=lambda one: (one is not timelines, one.name))
        told = [self._view(one) for one in ordered if one in _OF_VERSIONS]
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
        """What was known of a table: plain selects, which both databases take up into whatever reads it."""
        name = self._quoted(table.name)
        if self._past is Past.KNOWN or table not in (_MINES, timelines):
            return f"{name} AS NOT MATERIALIZED ({self._known(table)})"
        ids, now = self._each(_RENUMBERED), f"{self._source(_MINES)} AS now"
        theirs = f"now.id IN ({ids}) AND now.superseded_at IS NULL"
        if table is _MINES:
            # What was a mine of its own and was taken in since is not there: its records are those of the other.
            others = f"kept.id NOT IN ({ids}) AND kept.licence_no NOT IN (SELECT now.licence_no FROM {now} WHERE {theirs})"  # noqa: S608
            led = self._known(table, "now.licence_no", f"JOIN {now} ON now.id = kept.id AND {theirs}")
        else:
            was = f"was.id IN ({ids}) AND {self._was_known('was')}"
            had = f"SELECT was.licence_no FROM {self._source(_MINES)} AS was WHERE {was}"  # noqa: S608
            have = f"SELECT now.licence_no FROM {now} WHERE {theirs}"  # noqa: S608
            others = f"kept.subject NOT IN ({had} UNION ALL {have})"
            joined = f"JOIN {self._source(_MINES)} AS was ON was.licence_no = kept.subject AND {was}"
            led = self._known(table, "now.licence_no", f"{joined} JOIN {now} ON now.id = was.id AND {theirs}")
        return f"{name} AS NOT MATERIALIZED ({self._known(table)} AND {others} UNION ALL {led})"

    def _known(self, table: sa.Table, number: str | None = None, joined: str = "") -> str:
        """The select of what was known of a table; of mines, and of what rules said of them, under another `number`."""
        known, gone = self._was_recorded("kept"), self._was_superseded("kept")
        told = {one.name: f"kept.{self._quoted(one.name)}" for one in table.c}
        told["superseded_at"] = f"CASE WHEN {gone} THEN kept.superseded_at END"
        if number is not None:
            told["subject" if table is timelines else "licence_no"] = number
        listed = ", ".join(f"{value} AS {self._quoted(name)}" for name, value in told.items())
        return f"SELECT {listed} FROM {self._source(table)} AS kept {joined} WHERE {known}"  # noqa: S608

    def _was_recorded(self, row: str) -> str:
        known = f"{row}.recorded_at <= {self._until()}"
        return f"{known} AND {self._is_told(row, 'version')}" if self._past is Past.KNOWN_IN_PART else known

    def _was_superseded(self, row: str) -> str:
        gone = f"{row}.superseded_at <= {self._until()}"
        return f"{gone} AND {self._is_told(row, 'version + 1')}" if self._past is Past.KNOWN_IN_PART else gone

    def _was_known(self, row: str) -> str:
        return f"{self._was_recorded(row)} AND ({row}.superseded_at IS NULL OR {row}.superseded_at > {self._until()})"

    def _is_told(self, row: str, version: str) -> str:
        """That the log tells of a version up to the position that was asked for."""
        return f"{row}.id || '{VERSION_MARK}' || CAST({row}.{version} AS TEXT) NOT IN ({self._each(_LATER)})"

    def _until(self) -> str:
        at = self._parameter(_UNTIL)
        return at if self.comes_first else f"{at}::timestamptz"

    def _each(self, several: sa.BindParameter[Any]) -> str:
        """The texts of a list that is a parameter."""
        given = self._parameter(several)
        if self.comes_first:
            return f"SELECT value FROM json_each({given})"  # noqa: S608
        return f"SELECT json_array_elements_text({given}::text::json)"

    def _source(self, table: sa.Table) -> str:
        # In SQLite a view that reads what has its own name is read in circles.
        name = self._quoted(table.name)
        return f"main.{name}" if self.comes_first else name

    def _quoted(self, name: str) -> str:
        return self._dialect.identifier_preparer.quote(name)
