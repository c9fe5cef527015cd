"""One pull of all sandboxes: what they tell arrives in the hub as it was said, nothing is refused, and the rules find what they
are there to find."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from connectors.mapping import DEPARTMENT_TERMS
from connectors.registry import CONNECTORS, sandbox
from connectors.sandbox import Resource
from connectors.world import TODAY, World
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS, RecordKind, identify
from hub.domain.records.mines import MineScale
from hub.domain.records.standing import Standing
from hub.domain.records.transfers import TransferState
from hub.domain.rules.conflicts import ConflictCode
from hub.services.posting.drafts import digest
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from hub.storage.records.commitments import Commitment
from hub.storage.records.versions import TABLES
from schema.execution import Graph
from schema.root import build_schema
from tests.conftest import NOW, aside
from tests.connectors.conftest import BASE
from tests.makers import BANK, NATURAL_RESOURCES, OPERATOR, Ask

WORLD = World(192, 1)


@pytest.fixture(scope="module")
def province(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database into which every connector was pulled once, in the order of the registry."""
    path = tmp_path_factory.mktemp("province") / "hub.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{path}"

    async def pull() -> None:
        database = Database(url)
        await database.start()
        ingest = Ingest(database, Posting(database, clock=lambda: NOW), clock=lambda: NOW)
        for code, connector in CONNECTORS.items():
            transport = httpx.ASGITransport(sandbox(code).make_app(WORLD))
            await ingest.run(connector(sandbox(code).settings(BASE), transport=transport))  # type: ignore[call-arg]
        await ingest.settle(connector.manifest for connector in CONNECTORS.values())
        await database.close()

    aside(pull())
    return url


@pytest.fixture
async def hub(province: str) -> AsyncIterator[Database]:
    database = Database(province)
    await database.start()
    yield database
    await database.close()


@pytest.fixture
def ask(hub: Database) -> Ask:
    return Ask(Graph(build_schema(), Reading(hub, clock=lambda: NOW), Posting(hub, clock=lambda: NOW)))


@dataclass(frozen=True)
class Told:
    """What a sandbox says of a record: the id that it must have, and the digest of its payload."""

    id: str
    digest: str


def told(code: str, resource: Resource) -> Iterator[Told]:
    kind = resource.mapped.kind
    for place in range(resource.shelf.count):
        row = dict(resource.shelf.row(place))
        row.pop("upstream", None)
        stated = row.pop("department", None)
        department = DEPARTMENT_TERMS[stated] if stated else CONNECTORS[code].manifest.department
        assert department is not None
        record, problems = validate(KINDS[kind].payload, row, TODAY)
        assert record is not None, problems
        yield Told(identify(kind, department, record), digest(record))


@pytest.mark.parametrize("kind", list(RecordKind))
async def test_what_the_sandboxes_tell_arrives_as_it_was_said(hub: Database, kind: RecordKind) -> None:
    said = [
        one
        for code in CONNECTORS
        for resource in sandbox(code).resources(WORLD).values()
        if resource.mapped.kind is kind
        for one in told(code, resource)
    ]
    table = TABLES[kind]
    async with hub.connection() as connection:
        # The organs of all other tests are told by no sandbox.
        told_by_them = sa.select(table).where(table.c.source != "test")
        found = await connection.execute(told_by_them)
        arrived = {row.id: (row.version, Commitment(row.salt, row.payload_hash)) for row in found}
    assert {one.id: (1, True) for one in said} == {
        one.id: (arrived[one.id][0], arrived[one.id][1].covers(one.digest)) for one in said
    }
    assert len(arrived) == len(said) > 0


async def test_nothing_waits_in_quarantine(ask: Ask) -> None:
    found = await ask(OPERATOR, "{ rejections(first: 500) { nodes { source reference problems resolvedAt } } }")
    assert [node for node in found["data"]["rejections"]["nodes"] if node["resolvedAt"] is None] == []


async def test_departments_contradict_one_another_in_many_ways(ask: Ask) -> None:
    found = await ask(OPERATOR, "{ conflicts(first: 500) { nodes { code } } }")
    codes = {node["code"] for node in found["data"]["conflicts"]["nodes"]}
    # A decision that two organs took together is told by one of them here; notices were long enough, and no support was given
    # against the plan.
    unheard_of = {
        ConflictCode.HOLDER_NOT_REGISTERED,
        ConflictCode.DECISION_TWICE,
        ConflictCode.PUBLICATION_TOO_SHORT,
        ConflictCode.REPAIR_WITHOUT_DOCUMENT,
        ConflictCode.MONEY_WITHOUT_KIND,
        ConflictCode.ASSESSOR_UNFIT,
        ConflictCode.EXPERT_UNFIT,
        ConflictCode.PASSED_BELOW_STANDARD,
        ConflictCode.LISTED_ON_DOUBTFUL_ASSESSMENT,
        ConflictCode.RECTIFICATION_TOO_LONG,
        ConflictCode.NATIONAL_WITHOUT_PROVINCIAL,
        ConflictCode.CONTRACTED_WITH_ANOTHER,
        ConflictCode.LISTED_NOTICE_TOO_SHORT,
        ConflictCode.CONTRACTED_TOO_LITTLE_LEFT,
        ConflictCode.GRANTED_TO_UNLISTED,
        ConflictCode.GRANTED_TO_BARRED,
        ConflictCode.GRANTED_BY_NO_POLICY,
    }
    assert codes == set(ConflictCode) - unheard_of


#: The province's stories: which mine, by its number, tells which.
ON_ITS_WAY = ["PROPOSED", "PUBLIC_NOTICE", "LISTED"]
STORIES = {
    "its safety licence was revoked": (24, ["LISTED"], "LISTED_PROVINCIAL", "LISTED_LICENCE_REVOKED"),
    "its rectification is past its term": (42, ["LISTED", "RECTIFICATION"], "WARNED", "RECTIFICATION_OVERDUE"),
    "its rectification has time": (84, ["LISTED", "RECTIFICATION"], "WARNED", None),
    "it was removed": (60, ["LISTED", "REMOVED"], "REMOVED", None),
    "it was removed and is listed again": (120, ["LISTED", "REMOVED", *ON_ITS_WAY], "LISTED_PROVINCIAL", None),
    "nobody has assessed it": (45, ON_ITS_WAY, "LISTED_PROVINCIAL", "LISTED_WITHOUT_ASSESSMENT"),
}
OF_STORIES = {code for _, _, _, code in STORIES.values() if code}


@pytest.mark.parametrize("story", STORIES, ids=str)
async def test_a_mine_tells_a_story(ask: Ask, story: str) -> None:
    number, steps, standing, code = STORIES[story]
    asked = """query ($no: String!) { mine(licenceNo: $no) {
      standing conflicts { code }
      directoryEntries(orderBy: {field: EFFECTIVE_ON, direction: ASC}) { nodes { step } }
    } }"""
    mine = (await ask(OPERATOR, asked, no=WORLD.licence_no(number)))["data"]["mine"]
    assert mine["standing"] == standing
    assert [node["step"] for node in mine["directoryEntries"]["nodes"]] == steps
    assert {one["code"] for one in mine["conflicts"]} & OF_STORIES == ({code} if code else set())


async def test_penalties_tell_of_joint_decisions_and_of_annulled_ones(ask: Ask) -> None:
    asked = """{ penalties(filter: %s, first: 500) { totalCount nodes { id annulledOn jointAuthorities } } }"""
    found = (await ask(OPERATOR, asked % "{}"))["data"]["penalties"]["nodes"]
    assert any(node["jointAuthorities"] for node in found)
    annulled = [node for node in found if node["annulledOn"]]
    assert len(annulled) == 3
    # Whoever lends never hears of them.
    assert not {node["id"] for node in annulled} & {
        node["id"] for node in (await ask(BANK, asked % "{}"))["data"]["penalties"]["nodes"]
    }


async def test_mines_stand_at_every_point_of_the_plan(ask: Ask) -> None:
    found = await ask(OPERATOR, "{ mines(first: 500) { nodes { standing scale } } }")
    assert {node["standing"] for node in found["data"]["mines"]["nodes"]} == set(Standing)
    assert {node["scale"] for node in found["data"]["mines"]["nodes"]} == set(MineScale)


async def test_transfers_stand_at_every_point_and_some_are_overdue(ask: Ask) -> None:
    found = await ask(NATURAL_RESOURCES, "{ caseTransfers(first: 500) { nodes { state overdue } } }")
    nodes = found["data"]["caseTransfers"]["nodes"]
    assert {node["state"] for node in nodes} == set(TransferState)
    assert {node["overdue"] for node in nodes} == {True, False}


async def test_some_of_what_is_owed_is_late(ask: Ask) -> None:
    owed = {
        "restorationPlans": "owedSince",
        "forestLandUses": "owedSince",
        "supervisionVisits": "owedSince",
        "contracts": "nextDueOn",
    }
    asked = " ".join(f"{name}(first: 500) {{ nodes {{ due: {field} }} }}" for name, field in owed.items())
    found = await ask(OPERATOR, f"{{ {asked} }}")
    for name in owed:
        due = [node["due"] for node in found["data"][name]["nodes"] if node["due"]]
        assert any(day < TODAY.isoformat() for day in due), name


async def test_some_rates_readings_and_uses_lie_on_each_side_of_their_limits(ask: Ask) -> None:
    sides = {"recoveryRates": "meetsRequired", "monitoringReadings": "overLimit", "energyUses": "overLimit"}
    asked = " ".join(f"{name}(first: 500) {{ nodes {{ side: {field} }} }}" for name, field in sides.items())
    found = await ask(OPERATOR, f"{{ {asked} }}")
    for name in sides:
        assert {node["side"] for node in found["data"][name]["nodes"]} == {True, False}, name
