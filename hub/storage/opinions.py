"""Opinions: table and view."""

from __future__ import annotations

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.storage.records import live_index, record_table
from hub.storage.views import Relation, record_view

table = record_table(
    "opinions",
    RecordKind.OPINION,
    live_index("ix_opinions_mine", "licence_no", "issued_on", "id"),
    live_index("ix_opinions_issued_on", "issued_on", "id"),
    live_index("ix_opinions_document", "document_number", "id"),
    live_index("ix_opinions_authority", "authority_code", "issued_on", "id"),
)

view = record_view(
    RecordKind.OPINION,
    table,
    (Order("issued_on", True),),
    mine=Relation("mine", {"licence_no": "licence_no"}),
    authority=Relation("authority", {"authority_code": "code"}),
)
