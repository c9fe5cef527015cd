"""The exported schema in the repository is the schema: `make schema` writes it anew."""

from __future__ import annotations

from pathlib import Path

import schema
from schema.root import build_schema
from tests.guards.changes import changes


def test_the_exported_schema_is_the_schema() -> None:
    stored = (Path(schema.__file__).parent / "schema.graphql").read_text(encoding="utf-8")
    assert not changes(stored, build_schema().as_str()), (
        "`make schema` writes schema/schema.graphql anew; read what has changed"
    )


def test_everything_in_the_schema_is_described() -> None:
    skipped = {"TextFilter", "DateRange", "InstantRange", "DecimalRange", "IntRange", "Is", "PageInfo"}
    for kind in build_schema()._schema.type_map.values():
        if kind.name.startswith("__") or kind.name in ("String", "Int", "Boolean", "ID", "Float"):
            continue
        assert kind.description, f"{kind.name}: describe the type where schema/ or hub/domain declares it"
        for name, field in getattr(kind, "fields", {}).items():
            generic = kind.name.endswith(("Connection", "Edge", "Choice", "Holding", "Filter"))
            cure = "give it a description, Chinese / English, where schema/ or hub/domain declares it"
            assert field.description or generic or kind.name in skipped, f"{kind.name}.{name}: {cure}"
