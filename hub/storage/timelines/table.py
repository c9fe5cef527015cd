"""The table of timelines: spans of days with what held in them, append-only like records."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.sql.metadata import Instant, Json, Plain, metadata, text

_KEPT = sa.text("superseded_at IS NULL")

timelines = sa.Table(
    "timelines",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("subject", Plain(), nullable=False),
    sa.Column("rule", Plain(), nullable=False),
    sa.Column("about", Plain(), nullable=False),
    sa.Column("from_day", sa.Date(), nullable=False),
    sa.Column("until_day", sa.Date(), nullable=False),
    sa.Column("state", Plain(), nullable=False),
    sa.Column("because", Json(), nullable=False),
    sa.Column("due_on", sa.Date()),
    sa.Column("label", text()),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.Column("superseded_at", Instant()),
    sa.Index("ix_timelines_subject", "subject", "rule", "from_day", sqlite_where=_KEPT, postgresql_where=_KEPT),
    sa.Index(
        "ix_timelines_rule",
        "rule",
        "state",
        "from_day",
        "until_day",
        "subject",
        # Since when a conflict is one is told by it.
        "due_on",
        sqlite_where=_KEPT,
        postgresql_where=_KEPT,
    ),
    # What was said before is asked for as of a moment.
    sa.Index("ix_timelines_subject_then", "subject", "rule", "from_day"),
    sa.Index("ix_timelines_rule_then", "rule", "state", "from_day", "until_day", "subject"),
)

#: Which rule set the lines that are kept were worked out by: one row.
rule_set = sa.Table("rule_set", metadata, sa.Column("version", sa.Integer(), primary_key=True))

#: How far a rebuild has come that is under way or was broken off: at most one row.
rebuilds = sa.Table(
    "rule_set_rebuilds",
    metadata,
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("sort", Plain(), nullable=False),
    sa.Column("subject", Plain(), nullable=False),
)
