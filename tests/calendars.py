"""A clock that stands until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.conftest import NOW


class Calendar:
    """Gives the instant that it was set to."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **more: float) -> None:
        """Let time pass."""
        self.at += timedelta(**more)
