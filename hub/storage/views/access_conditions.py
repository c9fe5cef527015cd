"""The condition words of the access rules, as SQL over a row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Condition
from hub.domain.record_kinds import RecordKind
from hub.domain.records.opinions import OpinionNature
from hub.domain.words.departments import LEADING
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.metadata import Plain
from hub.storage.views.view import Row

#: The values of the caller and of the moment that conditions may use, by the names of their parameters.
CALLER_DEPARTMENT = "caller_department"
CALLER_CLIENT = "caller_client"
CALLER_DIVISION = "caller_division"
TODAY = "today"
NOW = "now"
SOON = "soon"


def today() -> sa.ColumnElement[Any]:
    """The day on which the statement runs."""
    return sa.bindparam(TODAY, None, type_=sa.Date())


def condition(word: Condition, row: Row, noun: str) -> Any:
    """What must hold of a noun's row; None when nothing must."""
    match word:
        case Condition.ALWAYS:
            return None
        case Condition.NEVER:
            return sa.false()
        case Condition.OWN_DEPARTMENT:
            return row.department == sa.bindparam(CALLER_DEPARTMENT, None, type_=Plain())
        case Condition.OWN_CLIENT:
            return _is_own(row)
        case Condition.PARTY_OR_LEAD:
            caller = sa.bindparam(CALLER_DEPARTMENT, None, type_=Plain())
            other = row.to_department if "to_department" in row else row.from_department
            return sa.or_(row.department == caller, other == caller, caller == LEADING.value)
        case Condition.AUDIT_OPINION:
            return row.nature == OpinionNature.AUDIT.value
        case Condition.IN_PUBLICATION:
            # A dispute never hides a penalty (Administrative Penalty Law, art. 73).
            return sa.and_(
                row.published_on.is_not(None),
                row.repaired_on.is_(None),
                sa.or_(row.publication_latest_end.is_(None), row.publication_latest_end >= today()),
            )
        case Condition.BANK_READ:
            return _is_banks_read(row)
        case Condition.WITHIN_DIVISION:
            if noun in (RecordKind.MINE, "discrepancy"):
                return _lies_within(row)
            links = {kind.value: table for kind, table in LINKS.items()}
            mine = TABLES[RecordKind.MINE].alias().c
            concerned = [mine.licence_no == row.licence_no] if noun not in links else []
            sources = [mine.licence_no.table]
            if noun in links:
                link = links[noun].alias().c
                concerned = [link.record_id == row.id, link.version == row.version, link.licence_no == mine.licence_no]
                sources.append(link.licence_no.table)
            inside: sa.Select[Any] = (
                sa.select(sa.literal_column("1"))
                .select_from(*sources)
                .where(*concerned, mine.superseded_at.is_(None), _lies_within(mine))
                .correlate(row.id.table)
            )
            return sa.or_(_is_own(row), sa.exists(inside)) if _has_owner(row) else sa.exists(inside)


def _has_owner(row: Row) -> bool:
    return "client_id" in row or "posted_by" in row


def _is_own(row: Row) -> Any:
    owner = row.client_id if "client_id" in row else row.posted_by
    return owner == sa.bindparam(CALLER_CLIENT, None, type_=Plain())


def _is_banks_read(row: Row) -> Any:
    return sa.and_(row.role == sa.literal("BANK", Plain()), row.licence_no.is_not(None))


def _lies_within(mine: Row) -> Any:
    """`hub.domain.words.divisions.lies_within` as SQL, for callers below the province."""
    division = sa.bindparam(CALLER_DIVISION, None, type_=Plain())
    return sa.or_(mine.division_code == division, mine.prefecture_code == division)
