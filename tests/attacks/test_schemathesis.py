"""schemathesis makes operations of the whole schema, mutations included, and sends them to a running hub: no server error.

A run has 150 cases; `pytest tests/attacks/test_schemathesis.py --hypothesis-profile=long` has 2,000.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

import schema
from auth.principals import Role
from hub.services.posting.pipeline import Posting
from tests.benchmark.serving import serving
from tests.makers import a_province

#: What is tried for our own scalars: some good, most not.
WORDS = st.sampled_from(["2026-01-31", "2026-11-02T03:04:05Z", "12.50", "-1", "", "示例", "9" * 400]) | st.text(max_size=30)

CASES = 2_000 if settings().max_examples > 1_000 else 150


async def test_no_operation_of_the_schema_makes_the_hub_fail(sqlite_url: str) -> None:
    for kind in ("Cursor", "Date", "DateTime", "Decimal", "GeoJSON", "JSON"):
        schemathesis.graphql.scalar(kind, WORDS.map(nodes.String))
    described = schemathesis.graphql.from_path(Path(schema.__file__).parent / "schema.graphql")
    seen: set[str] = set()
    async with serving(sqlite_url) as served:
        await a_province(Posting(served.hub.database))
        token = await served.token(Role.OPERATOR)
        described.location = f"{served.url}/graphql"

        @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=described.as_strategy())
        def check(case: Any) -> None:
            headers = {"Authorization": f"Bearer {token}", "Hub-Purpose": "PRE_LOAN_REVIEW"}
            answer = case.call(base_url=f"{served.url}/graphql", headers=headers)
            assert answer.status_code < 500, case.body
            assert "INTERNAL" not in answer.text, case.body
            seen.update(error["extensions"]["code"] for error in answer.json().get("errors", []))
            if "errors" not in answer.json():
                seen.add("DATA")

        await asyncio.to_thread(check)
    # Otherwise it would have tried nothing but the door.
    assert {"DATA", "INVALID_INPUT"} & seen
    assert "UNAUTHENTICATED" not in seen
