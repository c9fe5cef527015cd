"""The shipped table of administrative divisions, as a table of the database."""

from __future__ import annotations

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.storage.sql.metadata import Plain, metadata, text
from hub.storage.views.view import Relation, table_view

table = sa.Table(
    "divisions",
    metadata,
    sa.Column("code", Plain(), primary_key=True),
    sa.Column("name", text(), nullable=False),
    sa.Column("level", Plain(), nullable=False),
    sa.Column("parent_code", Plain()),
)

view = table_view(
    "division",
    table,
    (Order("code", False),),
    "code",
    parent=Relation("division", {"parent_code": "code"}),
)
