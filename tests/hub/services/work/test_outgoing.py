"""What of the log goes out: each version that is to be told, in order, and never what came from there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from auth.principals import Principal, Role
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import RecordKind
from hub.domain.records.transfers import CaseTransfer
from hub.domain.words.deliveries import DeliveryAction
from hub.domain.words.departments import Department
from hub.domain.words.outcomes import Outcome
from hub.services.access.clients import Clients
from hub.services.log.sequencer import Sequencer
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.work.delivery import Delivery
from hub.services.work.destinations import REDIRECTED, department
from hub.services.work.standing import Standing
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.background import at_work
from tests.connectors.conftest import Case
from tests.hub.services.work.delivering import NUMBER, SOON, decided, delivering, orders, rows, settled
from tests.hub.services.work.nodes import Node
from tests.makers import CREDIT, ECOLOGY, MARKET_REGULATION, NATURAL_RESOURCES, Ask, issued_by, posted, seat


async def test_versions_go_out_in_order_with_their_keys_and_what_is_not_to_be_published_does_not(
    database: Database, posting: Posting, ask: Ask
) -> None:
    node = Node()
    minor = decided(3, publicationClass="MINOR", publishedOn=None)
    one, *_ = await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1), decided(2), minor)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1, content="更正"))
    assert one.record_id
    await posting.withdraw(ECOLOGY, one.record_id, "复议撤销", source="graphql")
    async with delivering(database, node):
        found = await settled(database, 4)
    assert [(row.version, row.action, row.because, row.attempts) for row in found] == [
        (1, "REPORT", None, 1),
        (1, "REPORT", None, 1),
        (2, "REPORT", None, 1),
        (3, "WITHDRAW", "复议撤销", 1),
    ]
    assert orders(node, 1) == [("0", "警告，罚款20万元"), ("0", "更正"), ("1", "更正")]
    assert {row.id for row in found} == set(node.taken)
    assert not orders(node, 3)
    # Seven working days from the decision; three from the withdrawal (2 November 2026 is a Monday).
    assert [str(row.due_on) for row in found] == ["2026-03-10"] * 3 + ["2026-11-05"]
    query = '{ penalties { nodes { documentNumber delivery { state version reference dueOn overdue(on: "2026-11-06") } } } }'
    told = (await ask(ECOLOGY, query))["data"]["penalties"]["nodes"]
    kept = {one["documentNumber"]: one["delivery"] for one in told}
    assert kept[NUMBER.format(2)] == {
        "state": "ACKNOWLEDGED",
        "version": 1,
        "reference": "XYGS00000002",
        "dueOn": "2026-03-10",
        "overdue": False,
    }
    assert kept[NUMBER.format(3)] is None


async def told_by_node(posting: Posting, who: Principal, source: str, *items: dict[str, Any]) -> list[Outcome]:
    submissions = [Submission(issued_by(who, item)) for item in items]
    return [result.outcome for result in await posting.post(who, RecordKind.PENALTY, submissions, source=source)]


@pytest.mark.parametrize("source", ["connector:credit_disclosure", "graphql"])
async def test_what_the_node_told_the_hub_by_whatever_way_is_never_sent_back(
    database: Database, posting: Posting, source: str
) -> None:
    node = Node()
    client_id, _ = await Clients(database).add("节点", Role.CREDIT_DISCLOSURE, None)
    who = replace(CREDIT, client_id=client_id)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(2))
    listed = decided(2, department="ECOLOGY")
    told = await told_by_node(posting, who, source, decided(1, department="WATER"), listed)
    repaired = {"repairedOn": "2026-10-01", "repairDocument": "示例修复1号"}
    told += await told_by_node(posting, who, source, listed | repaired)
    assert told == [Outcome.ACCEPTED, Outcome.UNCHANGED, Outcome.NEW_VERSION]
    async with delivering(database, node):
        found = await settled(database, 1)
        await asyncio.sleep(0.2)
        assert [(row.document_number, row.version) for row in await rows(database)] == [(NUMBER.format(2), 1)]
    assert [row.id for row in found] == list(node.taken)


async def test_what_is_handed_to_a_department_goes_to_its_system_and_the_answers_to_its_own(
    database: Database, posting: Posting
) -> None:
    there = {code: Case(code) for code in ("natural_resources", "ecology")}
    # Ecology hands over to natural resources, which answers; what is handed to water goes to neither.
    to_water = duties.transfer(2, toDepartment="WATER", toAuthorityCode=seat(Department.WATER))
    mine, enterprise = makers.mine(), makers.enterprise()
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine)
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, enterprise)
    handed = await posted(posting, ECOLOGY, RecordKind.CASE_TRANSFER, duties.transfer(1), to_water)
    answered = await posted(posting, NATURAL_RESOURCES, RecordKind.TRANSFER_ANSWER, duties.answer(1))
    assert [one.outcome for one in (*handed, *answered)] == [Outcome.ACCEPTED] * 3
    pieces = [
        Delivery(database, case.connector(), department(code, case.connector().manifest.department or Department.WATER)).piece
        for code, case in there.items()
    ]
    async with at_work(Sequencer(database), Standing(database, pieces, grace=2.0)):
        found = await settled(database, 2)
        await asyncio.sleep(0.2)
    assert {(row.destination, row.kind, row.due_on) for row in found} == {
        ("natural_resources", "case_transfer", None),
        ("ecology", "transfer_answer", None),
    }
    assert len(await rows(database)) == 2
    assert {code: len(case.app.state.reported) for code, case in there.items()} == {"natural_resources": 1, "ecology": 1}


class Awry(httpx.AsyncBaseTransport):
    """The way to a system that answers what is handed to it otherwise than it took it, by each of `faults` once."""

    def __init__(self, case: Case, faults: list[str]) -> None:
        self.faults = faults
        self._inner = httpx.ASGITransport(case.app)
        self._inbox = {"natural_resources": "/api/v1/inbox", "ecology": "/gateway/ajyj_js"}[case.code]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self.faults.pop(0) if request.url.path == self._inbox and self.faults else ""
        if fault in ("500", "429"):
            return httpx.Response(int(fault), headers={"retry-after": "0"})
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        if fault == "lost":
            return httpx.Response(502)
        if fault:
            told = answer.json()
            receipts = told["receipts"] if "receipts" in told else told["data"]["list"]
            [key, verdict, said] = ("key", "status", "message") if "receipts" in told else ("LSH", "JG", "YY")
            match fault:
                case "half":
                    del receipts[len(receipts) // 2 :]
                case "twice":
                    receipts += receipts[::-1]
                case "out of order":
                    receipts.reverse()
                case "another key":
                    receipts[0][key] = "delivery_" + "0" * 32
                case "refuses":
                    receipts[:] = [one | {verdict: "7", said: "示例退回"} for one in receipts]
            return httpx.Response(200, json=told)
        return answer


async def test_whatever_a_departments_system_answers_all_that_concerns_it_is_there_once(
    database: Database, posting: Posting
) -> None:
    to_ecology = {"toDepartment": "ECOLOGY", "toAuthorityCode": seat(Department.ECOLOGY)}
    handed = {
        "natural_resources": (ECOLOGY, [duties.transfer(number) for number in range(1, 7)]),
        "ecology": (NATURAL_RESOURCES, [duties.transfer(number, **to_ecology) for number in range(7, 13)]),
    }
    there = {code: Case(code) for code in handed}
    ways = {
        code: Awry(case, ["500", "429", "lost", "half", "twice", "out of order", "another key"]) for code, case in there.items()
    }
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine())
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, makers.enterprise())
    for who, items in handed.values():
        assert {one.outcome for one in await posted(posting, who, RecordKind.CASE_TRANSFER, *items)} == {Outcome.ACCEPTED}
    pieces = [
        Delivery(database, made, department(code, made.manifest.department or Department.WATER), patience=SOON).piece
        for code, case in there.items()
        for made in [case.connector(ways[code])]
    ]
    async with at_work(Sequencer(database), Standing(database, pieces, grace=2.0)):
        found = await settled(database, 12)
        while any(way.faults for way in ways.values()):
            # Some faults are left where little was under way at once: each is met by what is corrected then.
            for who, [first, *_] in handed.values():
                first["facts"] += "。"
                await posted(posting, who, RecordKind.CASE_TRANSFER, first)
            found = await settled(database, len(found) + 2)
        for code, (who, [_, second, *_]) in handed.items():
            ways[code].faults[:] = ["refuses"]
            await posted(posting, who, RecordKind.CASE_TRANSFER, second | {"facts": "有误"})
        found = await settled(database, len(found) + 2, "ACKNOWLEDGED", "REFUSED")
        assert [row.detail for row in found if row.state == "REFUSED"] == ["示例退回"] * 2
        for who, [_, second, *_] in handed.values():
            await posted(posting, who, RecordKind.CASE_TRANSFER, second | {"facts": "更正"})
        found = await settled(database, len(found) + 2, "ACKNOWLEDGED", "REFUSED")
    assert [row.state for row in found].count("REFUSED") == 2
    for code, case in there.items():
        ours = [row for row in found if row.destination == code]
        assert {row.id for row in ours} == set(case.app.state.reported)
        assert len({row.record_id for row in ours}) == 6


def test_what_is_handed_to_another_instead_is_taken_back_from_the_first() -> None:
    tells = department("ecology", Department.ECOLOGY).tells
    day = date(2026, 11, 2)

    def handed(to: Department) -> CaseTransfer:
        record, problems = validate(CaseTransfer, duties.transfer(1, toDepartment=to.value), day)
        assert record is not None, problems
        return record

    ours, others = handed(Department.ECOLOGY), handed(Department.WATER)
    told, back = DeliveryAction.REPORT, DeliveryAction.WITHDRAW
    assert tells(ours, day, None, None) == (told, "")
    assert tells(others, day, None, told) == (back, REDIRECTED)
    assert tells(others, day, None, back) is None
    assert tells(others, day, None, None) is None
    assert tells(ours, day, "误发", told) == (back, "误发")
    assert tells(ours, day, "误发", None) is None
