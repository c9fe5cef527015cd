"""Each condition word of the access table on both sides of its edge: in lists, counts and sums, by id, along relations, and as
events tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from auth.principals import Principal, Role
from auth.rules import CLASSES
from hub.domain.declaring.fields import camel
from hub.domain.read_plan import Chosen, Condition, Leaf, Object, Param, ReadPlan
from hub.domain.record_kinds import KINDS, RecordKind, mine_id
from hub.domain.words.departments import Department
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.conftest import NOW
from tests.hub.services.banks import test_offices
from tests.makers import (
    BANK,
    CREDIT,
    ECOLOGY,
    FINANCE,
    LOAN,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    OPERATOR,
    PUBLIC,
    Ask,
    caller,
    licence,
    posted,
    seat,
)
from tests.schema import test_following

PREFECTURE = caller(Role.DEPARTMENT, Department.ECOLOGY, "530100")
COUNTY = caller(Role.DEPARTMENT, Department.ECOLOGY, "530112")
COUNTY_FINANCE = caller(Role.DEPARTMENT, Department.FINANCE, "530112")
LEADING_COUNTY = caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, "530112")


@dataclass(frozen=True)
class Edge:
    """A record that `sees` may see, and whoever `misses` it may not."""

    name: str
    word: Condition
    kind: RecordKind
    item: dict[str, Any]
    poster: Principal
    sees: tuple[Principal, ...] = ()
    misses: tuple[Principal, ...] = ()


def _penalty(name: str, *, seen: bool, **more: Any) -> Edge:
    item = makers.penalty(1, **{"fine": "7.00", "publishedOn": "2026-03-10"} | more)
    who = {"sees": (BANK, FINANCE)} if seen else {"sees": (FINANCE,), "misses": (BANK,)}
    return Edge(name, Condition.IN_PUBLICATION, RecordKind.PENALTY, item, ECOLOGY, **who)


_HANDED = duties.transfer(1, toDepartment="FINANCE", toAuthorityCode=seat(Department.FINANCE))
#: Handed from a prefecture's organ to another's, about a mine of the first: the receiver lies outside the mine's division.
_ABROAD = _HANDED | {"authorityCode": seat(Department.ECOLOGY, "530100"), "toAuthorityCode": seat(Department.FINANCE, "530400")}
_SENDS, _RECEIVES = (
    caller(Role.DEPARTMENT, one, code) for one, code in ((Department.ECOLOGY, "530100"), (Department.FINANCE, "530400"))
)
#: Beside them, above them and below them.
_NO_SIDE = tuple(
    caller(Role.DEPARTMENT, one, code)
    for one, code in (
        (Department.ECOLOGY, "530112"),
        (Department.ECOLOGY, "530400"),
        (Department.FINANCE, "530100"),
        (Department.FINANCE, "530112"),
        (Department.FINANCE, "530402"),
        (Department.WATER, "530000"),
        (Department.WATER, "530400"),
        (Department.NATURAL_RESOURCES, "530300"),
    )
)
_ELSEWHERE = {"licenceNo": licence(2)}

EDGES = [
    # The tests' day is 2 November 2026.
    _penalty("its last day", seen=True, publicationEndsOn="2026-11-02"),
    _penalty("the day after its last", seen=False, publicationEndsOn="2026-11-01"),
    _penalty("the last day of three years, of no class", seen=True, publicationClass=None, decidedOn="2023-11-02"),
    _penalty("the day after three years, of no class", seen=False, publicationClass=None, decidedOn="2023-11-01"),
    _penalty("a stated end that is later than the class's", seen=False, decidedOn="2025-11-01", publicationEndsOn="2026-12-01"),
    _penalty("never published", seen=False, publishedOn=None),
    _penalty("repaired today", seen=False, repairedOn="2026-11-02", repairDocument="示例修复1号"),
    _penalty("annulled today", seen=False, annulledOn="2026-11-02"),
    _penalty("disputed", seen=True, disputed=True),
    _penalty("three months of a minor one are over", seen=False, publicationClass="MINOR"),
    _penalty("three years of a serious one are not", seen=True, publicationClass="SERIOUS"),
    Edge(
        "of an organisation",
        Condition.PUBLICISED,
        RecordKind.PENALTY,
        makers.penalty(1, fine="7.00", publicationEndsOn="2026-11-02"),
        ECOLOGY,
        (PUBLIC, BANK),
    ),
    Edge(
        "the day after its last",
        Condition.PUBLICISED,
        RecordKind.PENALTY,
        makers.penalty(1, fine="7.00", publicationEndsOn="2026-11-01"),
        ECOLOGY,
        (FINANCE,),
        (PUBLIC,),
    ),
    Edge(
        "of a natural person",
        Condition.PUBLICISED,
        RecordKind.PENALTY,
        makers.penalty(1, fine="7.00", partyCategory="NATURAL_PERSON", partyUscc=None, partyIdType="身份证", partyIdNo="x"),
        ECOLOGY,
        (BANK, FINANCE),
        (PUBLIC,),
    ),
    Edge(
        "an answered one",
        Condition.ANSWERED,
        RecordKind.APPEAL,
        duties.appeal(1, answeredOn="2026-11-02", answer="示例回应"),
        ECOLOGY,
        (PUBLIC, FINANCE),
    ),
    Edge("an open one", Condition.ANSWERED, RecordKind.APPEAL, duties.appeal(1), ECOLOGY, (FINANCE,), (PUBLIC,)),
    Edge(
        "listed",
        Condition.IN_FORCE,
        RecordKind.DIRECTORY_ENTRY,
        makers.entry(1),
        NATURAL_RESOURCES,
        (PUBLIC, BANK),
    ),
    Edge(
        "proposed",
        Condition.IN_FORCE,
        RecordKind.DIRECTORY_ENTRY,
        makers.entry(1, step="PROPOSED", effectiveOn="2026-11-02"),
        NATURAL_RESOURCES,
        (BANK,),
        (PUBLIC,),
    ),
    Edge("audit", Condition.AUDIT_OPINION, RecordKind.OPINION, makers.opinion(1), ECOLOGY, (BANK, FINANCE)),
    Edge(
        "comment",
        Condition.AUDIT_OPINION,
        RecordKind.OPINION,
        makers.opinion(1, nature="COMMENT", verdict=None),
        ECOLOGY,
        (FINANCE,),
        (BANK,),
    ),
    Edge(
        "handed by one department to another",
        Condition.PARTY_OR_LEAD,
        RecordKind.CASE_TRANSFER,
        _HANDED,
        ECOLOGY,
        (ECOLOGY, FINANCE, NATURAL_RESOURCES, OPERATOR, LEADING_COUNTY),
        (MARKET_REGULATION, caller(Role.DEPARTMENT, Department.WATER, "530112"), COUNTY, COUNTY_FINANCE),
    ),
    Edge(
        "handed to an organ outside the mine's division",
        Condition.PARTY_ORGAN,
        RecordKind.CASE_TRANSFER,
        _ABROAD,
        _SENDS,
        (
            *(_SENDS, _RECEIVES, ECOLOGY, FINANCE, NATURAL_RESOURCES, LEADING_COUNTY),
            *(caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, code) for code in ("530100", "530400")),
        ),
        _NO_SIDE,
    ),
    Edge(
        "handed from a county, about an enterprise alone",
        Condition.PARTY_ORGAN,
        RecordKind.CASE_TRANSFER,
        _ABROAD | {"authorityCode": seat(Department.ECOLOGY, "530112"), "licenceNo": None, "partyUscc": makers.uscc(1)},
        COUNTY,
        (COUNTY, PREFECTURE, _RECEIVES, LEADING_COUNTY, NATURAL_RESOURCES),
        tuple({*_NO_SIDE} - {COUNTY}),
    ),
    Edge(
        "within",
        Condition.WITHIN_DIVISION,
        RecordKind.PENALTY,
        makers.penalty(1),
        FINANCE,
        (PREFECTURE, COUNTY, COUNTY_FINANCE, ECOLOGY),
        (caller(Role.DEPARTMENT, Department.ECOLOGY, "530102"), caller(Role.DEPARTMENT, Department.ECOLOGY, "530400")),
    ),
    Edge(
        "outside",
        Condition.WITHIN_DIVISION,
        RecordKind.PENALTY,
        makers.penalty(1, mines=[licence(2)]),
        FINANCE,
        (ECOLOGY, caller(Role.DEPARTMENT, Department.ECOLOGY, "530400")),
        (PREFECTURE, COUNTY, COUNTY_FINANCE),
    ),
    Edge(
        "one of two mines within",
        Condition.WITHIN_DIVISION,
        RecordKind.PENALTY,
        makers.penalty(1, mines=[licence(1), licence(2)]),
        FINANCE,
        (PREFECTURE, COUNTY),
    ),
    Edge(
        "of no mine, its own",
        Condition.WITHIN_DIVISION,
        RecordKind.PENALTY,
        makers.penalty(1, mines=[], authorityCode=seat(Department.ECOLOGY, "530112")),
        COUNTY,
        (COUNTY, ECOLOGY, FINANCE),
        (PREFECTURE, COUNTY_FINANCE),
    ),
    Edge("a mine within", Condition.WITHIN_DIVISION, RecordKind.MINE, makers.mine(3), NATURAL_RESOURCES, (PREFECTURE, COUNTY)),
    Edge(
        "a mine that lies in several divisions",
        Condition.WITHIN_DIVISION,
        RecordKind.MINE,
        makers.mine(3, otherDivisions=["530402", "530802"]),
        NATURAL_RESOURCES,
        tuple(
            caller(Role.DEPARTMENT, Department.ECOLOGY, code)
            for code in ("530112", "530100", "530402", "530400", "530802", "530800")
        ),
        tuple(caller(Role.DEPARTMENT, Department.ECOLOGY, code) for code in ("530403", "530300", "530102", "530821")),
    ),
    Edge(
        "a mine outside",
        Condition.WITHIN_DIVISION,
        RecordKind.MINE,
        makers.mine(3, divisionCode="530402"),
        NATURAL_RESOURCES,
        (ECOLOGY, BANK),
        (PREFECTURE, COUNTY, LEADING_COUNTY),
    ),
]


@pytest.fixture
async def mines(posting: Posting) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1), makers.mine(2, divisionCode="530402"))


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.word}: {edge.name}")
async def test_who_sees_a_record_and_who_does_not(
    mines: None, posting: Posting, reading: Reading, ask: Ask, edge: Edge
) -> None:
    before = {who: await _told(ask, who, edge, "") for who in (*edge.sees, *edge.misses)}
    [made] = await posted(posting, edge.poster, edge.kind, edge.item)
    assert made.record_id, made.problems
    for who in (*edge.sees, *edge.misses):
        seen = int(who in edge.sees)
        told = await _told(ask, who, edge, made.record_id)
        was = before[who]
        assert told["node"] == ({"id": made.record_id} if seen else None), who.client_id
        assert {name: count - was.get(name, 0) for name, count in told.items() if name != "node"} == {
            name: seen * (7 if edge.item.get("fine") == "7.00" else 200_000) if name == "sum" else seen
            for name in told
            if name != "node"
        }, who.client_id
        # What an event tells is chosen by ids, of all versions or of the newest.
        for versions in (False, True) if who.role not in (Role.BANK, Role.PUBLIC) else (False,):
            plan = ReadPlan(Chosen(Object(edge.kind.value, (Leaf("id", "id"),)), Param(0), versions))
            statement = reading.prepare(plan, who)
            chosen = await reading.chosen(statement, [], [made.record_id], who)
            assert [one["id"] for one in chosen.values()] == [made.record_id] * seen, who.client_id


async def _told(ask: Ask, who: Principal, edge: Edge, record_id: str) -> dict[str, Any]:
    """Rows of the list, of its filter, its count and its sum; along the relation from a mine that the record names; by id."""
    name, penal = camel(KINDS[edge.kind].plural), edge.kind is RecordKind.PENALTY
    inner = f"totalCount nodes {{ id }} {'sum(of: FINE)' if penal else ''}"
    numbers = [number for number in edge.item.get("mines", [edge.item.get("licenceNo")]) if number]
    along = (
        f'mine(licenceNo: "{numbers[0]}") {{ {name} {{ {inner} }} }}' if numbers and edge.kind is not RecordKind.MINE else ""
    )
    answer = await ask(who, f'{{ {name} {{ {inner} }} {along} node(id: "{record_id}") {{ id }} }}')
    data = answer["data"]
    found = {"node": data["node"], "count": data[name]["totalCount"], "rows": len(data[name]["nodes"])}
    if penal:
        found["sum"] = round(float(data[name]["sum"]))
    if data.get("mine"):
        found |= {"along": data["mine"][name]["totalCount"], "along it": len(data["mine"][name]["nodes"])}
    return found


@pytest.mark.parametrize(
    ("division", "seen"), [("530112", True), ("530402", True), ("530400", True), ("530403", False), ("530300", False)]
)
async def test_what_concerns_a_mine_is_read_by_every_division_that_it_lies_in(
    posting: Posting, ask: Ask, division: str, seen: bool
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1, otherDivisions=["530402"]))
    await posted(posting, FINANCE, RecordKind.PENALTY, makers.penalty(1))
    await posted(posting, ECOLOGY, RecordKind.POLLUTANT_PERMIT, duties.pollutant_permit(1))
    who = caller(Role.DEPARTMENT, Department.WATER, division)
    lists = ("mines", "penalties", "pollutantPermits", "conflicts")
    told = (await ask(who, f"{{ {' '.join(f'{name} {{ totalCount }}' for name in lists)} }}"))["data"]
    assert {name: told[name]["totalCount"] for name in lists} == dict.fromkeys(lists, int(seen))
    # Filters by division and prefecture ask where it counts, `liesIn` what it touches: of mines, and of what is about them.
    conditions = f'{{divisionCode: {{eq: "{division}"}}}}', f'{{prefectureCode: {{eq: "{division}"}}}}'
    filters = *conditions, f'{{liesIn: {{has: "{division}"}}}}'
    for name in ("mines", "penalties", "pollutantPermits"):
        asked = " ".join(f"f{place}: {name}(filter: {one}) {{ totalCount }}" for place, one in enumerate(filters))
        told = [one["totalCount"] for one in (await ask(ECOLOGY, f"{{ {asked} }}"))["data"].values()]
        assert told == [int(division == "530112"), 0, int(seen)], name
    # It counts in its main one alone.
    counts = """query ($prefecture: String!) { targetProgress(filter: {
        prefectureCode: { eq: $prefecture }, year: { eq: 2026 }, scale: { eq: LARGE } }) { nodes { producing } } }"""
    for prefecture, producing in (("530100", 1), ("530400", 0)):
        [cell] = (await ask(ECOLOGY, counts, prefecture=prefecture))["data"]["targetProgress"]["nodes"]
        assert cell["producing"] == producing


async def test_a_departments_own_field_is_null_to_others_whatever_else_they_see(
    posting: Posting, ask: Ask, mines: None
) -> None:
    item = makers.penalty(
        1, partyCategory="NATURAL_PERSON", partyUscc=None, partyIdType="身份证", partyIdNo="530000190001010000"
    )
    await posted(posting, ECOLOGY, RecordKind.PENALTY, item)
    for who, shown in ((ECOLOGY, item["partyIdNo"]), (COUNTY, item["partyIdNo"]), (FINANCE, None), (NATURAL_RESOURCES, None)):
        [node] = (await ask(who, "{ penalties { nodes { partyIdNo } } }"))["data"]["penalties"]["nodes"]
        assert node == {"partyIdNo": shown}, who.client_id
    for who in (OPERATOR, CREDIT):
        [node] = (await ask(who, "{ penalties { nodes { partyIdNo remarks } } }"))["data"]["penalties"]["nodes"]
        assert (node["partyIdNo"] is None) == (who is OPERATOR)


async def test_what_was_refused_is_seen_by_who_sent_it_its_department_and_operators(
    posting: Posting, ask: Ask, mines: None
) -> None:
    senders = (ECOLOGY, FINANCE, CREDIT, COUNTY)
    for who in senders:
        [result] = await posted(posting, who, RecordKind.PENALTY, makers.penalty(1, partyUscc="1"))
        assert result.problems
    other_credit = Principal("another-credit", Role.CREDIT_DISCLOSURE, CREDIT.scopes)
    seen: dict[Principal, set[str]] = {
        ECOLOGY: {"ecology-530000", "ecology-530112"},
        FINANCE: {"finance-530000"},
        MARKET_REGULATION: set(),
        CREDIT: {CREDIT.client_id},
        other_credit: set(),
        COUNTY: {"ecology-530112"},
        PREFECTURE: set(),
        OPERATOR: {who.client_id for who in senders},
    }
    for who, wanted in seen.items():
        page = (await ask(who, "{ rejections { totalCount nodes { id clientId } } }"))["data"]["rejections"]
        assert {node["clientId"] for node in page["nodes"]} == wanted, who.client_id
        assert page["totalCount"] == len(wanted)
    [own] = (await ask(COUNTY, "{ rejections { nodes { id } } }"))["data"]["rejections"]["nodes"]
    for who, shown in ((COUNTY, own), (ECOLOGY, own), (PREFECTURE, None), (FINANCE, None), (CREDIT, None)):
        assert (await ask(who, f'{{ node(id: "{own["id"]}") {{ id }} }}'))["data"]["node"] == shown, who.client_id


async def test_departments_see_which_banks_read_which_mine_of_theirs_and_no_other_read(
    database: Database, posting: Posting, ask: Ask, mines: None
) -> None:
    ledger = ReadLedger(database, clock=lambda: NOW)
    for who in (BANK, OPERATOR, ECOLOGY):
        for number in (1, 2):
            ledger.note(Read(who, LOAN, "0" * 64, (("mine", "mine", licence(number)),)))
    ledger.note(Read(BANK, LOAN, "1" * 64, (("penalties", "penalty", None),)))
    ledger.note(Read(None, outcome="UNAUTHENTICATED"))
    await ledger.write()
    both = {("BANK", licence(1)), ("BANK", licence(2))}
    query = "{ mineReads { totalCount nodes { role licenceNo purpose reference } } }"
    for who, wanted in ((ECOLOGY, both), (NATURAL_RESOURCES, both), (COUNTY, {("BANK", licence(1))})):
        page = (await ask(who, query))["data"]["mineReads"]
        assert {(node["role"], node["licenceNo"]) for node in page["nodes"]} == wanted, who.client_id
        assert page["totalCount"] == len(wanted)
        assert {node["reference"] for node in page["nodes"]} == {None}
    assert (await ask(OPERATOR, query))["data"]["mineReads"]["totalCount"] == 8
    assert (await ask(BANK, query))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_an_office_sees_what_is_worked_out_of_mines_within_its_division_alone(
    mines: None, posting: Posting, ask: Ask
) -> None:
    closing = (makers.mine(3, remainingYears="1"), makers.mine(4, remainingYears="1", divisionCode="530402"))
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *closing)
    within, without = {licence(1), licence(3)}, {licence(2), licence(4)}
    query = "{ conflicts { totalCount nodes { licenceNo code } } closureDuties { totalCount nodes { licenceNo } } }"
    elsewhere = caller(Role.DEPARTMENT, Department.WATER, "530400")
    for who, seen in ((COUNTY, within), (PREFECTURE, within), (elsewhere, without), (ECOLOGY, within | without)):
        data = (await ask(who, query))["data"]
        assert {node["licenceNo"] for node in data["conflicts"]["nodes"]} == seen, who.client_id
        assert {node["licenceNo"] for node in data["closureDuties"]["nodes"]} == seen & {licence(3), licence(4)}
        assert data["closureDuties"]["totalCount"] == 4 * len(seen & {licence(3), licence(4)})


_STEPS: tuple[tuple[str, str, str, set[str]], ...] = (
    ("PROVINCIAL", "LISTED", "2025-03-20", {"PROVINCIAL"}),
    ("PROVINCIAL", "RECTIFICATION", "2026-06-01", {"PROVINCIAL"}),
    ("PROVINCIAL", "LISTED", "2026-07-01", {"PROVINCIAL"}),
    ("NATIONAL", "PROPOSED", "2026-08-05", {"PROVINCIAL"}),
    ("NATIONAL", "PUBLIC_NOTICE", "2026-09-05", {"PROVINCIAL"}),
    ("NATIONAL", "LISTED", "2026-11-02", {"PROVINCIAL", "NATIONAL"}),
    # No national listing outlives a provincial removal, not even one of the same day.
    ("PROVINCIAL", "REMOVED", "2026-11-02", set()),
)
_NEEDED = {
    "RECTIFICATION": {"rectificationDueOn": "2026-09-30", "reason": "示例事由"},
    "REMOVED": {"reasonCode": "R1", "legalBasis": "示例依据"},
}


async def test_the_public_sees_mines_and_entries_while_they_are_in_force(mines: None, posting: Posting, ask: Ask) -> None:
    query = """query ($number: String!, $id: ID!) {
      directoryEntries { totalCount nodes { level reason mine { name } postedBy } }
      mines { totalCount nodes { licenceNo standing remainingYears directoryEntries { totalCount } versions { version } } }
      mine(licenceNo: $number) { licenceNo } node(id: $id) { id }
      filtered: mines(filter: {licenceNo: {eq: $number}}) { totalCount }
    }"""
    for number, (level, step, on, seen) in enumerate(_STEPS):
        item = makers.entry(number, level=level, step=step, effectiveOn=on, **_NEEDED.get(step, {}))
        [made] = await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, item)
        assert made.record_id, made.problems
        data = (await ask(PUBLIC, query, number=licence(1), id=mine_id(licence(1))))["data"]
        entries, found = data["directoryEntries"], data["mines"]
        assert data["mine"] == ({"licenceNo": licence(1)} if seen else None), step
        assert data["node"] == ({"id": mine_id(licence(1))} if seen else None), step
        assert data["filtered"]["totalCount"] == found["totalCount"] == int(bool(seen)), step
        assert {one["level"] for one in entries["nodes"]} == seen, step
        assert entries["totalCount"] == len(seen)
        assert {(one["reason"], one["postedBy"]) for one in entries["nodes"]} <= {(None, None)}
        assert {one["mine"]["name"] for one in entries["nodes"]} <= {makers.mine(1)["name"]}
        assert [one["licenceNo"] for one in found["nodes"]] == [licence(1)] * bool(seen)
        assert [one["directoryEntries"]["totalCount"] for one in found["nodes"]] == [len(seen)] * bool(seen)
        assert [one["remainingYears"] for one in found["nodes"]] == [None] * bool(seen)


#: Which test above stands on both sides of a word that needs more than a record.
OTHERWISE: dict[Condition, Callable[..., Any]] = {
    Condition.LISTED: test_the_public_sees_mines_and_entries_while_they_are_in_force,
    Condition.NEVER: test_departments_see_which_banks_read_which_mine_of_theirs_and_no_other_read,
    Condition.BANK_READ: test_departments_see_which_banks_read_which_mine_of_theirs_and_no_other_read,
    Condition.OWN_DEPARTMENT: test_what_was_refused_is_seen_by_who_sent_it_its_department_and_operators,
    Condition.OWN_CLIENT: test_what_was_refused_is_seen_by_who_sent_it_its_department_and_operators,
    Condition.OWN_BANK: test_offices.test_an_auditor_sees_what_its_bank_read_and_departments_that_banks_did,
    Condition.SEEN_RECORD: test_following.test_of_a_record_that_one_may_not_see_nothing_is_told,
}


def test_every_word_of_the_table_stands_on_both_sides_of_its_edge_here() -> None:
    used = {word for one in CLASSES for word in (*one.nouns.values(), *one.fields.values())} | {Condition.WITHIN_DIVISION}
    assert used == set(Condition), f"{set(Condition) - used} are used by no row of auth/rules.py: strike them"
    for word in used - {Condition.ALWAYS} - set(OTHERWISE):
        mine = [edge for edge in EDGES if edge.word is word]
        both = any(edge.sees for edge in mine) and any(edge.misses for edge in mine)
        assert both, f"{word} has no record in EDGES of this test that one caller sees and another does not"
