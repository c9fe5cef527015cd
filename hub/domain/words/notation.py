"""How numbers, days and instants are written as text, each in one way: ASCII digits, no blanks, no exponents."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def number(text: str) -> Decimal:
    """A number in plain decimal notation; zero has no sign.  Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("1234.56")
    decimal = Decimal(text)
    return decimal if decimal else abs(decimal)


def day(text: str) -> date:
    """A day as YYYY-MM-DD.  Raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError("YYYY-MM-DD")
    return date.fromisoformat(text)


def instant(text: str) -> datetime:
    """An instant of RFC 3339, with its offset.  Raises ValueError."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("YYYY-MM-DDThh:mm:ssZ")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError("0001..9999") from None


@lru_cache(maxsize=256)
def written(moment: datetime) -> str:
    """An instant as the hub writes it, in UTC to the microsecond; remembered, for a batch has one for all of its rows."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
