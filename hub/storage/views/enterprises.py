"""What is read of an enterprise beside what the register says of it: whom it took over, and who took it over."""

from __future__ import annotations

from hub.domain.record_kinds import RecordKind
from hub.storage.views.view import Relation, Source

_ENTERPRISE = RecordKind.ENTERPRISE.value

WORKED_OUT: dict[str, Source] = {
    "successor": Relation(_ENTERPRISE, {"successor_uscc": "uscc"}),
    "predecessors": Relation(_ENTERPRISE, {"uscc": "successor_uscc"}),
}
