"""what is shown of a version's content is salted

Versions of before get their salts, and other hashes than they had.  Going back keeps the hashes, which no content has without
its salt: what is posted again after that becomes a new version once.
"""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_RECORDS = (
    *("mines", "enterprises", "authorities", "opinions", "penalties", "directory_entries", "contracts", "indicator_systems"),
    *("experts", "assessors", "assessments", "case_transfers", "transfer_answers", "mining_right_listings", "recovery_rates"),
    *("restoration_plans", "zones", "screenings", "pollutant_permits", "monitoring_readings", "energy_uses"),
    *("forest_land_uses", "local_standards", "budget_items", "support_policies", "support_grants", "appeals", "innovations"),
    *("community_projects", "supervision_visits", "commendations", "prefecture_targets", "progress_reports"),
)


def upgrade() -> None:
    log = sa.table("log", *map(sa.column, ("record_id", "version", "payload_hash")))
    noted = _at(log, log.c.record_id).values(payload_hash=sa.bindparam("new"))
    for name in _RECORDS:
        op.add_column(name, sa.Column("salt", _TEXT, nullable=False, server_default=""))
        table = sa.table(name, *map(sa.column, ("id", "version", "payload_hash", "salt")))
        held = _at(table, table.c.id).values(payload_hash=sa.bindparam("new"), salt=sa.bindparam("new_salt"))
        rows = op.get_bind().execute(sa.select(table.c.id, table.c.version, table.c.payload_hash)).all()
        for start in range(0, len(rows), 1000):
            changes = [_salted(*row) for row in rows[start : start + 1000]]
            op.get_bind().execute(held, changes)
            op.get_bind().execute(noted, [{key: one[key] for key in ("of", "at", "new")} for one in changes])
        if op.get_bind().dialect.name == "postgresql":
            op.alter_column(name, "salt", server_default=None)


def downgrade() -> None:
    for name in _RECORDS:
        op.drop_column(name, "salt")


def _at(table: sa.TableClause, record: sa.ColumnClause[str]) -> sa.Update:
    return sa.update(table).where(record == sa.bindparam("of"), table.c.version == sa.bindparam("at"))


def _salted(record: str, version: int, digest: str) -> dict[str, str | int]:
    salt = secrets.token_hex(16)
    return {"of": record, "at": version, "new": hashlib.sha256(bytes.fromhex(salt + digest)).hexdigest(), "new_salt": salt}
