"""Which supports each mine may have now, and why: `hub.domain.records.supports.eligibility` as SQL."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.records.supports import SUPPORTS, Eligibility
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain, text
from hub.storage.views.access_conditions import today
from hub.storage.views.standing import listed
from hub.storage.views.view import Day, Relation, Row, worked_out_view


def _table() -> sa.Subquery:
    mine, enterprise = TABLES[RecordKind.MINE].alias().c, TABLES[RecordKind.ENTERPRISE].alias().c
    listing = TABLES[RecordKind.MINING_RIGHT_LISTING].alias().c
    supports = (
        sa.union_all(
            *(
                sa.select(
                    sa.literal(support.value, sa.Text()).label("support"),
                    sa.literal(facts.section, sa.Text()).label("section"),
                    sa.literal(facts.terms, sa.Text()).label("terms"),
                )
                for support, facts in SUPPORTS.items()
            )
        )
        .subquery("supports")
        .c
    )
    barred = sa.or_(
        sa.exists().where(listing.licence_no == mine.licence_no, listing.removed_on.is_(None), *live(listing)),
        sa.exists().where(enterprise.uscc == mine.enterprise_uscc, enterprise.serious_breach.is_(sa.true()), *live(enterprise)),
    )
    told = sa.case(
        (barred, Eligibility.BARRED.value),
        (listed(mine, today()), Eligibility.ELIGIBLE.value),
        else_=Eligibility.NOT_LISTED.value,
    )
    return (
        sa.select(
            sa.type_coerce(mine.licence_no + "-" + supports.support, Plain()).label("id"),
            mine.licence_no,
            sa.type_coerce(supports.support, Plain()).label("support"),
            sa.type_coerce(supports.section, Plain()).label("section"),
            sa.type_coerce(supports.terms, text()).label("terms"),
            sa.type_coerce(told, Plain()).label("eligibility"),
        )
        .select_from(mine.id.table.join(supports.support.table, sa.true()))
        .where(*live(mine))
        .subquery()
    )


def _in_force(_: Row, policy: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [policy.effective_on <= day, sa.or_(policy.ends_on.is_(None), policy.ends_on >= day)]


eligibility = worked_out_view(
    "support_eligibility",
    _table(),
    policies=Relation("support_policy", {"support": "support"}, where=_in_force),
    grants=Relation("support_grant", {"licence_no": "licence_no", "support": "support"}),
)
