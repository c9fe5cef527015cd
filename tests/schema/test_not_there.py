"""What a caller may not see is for it as if it were not there: whatever is asked or done by an id is answered as it is for an
id that nobody has."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from auth.principals import Principal
from hub.composition.hub import Hub
from hub.domain.record_kinds import RecordKind
from hub.domain.words.identifiers import record_id, version_id
from hub.settings import Settings
from schema.answers import Operation
from tests.conftest import FILLED
from tests.hub.services.banks.conftest import OTHER_BANK
from tests.makers import AUDITOR, BANK, CREDIT, FINANCE, LOAN, LOCAL
from tests.reference.executor import Rows, load
from tests.reference.hidden import unseen

pytestmark = [FILLED, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

#: What is asked and done by the id of a record.
OF_RECORDS = {
    "node": "query ($id: ID!) { node(id: $id) { id } }",
    "withdrawRecord": """mutation ($id: ID!) { withdrawRecord(id: $id, reason: "示例") {
        outcome problems { path code detail } } }""",
    "at a version": """mutation ($id: ID!) { withdrawRecord(id: $id, reason: "示例", expectedVersion: 7) {
        outcome version problems { path code detail } } }""",
    "reinstateRecord": """mutation ($id: ID!) { reinstateRecord(id: $id, reason: "示例") {
        outcome recordId record { __typename } problems { path code detail } } }""",
}
#: What is asked and done by another id.
OF_OTHERS = {
    "node": OF_RECORDS["node"],
    "resolveDiscrepancy": 'mutation ($id: ID!) { resolveDiscrepancy(id: $id, reason: "示例") { __typename } }',
    "repairRejection": "mutation ($id: ID!) { repairRejection(id: $id, data: {}) { __typename } }",
    "retryRejections": "mutation ($id: ID!) { retryRejections(choice: {ids: [$id]}) { __typename } }",
    "dismissRejections": 'mutation ($id: ID!) { dismissRejections(choice: {ids: [$id]}, reason: "示例") { __typename } }',
    "redeliver": 'mutation ($id: ID!) { redeliver(choice: {ids: [$id]}, reason: "示例") { __typename } }',
    "attest": "mutation ($id: ID!) { attest(check: $id) { id } }",
    "loanCheckMade": "query ($id: ID!) { loanCheckMade(id: $id) { id } }",
    "recheck": "query ($id: ID!) { recheck(id: $id) { changes { change } } }",
    "attestation": "query ($id: ID!) { attestation(id: $id) { id } }",
    "attestationStatement": "query ($id: ID!) { attestationStatement(id: $id) }",
    "removePortfolio": "mutation ($id: ID!) { removePortfolio(portfolio: $id) { id } }",
    "watchEvents": "query ($id: ID!) { watchEvents(portfolio: $id) { change } }",
    "portfolioDigests": "query ($id: ID!) { portfolioDigests(portfolio: $id) { __typename } }",
    "acknowledgeWatchEvents": "mutation ($id: ID!) { acknowledgeWatchEvents(portfolio: $id, upto: 1) }",
    "events of a portfolio": "query ($id: ID!) { events(first: 1, where: {watch: {portfolio: $id}}) { nodes { position } } }",
}
CHECK = "query ($no: String) { loanCheck(licenceNo: $no) { id } }"
PUT = 'mutation ($m: [PortfolioMineInput!]!) { putPortfolio(name: "示例", mines: $m) { portfolio { id } } }'


@pytest.fixture
async def hub(database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    made = Hub.make(Settings(database_url=database_url, key_file=str(tmp_path / "keys.json")))
    await made.database.start()
    yield made
    await made.database.close()


async def told(hub: Hub, who: Principal, document: str, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await hub.graph.run(Operation(document, None, variables, LOAN), who)).body)
    return found


async def answered(hub: Hub, who: Principal, document: str, one: str) -> str:
    """What is told, with whatever names the id that was asked for left out."""
    return json.dumps((await told(hub, who, document, id=one)) | {"extensions": None}).replace(one, "…")


async def theirs(hub: Hub, rows: Rows) -> list[str]:
    """An id of everything that is another's: a few records of each kind, what waits at the desks, what a bank has made."""
    found = [row["id"] for kind in RecordKind for row in rows[kind.value][:2]]
    found += [version_id(row["id"], 1) for row in rows["expert"][:1]]
    found += [row["id"] for noun in ("rejection", "discrepancy", "delivery") for row in rows[noun][:5]]
    number = next(row["licence_no"] for row in rows["mine"])
    check = (await told(hub, OTHER_BANK, CHECK, no=number))["data"]["loanCheck"]["id"]
    attested = (await told(hub, OTHER_BANK, OF_OTHERS["attest"], id=check))["data"]["attest"]["id"]
    put = await told(hub, OTHER_BANK, PUT, m=[{"licenceNo": number}])
    return [*found, check, attested, put["data"]["putPortfolio"]["portfolio"]["id"]]


async def test_by_an_id_nobody_finds_out_that_there_is_what_it_may_not_see(hub: Hub) -> None:
    rows = await load(hub.database)
    ids = await theirs(hub, rows)
    tried = 0
    for who in (FINANCE, LOCAL, BANK, AUDITOR, CREDIT):
        for one in await unseen(hub.graph, who, ids):
            kind = one.rpartition("_")[0]
            is_record = kind in {*RecordKind}
            nobodys = record_id(kind, "nobody's") if is_record else f"{kind}_{'0' * (len(one) - len(kind) - 1)}"
            for name, document in (OF_RECORDS if is_record else OF_OTHERS).items():
                tried += 1
                assert await answered(hub, who, document, one) == await answered(hub, who, document, nobodys), (who, name, one)
    assert tried > 500
