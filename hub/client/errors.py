"""What goes wrong between a client and the hub, by what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HubRefusedError(Exception):
    """The hub refused: `code` is one of its closed list (hub/docs/errors.md), `field` what it is about."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.field = field

    @classmethod
    def told(cls, error: Mapping[str, Any]) -> HubRefusedError:
        """An error of an answer."""
        said = error.get("extensions") or {}
        return cls(str(said.get("code", "UNKNOWN")), str(error.get("message", "")), said.get("field"))


class HubUnreachableError(Exception):
    """Nothing, or nothing that can be read, was answered, however often it was tried."""
