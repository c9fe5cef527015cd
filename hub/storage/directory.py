"""Directory entries: table and view."""

from __future__ import annotations

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.storage.records import live_index, record_table
from hub.storage.views import Relation, record_view

table = record_table(
    "directory_entries",
    RecordKind.DIRECTORY_ENTRY,
    live_index("ix_directory_entries_mine", "licence_no", "level", "effective_on", "id"),
    live_index("ix_directory_entries_effective_on", "effective_on", "id"),
)

view = record_view(
    RecordKind.DIRECTORY_ENTRY,
    table,
    (Order("effective_on", True),),
    mine=Relation("mine", {"licence_no": "licence_no"}),
    authority=Relation("authority", {"authority_code": "code"}),
)
