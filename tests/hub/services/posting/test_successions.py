"""One licence takes the place of another: the mine goes on under its new number, with all that is about it, and counts once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Role
from hub.domain.record_kinds import KINDS, RecordKind, mine_id
from hub.domain.rules.timelines import Subject
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from hub.storage.records.versions import names_mines
from hub.storage.timelines.reaching import reaching
from schema.execution import Graph
from schema.root import build_schema
from tests import duties, makers
from tests.conftest import NOW
from tests.makers import BANK, ECOLOGY, NATURAL_RESOURCES, Ask, licence, posted

OLD, NEW, NEWEST = "5301000710001", licence(1), licence(31)
KIND = RecordKind.LICENCE_SUCCESSION

MINE = """
query ($no: String!) {
  mine(licenceNo: $no) {
    id recordId version licenceNo licenceValidUntil standing contractState
    past: standing(on: "2025-12-31")
    licenceHistory { licenceNo from until succession { documentNumber } }
    opinions { totalCount nodes { documentNumber licenceNo statedLicenceNos mine { licenceNo } } }
    penalties { totalCount nodes { licenceNos statedLicenceNos mines { licenceNo } } }
    contracts { totalCount } recoveryRates { totalCount }
  }
}
"""
COUNTED = """
{ mines { totalCount } listed: mines(filter: {standing: {eq: LISTED_PROVINCIAL}}) { totalCount }
  targetProgress(filter: {prefectureCode: {eq: "530100"}, scale: {eq: LARGE}, year: {eq: 2026}}) {
    nodes { producing atStandard } } }
"""


def reissue(**more: Any) -> dict[str, Any]:
    return duties.licence_succession(predecessors=[OLD], successors=[NEW]) | more


async def a_mine(posting: Posting, number: str = OLD) -> None:
    """A mine under its number of 13 digits, with an opinion, a penalty, a contract, rates and a place in the directory."""
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(licenceNo=number), makers.mine(2))
    await posted(posting, makers.MARKET_REGULATION, RecordKind.ENTERPRISE, makers.enterprise(1))
    await posted(posting, ECOLOGY, RecordKind.OPINION, makers.opinion(licenceNo=number))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(mines=[licence(2), number]))
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, makers.entry(licenceNo=number))
    county = makers.seat(Department.NATURAL_RESOURCES, "530112")
    signed = duties.contract(licenceNo=number, authorityCode=county)
    await posted(posting, NATURAL_RESOURCES, RecordKind.CONTRACT, signed)
    await posted(posting, NATURAL_RESOURCES, RecordKind.RECOVERY_RATES, duties.recovery_rates(licenceNo=number))


async def succeed(posting: Posting, **more: Any) -> str:
    [result] = await posted(posting, NATURAL_RESOURCES, KIND, reissue(**more))
    assert result.outcome is Outcome.ACCEPTED, result.problems
    return str(result.record_id)


async def problems(posting: Posting, kind: RecordKind, item: dict[str, Any]) -> list[tuple[str, str]]:
    [result] = await posted(posting, duties.poster(kind), kind, item)
    return [(problem.path, problem.code) for problem in result.problems]


async def test_a_mine_goes_on_under_its_new_number_with_all_that_is_about_it(
    database: Database, posting: Posting, ask: Ask
) -> None:
    await a_mine(posting)
    before = (await ask(NATURAL_RESOURCES, MINE, no=OLD))["data"]["mine"]
    counted = await ask(NATURAL_RESOURCES, COUNTED)
    succession = await succeed(posting, licenceValidUntil="2050-01-14")

    by_old, by_new = [(await ask(BANK, MINE, no=number))["data"]["mine"] for number in (OLD, NEW)]
    assert by_old == by_new
    assert (by_new["id"], by_new["licenceNo"], by_new["licenceValidUntil"]) == (before["id"], NEW, "2050-01-14")
    assert [by_new[name] for name in ("standing", "past", "contractState")] == [
        before[name] for name in ("standing", "past", "contractState")
    ]
    assert by_new["standing"] == "LISTED_PROVINCIAL"
    assert by_new["licenceHistory"] == [
        {"licenceNo": OLD, "from": None, "until": "2026-01-05", "succession": None},
        {"licenceNo": NEW, "from": "2026-01-05", "until": None, "succession": {"documentNumber": "示例换证〔2025〕1号"}},
    ]
    [opinion] = by_new["opinions"]["nodes"]
    assert (opinion["licenceNo"], opinion["statedLicenceNos"], opinion["mine"]) == (NEW, [OLD], {"licenceNo": NEW})
    [penalty] = by_new["penalties"]["nodes"]
    assert penalty["licenceNos"] == [licence(2), NEW]
    assert penalty["statedLicenceNos"] == [licence(2), OLD]
    assert sorted(one["licenceNo"] for one in penalty["mines"]) == sorted([licence(2), NEW])
    assert (by_new["contracts"], by_new["recoveryRates"]) == ({"totalCount": 1}, {"totalCount": 1})
    assert await ask(NATURAL_RESOURCES, COUNTED) == counted

    query = """query ($no: String!) {
      opinions(filter: {licenceNo: {eq: $no}}) { totalCount }
      penalties(filter: {licenceNo: {in: [$no]}}) { totalCount }
      mines(filter: {licenceNo: {eq: $no}}) { totalCount }
      search(text: $no) { licenceNos } }"""
    entity = '{ _entities(representations: [{__typename: "Mine", licenceNo: "%s"}]) { ... on Mine { licenceNo } } }'
    for number in (OLD, NEW):
        found = (await ask(NATURAL_RESOURCES, query, no=number))["data"]
        assert [found[name]["totalCount"] for name in ("opinions", "penalties", "mines")] == [1, 1, 1]
        assert [NEW] in [hit["licenceNos"] for hit in found["search"]]
        assert await ask(NATURAL_RESOURCES, entity % number) == {"data": {"_entities": [{"licenceNo": NEW}]}}
    assert await Rules(database).differing() == ()

    await posting.withdraw(NATURAL_RESOURCES, succession, "示例：误报", source="test")
    back = (await ask(NATURAL_RESOURCES, MINE, no=OLD))["data"]["mine"]
    assert back | {"version": 0} == before | {"version": 0}
    assert (await ask(NATURAL_RESOURCES, MINE, no=NEW))["data"]["mine"] is None
    assert await ask(NATURAL_RESOURCES, COUNTED) == counted
    assert await Rules(database).differing() == ()

    await posting.reinstate(NATURAL_RESOURCES, succession, "示例：无误", source="test")
    again = (await ask(BANK, MINE, no=OLD))["data"]["mine"]
    assert again | {"version": 0} == by_new | {"version": 0}


async def test_only_kinds_of_which_anything_names_the_mine_are_gone_through(database: Database, posting: Posting) -> None:
    said: list[str] = []
    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    about = {kind: KINDS[kind].plural for kind in KINDS if names_mines(kind)}
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(licenceNo=OLD), makers.mine(2))
    # Of one of them a version stands, of another none that counts does, and of a third a mine among several is named.
    await posted(posting, ECOLOGY, RecordKind.MONITORING_READING, duties.monitoring_reading(licenceNo=OLD))
    [taken_back] = await posted(posting, ECOLOGY, RecordKind.OPINION, makers.opinion(licenceNo=OLD))
    await posting.withdraw(ECOLOGY, str(taken_back.record_id), "示例更正", source="test")
    await posted(posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(mines=[licence(2), OLD]))

    async def gone_through(number: str) -> set[RecordKind]:
        said.clear()
        [result] = await posted(posting, NATURAL_RESOURCES, KIND, reissue(predecessors=[number], successors=[licence(77)]))
        assert result.outcome is Outcome.ACCEPTED
        await posting.withdraw(NATURAL_RESOURCES, str(result.record_id), "示例更正", source="test")
        return {kind for kind, plural in about.items() if any(text.startswith(f"UPDATE {plural} SET") for text in said)} - {
            KIND
        }

    assert await gone_through(OLD) == {RecordKind.MONITORING_READING, RecordKind.OPINION, RecordKind.PENALTY}
    assert await gone_through(licence(2)) == {RecordKind.PENALTY}


async def test_what_still_names_a_mine_by_its_old_number_is_about_the_mine(posting: Posting, ask: Ask) -> None:
    await a_mine(posting)
    await succeed(posting)
    # The same said again, by the old number or by the new, is the same record.
    assert (await posted(posting, ECOLOGY, RecordKind.OPINION, makers.opinion(licenceNo=OLD)))[0].outcome is Outcome.UNCHANGED
    rates = [duties.recovery_rates(licenceNo=number) for number in (OLD, NEW)]
    said = [(await posted(posting, NATURAL_RESOURCES, RecordKind.RECOVERY_RATES, one))[0] for one in rates]
    assert said[0].outcome is Outcome.UNCHANGED
    assert said[0].record_id == said[1].record_id
    fresh = [
        (ECOLOGY, RecordKind.OPINION, makers.opinion(2, licenceNo=OLD)),
        (ECOLOGY, RecordKind.PENALTY, makers.penalty(2, mines=[OLD, NEW])),
        (
            NATURAL_RESOURCES,
            RecordKind.DIRECTORY_ENTRY,
            makers.entry(
                2,
                licenceNo=OLD,
                step="RECTIFICATION",
                effectiveOn="2026-02-01",
                rectificationDueOn="2026-06-01",
                reasonCode="EXHAUSTED",
                legalBasis="示例依据",
            ),
        ),
    ]
    for who, kind, item in fresh:
        [result] = await posted(posting, who, kind, item)
        assert result.outcome is Outcome.ACCEPTED, result.problems
    mine = (await ask(NATURAL_RESOURCES, MINE, no=NEW))["data"]["mine"]
    assert mine["opinions"]["totalCount"] == 2
    assert mine["penalties"]["nodes"][0]["licenceNos"] == [NEW]
    assert mine["penalties"]["nodes"][0]["statedLicenceNos"] == [OLD, NEW]
    assert mine["standing"] == "WARNED"
    assert await problems(posting, RecordKind.MINE, makers.mine(licenceNo=OLD)) == [("licenceNo", ErrorCode.ALREADY_SUCCEEDED)]
    [revised] = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(licenceNo=NEW, name="示例新矿"))
    assert (revised.record_id, revised.outcome) == (mine["recordId"], Outcome.NEW_VERSION)


async def test_a_mine_registered_under_its_new_number_beforehand_is_taken_in(posting: Posting, ask: Ask) -> None:
    await a_mine(posting)
    [early] = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(licenceNo=NEW, name="示例改名矿"))
    await posted(posting, ECOLOGY, RecordKind.OPINION, makers.opinion(7, licenceNo=NEW))
    assert early.outcome is Outcome.ACCEPTED
    succession = await succeed(posting)
    query = "query ($no: String!) { mine(licenceNo: $no) { name opinions { totalCount } } mines { totalCount } }"
    for number in (OLD, NEW):
        told = (await ask(NATURAL_RESOURCES, query, no=number))["data"]
        assert told == {"mine": {"name": "示例改名矿", "opinions": {"totalCount": 2}}, "mines": {"totalCount": 2}}
    await posting.withdraw(NATURAL_RESOURCES, succession, "示例：误报", source="test")
    told = [(await ask(NATURAL_RESOURCES, query, no=number))["data"]["mine"]["opinions"] for number in (OLD, NEW)]
    assert told == [{"totalCount": 1}, {"totalCount": 1}]


async def test_a_number_of_before_the_hub_leads_to_the_mine_too(posting: Posting, ask: Ask) -> None:
    await a_mine(posting, NEW)
    assert await problems(posting, RecordKind.OPINION, makers.opinion(9, licenceNo=OLD)) == [
        ("licenceNo", ErrorCode.UNKNOWN_MINE)
    ]
    succession = await succeed(posting)
    assert await problems(posting, RecordKind.OPINION, makers.opinion(9, licenceNo=OLD)) == []
    [revised] = await posted(posting, NATURAL_RESOURCES, KIND, reissue(succeededOn="2025-01-05"))
    assert revised.outcome is Outcome.NEW_VERSION, revised.problems
    mine = (await ask(BANK, MINE, no=OLD))["data"]["mine"]
    assert (mine["version"], mine["licenceNo"], mine["opinions"]["totalCount"]) == (1, NEW, 2)
    assert [(one["licenceNo"], one["from"], one["until"]) for one in mine["licenceHistory"]] == [
        (OLD, None, "2025-01-05"),
        (NEW, "2025-01-05", None),
    ]
    await posting.withdraw(NATURAL_RESOURCES, succession, "示例：误报", source="test")
    assert (await ask(BANK, MINE, no=OLD))["data"]["mine"] is None
    assert (await ask(BANK, MINE, no=NEW))["data"]["mine"]["opinions"]["totalCount"] == 1


async def test_numbers_succeed_one_another_in_order_and_each_once(posting: Posting, ask: Ask) -> None:
    await a_mine(posting)
    first = await succeed(posting)
    again: dict[str, Any] = {"documentNumber": "示例换证〔2026〕2号", "succeededOn": "2026-03-01"}
    cases: list[tuple[dict[str, Any], tuple[str, ErrorCode]]] = [
        ({"successors": [NEWEST]}, ("predecessors.0", ErrorCode.ALREADY_SUCCEEDED)),
        ({"predecessors": [NEW], "successors": [OLD]}, ("successors.0", ErrorCode.SUCCESSION_CYCLE)),
        ({"predecessors": [NEW], "successors": [NEW]}, ("successors.0", ErrorCode.DUPLICATE)),
        ({"predecessors": [NEW], "successors": [licence(2)]}, ("successors.0", ErrorCode.LICENCE_NUMBER_IN_USE)),
        ({"predecessors": [licence(2)], "successors": [OLD]}, ("successors.0", ErrorCode.LICENCE_NUMBER_IN_USE)),
        ({"predecessors": [licence(77)], "successors": [NEWEST]}, ("predecessors.0", ErrorCode.UNKNOWN_MINE)),
        (
            {"predecessors": [NEW], "successors": [NEWEST], "succeededOn": "2026-01-05"},
            ("succeededOn", ErrorCode.DATES_OUT_OF_ORDER),
        ),
        ({"predecessors": [NEW, licence(2)], "successors": [NEWEST]}, ("predecessors", ErrorCode.TOO_MANY)),
        ({"predecessors": [], "successors": [NEWEST]}, ("predecessors", ErrorCode.REQUIRED)),
    ]
    for more, problem in cases:
        assert await problems(posting, KIND, reissue(**again) | more) == [problem], more
    day_after = reissue(**again) | {"predecessors": [NEW], "successors": [NEWEST], "succeededOn": "2026-01-06"}
    [second] = await posted(posting, NATURAL_RESOURCES, KIND, day_after)
    assert second.outcome is Outcome.ACCEPTED
    for number in (OLD, NEW, NEWEST):
        mine = (await ask(BANK, MINE, no=number))["data"]["mine"]
        assert [one["licenceNo"] for one in mine["licenceHistory"]] == [OLD, NEW, NEWEST]
        assert mine["opinions"]["nodes"][0]["statedLicenceNos"] == [OLD]
    with pytest.raises(HubError) as refused:
        await posting.withdraw(NATURAL_RESOURCES, first, "示例", source="test")
    assert refused.value.code is ErrorCode.CONFLICT
    assert await problems(posting, KIND, reissue(remarks="示例")) == [("", ErrorCode.ALREADY_SUCCEEDED)]
    # A day that was wrong is put right by a revision.
    [revised] = await posted(posting, NATURAL_RESOURCES, KIND, day_after | {"succeededOn": "2026-02-01"})
    assert revised.outcome is Outcome.NEW_VERSION, revised.problems
    mine = (await ask(BANK, MINE, no=OLD))["data"]["mine"]
    assert [one["until"] for one in mine["licenceHistory"]] == ["2026-01-05", "2026-02-01", None]


OF_HISTORY = """
    id version licenceNo licenceValidUntil standing mustContract conflicts { code }
    opinions { totalCount }
    licenceHistory { licenceNo from until mine { licenceNo } succession { form } }
"""
HISTORY = f"query ($no: String!) {{ mine(licenceNo: $no) {{ {OF_HISTORY} }} }}"
ENDED = f"query ($id: ID!) {{ mine: node(id: $id) {{ ... on Mine {{ {OF_HISTORY} }} }} }}"
PROGRESS = """
{ targetProgress(filter: {prefectureCode: {eq: "530100"}, scale: {eq: LARGE}, year: {from: 2025, to: 2026}}) {
    nodes { year producing atStandard } } }
"""


def merger(**more: Any) -> dict[str, Any]:
    both: dict[str, Any] = {"form": "MERGER", "predecessors": [licence(2), OLD], "principal": OLD}
    return duties.licence_succession(successors=[NEW], **both) | more


def split(**more: Any) -> dict[str, Any]:
    both: dict[str, Any] = {"form": "SPLIT", "successors": [licence(5), NEW], "principal": NEW}
    return duties.licence_succession(predecessors=[OLD], **both) | more


def periods(mine: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(one["licenceNo"], one["from"], one["until"], one["mine"]["licenceNo"]) for one in mine["licenceHistory"]]


async def test_of_mines_that_are_merged_one_goes_on_and_the_licences_of_the_others_end(
    database: Database, posting: Posting, ask: Ask
) -> None:
    await a_mine(posting)
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, makers.entry(2, licenceNo=licence(2)))
    await posted(posting, ECOLOGY, RecordKind.OPINION, makers.opinion(2, licenceNo=licence(2)))

    async def told(number: str) -> dict[str, Any]:
        # The number of one that went in leads to where it went; the mine that ended is read as what it is.
        asked = await (
            ask(NATURAL_RESOURCES, ENDED, id=mine_id(number))
            if number == licence(2)
            else ask(NATURAL_RESOURCES, HISTORY, no=number)
        )
        mine: dict[str, Any] = asked["data"]["mine"]
        return mine

    before = await told(OLD), await told(licence(2))
    assert (before[1]["mustContract"], before[1]["standing"]) == (True, "LISTED_PROVINCIAL")
    counted = (await ask(NATURAL_RESOURCES, PROGRESS))["data"]["targetProgress"]["nodes"]
    assert [one["producing"] for one in counted] == [2, 2]
    [made] = await posted(posting, NATURAL_RESOURCES, KIND, merger())
    assert made.outcome is Outcome.ACCEPTED, made.problems

    goes_on = await told(NEW)
    assert await told(OLD) == goes_on
    assert (goes_on["id"], goes_on["opinions"]) == (before[0]["id"], {"totalCount": 1})
    first, ended, begun = (
        (OLD, None, "2026-01-05", NEW),
        (licence(2), None, "2026-01-05", licence(2)),
        (NEW, "2026-01-05", None, NEW),
    )
    assert periods(goes_on) == [first, ended, begun]
    # The other stands as it was until the day, and afterwards is one whose licence has ended: its listing is contradicted.
    other = await told(licence(2))
    assert periods(other) == [ended, begun]
    assert (other["licenceValidUntil"], other["mustContract"], other["opinions"]) == ("2026-01-04", False, {"totalCount": 1})
    assert "LISTED_LICENCE_EXPIRED" in {one["code"] for one in other["conflicts"]}
    # It counts until then, and the two count once from the day on.
    since = (await ask(NATURAL_RESOURCES, PROGRESS))["data"]["targetProgress"]["nodes"]
    assert since == [counted[0], counted[1] | {"producing": 1, "atStandard": counted[1]["atStandard"] - 1}]
    assert await Rules(database).differing() == ()

    # A registry that goes on listing it is behind; people are told where it went.
    again = makers.mine(2)
    [behind] = await posting.post(NATURAL_RESOURCES, RecordKind.MINE, [Submission(again)], source="connector:natural_resources")
    assert behind.outcome is Outcome.STALE
    [refused] = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, again)
    assert [(one.path, one.code, one.detail) for one in refused.problems] == [("licenceNo", ErrorCode.ALREADY_SUCCEEDED, NEW)]
    # It has gone where it went, and no second time; where it went leads on to the number of today.
    renewal = {"predecessors": [NEW], "successors": [NEWEST], "succeededOn": "2026-02-01"}
    taken = reissue(documentNumber="示例换证〔2026〕3号", predecessors=[licence(2)], successors=[licence(6)])
    assert await problems(posting, KIND, taken) == [("predecessors.0", ErrorCode.ALREADY_SUCCEEDED)]
    [renewed] = await posted(posting, NATURAL_RESOURCES, KIND, duties.licence_succession(2, **renewal))
    assert periods(await told(licence(2))) == [
        (licence(2), None, "2026-01-05", licence(2)),
        (NEW, "2026-01-05", "2026-02-01", NEWEST),
        (NEWEST, "2026-02-01", None, NEWEST),
    ]
    assert [one[0] for one in periods(await told(OLD))] == [OLD, licence(2), NEW, NEWEST]
    await posting.withdraw(NATURAL_RESOURCES, str(renewed.record_id), "示例：误报", source="test")

    # A day that was wrong is put right; taken back, both are as they were, and stand again as they did.
    [later] = await posted(posting, NATURAL_RESOURCES, KIND, merger(succeededOn="2026-01-10"))
    assert (later.outcome, (await told(licence(2)))["licenceValidUntil"]) == (Outcome.NEW_VERSION, "2026-01-09")
    await posting.withdraw(NATURAL_RESOURCES, str(made.record_id), "示例：误报", source="test")
    back = await told(OLD), await told(licence(2))
    assert [one | {"version": 0} for one in back] == [one | {"version": 0} for one in before]
    assert (await ask(NATURAL_RESOURCES, PROGRESS))["data"]["targetProgress"]["nodes"] == counted
    assert await Rules(database).differing() == ()
    await posting.reinstate(NATURAL_RESOURCES, str(made.record_id), "示例：无误", source="test")
    assert (await told(licence(2)))["licenceValidUntil"] == "2026-01-09"


LED = """
query ($no: String!, $nos: [String!]) {
  mine(licenceNo: $no) { id licenceNo licenceHistory { licenceNo mine { recordId licenceNo } } }
  one: mines(filter: {licenceNo: {eq: $no}}) { totalCount nodes { licenceNo } }
  several: mines(filter: {licenceNo: {in: $nos}}) { totalCount nodes { licenceNo } }
  opinions(filter: {licenceNo: {eq: $no}}) { nodes { documentNumber licenceNo statedLicenceNos } }
  penalties(filter: {licenceNo: {in: $nos}}) { nodes { documentNumber licenceNos statedLicenceNos } }
  search(text: $no) { licenceNos }
  _entities(representations: [{__typename: "Mine", licenceNo: "%s"}]) { ... on Mine { licenceNo } }
}
"""


GONE = licence(2)
ENDED_RECORDS = """
query ($id: ID!) { node(id: $id) { ... on Mine { opinions { nodes { documentNumber } } recoveryRates { nodes { year } } } } }
"""
#: The day before the merger, the day and the day after it, each with what is issued on it.
DAYS = (11, "2026-01-04"), (12, "2026-01-05"), (13, "2026-01-06")


def number(item: int) -> str:
    return str(makers.opinion(item)["documentNumber"])


async def say_of_the_gone(posting: Posting, extra: int) -> set[Outcome]:
    """Opinions and penalties of the days about the merger, and rates of two years, by the number that ended."""
    opinions = [makers.opinion(no + extra, licenceNo=GONE, issuedOn=day, validUntil=None) for no, day in DAYS]
    penalties = [makers.penalty(no + extra, mines=[GONE, licence(3)], decidedOn=day) for no, day in DAYS]
    rates = [duties.recovery_rates(licenceNo=GONE, year=year) for year in (2025, 2026)]
    results = [
        *(await posted(posting, ECOLOGY, RecordKind.OPINION, *opinions)),
        *(await posted(posting, ECOLOGY, RecordKind.PENALTY, *penalties)),
        *(await posted(posting, NATURAL_RESOURCES, RecordKind.RECOVERY_RATES, *rates)),
    ]
    assert all(one.record_id for one in results), [one.problems for one in results]
    return {one.outcome for one in results}


async def led(ask: Ask, no: str) -> dict[str, Any]:
    data: dict[str, Any] = (await ask(NATURAL_RESOURCES, LED % no, no=no, nos=[no, "5301000719999"]))["data"]
    return data


async def records_of_the_gone(ask: Ask) -> list[Any]:
    mine = (await ask(NATURAL_RESOURCES, ENDED_RECORDS, id=mine_id(GONE)))["data"]["node"]
    numbers, years = [one["documentNumber"] for one in mine["opinions"]["nodes"]], mine["recoveryRates"]["nodes"]
    return [*sorted(numbers), *sorted(one["year"] for one in years)]


async def test_the_number_of_a_mine_that_went_into_another_leads_to_that_and_its_records_by_their_days(
    database: Database, posting: Posting, ask: Ask
) -> None:
    """What is of a day before the merger is the ended mine's, what is of the day itself or later that of the mine that goes on,
    whether it is told before the merger is or after."""
    await a_mine(posting)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(3))
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, makers.entry(2, licenceNo=GONE))
    await say_of_the_gone(posting, 0)
    [made] = await posted(posting, NATURAL_RESOURCES, KIND, merger())
    assert made.record_id, made.problems
    assert await say_of_the_gone(posting, 0) == {Outcome.UNCHANGED}
    assert await say_of_the_gone(posting, 10) == {Outcome.ACCEPTED, Outcome.UNCHANGED}
    removed = makers.entry(
        9, licenceNo=GONE, step="REMOVED", effectiveOn="2026-02-01", reasonCode="EXHAUSTED", legalBasis="示例依据"
    )
    [out] = await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, removed)
    assert out.record_id, out.problems

    told = await led(ask, GONE)
    assert told["mine"]["licenceNo"] == NEW
    assert {"licenceNo": GONE, "mine": {"recordId": mine_id(GONE), "licenceNo": GONE}} in told["mine"]["licenceHistory"]
    assert told["one"] == told["several"] == {"totalCount": 1, "nodes": [{"licenceNo": NEW}]}
    assert told["_entities"] == [{"licenceNo": NEW}]
    found = [hit["licenceNos"] for hit in told["search"]]
    assert [GONE] in found
    assert [NEW] in found
    opinions = {one["documentNumber"]: (one["licenceNo"], one["statedLicenceNos"]) for one in told["opinions"]["nodes"]}
    penalties = {one["documentNumber"]: (one["licenceNos"], one["statedLicenceNos"]) for one in told["penalties"]["nodes"]}
    for extra in (0, 10):
        before, *since = [opinions[number(no + extra)] for no, _ in DAYS]
        assert (before, since) == ((GONE, None), [(NEW, [GONE])] * 2)
        before, *since = [penalties[str(makers.penalty(no + extra)["documentNumber"])] for no, _ in DAYS]
        assert (before, since) == (([GONE, licence(3)], None), [([NEW, licence(3)], [GONE, licence(3)])] * 2)
    # The rates of 2026 begin before the day, and a directory ends a listing under the number that it has.
    assert await records_of_the_gone(ask) == [number(11), number(21), 2025, 2026]
    entries = "query ($no: String!) { directoryEntries(filter: {documentNumber: {eq: $no}}) { nodes { licenceNo } } }"
    [entry] = (await ask(NATURAL_RESOURCES, entries, no=removed["documentNumber"]))["data"]["directoryEntries"]["nodes"]
    assert entry == {"licenceNo": GONE}
    assert await Rules(database).differing() == ()


async def test_what_came_with_a_merger_goes_along_and_goes_back(database: Database, posting: Posting, ask: Ask) -> None:
    await a_mine(posting)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(3))
    await say_of_the_gone(posting, 0)
    alone = await led(ask, GONE)
    [made] = await posted(posting, NATURAL_RESOURCES, KIND, merger(predecessors=[GONE, OLD]))
    # A day that was wrong is put right.
    await posted(posting, NATURAL_RESOURCES, KIND, merger(predecessors=[GONE, OLD], succeededOn="2026-01-06"))
    kept = [number(11), number(12), 2025, 2026]
    assert await records_of_the_gone(ask) == kept
    renewal = {"predecessors": [NEW], "successors": [NEWEST], "succeededOn": "2026-02-01"}
    [renewed] = await posted(posting, NATURAL_RESOURCES, KIND, duties.licence_succession(2, **renewal))
    told = await led(ask, GONE)
    assert told["mine"]["licenceNo"] == NEWEST
    assert {one["licenceNo"] for one in told["opinions"]["nodes"]} == {GONE, NEWEST}
    assert [NEWEST] in [hit["licenceNos"] for hit in told["search"]]
    # What is sent by any of the numbers of a year is the same.
    later = [duties.recovery_rates(licenceNo=no, year=2026) for no in (GONE, NEWEST)]
    said = [(await posted(posting, NATURAL_RESOURCES, RecordKind.RECOVERY_RATES, one))[0] for one in later]
    assert [one.outcome for one in said] == [Outcome.UNCHANGED, Outcome.ACCEPTED]
    for record in (renewed.record_id, made.record_id):
        await posting.withdraw(NATURAL_RESOURCES, str(record), "示例：误报", source="test")
    back = await led(ask, GONE)
    assert [back[name] for name in ("mine", "one", "several", "opinions", "penalties", "search")] == [
        alone[name] for name in ("mine", "one", "several", "opinions", "penalties", "search")
    ]
    assert await Rules(database).differing() == ()
    await posting.reinstate(NATURAL_RESOURCES, str(made.record_id), "示例：无误", source="test")
    assert await records_of_the_gone(ask) == kept


async def test_a_mine_that_is_split_goes_on_under_one_number_and_the_others_begin_and_point_back(
    database: Database, posting: Posting, ask: Ask
) -> None:
    await a_mine(posting)
    [made] = await posted(posting, NATURAL_RESOURCES, KIND, split())
    assert made.outcome is Outcome.ACCEPTED, made.problems
    assert (await ask(BANK, MINE, no=licence(5)))["data"]["mine"] is None
    [begun] = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(5))
    assert begun.outcome is Outcome.ACCEPTED, begun.problems
    principal, other = [(await ask(NATURAL_RESOURCES, HISTORY, no=number))["data"]["mine"] for number in (OLD, licence(5))]
    assert (principal["standing"], principal["opinions"]) == ("LISTED_PROVINCIAL", {"totalCount": 1})
    assert (other["standing"], other["opinions"]) == ("NOT_STARTED", {"totalCount": 0})
    before = (OLD, None, "2026-01-05", NEW)
    assert periods(principal) == [before, (NEW, "2026-01-05", None, NEW)]
    assert periods(other) == [before, (licence(5), "2026-01-05", None, licence(5))]
    assert [one["succession"] for one in other["licenceHistory"]] == [None, {"form": "SPLIT"}]
    # What has come out of one comes out of no other, and has numbers after it as every mine.
    twice = split(documentNumber="示例分立〔2026〕9号", predecessors=[licence(2)], successors=[licence(5), licence(6)])
    assert await problems(posting, KIND, twice | {"principal": licence(6)}) == [
        ("successors.0", ErrorCode.LICENCE_NUMBER_IN_USE)
    ]
    renewal = {"predecessors": [licence(5)], "successors": [licence(7)], "succeededOn": "2026-02-01"}
    await posted(posting, NATURAL_RESOURCES, KIND, duties.licence_succession(3, **renewal))
    renewed = (await ask(NATURAL_RESOURCES, HISTORY, no=licence(5)))["data"]["mine"]
    assert periods(renewed) == [
        before,
        (licence(5), "2026-01-05", "2026-02-01", licence(7)),
        (licence(7), "2026-02-01", None, licence(7)),
    ]
    assert await Rules(database).differing() == ()
    await posting.withdraw(NATURAL_RESOURCES, str(made.record_id), "示例：误报", source="test")
    assert [one[0] for one in periods((await ask(NATURAL_RESOURCES, HISTORY, no=licence(7)))["data"]["mine"])] == [
        licence(5),
        licence(7),
    ]
    assert (await ask(BANK, MINE, no=NEW))["data"]["mine"] is None


async def test_a_penalty_of_several_mines_goes_along_with_each_of_them(database: Database, posting: Posting, ask: Ask) -> None:
    """Each has its own numbers in its own time; that one gets another takes it from none of the others."""
    sent = [licence(n) for n in (2, 3, 4)]
    await posted(
        posting, NATURAL_RESOURCES, RecordKind.MINE, *(makers.mine(n, enterpriseUscc=makers.uscc(1)) for n in (2, 3, 4))
    )
    await posted(posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(mines=sent))

    async def named() -> list[str]:
        [penalty] = (await ask(ECOLOGY, "{ penalties { nodes { licenceNos statedLicenceNos } } }"))["data"]["penalties"][
            "nodes"
        ]
        assert penalty["statedLicenceNos"] == sent
        for no in (*sent, *penalty["licenceNos"]):
            found = await ask(ECOLOGY, "query ($no: String!) { mine(licenceNo: $no) { penalties { totalCount } } }", no=no)
            assert found["data"]["mine"]["penalties"]["totalCount"] == 1, no
        assert await Rules(database).differing() == ()
        numbers: list[str] = penalty["licenceNos"]
        return numbers

    merged = {"form": "MERGER", "predecessors": [licence(33), licence(4)], "principal": licence(33)}
    steps: list[tuple[dict[str, Any], list[int]]] = [
        ({"predecessors": [licence(2)], "successors": [licence(32)]}, [32, 3, 4]),
        ({"predecessors": [licence(3)], "successors": [licence(33)]}, [32, 33, 4]),
        # What went into another before the decision is about the mine that goes on.
        (merged | {"successors": [licence(34)]}, [32, 34]),
        ({"predecessors": [licence(32)], "successors": [licence(35)]}, [35, 34]),
    ]
    made = []
    for place, (said, wanted) in enumerate(steps, start=1):
        made.append(await succeed(posting, **duties.licence_succession(place, succeededOn=f"2026-02-0{place}", **said)))
        assert await named() == [licence(n) for n in wanted]
    for succession, wanted in ((made[2], [35, 33, 4]), (made[1], [35, 3, 4]), (made[3], [32, 3, 4])):
        await posting.withdraw(NATURAL_RESOURCES, succession, "示例更正", source="test")
        assert await named() == [licence(n) for n in wanted]


async def test_what_stands_on_a_merger_is_taken_back_before_it(posting: Posting) -> None:
    await a_mine(posting)
    first = {"predecessors": [licence(2)], "successors": [licence(6)], "succeededOn": "2025-12-01"}
    [renewed] = await posted(posting, NATURAL_RESOURCES, KIND, duties.licence_succession(5, **first))
    [merged] = await posted(posting, NATURAL_RESOURCES, KIND, merger(predecessors=[OLD, licence(6)]))
    assert merged.outcome is Outcome.ACCEPTED, merged.problems
    assert await problems(posting, KIND, duties.licence_succession(5, **first, remarks="示例")) == [
        ("", ErrorCode.ALREADY_SUCCEEDED)
    ]
    mine = mine_id(licence(2))
    for record, before in ((renewed.record_id, None), (merged.record_id, mine)):
        if before:
            await posting.withdraw(NATURAL_RESOURCES, before, "示例：误报", source="test")
        with pytest.raises(HubError) as refused:
            await posting.withdraw(NATURAL_RESOURCES, str(record), "示例：误报", source="test")
        assert refused.value.code is ErrorCode.CONFLICT
    await posting.reinstate(NATURAL_RESOURCES, mine, "示例：无误", source="test")
    for record in (merged.record_id, renewed.record_id):
        await posting.withdraw(NATURAL_RESOURCES, str(record), "示例：误报", source="test")


async def test_of_several_numbers_one_is_the_principal_and_each_is_registered(posting: Posting) -> None:
    await a_mine(posting)
    cases: list[tuple[dict[str, Any], tuple[str, ErrorCode]]] = [
        (merger(principal=None), ("principal", ErrorCode.REQUIRED)),
        (merger(principal=NEW), ("principal", ErrorCode.NOT_A_CHOICE)),
        (merger(predecessors=[OLD]), ("predecessors", ErrorCode.REQUIRED)),
        (merger(successors=[NEW, NEWEST]), ("successors", ErrorCode.TOO_MANY)),
        (merger(predecessors=[OLD, licence(77)]), ("predecessors.1", ErrorCode.UNKNOWN_MINE)),
        (merger(predecessors=[OLD, licence(77)], principal=licence(77)), ("predecessors.1", ErrorCode.UNKNOWN_MINE)),
        (merger(succeededOn="2020-01-15"), ("succeededOn", ErrorCode.DATES_OUT_OF_ORDER)),
        (split(principal=None), ("principal", ErrorCode.REQUIRED)),
        (split(principal=OLD), ("principal", ErrorCode.NOT_A_CHOICE)),
        (split(successors=[NEW]), ("successors", ErrorCode.REQUIRED)),
        (split(predecessors=[OLD, licence(2)]), ("predecessors", ErrorCode.TOO_MANY)),
        (reissue(principal=OLD), ("principal", ErrorCode.NOT_A_CHOICE)),
    ]
    for item, problem in cases:
        assert await problems(posting, KIND, item) == [problem], item
    assert await problems(posting, KIND, merger(succeededOn="2020-01-16")) == []


async def test_a_registry_that_goes_on_listing_licences_that_ended_changes_nothing(posting: Posting, ask: Ask) -> None:
    """Its word is behind, and waits for nobody; people are told which number to use."""
    await a_mine(posting)
    await succeed(posting)
    mine = (await ask(BANK, MINE, no=NEW))["data"]["mine"]
    old, own = makers.mine(licenceNo=OLD, name="示例旧名"), "connector:natural_resources"
    for submission in (
        Submission(old),
        Submission(old, withdrawn="示例：旧证注销"),
        Submission(old | {"changedAt": "2026-11-01T00:00:00Z"}),
    ):
        [told] = await posting.post(NATURAL_RESOURCES, RecordKind.MINE, [submission], source=own)
        assert (told.outcome, told.record_id) == (Outcome.STALE, mine["recordId"])
    assert await problems(posting, RecordKind.MINE, old) == [("licenceNo", ErrorCode.ALREADY_SUCCEEDED)]
    # Of what is not its to say it learns nothing.
    elsewhere = makers.caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, "530400")
    [told] = await posting.post(elsewhere, RecordKind.MINE, [Submission(old)], source=own)
    assert (told.outcome, told.record_id) == (Outcome.REJECTED, None)
    assert (await ask(BANK, MINE, no=NEW))["data"]["mine"] == mine


async def test_of_a_new_licence_that_states_one_day_the_other_is_the_old_ones(posting: Posting, ask: Ask) -> None:
    await a_mine(posting)
    begins, ends = (makers.mine()[name] for name in ("licenceValidFrom", "licenceValidUntil"))
    after, before = str(date.fromisoformat(ends) + timedelta(1)), str(date.fromisoformat(begins) - timedelta(1))
    late = [("licenceValidFrom", ErrorCode.DATES_OUT_OF_ORDER)]
    early = [("licenceValidUntil", ErrorCode.DATES_OUT_OF_ORDER)]
    assert await problems(posting, KIND, reissue(licenceValidFrom=after)) == late
    assert await problems(posting, KIND, reissue(licenceValidUntil=before)) == early
    assert await problems(posting, KIND, reissue(licenceValidFrom=ends)) == []
    # Revised, it is held against what the old licence said, not against what it has said itself.
    assert await problems(posting, KIND, reissue(licenceValidUntil=begins)) == []
    mine = (await ask(BANK, MINE, no=NEW))["data"]["mine"]
    assert mine["licenceValidUntil"] == begins
    # In a batch each is held against the one before it.
    chain = [
        duties.licence_succession(2, predecessors=[NEW], successors=[NEWEST], succeededOn="2026-02-01", licenceValidFrom=after),
        duties.licence_succession(
            2,
            predecessors=[NEW],
            successors=[NEWEST],
            succeededOn="2026-02-01",
            licenceValidFrom=after,
            licenceValidUntil=after,
        ),
        duties.licence_succession(
            3, predecessors=[NEWEST], successors=[licence(32)], succeededOn="2026-03-01", licenceValidUntil=ends
        ),
    ]
    told = await posted(posting, NATURAL_RESOURCES, KIND, *chain)
    assert [[(one.path, one.code) for one in result.problems] for result in told] == [late, [], early]
    # A mine that was registered under the new number has its own days.
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(licenceNo=licence(33), licenceValidUntil=after))
    taken_in = duties.licence_succession(4, predecessors=[NEWEST], successors=[licence(33)], succeededOn="2026-03-01")
    assert await problems(posting, KIND, taken_in | {"licenceValidFrom": after}) == []


async def test_a_screening_is_of_the_mine_under_whichever_number(database: Database, posting: Posting, ask: Ask) -> None:
    """A number is no boundary: only another boundary makes what was compared another."""
    await a_mine(posting)
    await posted(posting, NATURAL_RESOURCES, RecordKind.SCREENING, duties.screening(licenceNo=OLD, overlaps=[]))
    later = Posting(database, clock=lambda: NOW + timedelta(hours=1))
    query = "{ screenings { nodes { licenceNo state } } }"

    async def told() -> list[dict[str, str]]:
        nodes: list[dict[str, str]] = (await ask(NATURAL_RESOURCES, query))["data"]["screenings"]["nodes"]
        return nodes

    await succeed(later)
    assert await told() == [{"licenceNo": NEW, "state": "CURRENT"}]
    await posted(later, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(licenceNo=NEW, boundary=None))
    assert await told() == [{"licenceNo": NEW, "state": "OUTDATED"}]


async def test_a_contract_goes_on_with_who_signed_it_whoever_holds_the_mine_since(posting: Posting, ask: Ask) -> None:
    await a_mine(posting)
    county = makers.caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, "530112")
    signed = duties.contract(licenceNo=OLD, authorityCode=makers.seat(Department.NATURAL_RESOURCES, "530112"))
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(licenceNo=OLD, enterpriseUscc=makers.uscc(2)))
    done = signed | {"milestones": [{"task": "完成矿区绿化", "dueOn": "2026-06-30", "doneOn": "2026-05-01", "progress": 100}]}
    [revised] = await posted(posting, county, RecordKind.CONTRACT, done)
    assert revised.outcome is Outcome.NEW_VERSION, revised.problems
    # Who held it when it was signed has signed; whom the hub knew for no holder then is told of.
    page = "{ conflicts(filter: {code: {eq: CONTRACTED_WITH_ANOTHER}}) { nodes { section evidence } } }"
    for item, is_told in (
        (signed | {"documentNumber": "示例合同〔2026〕9号"}, False),
        (signed | {"partyUscc": makers.uscc(3)}, True),
    ):
        [taken] = await posted(posting, county, RecordKind.CONTRACT, item)
        assert taken.record_id, taken.problems
        nodes = (await ask(NATURAL_RESOURCES, page))["data"]["conflicts"]["nodes"]
        assert [(one["section"], one["evidence"][0]) for one in nodes] == [("2.2", taken.record_id)] * is_told


async def test_who_read_a_mine_is_found_by_any_of_its_numbers(database: Database, posting: Posting, reading: Reading) -> None:
    ledger = ReadLedger(database, clock=lambda: NOW)
    ask = Ask(Graph(build_schema(), reading, posting, reads=ledger))
    reads = (
        "query ($no: String!, $client: String!) { mineReads(filter: {licenceNo: {eq: $no}, clientId: {eq: $client}}) { nodes {"
    )
    reads += " licenceNo times } } }"
    read = "query ($no: String!) { mine(licenceNo: $no) { name } }"

    async def told(number: str) -> tuple[set[str], int]:
        await ledger.write()
        nodes = (await ask(makers.OPERATOR, reads, no=number, client=BANK.client_id))["data"]["mineReads"]["nodes"]
        return {one["licenceNo"] for one in nodes}, sum(one["times"] for one in nodes)

    await a_mine(posting)
    await ask(BANK, read, no=OLD)
    assert await told(OLD) == ({OLD}, 1)
    await ask(BANK, read, no=OLD)
    succession = await succeed(posting)
    # What was read before, what was on its way into the ledger, what is asked for by the old number, or by two at once.
    assert await told(NEW) == ({NEW}, 2)
    await ask(BANK, read, no=OLD)
    assert await told(OLD) == ({NEW}, 3)
    await ask(BANK, "query ($nos: [String!]) { mines(filter: {licenceNo: {in: $nos}}) { totalCount } }", nos=[OLD, NEW])
    assert await told(OLD) == ({NEW}, 4)
    await posting.withdraw(NATURAL_RESOURCES, succession, "示例：误报", source="test")
    assert await told(OLD) == ({OLD}, 4)


async def test_what_a_mine_is_reached_by_is_held_while_it_gets_another_number(database: Database, posting: Posting) -> None:
    """Its holder and the policies of its supports: who posts of them must not look for the mine under its old number."""
    await a_mine(posting)
    policy = duties.support_policy()
    await posted(posting, duties.poster(RecordKind.SUPPORT_POLICY), RecordKind.SUPPORT_POLICY, policy)
    grant = duties.support_grant(licenceNo=OLD, policyNumber=policy["documentNumber"])
    [given] = await posted(posting, duties.poster(RecordKind.SUPPORT_GRANT), RecordKind.SUPPORT_GRANT, grant)
    assert given.record_id, given.problems
    async with database.connection() as connection:
        assert await reaching(connection, Subject.MINE, [OLD]) == {makers.uscc(1), policy["documentNumber"]}
        assert await reaching(connection, Subject.MINE, []) == set()


async def test_only_an_organ_of_the_mines_place_says_so(posting: Posting) -> None:
    await a_mine(posting)
    for division, code in (("530400", ErrorCode.OUTSIDE_JURISDICTION), ("530100", None), ("530112", None)):
        who = makers.caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, division)
        item = reissue(authorityCode=makers.seat(Department.NATURAL_RESOURCES, division))
        [result] = await posting.rehearse(who, KIND, [Submission(item)], source="test")
        assert [problem.code for problem in result.problems] == ([code] if code else [])
    with pytest.raises(HubError) as refused:
        await posted(posting, ECOLOGY, KIND, reissue())
    assert refused.value.code is ErrorCode.FORBIDDEN
