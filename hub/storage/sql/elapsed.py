"""Whole seconds from one moment to another, in either database's words."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Elapsed(FunctionElement[int]):
    """The whole seconds from the first moment to the second."""

    inherit_cache = True
    type = sa.BigInteger()
    name = "elapsed"


@compiles(Elapsed, "sqlite")
def _on_sqlite(element: Elapsed, compiler: SQLCompiler, **more: Any) -> str:
    before, after = (compiler.process(one, **more) for one in element.clauses)
    # Moments are texts there; the part of a second is left off.
    return f"(CAST(strftime('%s', {after}) AS INTEGER) - CAST(strftime('%s', {before}) AS INTEGER))"


@compiles(Elapsed, "postgresql")
def _on_postgres(element: Elapsed, compiler: SQLCompiler, **more: Any) -> str:
    before, after = (compiler.process(one, **more) for one in element.clauses)
    return f"CAST(floor(extract(epoch FROM {after})) - floor(extract(epoch FROM {before})) AS BIGINT)"
