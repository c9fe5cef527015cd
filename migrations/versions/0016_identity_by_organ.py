"""a document is known by its issuing organ and its number in one way of writing; transfers name the organs of both sides

Every version of a record keeps its history: the newest version's organ and number say what the record is known by.  Where two
records turn out to be one document, the one that was recorded last gets the new id and the other keeps its own: a person
decides which is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from hub.domain.words.canonical import canonical_code, canonical_number
from hub.domain.words.identifiers import record_id

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_ADDED = {"case_transfers": "to_authority_code", "transfer_answers": "from_authority_code"}

#: Kinds whose numbers are an organ's: word, table, and what else identifies a record, before and after.
_NUMBER = ("document_number",)
_BY_ORGAN: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("opinion", "opinions", _NUMBER, _NUMBER),
    ("penalty", "penalties", _NUMBER, _NUMBER),
    (
        "directory_entry",
        "directory_entries",
        ("document_number", "licence_no", "level"),
        ("document_number", "licence_no", "level", "step"),
    ),
    ("contract", "contracts", _NUMBER, _NUMBER),
    ("case_transfer", "case_transfers", _NUMBER, _NUMBER),
    ("transfer_answer", "transfer_answers", _NUMBER, _NUMBER),
    ("mining_right_listing", "mining_right_listings", _NUMBER, _NUMBER),
    ("restoration_plan", "restoration_plans", _NUMBER, _NUMBER),
    ("screening", "screenings", _NUMBER, _NUMBER),
    ("pollutant_permit", "pollutant_permits", _NUMBER, _NUMBER),
    ("forest_land_use", "forest_land_uses", _NUMBER, _NUMBER),
    ("budget_item", "budget_items", _NUMBER, _NUMBER),
    ("support_policy", "support_policies", _NUMBER, _NUMBER),
    ("support_grant", "support_grants", _NUMBER, _NUMBER),
    ("appeal", "appeals", _NUMBER, _NUMBER),
    ("innovation", "innovations", _NUMBER, _NUMBER),
    ("community_project", "community_projects", _NUMBER, _NUMBER),
    ("supervision_visit", "supervision_visits", _NUMBER, _NUMBER),
    ("commendation", "commendations", _NUMBER, _NUMBER),
)
_READINGS = ("monitoring_reading", "monitoring_readings", ("reading_no",), ("licence_no", "reading_no"))
#: Numbers that are kept in one way of writing from now on.
_WRITTEN: dict[str, tuple[str, Callable[[str], str]]] = {
    **{table: ("document_number", canonical_number) for _, table, _, _ in _BY_ORGAN},
    "monitoring_readings": ("reading_no", canonical_code),
}
#: What names another document by its number.
_NAMED = (("transfer_answers", "transfer_number"), ("transfer_answers", "penalty_number"), ("support_grants", "policy_number"))


def upgrade() -> None:
    for table, name in _ADDED.items():
        op.add_column(table, sa.Column(name, _TEXT, nullable=True))
    for table, (name, form) in _WRITTEN.items():
        _write(table, name, form)
    for table, name in _NAMED:
        _write(table, name, canonical_number)
    for word, table, _, after in _BY_ORGAN:
        _rename(word, table, "authority_code", after)
    word, table, _, after = _READINGS
    _rename(word, table, "department", after)
    _answers_follow()


def downgrade() -> None:
    for word, table, before, _ in (*_BY_ORGAN, _READINGS):
        _rename(word, table, "department", before)
    answers = sa.table(
        "transfer_answers", *map(sa.column, ("id", "version", "from_department", "transfer_number", "transfer_id"))
    )
    for row in op.get_bind().execute(sa.select(answers)).all():
        was = record_id("case_transfer", row.from_department, row.transfer_number)
        _set(answers, row, transfer_id=was)
    for table, name in _ADDED.items():
        with op.batch_alter_table(table) as changed:
            changed.drop_column(name)


def _write(table: str, name: str, form: Callable[[str], str]) -> None:
    rows = sa.table(table, sa.column(name))
    for number in op.get_bind().execute(sa.select(rows.c[name]).where(rows.c[name].is_not(None)).distinct()).scalars().all():
        if (written := form(number)) != number:
            op.execute(sa.update(rows).where(rows.c[name] == number).values({name: written}))


def _rename(word: str, table: str, owner: str, identity: tuple[str, ...]) -> None:
    """Give the records of a kind the ids that follow from their newest versions."""
    rows = sa.table(table, *map(sa.column, dict.fromkeys(("id", "recorded_at", "superseded_at", owner, *identity))))
    newest = sa.select(rows).where(rows.c.superseded_at.is_(None)).order_by(rows.c.recorded_at.desc(), rows.c.id)
    found: dict[str, str] = {}
    taken: set[str] = set(op.get_bind().execute(sa.select(rows.c.id).distinct()).scalars())
    for row in op.get_bind().execute(newest).mappings().all():
        new = record_id(word, *(str(row[name]) for name in (owner, *identity)))
        if new not in taken:
            found[row["id"]] = new
            taken.add(new)
    places = [(table, "id"), ("log", "record_id")]
    if sa.inspect(op.get_bind()).has_table(f"{word}_mines"):
        places.append((f"{word}_mines", "record_id"))
    for place, name in places:
        held = sa.table(place, sa.column(name))
        change = sa.update(held).where(held.c[name] == sa.bindparam("old")).values({name: sa.bindparam("new")})
        for some in _portions(found):
            op.get_bind().execute(change, some)


def _portions(found: dict[str, str]) -> Iterator[list[dict[str, str]]]:
    pairs = [{"old": old, "new": new} for old, new in found.items()]
    for start in range(0, len(pairs), 1000):
        yield pairs[start : start + 1000]


def _answers_follow() -> None:
    """Answers name the organ of the transfer that they answer; where no such transfer is known, its number alone."""
    transfers = sa.table(
        "case_transfers", *map(sa.column, ("superseded_at", "department", "document_number", "authority_code"))
    )
    organs: dict[tuple[str, str], str] = {
        (row.department, row.document_number): row.authority_code
        for row in op.get_bind().execute(sa.select(transfers).where(transfers.c.superseded_at.is_(None)))
    }
    names = ("id", "version", "from_department", "from_authority_code", "transfer_number", "transfer_id")
    answers = sa.table("transfer_answers", *map(sa.column, names))
    for row in op.get_bind().execute(sa.select(answers)).all():
        organ = organs.get((row.from_department, row.transfer_number))
        _set(
            answers,
            row,
            from_authority_code=organ,
            transfer_id=record_id("case_transfer", organ or "", row.transfer_number),
        )
    own = sa.table("case_transfers", *map(sa.column, ("id", "version", "to_department", "to_authority_code")))
    given = sa.table("transfer_answers", *map(sa.column, ("superseded_at", "transfer_id", "authority_code")))
    answered: dict[Any, Any] = {
        row.transfer_id: row.authority_code
        for row in op.get_bind().execute(sa.select(given).where(given.c.superseded_at.is_(None)))
    }
    for row in op.get_bind().execute(sa.select(own)).all():
        if row.id in answered:
            _set(own, row, to_authority_code=answered[row.id])


def _set(table: sa.TableClause, row: Any, **values: Any) -> None:
    op.execute(sa.update(table).where(table.c.id == row.id, table.c.version == row.version).values(values))
