"""As of: the graph on a day in the world, and what the hub knew at an instant or at a position of its log.

What was corrected later does not leak into the past; what may be seen of penalties follows today's law also there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type

from auth.principals import Principal
from hub.domain.as_of import KNOWN_AT_HEADER, ON_HEADER, PRESENT, Asked
from hub.domain.record_kinds import RecordKind, mine_id
from hub.domain.words.errors import HubError
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.records import log
from schema.answers import Operation
from schema.execution import Graph
from schema.requests import GraphQLRequest, asked_by, read_address, stated_by
from schema.root import build_schema
from tests.duties import licence_succession
from tests.makers import (
    BANK,
    CURSORS,
    ECOLOGY,
    LOAN,
    LOCAL,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    PUBLIC,
    a_province,
    enterprise,
    entry,
    licence,
    mine,
    opinion,
    penalty,
    posted,
    uscc,
)

SCHEMA = build_schema()
#: The first moment of a history, in the morning of a day in China.
FIRST = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)


class History:
    """A hub whose clock goes by days, and what it answers as of a moment."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = FIRST
        self.posting = Posting(database, clock=lambda: self.now)
        self.graph = Graph(SCHEMA, Reading(database, clock=lambda: self.now, cursors=CURSORS), self.posting)

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now

    async def numbered(self) -> None:
        async with self.database.transaction() as connection:
            while await log.sequence(connection):
                pass

    async def told(self, who: Principal, document: str, asked: Asked = PRESENT, **variables: Any) -> dict[str, Any]:
        answer = await self.graph.run(Operation(document, None, variables, LOAN, as_of=asked), who)
        told: dict[str, Any] = json.loads(answer.body)
        return told

    async def data(self, who: Principal, document: str, asked: Asked = PRESENT, **variables: Any) -> dict[str, Any]:
        told = await self.told(who, document, asked, **variables)
        assert "errors" not in told, told["errors"]
        data: dict[str, Any] = told["data"]
        return data

    async def refusal(self, who: Principal, document: str, asked: Asked) -> tuple[str, str | None]:
        told = await self.told(who, document, asked)
        extensions = told["errors"][0]["extensions"]
        return extensions["code"], extensions.get("field")


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


WHOLE = """{ mine(licenceNo: "LICENCE") { id name version standing mustContract enterprise { name }
      versions { id version name }
      opinions { totalCount nodes { id text version } }
      penalties { totalCount sum(of: FINE) nodes { version content } }
      provincialEntry { step } conflicts { code } closureDuties { state } supports { eligibility } }
    mines(filter: {name: {contains: "新"}}) { totalCount nodes { licenceNo } }
    listed: mines(filter: {standing: {in: [LISTED_PROVINCIAL]}}) { totalCount }
    penalties(orderBy: [{field: DECIDED_ON, direction: DESC}], filter: {fine: {to: "250000.00"}}) {
      totalCount sum(of: FINE) nodes { fine } }
    withdrawn: penalties(filter: {withdrawn: true}) { totalCount }
    targetProgress(filter: {prefectureCode: {eq: "530100"}, year: {eq: 2026}}) { nodes { id producing atStandard } }
    plan { phase { phase } } }""".replace("LICENCE", licence(1))


async def test_what_is_recorded_later_does_not_change_what_was_known(history: History) -> None:
    posting = history.posting
    await a_province(posting)
    of_ecology = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(3, fine="100000.00"))
    callers = (ECOLOGY, NATURAL_RESOURCES, LOCAL)
    moments = []

    async def remember() -> None:
        answers = {who.client_id: await history.data(who, WHOLE) for who in callers}
        moments.append((history.now, answers))
        history.later(days=3)

    await remember()
    await posted(
        posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, name="示例新名", enterpriseUscc=mine(2)["enterpriseUscc"])
    )
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1, fine="300000.00", content="示例更正"))
    await remember()
    await posting.withdraw(ECOLOGY, str(of_ecology[0].record_id), "示例撤回", source="test")
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(1, text="示例更正"), opinion(7, nature="COMMENT", verdict=None))
    await remember()
    # A directory entry of long ago that comes late: what holds of those days is known from now on alone.
    late = entry(3, step="RECTIFICATION", effectiveOn="2025-09-01", rectificationDueOn="2025-12-31")
    [result] = await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, late)
    assert result.record_id, result.problems
    await remember()

    told = [answers[ECOLOGY.client_id] for _, answers in moments]
    assert len({json.dumps(one) for one in told}) == len(moments)
    for at, answers in moments:
        for who in callers:
            assert await history.data(who, WHOLE, Asked(known_at=at)) == answers[who.client_id]
            just_before = at + timedelta(days=3) - timedelta(microseconds=1)
            again = await history.data(who, WHOLE, Asked(on=at.date(), known_at=just_before))
            assert again == answers[who.client_id]
    # The same day by what is known today, and by what was known on it.
    standing = f'{{ mine(licenceNo: "{licence(1)}") {{ standing }} }}'
    day = moments[2][0]
    assert (await history.data(ECOLOGY, standing, Asked(on=day.date())))["mine"]["standing"] == "WARNED"
    assert (await history.data(ECOLOGY, standing, Asked(day.date(), day)))["mine"]["standing"] == "LISTED_PROVINCIAL"
    before = Asked(on=datetime(2025, 1, 1, tzinfo=UTC).date(), known_at=day)
    assert (await history.data(ECOLOGY, standing, before))["mine"]["standing"] == "NOT_STARTED"


async def test_a_record_and_its_versions_are_those_of_then(history: History) -> None:
    await a_province(history.posting)
    [result] = await posted(history.posting, ECOLOGY, RecordKind.PENALTY, penalty(7))
    first, record = history.now, result.record_id
    second = history.later(days=1)
    history.later(days=1)
    await posted(history.posting, ECOLOGY, RecordKind.PENALTY, penalty(7, content="示例更正"))
    asked = f'{{ node(id: "{record}") {{ id ... on Penalty {{ version content supersededAt }} }} '
    asked += f'first: node(id: "{record}.v1") {{ id }} later: node(id: "{record}.v2") {{ id ... on Penalty {{ content }} }} }}'
    now = await history.data(ECOLOGY, asked)
    assert (now["node"]["version"], now["node"]["content"]) == (2, "示例更正")
    assert (now["first"]["id"], now["later"]["id"]) == (f"{record}.v1", record)
    for at in (first, second):
        then = await history.data(ECOLOGY, asked, Asked(known_at=at))
        assert then["node"] == {"id": record, "version": 1, "content": penalty(1)["content"], "supersededAt": None}
        # A version that stood then is the record itself; one that came later is nothing.
        assert (then["first"], then["later"]) == ({"id": record}, None)


SEEN = "{ penalties { totalCount sum(of: FINE) nodes { documentNumber content } } }"


async def test_what_a_bank_sees_of_penalties_follows_the_law_of_today_in_the_past_as_well(history: History) -> None:
    posting = history.posting
    await a_province(posting, 2)
    published = {"publishedOn": "2026-04-02", "publicationClass": "SERIOUS", "validUntil": "2030-03-01"}
    stays, withdrawn, changed = (penalty(n, **published) for n in (11, 13, 14))
    # Of no class, so that it may be repaired at any time.
    repaired = penalty(12, **published | {"publicationClass": None})
    # The province has one of this class, which ends before the others.
    expiring = penalty(1)
    hidden = penalty(16, **published | {"publishedOn": None})
    results = await posted(posting, ECOLOGY, RecordKind.PENALTY, stays, repaired, withdrawn, changed, hidden)
    then = history.now

    async def numbers(asked: Asked = PRESENT, who: Principal = BANK) -> list[str]:
        told = (await history.data(who, SEEN, asked))["penalties"]
        assert (told["totalCount"], len(told["nodes"])) == (len(told["nodes"]),) * 2
        assert told["sum"] == f"{200000 * len(told['nodes'])}.00"
        return sorted(row["documentNumber"] for row in told["nodes"])

    def of(*items: Mapping[str, Any]) -> list[str]:
        return sorted(one["documentNumber"] for one in items)

    assert await numbers() == of(stays, repaired, withdrawn, changed, expiring)
    history.later(days=10)
    await posted(
        posting,
        ECOLOGY,
        RecordKind.PENALTY,
        repaired | {"repairedOn": "2026-04-11", "repairDocument": "示例修复1号"},
        changed | {"content": "示例更正"},
        hidden | {"publishedOn": "2026-04-11"},
    )
    await posting.withdraw(ECOLOGY, str(results[2].record_id), "示例撤回", source="test")
    for who in (BANK, PUBLIC):
        # What was not shown then is not shown now as of then, and what is not shown now is not either.
        assert await numbers(Asked(known_at=then), who) == of(stays, changed, expiring)
        assert await numbers(who=who) == of(stays, changed, expiring, hidden)
    told = (await history.data(BANK, SEEN, Asked(known_at=then)))["penalties"]["nodes"]
    assert {row["content"] for row in told} == {changed["content"]}
    # Departments are told what they were told.
    assert len((await history.data(ECOLOGY, SEEN, Asked(known_at=then)))["penalties"]["nodes"]) == 7
    history.later(days=365)
    assert await numbers(Asked(known_at=then)) == of(stays, changed)
    history.later(days=2 * 365)
    assert await numbers(Asked(known_at=then)) == []
    assert await numbers(Asked(on=then.date())) == []
    # Why a mine's support was in doubt would tell of what was repaired since.
    supports = f'{{ mine(licenceNo: "{licence(1)}") {{ supports {{ eligibility }} }} }}'
    for asked in (Asked(known_at=then), Asked(on=then.date())):
        assert await history.refusal(BANK, supports, asked) == ("NOT_AS_OF", None)
    assert await history.data(BANK, supports)


async def test_of_two_posts_in_one_instant_a_position_tells_which_was_known(history: History) -> None:
    posting = history.posting
    await a_province(posting)
    await history.numbered()
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(21, fine="1.00"), penalty(22, fine="10.00"))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(21, fine="100.00"))
    await history.numbered()
    async with history.database.connection() as connection:
        entries = await log.after(connection, 0, 100)
    end = entries[-1].position
    asked = '{ penalties(filter: {documentNumber: {startsWith: "示例罚〔2025〕2"}}) { sum(of: FINE) nodes { version } } }'

    async def sum_at(position: int) -> str:
        marked = entries[position - 1].cursor
        one, other = [await history.data(ECOLOGY, asked, Asked.read(None, at)) for at in (position, str(marked))]
        assert one == other
        return str(one["penalties"]["sum"])

    fines = [await sum_at(position) for position in (end - 3, end - 2, end - 1, end)]
    # No. 2 of the province begins so as well, which was known before.
    assert fines == ["200000.00", "200001.00", "200011.00", "200110.00"]
    # What rules say goes by instants: of a part of one it is not known.
    standing = "{ mines(filter: {standing: {eq: REMOVED}}) { totalCount } }"
    for document in (standing, "{ conflicts { totalCount } }", "{ mines { nodes { standing } } }"):
        assert await history.refusal(ECOLOGY, document, Asked.read(None, end - 1)) == ("NOT_AS_OF", None)
        assert await history.data(ECOLOGY, document, Asked.read(None, end))
    other = str(entries[-2].cursor).split(".")[1]
    assert await history.refusal(ECOLOGY, asked, Asked.read(None, f"{end}.{other}")) == ("LOG_CHANGED", "knownAt")


OLD, NEW = "5301000710001", licence(31)
RENUMBERED = """query ($no: String!) {
    mine(licenceNo: $no) { id licenceNo name standing opinions { nodes { licenceNo mine { name } } }
      penalties { nodes { licenceNos mines { name } } } provincialEntry { step } conflicts { code } }
    opinions(filter: {licenceNo: {eq: $no}}) { totalCount }
    penalties(filter: {licenceNo: {in: [$no]}}) { totalCount }
    listed: mines(filter: {licenceNo: {in: [$no]}, standing: {eq: LISTED_PROVINCIAL}}) { totalCount }
    mines(orderBy: [{field: LICENCE_NO}]) { totalCount nodes { licenceNo name standing } } }"""


@pytest.mark.parametrize("registered", [False, True], ids=["new to the hub", "registered as a mine of its own"])
async def test_a_mine_is_told_under_the_number_that_it_has_now(history: History, registered: bool) -> None:
    posting = history.posting
    about = {"name": "示例矿", "enterpriseUscc": mine(1)["enterpriseUscc"]}
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, licenceNo=OLD, **about), mine(40))
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(1, licenceNo=OLD))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[OLD, licence(40)]))
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, entry(1, licenceNo=OLD))
    asked = Asked(known_at=history.now)
    answer = await history.data(ECOLOGY, RENUMBERED, no=OLD)
    assert (answer["listed"], answer["opinions"]) == ({"totalCount": 1}, {"totalCount": 1})
    if registered:
        history.later(days=1)
        await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, licenceNo=NEW, **about))
        asked = Asked(known_at=history.now)
        await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(1, text="示例更正", licenceNo=OLD))
    history.later(days=1)
    item = licence_succession(predecessors=[OLD], successors=[NEW])
    [result] = await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, item)
    assert result.record_id, result.problems
    between = Asked(known_at=history.now)
    under_new = json.loads(json.dumps(answer, ensure_ascii=False).replace(OLD, NEW))
    for number in (OLD, NEW):
        for moment in (asked, between, PRESENT):
            assert await history.data(ECOLOGY, RENUMBERED, moment, no=number) == under_new, (number, moment)
    # Which number it had when is not kept as it was known.
    numbers = f'{{ mine(licenceNo: "{NEW}") {{ licenceHistory {{ licenceNo }} }} }}'
    assert await history.refusal(ECOLOGY, numbers, asked) == ("NOT_AS_OF", None)
    history.later(days=1)
    await posting.withdraw(NATURAL_RESOURCES, result.record_id, "示例：误报", source="test")
    assert await history.data(ECOLOGY, RENUMBERED, between, no=OLD) == answer
    for moment in (asked, PRESENT):
        # What was taken in is a mine of its own again.
        told = await history.data(ECOLOGY, RENUMBERED, moment, no=OLD)
        mines = [node for node in told["mines"]["nodes"] if node["licenceNo"] != NEW]
        assert len(mines) == told["mines"]["totalCount"] - registered
        assert told | {"mines": {"totalCount": 2, "nodes": mines}} == answer


JOINED = """{ mine(licenceNo: "LICENCE") { licenceNo }
    ended: node(id: "MINE") { ... on Mine { version licenceValidUntil mustContract opinions { totalCount } } }
    enterprise(uscc: "USCC") { predecessors { uscc } }
    mines { totalCount } must: mines(filter: {mustContract: {eq: true}}) { totalCount } }"""
JOINED = JOINED.replace("LICENCE", licence(2)).replace("MINE", mine_id(licence(2))).replace("USCC", uscc(1))


async def test_of_what_went_into_another_it_is_told_what_was_known_before(history: History) -> None:
    posting = history.posting
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1), mine(2))
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, enterprise(1), enterprise(2))
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(1, licenceNo=licence(2)))
    before = Asked(known_at=history.now)
    answer = await history.data(NATURAL_RESOURCES, JOINED)
    assert (answer["ended"]["mustContract"], answer["must"]) == (True, {"totalCount": 2})
    assert answer["mine"] == {"licenceNo": licence(2)}
    history.later(days=1)
    merged = {"form": "MERGER", "predecessors": [licence(1), licence(2)], "principal": licence(1), "successors": [NEW]}
    [made] = await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, licence_succession(1, **merged))
    assert made.record_id, made.problems
    gone = enterprise(2, successorUscc=uscc(1), succeededOn="2026-01-05")
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, gone)
    after = await history.data(NATURAL_RESOURCES, JOINED)
    ended = {"version": 2, "licenceValidUntil": "2026-01-04", "mustContract": False}
    assert after["ended"] == answer["ended"] | ended
    assert after["mine"] == {"licenceNo": NEW}
    assert (after["must"], after["enterprise"]) == ({"totalCount": 1}, {"predecessors": [{"uscc": uscc(2)}]})
    assert await history.data(NATURAL_RESOURCES, JOINED, before) == answer
    assert await history.data(NATURAL_RESOURCES, JOINED, Asked(known_at=history.now)) == after


async def test_what_cannot_be_asked_of_the_past_is_refused_and_not_answered_by_the_present(history: History) -> None:
    known = "{ mines { totalCount } }"
    assert await history.refusal(ECOLOGY, known, Asked(known_at=history.now)) == ("BEFORE_THE_LOG", "knownAt")
    await a_province(history.posting, 1)
    await history.numbered()
    then = history.now
    history.later(days=1)
    today = (history.now + timedelta(hours=8)).date()
    refused = {
        Asked(known_at=then - timedelta(microseconds=1)): ("BEFORE_THE_LOG", "knownAt"),
        Asked(known_at=history.now + timedelta(microseconds=1)): ("IN_THE_FUTURE", "knownAt"),
        Asked(on=today + timedelta(days=1)): ("IN_THE_FUTURE", "on"),
        Asked(on=datetime(1949, 9, 30, tzinfo=UTC).date()): ("OUT_OF_RANGE", "on"),
        Asked.read(None, 0): ("BEFORE_THE_LOG", "knownAt"),
        Asked.read(None, "1000000"): ("BEYOND_THE_LOG", "knownAt"),
    }
    for asked, code in refused.items():
        assert await history.refusal(ECOLOGY, known, asked) == code, asked
    for asked in (Asked(known_at=then), Asked(known_at=history.now), Asked(on=today), Asked.read("1949-10-01", 1)):
        assert await history.data(ECOLOGY, known, asked)
    # Nothing of before is kept of these.
    for document in (
        '{ search(text: "示例") { id } }',
        "{ rejections { totalCount } }",
        "{ discrepancies { totalCount } }",
        "{ deliveries { totalCount } }",
        "{ departments { sources { freshness } } }",
        "{ mines { nodes { sources { code } } } }",
        "{ penalties { nodes { delivery { __typename } } } }",
        "{ mineReads { totalCount } }",
        "{ events(first: 1) { nodes { type } } }",
        '{ _entities(representations: [{__typename: "Mine", licenceNo: "1"}]) { __typename } }',
    ):
        assert await history.refusal(ECOLOGY, document, Asked(known_at=then)) == ("NOT_AS_OF", None), document
    # What may be null leaves the others as they are.
    told = await history.told(ECOLOGY, "{ departments { chineseName } mines { totalCount } }", Asked(known_at=then))
    assert "errors" not in told
    withdrawal = 'mutation { withdrawRecord(id: "penalty_1", reason: "示例") { __typename } }'
    assert await history.refusal(ECOLOGY, withdrawal, Asked(known_at=then)) == ("NOT_AS_OF", "knownAt")
    followed = await history.graph.begin(
        Operation("subscription { recordPosted { position } }", None, {}, LOAN, as_of=Asked(on=today)), ECOLOGY
    )
    assert json.loads(followed.body)["errors"][0]["extensions"]["code"] == "NOT_AS_OF"  # type: ignore[union-attr]


def _lists_by_mine() -> dict[str, list[str]]:
    """The lists that are filtered by a mine's number, each with the plain fields of its rows."""
    lists = {}
    for name, field in SCHEMA._schema.query_type.fields.items():  # type: ignore[union-attr]
        by = field.args.get("filter")
        if by is None or "licenceNo" not in get_named_type(by.type).fields:
            continue
        rows = get_named_type(get_named_type(field.type).fields["nodes"].type)
        lists[name] = [one for one, told in rows.fields.items() if is_leaf_type(get_named_type(told.type))]
    return lists


LISTS_BY_MINE = _lists_by_mine()


@pytest.mark.parametrize("name", LISTS_BY_MINE)
async def test_what_a_list_tells_of_before_it_tells_whatever_it_is_filtered_by(history: History, name: str) -> None:
    await a_province(history.posting, 1)
    then = Asked(known_at=history.now)
    history.later(days=1)

    async def refused(fields: list[str], by: str) -> str | None:
        """The first field of the rows that is not told of before."""
        found = await history.told(ECOLOGY, f"{{ {name}{by} {{ nodes {{ {' '.join(fields)} }} }} }}", then)
        if "errors" not in found:
            return None
        [error] = found["errors"]
        return str(error["path"][-1]) if len(error["path"]) > 1 else name

    kept = ["__typename", *LISTS_BY_MINE[name]]
    while (field := await refused(kept, "")) in kept:
        kept.remove(field)
    for by in (f'eq: "{licence(1)}"', f'in: ["{licence(1)}"]', f'startsWith: "{licence(1)}"', 'contains: "53"'):
        assert await refused(kept, f"(filter: {{licenceNo: {{{by}}}}})") == field, by


async def test_a_cursor_is_good_for_its_moment_alone(history: History) -> None:
    await a_province(history.posting)
    then = Asked(known_at=history.now)
    history.later(days=1)
    await posted(history.posting, NATURAL_RESOURCES, RecordKind.MINE, mine(9, name="示例9号矿"))
    page = "query Q($after: String) { mines(first: 2, after: $after) { nodes { licenceNo } pageInfo { endCursor } } }"
    first = (await history.data(ECOLOGY, page, then))["mines"]
    after = first["pageInfo"]["endCursor"]
    second = (await history.data(ECOLOGY, page, then, after=after))["mines"]["nodes"]
    assert sorted(row["licenceNo"] for row in (*first["nodes"], *second)) == [licence(n) for n in (1, 2, 3)]
    literal = page.replace("$after)", json.dumps(after) + ")").replace("query Q($after: String) ", "")
    for _ in range(2):
        assert (await history.data(ECOLOGY, literal, then))["mines"]["nodes"] == second
    of_now = (await history.data(ECOLOGY, page))["mines"]["pageInfo"]["endCursor"]
    for asked, cursor in (
        (PRESENT, after),
        (Asked(known_at=history.now), after),
        (Asked(FIRST.date() - timedelta(days=1), then.known_at), after),
        (then, of_now),
    ):
        told = await history.told(ECOLOGY, page, asked, after=cursor)
        assert told["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert (await history.told(ECOLOGY, literal))["errors"][0]["extensions"]["field"] == "after"


DAY, INSTANT = "2026-04-02", "2026-04-02T11:00:00+08:00"
BOTH = Asked.read(DAY, INSTANT)


def test_a_moment_is_named_by_headers_or_by_extensions() -> None:
    assert Asked.read(DAY, None) == Asked(on=FIRST.date())
    assert Asked(FIRST.date(), FIRST) == BOTH
    headers = {ON_HEADER.lower().encode(): DAY.encode(), KNOWN_AT_HEADER.lower().encode(): f" {INSTANT} ".encode()}
    assert stated_by(headers) == BOTH
    assert stated_by({}) == PRESENT
    body = {"query": "{ __typename }", "extensions": {"asOf": {"on": DAY, "knownAt": INSTANT}}}
    assert asked_by(body).as_of == BOTH
    address = f"query=%7B__typename%7D&extensions=%7B%22asOf%22:%7B%22on%22:%22{DAY}%22,%22knownAt%22:7%7D%7D"
    assert read_address(address.encode()).as_of == Asked.read(DAY, "7")
    assert BOTH.with_stated(Asked.read(DAY, None)) == BOTH
    assert Asked.read(DAY, None).with_stated(Asked.read(None, INSTANT)) == BOTH


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"on": "2026-02-30"}, "on"),
        ({"on": 20260302}, "on"),
        ({"on": ""}, "on"),
        ({"knownAt": "2026-03-02"}, "knownAt"),
        ({"knownAt": "2026-03-02T11:00:00"}, "knownAt"),
        ({"knownAt": -1}, "knownAt"),
        ({"knownAt": True}, "knownAt"),
        ({"knownAt": "01"}, "knownAt"),
        ({"now": 1}, "extensions.asOf.now"),
    ],
)
def test_what_is_no_moment_is_refused_by_the_name_of_its_field(said: dict[str, Any], field: str) -> None:
    with pytest.raises(HubError) as refused:
        asked_by({"query": "{ __typename }", "extensions": {"asOf": said}})
    assert refused.value.field == field


async def test_two_moments_in_one_request_are_refused() -> None:
    request = GraphQLRequest("{ __typename }", None, None, {}, as_of=BOTH)
    with pytest.raises(HubError) as refused:
        await request.operation(None, ECOLOGY, None, Asked.read("2026-03-01", None))  # type: ignore[arg-type]
    assert refused.value.field == "on"
