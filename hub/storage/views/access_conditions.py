"""The condition words of the access rules, as SQL over a row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Condition
from hub.domain.record_kinds import RecordKind
from hub.domain.records.opinions import OpinionNature
from hub.domain.words.departments import LEADING
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.json_text import literal
from hub.storage.sql.metadata import Plain
from hub.storage.views.made_public import made_public
from hub.storage.views.view import Day, Row

#: The values of the caller and of the moment that conditions may use, by the names of their parameters.
CALLER_DEPARTMENT = "caller_department"
CALLER_CLIENT = "caller_client"
CALLER_BANK = "caller_bank"
CALLER_DIVISION = "caller_division"
#: Whether the caller is shown penalties that are not, or no longer, published.
CALLER_SEES_ALL_PENALTIES = "caller_sees_all_penalties"
TODAY = "today"
THIS_DAY = "this_day"
SIGHT_DAY = "sight_day"
NOW = "now"
SOON = "soon"


def today() -> sa.ColumnElement[Any]:
    """The day on which the statement runs."""
    return sa.bindparam(TODAY, None, type_=sa.Date())


def this_day() -> sa.ColumnElement[Any]:
    """The day on which a statement of the past runs, whose `today` is the day that is asked about."""
    return sa.bindparam(THIS_DAY, None, type_=sa.Date())


def sight_day() -> sa.ColumnElement[Any]:
    """The day by which what was known is told in a statement of the past: that of the moment, whatever day is asked about."""
    return sa.bindparam(SIGHT_DAY, None, type_=sa.Date())


def condition(word: Condition, row: Row, noun: str, day: Day | None = None) -> Any:  # noqa: PLR0912 - one for each word
    """What must hold of a noun's row, today or on another day; None when nothing must."""
    match word:
        case Condition.ALWAYS:
            return None
        case Condition.NEVER:
            return sa.false()
        case Condition.OWN_DEPARTMENT:
            return row.department == sa.bindparam(CALLER_DEPARTMENT, None, type_=Plain())
        case Condition.OWN_CLIENT:
            return _is_own(row)
        case Condition.OWN_BANK:
            return _is_of_its_bank(row)
        case Condition.PARTY_OR_LEAD:
            caller = sa.bindparam(CALLER_DEPARTMENT, None, type_=Plain())
            other = row.to_department if "to_department" in row else row.from_department
            return sa.or_(row.department == caller, other == caller, caller == LEADING.value)
        case Condition.PARTY_ORGAN:
            return _is_between_its_organs(row)
        case Condition.AUDIT_OPINION:
            return row.nature == OpinionNature.AUDIT.value
        case Condition.IN_PUBLICATION | Condition.PUBLICISED | Condition.ANSWERED | Condition.IN_FORCE | Condition.LISTED:
            return made_public(word, row, today() if day is None else day)
        case Condition.SEEN_RECORD:
            # What is seen of other nouns is the composer's to say.
            raise KeyError(word)
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


def _is_between_its_organs(row: Row) -> Any:
    """Of a transfer or an answer to one: whether an office below the province acts for either side of it, or leads there.

    An office acts for the organs of its department in its division.  A side that names no organ is the province's alone.
    """
    caller = sa.bindparam(CALLER_DEPARTMENT, None, type_=Plain())
    answer = "transfer_id" in row
    department, code = (row.from_department, row.from_authority_code) if answer else (row.to_department, row.to_authority_code)
    own, other = _acts_within(row.authority_code), _acts_within(code)
    return sa.or_(
        _is_own(row),
        sa.and_(sa.or_(row.department == caller, caller == LEADING.value), own),
        sa.and_(sa.or_(department == caller, caller == LEADING.value), other),
        sa.and_(caller == LEADING.value, _hands_over_within(row)),
    )


def _acts_within(code: sa.ColumnElement[Any]) -> Any:
    """Whether an organ acts within the caller's division; one that was abolished still did what it did."""
    organ = TABLES[RecordKind.AUTHORITY].alias().c
    division = sa.bindparam(CALLER_DIVISION, None, type_=Plain())
    # Of a county's code (GB/T 2260) the first four digits are its prefecture's.
    prefecture = sa.func.substr(organ.division_code, 1, 4).concat(sa.literal("00", Plain()))
    return sa.exists(
        sa.select(sa.literal_column("1"))
        .select_from(organ.code.table)
        .where(
            organ.code == code,
            organ.superseded_at.is_(None),
            sa.or_(organ.division_code == division, prefecture == division),
        )
        .correlate(code.table)
    )


def _hands_over_within(row: Row) -> Any:
    """Whether the mine that a transfer names lies within the caller's division; for an answer, that of its transfer."""
    mine = TABLES[RecordKind.MINE].alias().c
    sources = [mine.licence_no.table]
    if "transfer_id" in row:
        transfer = TABLES[RecordKind.CASE_TRANSFER].alias().c
        concerned = [
            transfer.id == row.transfer_id,
            transfer.superseded_at.is_(None),
            mine.licence_no == transfer.licence_no,
        ]
        sources.append(transfer.id.table)
    else:
        concerned = [mine.licence_no == row.licence_no]
    inside: sa.Select[Any] = (
        sa.select(sa.literal_column("1")).select_from(*sources).where(*concerned, mine.superseded_at.is_(None))
    )
    # OFFSET keeps PostgreSQL from looking all transfers up beforehand, for the few that it asks about.
    return sa.exists(inside.where(_lies_within(mine)).offset(sa.literal_column("0")).correlate(row.id.table))


def _has_owner(row: Row) -> bool:
    return "client_id" in row or "posted_by" in row


def _is_own(row: Row) -> Any:
    owner = row.client_id if "client_id" in row else row.posted_by
    return owner == sa.bindparam(CALLER_CLIENT, None, type_=Plain())


def _is_of_its_bank(row: Row) -> Any:
    bank = sa.bindparam(CALLER_BANK, None, type_=Plain())
    return sa.and_(row.role == sa.literal("BANK", Plain()), sa.or_(row.bank == bank, row.client_id == bank))


def _is_banks_read(row: Row) -> Any:
    return sa.and_(row.role == sa.literal("BANK", Plain()), row.licence_no.is_not(None))


def _lies_within(mine: Row) -> Any:
    """`hub.domain.words.divisions.lies_within` as SQL, for callers below the province; of a mine that lies in several
    divisions, for any of them."""
    division = sa.bindparam(CALLER_DIVISION, None, type_=Plain())
    inside = sa.or_(mine.division_code == division, mine.prefecture_code == division)
    if "lies_in" not in mine:
        return inside
    touched = sa.type_coerce(mine.lies_in, sa.Text())
    return sa.or_(inside, touched.like(literal('%"').concat(sa.cast(division, sa.Text())).concat(literal('"%'))))
