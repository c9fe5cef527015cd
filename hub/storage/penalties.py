"""Penalties: table, links to mines, and view."""

from __future__ import annotations

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.storage.records import link_table, live_index, record_table
from hub.storage.views import Relation, record_view

table = record_table(
    "penalties",
    RecordKind.PENALTY,
    live_index("ix_penalties_party", "party_uscc", "decided_on", "id"),
    live_index("ix_penalties_decided_on", "decided_on", "id"),
    live_index("ix_penalties_document", "document_number", "id"),
    live_index("ix_penalties_authority", "authority_code", "decided_on", "id"),
)

links = link_table("penalty_mines", RecordKind.PENALTY)

view = record_view(
    RecordKind.PENALTY,
    table,
    (Order("decided_on", True),),
    enterprise=Relation("enterprise", {"party_uscc": "uscc"}),
    mines=Relation("mine", {"licence_no": "licence_no"}, through=links),
    licence_nos=table.c.mines,
    authority=Relation("authority", {"authority_code": "code"}),
)
