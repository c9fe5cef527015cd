"""What follows from records is told with its days and with those of its records that the caller sees."""

from __future__ import annotations

from typing import Any

from hub.domain.record_kinds import RecordKind as K
from hub.services.posting.pipeline import Posting
from tests import duties, makers
from tests.makers import BANK, ECOLOGY, NATURAL_RESOURCES, Ask, licence, posted

SPANS = "since until because { recordId kind }"


async def post(posting: Posting, who: Any, kind: K, item: dict[str, Any]) -> str:
    [result] = await posted(posting, who, kind, item)
    assert result.record_id, result.problems
    return result.record_id


async def test_standing_duties_and_contract_are_told_with_their_days_and_records(posting: Posting, ask: Ask) -> None:
    mine = await post(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1, licenceValidUntil="2030-06-30"))
    entry = await post(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, makers.entry(1, effectiveOn="2025-03-20"))
    contract = await post(posting, NATURAL_RESOURCES, K.CONTRACT, duties.contract(1, signedOn="2025-02-01", milestones=[]))
    page = f'{{ mine(licenceNo: "{licence(1)}") {{ timeline%s {{ rule state {SPANS} }} }} }}'

    async def told(who: Any, on: str = "") -> dict[str, tuple[Any, ...]]:
        rows = (await ask(who, page % on))["data"]["mine"]["timeline"]
        return {
            row["rule"]: (row["state"], row["since"], row["until"], *((one["recordId"], one["kind"]) for one in row["because"]))
            for row in rows
        }

    found = await told(ECOLOGY)
    assert found["STANDING"] == ("LISTED_PROVINCIAL", "2025-03-20", None, (entry, "DIRECTORY_ENTRY"))
    assert found["BUILD_DUTY"][0] == "MUST_BUILD"
    assert found["BUILD_DUTY"][2:] == ("2030-07-01", (mine, "MINE"))
    assert found["MUST_CONTRACT"][0] == "YES"
    assert found["CONTRACT_STATE"][3:] == ((contract, "CONTRACT"),)
    assert (await told(BANK)) == found
    # The day before it was listed it had signed; what is so since ever has no beginning.
    before = await told(ECOLOGY, '(on: "2025-03-19")')
    assert before["STANDING"] == ("CONTRACTED", "2025-02-01", "2025-03-20", (contract, "CONTRACT"))
    first = await told(ECOLOGY, '(on: "1990-01-01")')
    assert first["STANDING"] == ("NOT_STARTED", None, "2025-02-01")


async def test_of_a_record_that_one_may_not_see_nothing_is_told(posting: Posting, ask: Ask) -> None:
    mine = await post(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1))
    entry = await post(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, makers.entry(1))
    supports = f'{{ mine(licenceNo: "{licence(1)}") {{ supports {{ eligibility {SPANS} }} }} }}'

    async def told(who: Any) -> tuple[Any, ...]:
        rows = (await ask(who, supports))["data"]["mine"]["supports"]
        assert len({str(row) for row in rows}) == 1
        return rows[0]["eligibility"], rows[0]["since"], [one["recordId"] for one in rows[0]["because"]]

    assert await told(BANK) == ("ELIGIBLE", None, [entry])
    assert await told(ECOLOGY) == ("ELIGIBLE", "2025-03-20", [entry])
    serious = makers.penalty(1, publicationClass="SERIOUS", decidedOn="2026-03-01", publishedOn=None)
    penalty = await post(posting, ECOLOGY, K.PENALTY, serious)
    # Of what is not published a bank hears nothing, nor since when there is something.
    assert await told(BANK) == ("ELIGIBLE", None, [])
    assert await told(ECOLOGY) == ("IN_DOUBT", "2026-03-01", sorted([mine, penalty]))
    conflicts = f"{{ conflicts(filter: {{code: {{eq: LISTED_WITH_SERIOUS_PENALTY}}}}) {{ nodes {{ {SPANS} }} }} }}"
    [conflict] = (await ask(ECOLOGY, conflicts))["data"]["conflicts"]["nodes"]
    assert (conflict["since"], conflict["until"]) == ("2026-03-01", "2027-03-02")
    assert [one["kind"] for one in conflict["because"]] == ["MINE", "PENALTY"]


async def test_a_closure_duty_is_told_with_the_record_that_tells_it(posting: Posting, ask: Ask) -> None:
    await post(posting, NATURAL_RESOURCES, K.MINE, makers.mine(1, remainingYears="2"))
    permit = duties.pollutant_permit(1, issuedOn="2026-01-05", validUntil="2026-12-31", revokedOn=None)
    permitted = await post(posting, ECOLOGY, K.POLLUTANT_PERMIT, permit)
    page = f"{{ closureDuties {{ nodes {{ task state {SPANS} }} }} }}"
    found = {row.pop("task"): row for row in (await ask(ECOLOGY, page))["data"]["closureDuties"]["nodes"]}
    told = {"recordId": permitted, "kind": "POLLUTANT_PERMIT"}
    assert found["POLLUTION_PREVENTION"] == {
        "state": "IN_HAND",
        "since": "2026-01-05",
        "until": "2027-01-01",
        "because": [told],
    }
    assert found["VEGETATION"] == {"state": "NO_RECORD", "since": None, "until": None, "because": []}
