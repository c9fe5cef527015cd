"""What the departments' records say against one another, as one list with evidence: looked up in what the rules say."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Condition
from hub.domain.record_kinds import RecordKind
from hub.domain.rules.assessments import ASSESSMENTS
from hub.domain.rules.conflicts import ConflictCode, ConflictFacts, acting
from hub.domain.rules.contradictions import CONTRADICTIONS
from hub.domain.rules.decisions import DECISIONS
from hub.domain.rules.doubts import DOUBTS
from hub.domain.rules.grants import GRANTS
from hub.domain.words.divisions import PROVINCE
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.json_text import Elements, concat, literal
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Json, Plain, text
from hub.storage.timelines.table import timelines
from hub.storage.views.access_conditions import CALLER_DIVISION, condition, today
from hub.storage.views.constant_rows import written_rows
from hub.storage.views.following import BECAUSE, span
from hub.storage.views.view import Coded, Relation, Row, holding, worked_out_view

_OF_MINES = tuple(ConflictCode(rule.name) for rule in (*ASSESSMENTS, *DOUBTS, *CONTRADICTIONS, *GRANTS))
_OF_DECISIONS = tuple(ConflictCode(rule.name) for rule in DECISIONS if rule.name != ConflictCode.NAMES_DIFFER)


def _of_mines() -> sa.Select[Any]:
    """Those of mines."""
    kept, mine = timelines.alias().c, TABLES[RecordKind.MINE].alias().c
    subject = sa.func.coalesce(kept.label, mine.name, type_=sa.Text())
    told = _told(kept, _OF_MINES, mine, mine.enterprise_uscc, subject)
    return told.where(*_holding(kept, *_OF_MINES), mine.licence_no == kept.subject, *live(mine))


def _names_differ() -> sa.Select[Any]:
    """Those of parties: the state is the party, the label what the decision calls it."""
    kept = timelines.alias().c
    told = _told(kept, (ConflictCode.NAMES_DIFFER,), None, kept.state, kept.label)
    return told.where(*_holding(kept, ConflictCode.NAMES_DIFFER))


def _of_decisions() -> sa.Select[Any]:
    """Those of decisions: the state is a mine that they name, where it is registered, the label the party's credit code."""
    kept, mine = timelines.alias().c, TABLES[RecordKind.MINE].alias().c
    told = _told(kept, _OF_DECISIONS, mine, kept.label, kept.subject, evidence=_shown_decisions(kept))
    there = sa.and_(mine.licence_no == kept.state, mine.superseded_at.is_(None))
    both = sa.outerjoin(kept.id.table, mine.id.table, there)
    return told.select_from(both).where(*_holding(kept, *_OF_DECISIONS))


def _shown_decisions(kept: Row) -> sa.ColumnElement[Any]:
    """The decisions that show it, one or two in the order of their ids, without those that an office below the province may
    not look up."""
    items = Elements(sa.type_coerce(kept.because, sa.Text())).table_valued("value", name="decision")
    # The one database gives the element's text, the other its JSON.
    record = sa.func.trim(sa.cast(items.c.value, sa.Text()), literal('"'))
    penalty, link, mine = (
        table.alias().c for table in (TABLES[RecordKind.PENALTY], LINKS[RecordKind.PENALTY], TABLES[RecordKind.MINE])
    )
    # Side by side rather than one within the other: SQLite bounds the height of what stands in brackets, and conflicts are
    # asked for far below a root.
    decisions = (
        sa.join(items, penalty.id.table, sa.and_(penalty.id == record, penalty.superseded_at.is_(None)))
        .outerjoin(link.record_id.table, sa.and_(link.record_id == penalty.id, link.version == penalty.version))
        .outerjoin(mine.id.table, sa.and_(mine.licence_no == link.licence_no, mine.superseded_at.is_(None)))
    )
    sees_all = sa.bindparam(CALLER_DIVISION, None, type_=Plain()) == literal(PROVINCE)
    seen = condition(Condition.WITHIN_DIVISION, mine, RecordKind.MINE.value)
    own = condition(Condition.OWN_CLIENT, penalty, RecordKind.PENALTY.value)
    # A decision stands there once for each mine that it names.
    shown = sa.type_coerce(penalty.id, sa.Text())
    first, last = sa.func.min(shown, type_=sa.Text()), sa.func.max(shown, type_=sa.Text())
    second = sa.case((first < last, concat(['","', last])), else_=literal(""))
    return (
        sa.select(sa.func.coalesce(concat(['["', first, second, '"]']), literal("[]")))
        .select_from(decisions)
        .where(sees_all | own | seen)
        .correlate(kept.id.table)
        .scalar_subquery()
    )


def _told(
    kept: Row,
    codes: tuple[ConflictCode, ...],
    mine: Row | None,
    enterprise: sa.ColumnElement[Any],
    subject: sa.ColumnElement[Any],
    *,
    evidence: sa.ColumnElement[Any] | None = None,
) -> sa.Select[Any]:
    """What is told of lines with these codes.  One record may be about several mines, so that the id names the mine, or the
    enterprise where there is none."""
    number = mine.licence_no if mine is not None else sa.null()
    prefecture = mine.prefecture_code if mine is not None else sa.null()
    line, _, until = span(kept)
    return sa.select(
        _joined(kept.rule, sa.func.coalesce(number, enterprise, "", type_=sa.Text()), kept.about).label("id"),
        sa.type_coerce(kept.rule, sa.Text()).label("code"),
        sa.type_coerce(number, sa.Text()).label("licence_no"),
        sa.type_coerce(enterprise, sa.Text()).label("enterprise_uscc"),
        sa.type_coerce(prefecture, sa.Text()).label("prefecture_code"),
        _by_facts(kept, codes, lambda facts: facts.department.value).label("department"),
        _by_facts(kept, codes, lambda facts: facts.section).label("section"),
        sa.func.coalesce(kept.due_on, kept.from_day, type_=sa.Date()).label("since"),
        sa.type_coerce(subject, sa.Text()).label("subject"),
        sa.type_coerce(kept.because if evidence is None else evidence, sa.Text()).label("evidence"),
        line,
        until,
    )


def _holding(kept: Row, *codes: ConflictCode) -> list[sa.ColumnElement[bool]]:
    return [kept.rule.in_([sa.literal(code.value, Plain()) for code in codes]), *holding(kept, today())]


def _joined(*parts: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    text_of = [sa.type_coerce(part, sa.Text()) for part in parts]
    return functools.reduce(lambda told, part: told + ":" + part, text_of)


def _by_facts(kept: Row, codes: tuple[ConflictCode, ...], word: Callable[[ConflictFacts], str]) -> sa.ColumnElement[Any]:
    """What is so of a contradiction by its code, or by its state too."""
    cases = [
        (kept.rule == code.value if state is None else sa.and_(kept.rule == code.value, kept.state == state), facts)
        for code in codes
        for state, facts in acting(code).items()
    ]
    return sa.case(*((holds, sa.literal(word(facts), sa.Text())) for holds, facts in cases))


def _department() -> Coded:
    """Whom the code names; of some it depends on the state."""
    facts = {code: list(acting(code).items()) for code in ConflictCode}
    one = [(code.value, told[0][1].department.value) for code, told in facts.items() if told[0][0] is None]
    several = [sa.literal(code.value, Plain()) for code, told in facts.items() if told[0][0] is not None]
    words = written_rows("acting", {"code": Plain(), "word": Plain()}, one)
    return Coded(lambda row, _: row.department, Plain(), code="code", words=words, several=several)


def _all() -> sa.Subquery:
    found = sa.union_all(_of_mines(), _names_differ(), _of_decisions()).subquery()
    kinds: dict[str, sa.types.TypeEngine[Any]] = {
        "since": sa.Date(),
        "until": sa.Date(),
        "line_id": sa.BigInteger(),
        "subject": text(),
        "evidence": Json(),
    }
    return sa.select(*(sa.type_coerce(c, kinds.get(c.name, Plain())).label(c.name) for c in found.c)).subquery()


view = worked_out_view(
    "conflict",
    _all(),
    mine=Relation("mine", {"licence_no": "licence_no"}),
    because=BECAUSE,
    department=_department(),
    enterprise=Relation("enterprise", {"enterprise_uscc": "uscc"}),
)
