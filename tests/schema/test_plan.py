"""The plan itself can be asked for: its phases, its days and its targets."""

from __future__ import annotations

import pytest

from hub.domain.rules.plan import Phase
from tests.makers import BANK, ECOLOGY, Ask


async def test_the_plan_tells_its_days_and_its_targets(ask: Ask) -> None:
    answer = await ask(
        BANK,
        """{ plan { validYears contractsDueOn summaryDueOn reportDueOn workingDaysKnownUntil phase { phase firstDay lastDay }
             phases { phase firstDay lastDay } targets { scale year share } } }""",
    )
    plan = answer["data"]["plan"]
    assert plan["validYears"] == 5
    assert (plan["contractsDueOn"], plan["reportDueOn"], plan["summaryDueOn"]) == ("2025-05-31", "2026-11-30", "2028-12-31")
    assert plan["workingDaysKnownUntil"] == "2026-12-31"
    # The tests' day is 2 November 2026.
    assert plan["phase"] == {"phase": "IMPLEMENTATION", "firstDay": "2025-07-01", "lastDay": "2028-09-30"}
    assert [(phase["phase"], phase["firstDay"], phase["lastDay"]) for phase in plan["phases"]] == [
        ("MOBILISATION", "2025-04-01", "2025-06-30"),
        ("IMPLEMENTATION", "2025-07-01", "2028-09-30"),
        ("SUMMARY", "2028-10-01", "2028-12-31"),
    ]
    assert {(one["scale"], one["year"]): one["share"] for one in plan["targets"]} == {
        ("LARGE", 2025): "20.00",
        ("LARGE", 2026): "40.00",
        ("LARGE", 2027): "70.00",
        ("LARGE", 2028): "90.00",
        ("MEDIUM", 2025): "10.00",
        ("MEDIUM", 2026): "30.00",
        ("MEDIUM", 2027): "60.00",
        ("MEDIUM", 2028): "80.00",
    }


@pytest.mark.parametrize(
    ("on", "phase", "report"),
    [
        ("2025-03-31", None, "2025-11-30"),
        ("2025-04-01", Phase.MOBILISATION, "2025-11-30"),
        ("2025-06-30", Phase.MOBILISATION, "2025-11-30"),
        ("2025-07-01", Phase.IMPLEMENTATION, "2025-11-30"),
        ("2026-11-30", Phase.IMPLEMENTATION, "2026-11-30"),
        ("2026-12-01", Phase.IMPLEMENTATION, "2027-11-30"),
        ("2028-09-30", Phase.IMPLEMENTATION, "2028-11-30"),
        ("2028-10-01", Phase.SUMMARY, "2028-11-30"),
        ("2028-12-31", Phase.SUMMARY, None),
        ("2029-01-01", None, None),
    ],
)
async def test_a_day_lies_in_the_phase_that_the_plan_says(ask: Ask, on: str, phase: Phase | None, report: str | None) -> None:
    answer = await ask(ECOLOGY, "query ($on: Date) { plan { phase(on: $on) { phase } reportDueOn(on: $on) } }", on=on)
    told = answer["data"]["plan"]
    assert told == {"phase": phase and {"phase": phase.value}, "reportDueOn": report}


async def test_asking_for_the_plan_leaves_no_trace_in_the_read_ledger(ask: Ask) -> None:
    assert "errors" not in await ask(BANK, "{ plan { id } }")
