"""The metadata that all tables share, and the column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from hub.domain.declaring.fields import canonical
from hub.domain.words.notation import written

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def text() -> sa.types.TypeEngine[str]:
    """Text ordered by code point on both databases."""
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


class _Characters(sa.types.TypeDecorator[str]):
    """Text that needs to know its use; stored as `text()`."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.TEXT(collation="C") if dialect.name == "postgresql" else sa.Text())


class Plain(_Characters):
    """Text that never needs escaping in JSON: codes, ids, digests and words of closed lists."""

    cache_ok = True


class Listed(Plain):
    """A word of a closed list."""

    cache_ok = True


class Json(_Characters):
    """Canonical JSON text; goes into answers as it is.  Text is such already, anything else is written as it.

    A list has a word where `before`, the word and a quotation mark stand in its text."""

    cache_ok = True
    before = '"'

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return value if value is None or isinstance(value, str) else canonical(value)


class Problems(Json):
    """A list of what is wrong, which has the words that are codes there, whatever else the same word says."""

    cache_ok = True
    before = '"code":"'


_LARGEST = Decimal(2**63 - 1)


class Scaled(sa.types.TypeDecorator[Decimal]):
    """An exact decimal with a fixed number of places, kept as a whole number, so that sums and order are exact everywhere.

    What is compared with it may be finer than what is kept, and is rounded as `rounding` says, or be larger than what can be.
    """

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, places: int, rounding: str = ROUND_FLOOR) -> None:
        super().__init__()
        self.places = places
        self.rounding = rounding
        self._end = _LARGEST.scaleb(-places)

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        held = value if -self._end <= value <= self._end else max(-self._end, min(value, self._end))
        return int(held.scaleb(self.places).to_integral_value(self.rounding))

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.places)


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment in UTC with microseconds: `timestamptz` on PostgreSQL, RFC 3339 text of fixed width on SQLite."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
        # There is nothing to be done for PostgreSQL's driver, which would cost a call for each value.
        return None if dialect.name == "postgresql" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        return None if value is None else written(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
