"""The day in China on which a moment falls, in a statement of whose database nothing is known yet."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class ChinaDay(FunctionElement[date]):
    """China has kept one time since 1992, eight hours before UTC."""

    type = sa.Date()
    inherit_cache = True
    name = "china_day"


@compiles(ChinaDay, "sqlite")
def _on_sqlite(element: ChinaDay, compiler: SQLCompiler, **more: Any) -> str:
    return f"date({compiler.process(element.clauses, **more)}, '+8 hours')"


@compiles(ChinaDay, "postgresql")
def _on_postgres(element: ChinaDay, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **more)} AT TIME ZONE 'Asia/Shanghai' AS DATE)"
