"""What the departments' records say against one another, as one list: a row for each contradiction, with its evidence."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.records.assessments import AssessmentStage
from hub.domain.records.assessors import LEAST_SENIOR_SHARE, LEAST_STAFF
from hub.domain.records.zones import ZoneKind
from hub.domain.rules.conflicts import ConflictCode, ConflictFacts, facts_of
from hub.domain.rules.contradictions import CONTRADICTIONS
from hub.domain.rules.doubts import DOUBTS
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.china_day import ChinaDay
from hub.storage.sql.json_text import Elements, member_text
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Json, Plain, text
from hub.storage.timelines.table import timelines
from hub.storage.views.access_conditions import today
from hub.storage.views.view import Relation, Row, holding, worked_out_view

#: The contradictions that are lines of rules.
_KEPT = tuple(ConflictCode(rule.name) for rule in (*DOUBTS, *CONTRADICTIONS))


def _of(kind: RecordKind) -> Row:
    return TABLES[kind].alias().c


def _conflict_select(
    code: ConflictCode,
    mine: Row | None,
    *evidence: sa.ColumnElement[Any],
    since: sa.ColumnElement[Any],
    subject: sa.ColumnElement[Any],
    enterprise: sa.ColumnElement[Any] | None = None,
    is_of_two: bool = False,
) -> sa.Select[Any]:
    """One contradiction.  `evidence` are ids of records, of which the first, or all where it `is_of_two`, tell the
    contradictions of one mine apart, or of one enterprise where it is about none: one record may be about several."""
    facts = facts_of(code)
    ids: sa.ColumnElement[Any] = sa.literal('["', sa.Text())
    for place, one in enumerate(evidence):
        ids = ids + ('","' if place else "") + sa.type_coerce(one, sa.Text())
    number = mine.licence_no if mine is not None else sa.null()
    holder = enterprise if enterprise is not None else (mine.enterprise_uscc if mine is not None else sa.null())
    told = sa.func.coalesce(number, holder, "", type_=sa.Text())
    return sa.select(
        _joined(sa.literal(code.value, sa.Text()), told, *(evidence if is_of_two else evidence[:1])).label("id"),
        sa.literal(code.value, sa.Text()).label("code"),
        sa.type_coerce(number, sa.Text()).label("licence_no"),
        sa.type_coerce(holder, sa.Text()).label("enterprise_uscc"),
        sa.type_coerce(mine.prefecture_code if mine is not None else sa.null(), sa.Text()).label("prefecture_code"),
        sa.literal(facts.department.value, sa.Text()).label("department"),
        sa.literal(facts.section, sa.Text()).label("section"),
        sa.type_coerce(since, sa.Date()).label("since"),
        sa.type_coerce(subject, sa.Text()).label("subject"),
        (ids + '"]').label("evidence"),
    )


def _joined(*parts: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    text_of = [sa.type_coerce(part, sa.Text()) for part in parts]
    return functools.reduce(lambda told, part: told + ":" + part, text_of)


def _kept() -> sa.Select[Any]:
    """The contradictions that the rules' lines tell of today."""
    kept, mine = timelines.alias().c, _of(RecordKind.MINE)
    return sa.select(
        _joined(kept.rule, kept.subject, kept.about).label("id"),
        sa.type_coerce(kept.rule, sa.Text()).label("code"),
        sa.type_coerce(kept.subject, sa.Text()).label("licence_no"),
        sa.type_coerce(mine.enterprise_uscc, sa.Text()).label("enterprise_uscc"),
        sa.type_coerce(mine.prefecture_code, sa.Text()).label("prefecture_code"),
        _by_facts(kept, lambda facts: facts.department.value).label("department"),
        _by_facts(kept, lambda facts: facts.section).label("section"),
        sa.func.coalesce(kept.due_on, kept.from_day, type_=sa.Date()).label("since"),
        sa.func.coalesce(kept.label, mine.name, type_=sa.Text()).label("subject"),
        sa.type_coerce(kept.because, sa.Text()).label("evidence"),
    ).where(
        kept.rule.in_([sa.literal(code.value, Plain()) for code in _KEPT]),
        *holding(kept, today()),
        mine.licence_no == kept.subject,
        *live(mine),
    )


def _by_facts(kept: Row, word: Callable[[ConflictFacts], str]) -> sa.ColumnElement[Any]:
    """What is so of a contradiction by its code, or, of an overlap, by the kind of zone that is its state."""
    overlaps = [(kept.state == zone.value, facts_of(ConflictCode.AGREED_DESPITE_OVERLAP, zone)) for zone in ZoneKind]
    others = [(kept.rule == code.value, facts_of(code)) for code in _KEPT if code is not ConflictCode.AGREED_DESPITE_OVERLAP]
    return sa.case(*((holds, sa.literal(word(facts), sa.Text())) for holds, facts in [*overlaps, *others]))


def _names() -> sa.Select[Any]:
    """Decisions that name their party otherwise than it was registered on their day.  A name is right until the day on which
    the register tells another, and one decision that is annulled says nothing any more."""
    penalty, enterprise, known = _of(RecordKind.PENALTY), _of(RecordKind.ENTERPRISE), _of(RecordKind.ENTERPRISE)
    right = sa.exists().where(
        known.id == enterprise.id,
        known.name == penalty.party_name,
        known.withdrawn_at.is_(None),
        sa.or_(known.superseded_at.is_(None), penalty.decided_on <= ChinaDay(known.superseded_at)),
    )
    return _conflict_select(
        ConflictCode.NAMES_DIFFER,
        None,
        penalty.id,
        enterprise.id,
        since=penalty.decided_on,
        subject=penalty.party_name,
        enterprise=penalty.party_uscc,
    ).where(
        penalty.party_uscc == enterprise.uscc,
        penalty.party_name != enterprise.name,
        ~right,
        _not_annulled(penalty),
        *live(penalty, enterprise),
    )


def _not_annulled(penalty: Row) -> sa.ColumnElement[bool]:
    return sa.or_(penalty.annulled_on.is_(None), penalty.annulled_on > today())


def _unfit_assessors() -> sa.Select[Any]:
    """Third-party assessments by who holds the mine, was not registered yet, or has too few people of its own."""
    mine, assessment, assessor = (_of(kind) for kind in (RecordKind.MINE, RecordKind.ASSESSMENT, RecordKind.ASSESSOR))
    step = Elements(sa.type_coerce(assessment.steps, sa.Text())).table_valued("value", name="step").c.value
    taken: sa.Select[Any] = (
        sa.select(sa.func.date(member_text(step, "on"), type_=sa.Date()))
        .where(member_text(step, "stage") == AssessmentStage.THIRD_PARTY_ASSESSMENT.value)
        .correlate(assessment.id.table)
    )
    assessed_on = taken.scalar_subquery()
    unfit = sa.or_(
        assessor.uscc == mine.enterprise_uscc,
        assessor.registered_on > assessed_on,
        assessor.technical_staff < LEAST_STAFF,
        assessor.senior_staff * 100 < assessor.technical_staff * LEAST_SENIOR_SHARE,
    )
    return _conflict_select(
        ConflictCode.ASSESSOR_UNFIT,
        mine,
        assessment.id,
        assessor.id,
        since=assessed_on,
        subject=assessment.assessment_no,
    ).where(
        assessment.licence_no == mine.licence_no,
        assessment.assessor_uscc == assessor.uscc,
        assessed_on.is_not(None),
        unfit,
        *live(mine, assessment, assessor),
    )


def _decisions_twice() -> sa.Select[Any]:
    """One decision that two organs posted each as its own: the same number, party and day.  A mine of either shows where."""
    first, second, link = _of(RecordKind.PENALTY), _of(RecordKind.PENALTY), LINKS[RecordKind.PENALTY].alias().c
    linked = sa.or_(
        *(sa.and_(link.record_id == one.id, link.version == one.version) for one in (first, second)),
    )
    number = sa.select(sa.func.min(link.licence_no)).where(linked).correlate(first.id.table, second.id.table)
    mine = TABLES[RecordKind.MINE].alias()
    both = first.id.table.join(
        second.id.table,
        sa.and_(first.document_number == second.document_number, first.authority_code < second.authority_code),
    )
    party = sa.or_(
        first.party_uscc == second.party_uscc,
        sa.and_(first.party_uscc.is_(None), second.party_uscc.is_(None), first.party_name == second.party_name),
    )
    same = _conflict_select(
        ConflictCode.DECISION_TWICE,
        mine.c,
        first.id,
        second.id,
        since=first.decided_on,
        subject=first.document_number,
        enterprise=first.party_uscc,
        is_of_two=True,
    )
    there = sa.and_(mine.c.licence_no == number.scalar_subquery(), mine.c.superseded_at.is_(None))
    return same.select_from(both.outerjoin(mine, there)).where(
        first.decided_on == second.decided_on, party, *map(_not_annulled, (first, second)), *live(first, second)
    )


def _all() -> sa.Subquery:
    found = sa.union_all(
        _kept(),
        _names(),
        _decisions_twice(),
        _unfit_assessors(),
    ).subquery()
    kinds: dict[str, sa.types.TypeEngine[Any]] = {"since": sa.Date(), "subject": text(), "evidence": Json()}
    return sa.select(*(sa.type_coerce(c, kinds.get(c.name, Plain())).label(c.name) for c in found.c)).subquery()


view = worked_out_view(
    "conflict",
    _all(),
    mine=Relation("mine", {"licence_no": "licence_no"}),
    enterprise=Relation("enterprise", {"enterprise_uscc": "uscc"}),
)
