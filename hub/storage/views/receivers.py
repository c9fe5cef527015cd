"""Those who are told of the log: named consumers, and the webhooks among them, each for its own client to see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.storage.records.log import log
from hub.storage.sql.metadata import Plain
from hub.storage.views.view import Expression, Row, table_view, worked_out_view
from hub.storage.work import consumers, webhooks


def _behind(row: Row, _: Any) -> sa.ColumnElement[Any]:
    behind: sa.ColumnElement[Any] = sa.select(sa.func.coalesce(sa.func.max(log.c.position), 0)).scalar_subquery() - row.position
    return behind


def _cursor(row: Row, _: Any) -> sa.ColumnElement[Any]:
    told: sa.ColumnElement[Any] = sa.cast(row.position, sa.Text())
    dot: sa.ColumnElement[Any] = sa.literal_column("'.'")
    return sa.case((row.mark == sa.literal_column("''"), told), else_=told.concat(dot).concat(row.mark))


consumer = table_view(
    "consumer",
    consumers.table,
    (Order("name", descending=False),),
    "id",
    behind=Expression(_behind, sa.BigInteger()),
    cursor=Expression(_cursor, Plain()),
)

_seen = [column for column in webhooks.table.c if column.name != "secrets"]
_placed = (
    sa.select(*_seen, consumers.table.c.position, consumers.table.c.mark)
    .join(consumers.table, consumers.table.c.id == webhooks.table.c.id)
    .subquery("placed_webhooks")
)
webhook = worked_out_view(
    "webhook",
    _placed,
    behind=Expression(_behind, sa.BigInteger()),
    cursor=Expression(_cursor, Plain()),
)
