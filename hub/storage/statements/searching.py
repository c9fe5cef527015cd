"""A search as a sub-select of hits, the best first, under the caller's rights.

Each way of matching looks at some candidates in the order of an index, so that the commonest text costs no more than a rare
one; then they are held against the rules, and of the ways in which a record is found the best counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from hub.domain.read_plan import Condition, Param, Search, Visibility
from hub.domain.record_kinds import RecordKind
from hub.domain.searching import OPEN, Match, name_of
from hub.domain.words.searching import LAST
from hub.storage.records import branches, takeovers
from hub.storage.records.searching import found_by
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import Expr, Writer, concat, literal
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain
from hub.storage.statements.size import ROW, SEARCH
from hub.storage.views.nouns import VIEWS
from hub.storage.views.view import Row, View

#: How many candidates are looked at in each way of matching, where not all that are found may be seen.
_CANDIDATES = 1_000
#: How many hits of one way of matching may be of the same record, that is found all the same.
_AGAIN = 4
#: What stands in one text of three or more is found among so many; to collect all that have its pairs would take longer.
_FIRST_LOOKED_AT = 3 * _CANDIDATES
#: What stands before what is found in a text, and how much is told.
_BEFORE, _EXCERPT = 15, 60

_RANK = {match: rank for rank, match in enumerate(Match)}
#: The ways that are a range of the index of terms.
_RANGES = (Match.NAME_START, Match.NAME, Match.FORMER_NAME, Match.INITIALS)
_NUMBERS = (Match.CODE, Match.FORMER_CODE)
#: The kinds that are found by where they lie.
_LYING = (RecordKind.MINE, RecordKind.ENTERPRISE)

#: Of which kinds a number leads on to that of another.
_CARRIED_ON = {RecordKind.MINE: branches.carries_on, RecordKind.ENTERPRISE: takeovers.carries_on}

Bind = Callable[[Param, sa.types.TypeEngine[Any]], sa.BindParameter[Any]]
#: The conditions under which a row may be seen at all.
Allowed = Callable[[View, Row], list[Expr]]
#: The condition of a rule's word; None where nothing must hold.
Rule = Callable[[Condition, View, Row], Expr | None]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a class of callers may see, and its rules as conditions."""

    visibility: Visibility
    allowed: Allowed
    rule: Rule


class Searches:
    """Composes the hits of one search for one class of callers and one database."""

    def __init__(self, search: Search, sight: Sight, writer: Writer, bind: Bind) -> None:
        self._search = search
        self._sight = sight
        self._visibility = visibility = sight.visibility
        self._writer = writer
        self._bind = bind
        self._kinds = [kind.value for kind in RecordKind if kind.value in visibility.nouns]
        self._conditional = [kind for kind in self._kinds if visibility.rows(kind)]
        self._text = bind(search.text, sa.Text())
        self._size = bind(search.size, sa.Integer())
        # Where everything is seen, as many as are told are enough.
        self._most: Any = sa.literal_column(str(_CANDIDATES)) if self._conditional else self._size * _AGAIN

    @property
    def parts(self) -> int:
        """How large it is to compose, besides what the rules add."""
        return SEARCH + 2 * ROW * len(self._conditional)

    def _wanted(self, kind: Expr) -> list[Expr]:
        """Whether a kind is one of those that are asked for, and may be seen at all."""
        wanted: list[Expr] = [kind.in_([sa.literal(one, Plain()) for one in self._kinds])]
        if self._search.kinds is not None:
            wanted.append(self._writer.among(kind, self._bind(self._search.kinds, sa.Text())))
        return wanted

    def hits(self) -> sa.Subquery:
        """The hits as a sub-select with the columns of `hub.storage.views.searching`."""
        found = sa.union_all(*(sa.select(one.subquery()) for one in self._ways())).subquery("found")
        row = found.c
        best = sa.func.row_number().over(partition_by=row.record_id, order_by=(row.rank, row.place, row.term))
        seen = sa.select(*row, best.label("nth")).where(self._may_be_seen(row)).subquery("seen").c
        chosen = (
            sa.select(seen.record_id, seen.kind, seen.rank, seen.place, seen.term, seen.excerpt)
            .where(seen.nth == 1)
            .order_by(seen.rank, seen.place, seen.term, seen.record_id)
            .limit(self._size)
            .subquery("chosen")
            .c
        )
        own = found_by.alias("own").c
        matched = sa.case(*((chosen.rank == rank, literal(match.value)) for match, rank in _RANK.items()))
        return (
            sa.select(
                chosen.record_id.label("id"),
                chosen.kind.label("kind"),
                matched.label("matched"),
                own.title,
                own.number,
                own.licence_nos,
                chosen.excerpt.label("excerpt"),
            )
            .where(own.record_id == chosen.record_id, own.matched == Match.TEXT.value, own.part == OPEN)
            .order_by(chosen.rank, chosen.place, chosen.term, chosen.record_id)
            .subquery("hits")
        )

    def _ways(self) -> Iterator[sa.Select[Any]]:
        same = self._of(Match.CODE)
        yield self._candidates(Match.CODE, same, [same.term == self._text])
        former = self._of(Match.FORMER_CODE)
        yield self._candidates(Match.FORMER_CODE, former, [former.term == self._text])
        for kind, carries_on in _CARRIED_ON.items():
            if kind in self._kinds:
                yield self._carrying_on(kind, carries_on)
        for match in _RANGES:
            # What was before is not for those who see nothing but what stands.
            if match is not Match.FORMER_NAME or self._visibility.withdrawn:
                yield self._beginning(match, match)
        yield self._beginning(Match.CODE_START, Match.CODE)
        yield self._beginning(Match.CODE_START, Match.FORMER_CODE)
        for kind in _LYING:
            if kind in self._kinds:
                yield self._lying(kind)
        for part, grams in self._search.grams:
            if (asked := self._texts(part, grams)) is not None:
                yield asked
        for match in _NUMBERS:
            yield self._similar(match)

    def _of(self, match: Match) -> Row:
        return found_by.alias(f"e{match.value.lower()}").c

    def _candidates(
        self, match: Match, row: Row, where: Sequence[Expr], stored: Match | None = None, place: Expr | None = None
    ) -> sa.Select[Any]:
        select = sa.select(
            row.record_id.label("record_id"),
            row.version.label("version"),
            row.kind.label("kind"),
            sa.literal_column(str(_RANK[match]), sa.Integer()).label("rank"),
            (sa.literal_column("0", sa.Integer()) if place is None else place).label("place"),
            row.term.label("term"),
            sa.cast(sa.null(), sa.Text()).label("excerpt"),
        )
        named = row.matched == sa.literal((stored or match).value, Plain())
        return select.where(named, *self._wanted(row.kind), *where).limit(self._most)

    def _beginning(self, match: Match, stored: Match) -> sa.Select[Any]:
        """What begins with the text."""
        row = self._of(match)
        within = [row.term >= self._text, row.term <= concat([self._text, LAST])]
        if match is Match.CODE_START:
            within.append(row.term != self._text)
        return self._candidates(match, row, within, stored, sa.func.length(row.term)).order_by(row.term)

    def _carrying_on(self, kind: RecordKind, carries_on: Callable[[Expr], Expr]) -> sa.Select[Any]:
        """What carries on what had the number: mines by successions of their licences, enterprises by mergers."""
        row = found_by.alias(f"on_{kind.value}").c
        written: Expr = sa.func.upper(self._text, type_=sa.Text())
        # As codes are compared in their tables.
        code = sa.collate(written, "C") if self._writer.has_arrays else written
        led_to = sa.func.lower(carries_on(code), type_=sa.Text())
        where = [row.kind == literal(kind.value), row.term == led_to, row.term != self._text]
        return self._candidates(Match.FORMER_CODE, row, where, Match.CODE)

    def _lying(self, kind: RecordKind) -> sa.Select[Any]:
        """Records of a kind in the divisions whose names hold the text."""
        row = TABLES[kind].alias(f"lying_{kind.value}").c
        codes = self._bind(self._search.places, sa.Text())
        where = [self._writer.among(row.division_code, codes)]
        if "prefecture_code" in row:
            where.append(self._writer.among(row.prefecture_code, codes))
        return (
            sa.select(
                row.id.label("record_id"),
                row.version.label("version"),
                literal(kind.value).label("kind"),
                sa.literal_column(str(_RANK[Match.PLACE]), sa.Integer()).label("rank"),
                sa.literal_column("0", sa.Integer()).label("place"),
                row.name.label("term"),
                sa.cast(sa.null(), sa.Text()).label("excerpt"),
            )
            .where(sa.or_(*where), *live(row), *self._wanted(literal(kind.value)))
            .limit(self._most)
        )

    def _texts(self, part: str, grams: Param) -> sa.Select[Any] | None:
        """Records in whose texts it stands; None where the part is a field that the caller never sees."""
        kind, _, name = part.partition(".")
        if part and (kind not in self._kinds or self._visibility.fields.get((kind, name)) is Condition.NEVER):
            return None
        row = found_by.alias(f"text_{part.replace('.', '_')}").c
        at = self._writer.position(row.term, self._text)
        where = [row.matched == literal(Match.TEXT.value), row.part == literal(part)]
        if self._writer.has_arrays:
            numbers = postgresql.ARRAY(sa.Integer())
            where.append(row.grams.op("@>")(sa.cast(self._bind(grams, sa.Text()), numbers)))
            if self._search.kind_grams is not None and not part:
                where.append(row.grams.op("&&")(sa.cast(self._bind(self._search.kind_grams, sa.Text()), numbers)))
        else:
            where.append(row.grams.is_(None))
        if part and self._search.kinds is not None:
            where.append(self._writer.among(literal(kind), self._bind(self._search.kinds, sa.Text())))
        where.append(at > 0)
        looked = sa.select(row.record_id, row.version, row.kind, row.term, at.label("at")).where(*where)
        found: sa.FromClause = looked.cte()
        if self._writer.has_arrays:
            # Materialized, so that the index of pairs is asked: to whom a few rows are enough, PostgreSQL would walk the table.
            found = looked.cte().prefix_with("MATERIALIZED") if part else self._first_or_all(looked)
        begin = sa.case((found.c.at > _BEFORE, found.c.at - _BEFORE), else_=1)
        excerpt = sa.func.replace(sa.func.substr(found.c.term, begin, _EXCERPT), "\n", " ")
        select = sa.select(
            found.c.record_id.label("record_id"),
            found.c.version.label("version"),
            found.c.kind.label("kind"),
            sa.literal_column(str(_RANK[Match.TEXT]), sa.Integer()).label("rank"),
            sa.literal_column("0", sa.Integer()).label("place"),
            literal("").label("term"),
            excerpt.label("excerpt"),
        ).where(*self._wanted(found.c.kind))
        if part:
            select = self._where_seen(select, found.c, kind, name)
        return select.limit(self._most)

    def _first_or_all(self, looked: sa.Select[Any]) -> sa.FromClause:
        """What is found among the first open texts, where that is enough, or else among those that the index of pairs names."""
        text = found_by.alias().c
        first = (
            sa.select(text.record_id, text.version, text.kind, text.term)
            .where(text.matched == literal(Match.TEXT.value), text.part == literal(OPEN))
            .limit(sa.literal_column(str(_FIRST_LOOKED_AT)))
            .subquery()
            .c
        )
        at = self._writer.position(first.term, self._text)
        among = sa.select(*first, at.label("at")).where(at > 0, *self._wanted(first.kind)).limit(self._most)
        some = among.cte().prefix_with("MATERIALIZED")
        are_enough: Expr = sa.select(sa.func.count() >= self._most).select_from(some).scalar_subquery()
        others = looked.where(sa.not_(are_enough)).cte().prefix_with("MATERIALIZED")
        return sa.union_all(sa.select(some).where(are_enough), sa.select(others)).subquery()

    def _where_seen(self, select: sa.Select[Any], found: Row, kind: str, name: str) -> sa.Select[Any]:
        """Those of a kind's records of which a field may be seen."""
        row = TABLES[RecordKind(kind)].alias().c
        rule = self._sight.rule(self._visibility.fields.get((kind, name), Condition.ALWAYS), VIEWS[kind], row)
        if rule is None:
            return select
        return select.where(sa.exists().where(row.id == found.record_id, row.version == found.version, rule))

    def _similar(self, stored: Match) -> sa.Select[Any]:
        """What has, or had, a number that may be meant, where nothing has or had the one that is written."""
        row, same = self._of(Match.SIMILAR_CODE), found_by.alias("written").c
        written = sa.exists().where(same.matched.in_([literal(match.value) for match in _NUMBERS]), same.term == self._text)
        near = self._writer.among(row.term, self._bind(self._search.codes, sa.Text()))
        return self._candidates(Match.SIMILAR_CODE, row, [near, ~written], stored)

    def _may_be_seen(self, found: Row) -> Expr:
        """Whether the caller may see a record that was found, as it stands and as it was when it was called so."""
        if not self._conditional:
            return sa.true()
        open_kinds = [kind for kind in self._kinds if kind not in self._conditional]
        rules: list[Expr] = [found.kind.in_([sa.literal(kind, Plain()) for kind in open_kinds])] if open_kinds else []
        for kind in self._conditional:
            view, stands, said = VIEWS[kind], TABLES[RecordKind(kind)].alias().c, TABLES[RecordKind(kind)].alias().c
            seen: list[Expr] = [
                sa.exists().where(stands.id == found.record_id, *live(stands), *self._sight.allowed(view, stands))
            ]
            if name_of(RecordKind(kind)) and self._visibility.withdrawn:
                then = [said.id == found.record_id, said.version == found.version, *self._sight.allowed(view, said)]
                former = found.rank == sa.literal_column(str(_RANK[Match.FORMER_NAME]))
                seen.append(sa.or_(~former, sa.exists().where(*then)))
            rules.append(sa.and_(found.kind == literal(kind), *seen))
        return sa.or_(*rules)
