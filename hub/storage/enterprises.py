"""Enterprises: table and view."""

from __future__ import annotations

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.storage.records import current_index, live_index, record_table
from hub.storage.views import Relation, record_view

table = record_table(
    "enterprises",
    RecordKind.ENTERPRISE,
    current_index("uq_enterprises_uscc", "uscc", unique=True),
    live_index("ix_enterprises_name", "name", "id"),
)

view = record_view(
    RecordKind.ENTERPRISE,
    table,
    (Order("uscc", False),),
    division=Relation("division", {"division_code": "code"}),
    mines=Relation("mine", {"uscc": "enterprise_uscc"}),
    penalties=Relation("penalty", {"uscc": "party_uscc"}),
)
