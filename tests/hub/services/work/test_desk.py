"""The quarantine's desk: what waits is corrected, tried again or dismissed by those whose it is, and each act is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal, Role
from auth.scopes import OPERATE
from connectors.manifests import MANIFESTS
from connectors.registry import read_again
from connectors.world import World
from connectors.world.opinions import opinion
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import Choice
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.work.desk import RejectionDesk
from hub.services.work.ingest import Ingest
from hub.services.work.quarantine import Quarantine
from hub.storage.engine.database import Database
from hub.storage.views import rejections
from schema.execution import Graph
from schema.root import build_schema
from tests.conftest import NOW
from tests.hub.services.work.pulling import mines, narrowed
from tests.makers import BANK, ECOLOGY, FINANCE, LOCAL, NATURAL_RESOURCES, OPERATOR, Ask, penalty, posted

OPERATING = replace(OPERATOR, scopes=OPERATOR.scopes | {OPERATE})
BAD = "示例环函〔2026〕7号"

LIST = """
    query ($filter: RejectionFilter) { rejections(filter: $filter) { totalCount nodes { id state kind reference problems outline
      payload recordId reason settledBy acts { act doneBy reason recordId version } } } }
"""
REPAIR = """
    mutation ($id: ID!, $data: JSON!) { repairRejection(id: $id, data: $data, reason: "按原件更正") {
      outcome recordId version problems { path code } record { source postedBy ... on Opinion { issuedOn licenceNo } } } }
"""
RETRY = "mutation ($choice: RejectionChoice!) { retryRejections(choice: $choice) { done taken left } }"
DISMISS = """
    mutation ($choice: RejectionChoice!, $reason: String!) { dismissRejections(choice: $choice, reason: $reason) { done left } }
"""


class Office:
    """A hub with its desk, and the system of ecology, of which one row cannot be read."""

    def __init__(self, database: Database, posting: Posting, reading: Reading) -> None:
        self.quarantine = Quarantine(database, posting, lambda: NOW, read_again=read_again)
        self.ingest = Ingest(database, posting, lambda: NOW, quarantine=self.quarantine)
        self.desk = RejectionDesk(database, posting, self.quarantine, lambda: NOW, manifests=MANIFESTS)
        self.ask = Ask(Graph(build_schema(), reading, posting, rejections=self.desk))
        self.world = World(4, 1)
        self.connector, app = narrowed("ecology", self.world, "hbyj")
        self.shelf = app.state.resources["hbyj"].shelf  # type: ignore[attr-defined]
        self.shelf.add(opinion(self.world, Department.ECOLOGY, 0) | {"documentNumber": BAD, "upstream": {"CJRQ": "??"}})

    async def pull(self, code: str = "ecology") -> None:
        await self.ingest.run(self.connector if code == "ecology" else mines(self.world))

    async def waiting(self, who: Principal = ECOLOGY, **more: Any) -> list[dict[str, Any]]:
        told = await self.ask(who, LIST, filter={"state": {"eq": "WAITING"}} | more)
        found: list[dict[str, Any]] = told["data"]["rejections"]["nodes"]
        return found

    async def unread(self) -> dict[str, Any]:
        [one] = await self.waiting(problem={"has": "UNREADABLE_ITEM"})
        return one

    async def one(self, rejection_id: str) -> dict[str, Any]:
        [found] = [one for one in (await self.ask(ECOLOGY, LIST))["data"]["rejections"]["nodes"] if one["id"] == rejection_id]
        return dict(found)


@pytest.fixture
async def office(database: Database, posting: Posting, reading: Reading) -> Office:
    made = Office(database, posting, reading)
    await made.pull("natural_resources")
    await made.pull()
    return made


def code_of(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_what_waits_is_found_by_department_kind_problem_and_age(office: Office) -> None:
    [one] = await office.waiting(problem={"has": "UNREADABLE_ITEM"}, kind={"eq": "opinion"}, department={"eq": "ECOLOGY"})
    assert one["reference"] == BAD
    assert not await office.waiting(problem={"has": "UNKNOWN_MINE"})
    assert not await office.waiting(receivedAt={"to": "2026-01-01T00:00:00Z"})
    assert await office.waiting(receivedAt={"to": "2027-01-01T00:00:00Z"})
    # Beside what is wrong stands what could be read; what was received as it came is shown to nobody.
    assert one["problems"][0]["path"] == "CJRQ"
    assert one["outline"]["members"]["licenceNo"] == office.world.licence_no(0)
    assert one["payload"] is None


async def test_a_problem_is_meant_by_its_code_whatever_else_is_called_so(office: Office, posting: Posting) -> None:
    [refused] = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1, REQUIRED='"code":"TOO_LONG"'))
    assert [(one.path, one.code) for one in refused.problems] == [("REQUIRED", ErrorCode.UNKNOWN_FIELD)]
    for word, count in (("REQUIRED", 0), ("TOO_LONG", 0), ("UNKNOWN_FIELD", 1)):
        assert len(await office.waiting(problem={"has": word})) == count, word
        done = await office.ask(ECOLOGY, DISMISS, choice={"problem": word}, reason="示例")
        assert done["data"]["dismissRejections"] == {"done": count, "left": 0}, word


async def test_a_correction_is_posted_with_the_rest_of_what_was_received_and_keeps_its_source(office: Office) -> None:
    one = await office.unread()
    told = (await office.ask(ECOLOGY, REPAIR, id=one["id"], data={"issuedOn": "2026-03-01"}))["data"]["repairRejection"]
    assert (told["outcome"], told["version"], told["problems"]) == ("ACCEPTED", 1, [])
    assert told["record"] == {
        "source": "connector:ecology",
        "postedBy": ECOLOGY.client_id,
        "issuedOn": "2026-03-01",
        "licenceNo": office.world.licence_no(0),
    }
    after = await office.one(one["id"])
    assert (after["state"], after["recordId"], after["settledBy"]) == ("REPAIRED", told["recordId"], ECOLOGY.client_id)
    assert after["reason"] == "按原件更正"
    [act] = after["acts"]
    assert act == {
        "act": "REPAIRED",
        "doneBy": ECOLOGY.client_id,
        "reason": "按原件更正",
        "recordId": told["recordId"],
        "version": 1,
    }
    assert code_of(await office.ask(ECOLOGY, REPAIR, id=one["id"], data={"issuedOn": "2026-03-01"})) == "CONFLICT"


async def test_a_correction_that_is_wrong_as_well_changes_nothing_and_says_why(office: Office) -> None:
    one = await office.unread()
    told = (await office.ask(ECOLOGY, REPAIR, id=one["id"], data={"issuedOn": "2027-01-01"}))["data"]["repairRejection"]
    assert (told["outcome"], told["record"]) == ("REJECTED", None)
    assert told["problems"] == [{"path": "issuedOn", "code": "IN_THE_FUTURE"}]
    assert (await office.one(one["id"]))["state"] == "WAITING"
    # It may be tried again at once.
    told = (await office.ask(ECOLOGY, REPAIR, id=one["id"], data={"issuedOn": "2026-03-01"}))["data"]["repairRejection"]
    assert told["outcome"] == "ACCEPTED"


async def test_what_people_settled_stays_so_for_as_long_as_it_is_told_in_the_same_words(office: Office) -> None:
    one = await office.unread()
    await office.ask(ECOLOGY, DISMISS, choice={"ids": [one["id"]]}, reason="重复报送")
    after = await office.one(one["id"])
    assert (after["state"], after["reason"], after["acts"][0]["act"]) == ("DISMISSED", "重复报送", "DISMISSED")
    await office.ingest.run(office.connector, whole=True)
    assert not await office.waiting(problem={"has": "UNREADABLE_ITEM"})
    office.shelf.add(opinion(office.world, Department.ECOLOGY, 0) | {"documentNumber": BAD, "upstream": {"CJRQ": "?"}})
    await office.pull()
    assert (await office.unread())["id"] != one["id"]


async def test_what_fits_by_now_is_taken_when_it_is_tried_again_of_a_filter(
    database: Database, posting: Posting, reading: Reading
) -> None:
    office = Office(database, posting, reading)
    await office.pull()
    count = len(await office.waiting(problem={"has": "UNKNOWN_MINE"}))
    assert count > 0
    choice = {"source": "connector:ecology", "problem": "UNKNOWN_MINE"}
    told = await office.ask(ECOLOGY, RETRY, choice=choice)
    assert told["data"]["retryRejections"] == {"done": count, "taken": 0, "left": 0}
    await office.pull("natural_resources")
    told = await office.ask(OPERATING, RETRY, choice=choice)
    assert told["data"]["retryRejections"] == {"done": count, "taken": count, "left": 0}
    assert not await office.waiting(problem={"has": "UNKNOWN_MINE"})
    page = await office.ask(OPERATING, LIST, filter={"kind": {"eq": "opinion"}, "state": {"eq": "TAKEN"}})
    taken = page["data"]["rejections"]["nodes"][0]
    assert [act["doneBy"] for act in taken["acts"]] == [ECOLOGY.client_id, OPERATING.client_id]
    record = await office.ask(
        ECOLOGY, "query ($id: ID!) { node(id: $id) { ... on PostedRecord { postedBy } } }", id=taken["recordId"]
    )
    assert record["data"]["node"]["postedBy"] == "connector:ecology"


async def test_nobody_else_speaks_in_a_departments_name(office: Office) -> None:
    one = await office.unread()
    for who, code in (
        (FINANCE, "NOT_FOUND"),
        (NATURAL_RESOURCES, "NOT_FOUND"),
        (LOCAL, "NOT_FOUND"),
        (BANK, "FORBIDDEN"),
        (OPERATING, "FORBIDDEN"),
        (OPERATOR, "FORBIDDEN"),
        (replace(ECOLOGY, scopes=frozenset({"read", "penalty:post"})), "NOT_FOUND"),
        (replace(ECOLOGY, scopes=frozenset({"read"})), "FORBIDDEN"),
    ):
        assert code_of(await office.ask(who, REPAIR, id=one["id"], data={"issuedOn": "2026-03-01"})) == code, who.client_id
    assert (await office.one(one["id"]))["state"] == "WAITING"


async def test_who_has_no_desk_there_neither_tries_again_nor_dismisses(office: Office) -> None:
    one = await office.unread()
    for who, done in (
        (FINANCE, 0),
        (LOCAL, 0),
        (OPERATOR, None),
        (BANK, None),
        (replace(ECOLOGY, scopes=frozenset({"read"})), None),
    ):
        for document, more in ((RETRY, {}), (DISMISS, {"reason": "示例"})):
            told = await office.ask(who, document, choice={"ids": [one["id"]]}, **more)
            if done is None:
                assert code_of(told) == "FORBIDDEN", who.client_id
            else:
                assert next(iter(told["data"].values()))["done"] == done, who.client_id
    after = await office.one(one["id"])
    assert (after["state"], after["acts"]) == ("WAITING", [])
    told = await office.ask(ECOLOGY, DISMISS, choice={"department": "FINANCE"}, reason="误报")
    assert code_of(told) == "FORBIDDEN"


async def test_an_office_below_the_province_sees_to_what_it_sent_itself(office: Office, posting: Posting) -> None:
    [refused] = await posted(posting, LOCAL, RecordKind.PENALTY, penalty(7, partyUscc="错"))
    assert refused.record_id is None
    [own] = await office.waiting(LOCAL)
    told = await office.ask(LOCAL, DISMISS, choice={"ids": [own["id"]]}, reason="误报")
    assert told["data"]["dismissRejections"] == {"done": 1, "left": 0}


async def test_a_correction_is_an_object(office: Office) -> None:
    one = await office.unread()
    data: Any
    for data in ([], "x", None, 1):
        with pytest.raises(HubError) as refused:
            await office.desk.repair(ECOLOGY, one["id"], data)
        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "data")


async def test_a_correction_takes_members_away_and_says_what_could_not_be_read_at_all(office: Office) -> None:
    one = await office.unread()
    told = await office.desk.repair(ECOLOGY, one["id"], {"issuedOn": "2026-03-01", "text": None})
    assert [(problem.path, problem.code) for problem in told.problems] == [("text", ErrorCode.REQUIRED)]


async def test_two_corrections_at_once_post_one(office: Office) -> None:
    one = await office.unread()
    told = await asyncio.gather(
        *(office.desk.repair(ECOLOGY, one["id"], {"issuedOn": f"2026-03-0{day}"}) for day in range(1, 6)),
        return_exceptions=True,
    )
    assert [type(one) for one in told if isinstance(one, Exception)] == [HubError] * 4
    assert len((await office.one(one["id"]))["acts"]) == 1


async def test_an_operator_at_the_machine_corrects_in_the_systems_name(office: Office) -> None:
    one, at_machine = await office.unread(), Principal("cli:root", Role.OPERATOR, frozenset({OPERATE}))
    told = await office.desk.repair(at_machine, one["id"], {"issuedOn": "2026-03-01"}, "电话核实", as_system=True)
    assert told.record_id
    after = await office.one(one["id"])
    assert (after["settledBy"], after["acts"][0]["doneBy"]) == ("cli:root", "cli:root")


async def test_an_act_is_kept_where_what_it_did_is_kept_and_nowhere_else(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await office.unread()

    async def cut(*_: Any, **__: Any) -> None:
        raise RuntimeError("cut off before the commit")

    monkeypatch.setattr("hub.services.posting.pipeline._store", cut)
    with pytest.raises(RuntimeError, match="cut off"):
        await office.desk.repair(ECOLOGY, one["id"], {"issuedOn": "2026-03-01"})
    assert (await office.one(one["id"]))["acts"] == []
    async with database.connection() as connection:
        claims = await connection.execute(sa.select(rejections.table.c.claim).where(rejections.table.c.claim.is_not(None)))
        assert not claims.all()


async def test_what_is_left_is_told_where_more_is_meant_than_one_act_does(
    database: Database, posting: Posting, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.services.work.desk.MOST", 3)
    office = Office(database, posting, reading)
    await office.pull()
    total = len(await office.waiting())
    meant = Choice(source="connector:ecology")
    first = await office.desk.retry(ECOLOGY, meant)
    assert (first.done, first.left) == (3, total - 3)
    # Nothing of it fits: whoever goes on until none are left says when that began.
    meant, lefts = replace(meant, tried_before=database.clock.now()), [total]
    while lefts[-1]:
        lefts.append((await office.desk.retry(ECOLOGY, meant)).left)
    assert lefts == [*range(total, 0, -3), 0]
    told = await office.ask(ECOLOGY, RETRY, choice={"triedBefore": "2026-01-01T00:00:00Z"})
    assert told["data"]["retryRejections"] == {"done": 0, "taken": 0, "left": 0}
    dismissed = await office.desk.dismiss(ECOLOGY, replace(meant, tried_before=None), "示例")
    assert (dismissed.done, dismissed.left) == (3, total - 3)
