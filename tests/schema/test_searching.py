"""A search finds what the caller may see, however it is spelled, the best first; nothing that was taken back or is masked."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.declaring.fields import camel
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.searching import Match
from hub.domain.words.searching import MOST, folded, initials, nearly
from hub.services.posting.pipeline import Posting
from hub.services.posting.searching import PARTS
from hub.services.upkeep.searching import Searching
from hub.storage.engine.database import Database
from hub.storage.records import searching
from hub.storage.statements import searching as statements
from tests import duties
from tests.conftest import FILLED
from tests.makers import (
    BANK,
    CREDIT,
    ECOLOGY,
    LOCAL,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    OPERATOR,
    Ask,
    enterprise,
    licence,
    mine,
    opinion,
    penalty,
    posted,
    uscc,
)

CALLERS = (ECOLOGY, LOCAL, BANK, CREDIT, OPERATOR)
_MOST = 50
_ASKED = (
    "query($text: String!, $kinds: [RecordKind!], $first: Int) { search(text: $text, kinds: $kinds, first: $first) { %s } }"
)


async def hits(ask: Ask, who: Principal, text: str, *kinds: RecordKind, first: int | None = None) -> list[dict[str, Any]]:
    wanted = [kind.name for kind in kinds] or None
    fields = "id kind matched title number licenceNos excerpt"
    answer = await ask(who, _ASKED % fields, text=text, kinds=wanted, first=first)
    assert "errors" not in answer, answer
    found: list[dict[str, Any]] = answer["data"]["search"]
    return found


async def told(ask: Ask, who: Principal, text: str, *kinds: RecordKind, first: int | None = None) -> list[tuple[str, str]]:
    """The way in which each hit was found, and its title."""
    return [(one["matched"], one["title"]) for one in await hits(ask, who, text, *kinds, first=first)]


@pytest.fixture
async def named(posting: Posting, ask: Ask) -> Ask:
    """A few mines and enterprises with telling names."""
    mines = [
        mine(1, name="滇中磷矿", divisionCode="530112", miningRightNo="YN-77-1"),
        mine(2, name="大滇中铜矿", divisionCode="530302", mineral="铜矿"),
        mine(3, name="老寨金矿", divisionCode="530302", mineral="金矿"),
    ]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *mines)
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, enterprise(1, name="滇中矿业有限公司", address="示例路8号"))
    return ask


async def test_a_number_comes_before_a_name_that_begins_so_and_this_before_a_name_that_holds_it_and_texts(named: Ask) -> None:
    assert await told(named, OPERATOR, licence(1)) == [("CODE", "滇中磷矿")]
    assert await told(named, OPERATOR, uscc(1)) == [("CODE", "滇中矿业有限公司")]
    assert await told(named, OPERATOR, "yn-77-1") == [("CODE", "滇中磷矿")]
    assert await told(named, OPERATOR, "滇中") == [
        ("NAME_START", "滇中磷矿"),
        ("NAME_START", "滇中矿业有限公司"),
        ("NAME", "大滇中铜矿"),
    ]
    # A name that holds it is found once, though the mineral is called so too.
    assert await told(named, OPERATOR, "铜矿") == [("NAME", "大滇中铜矿")]
    assert await told(named, OPERATOR, licence(1)[:12], first=2) == [("CODE_START", "滇中磷矿"), ("CODE_START", "大滇中铜矿")]
    [text] = await hits(named, OPERATOR, "示例路")
    assert (text["matched"], text["title"], text["excerpt"]) == ("TEXT", "滇中矿业有限公司", f"{uscc(1).lower()} 示例路8号"[4:])
    assert await told(named, OPERATOR, "滇中", RecordKind.ENTERPRISE) == [("NAME_START", "滇中矿业有限公司")]
    assert len(await hits(named, OPERATOR, "滇中", first=1)) == 1
    assert await hits(named, OPERATOR, "没有这个") == []


async def test_spelling_makes_no_difference(named: Ask) -> None:
    for spelled in ("大滇中銅礦", " 大 滇中铜 矿 ", "滇中銅礦", "大滇中铜"):
        assert [title for _, title in await told(named, OPERATOR, spelled)] == ["大滇中铜矿"], spelled
    assert await told(named, OPERATOR, "ｙｎ－７７－１") == [("CODE", "滇中磷矿")]
    assert await told(named, OPERATOR, licence(1).lower()) == [("CODE", "滇中磷矿")]
    assert folded("〔２０２５〕 １ 號") == folded("[2025]1号")


async def test_initials_find_a_name_from_any_of_its_syllables(named: Ask) -> None:
    assert await told(named, OPERATOR, "ddzt") == [("INITIALS", "大滇中铜矿")]
    assert await told(named, OPERATOR, "LZJ") == [("INITIALS", "老寨金矿")]
    assert [one for one, _ in await told(named, OPERATOR, "dz")] == ["INITIALS"] * 3
    assert initials("滇中2号井A区") == "dz2hjaq"
    assert initials("Plain") == ""


async def test_who_writes_one_character_wrong_is_told_what_may_be_meant_and_who_writes_none_is_not(named: Ask) -> None:
    right = uscc(1)
    wrong = {
        right[:10] + ("0" if right[10] != "0" else "1") + right[11:],
        right[:9] + right[10:],
        right[:3] + "7" + right[3:],
        right[:8] + right[9] + right[8] + right[10:],
    }
    for written in wrong:
        assert await told(named, OPERATOR, written) == [("SIMILAR_CODE", "滇中矿业有限公司")], written
    # Neighbouring numbers are one character apart: who writes one that is there is told that one alone.
    assert await told(named, OPERATOR, licence(2)) == [("CODE", "大滇中铜矿")]
    assert {one for one, _ in await told(named, OPERATOR, licence(4))} == {"SIMILAR_CODE"}
    two = right[:2] + "77" + right[4:]
    assert await told(named, OPERATOR, two) == []
    assert await told(named, OPERATOR, "yn-77") == [("CODE_START", "滇中磷矿")]
    assert await told(named, OPERATOR, "yn771") == []
    assert await told(named, OPERATOR, "yn77-1") == [("SIMILAR_CODE", "滇中磷矿")]
    assert nearly("滇中") == nearly("zdksh") == nearly("a123") == nearly("1" * 33) == ()
    assert len(nearly("a1234")) > 100 < len(nearly("1" * 32))


async def test_a_place_finds_what_lies_there(named: Ask) -> None:
    assert {title for _, title in await told(named, OPERATOR, "曲靖")} == {"大滇中铜矿", "老寨金矿"}
    assert await told(named, OPERATOR, "西山区", RecordKind.MINE) == [("PLACE", "滇中磷矿")]
    assert ("PLACE", "滇中矿业有限公司") in await told(named, OPERATOR, "西山区")


async def test_a_mine_is_found_by_what_it_was_called_and_not_once_it_is_taken_back(posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, name="旧寨铅矿"))
    [first] = await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, name="新寨铅矿"))
    assert first.record_id
    assert await told(ask, OPERATOR, "旧寨") == [("FORMER_NAME", "新寨铅矿")]
    assert await told(ask, OPERATOR, "寨铅") == [("NAME", "新寨铅矿")]
    # What a bank does not see among the versions it does not find.
    assert await told(ask, BANK, "旧寨") == []
    assert await told(ask, BANK, "新寨") == [("NAME_START", "新寨铅矿")]
    await posting.withdraw(NATURAL_RESOURCES, first.record_id, "示例", source="test")
    for text in ("旧寨", "新寨", licence(1)):
        assert await told(ask, OPERATOR, text) == [], text
    await posting.reinstate(NATURAL_RESOURCES, first.record_id, "示例", source="test")
    assert await told(ask, OPERATOR, "旧寨") == [("FORMER_NAME", "新寨铅矿")]
    assert await told(ask, OPERATOR, licence(1)) == [("CODE", "新寨铅矿")]


async def test_an_enterprise_is_found_by_the_names_that_the_register_says_it_had(posting: Posting, ask: Ask) -> None:
    former = [{"name": "旧江矿业有限公司", "usedUntil": "2020-01-01"}]
    renamed = enterprise(1, name="新江矿业有限公司", formerNames=former)
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, renamed)
    assert await told(ask, OPERATOR, "旧江") == [("FORMER_NAME", "新江矿业有限公司")]
    assert await told(ask, BANK, "旧江") == [("TEXT", "新江矿业有限公司")]
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, renamed | {"formerNames": []})
    assert await told(ask, OPERATOR, "旧江") == []


async def test_a_number_of_before_finds_who_carries_it_on_as_a_former_one(posting: Posting, ask: Ask) -> None:
    def merged(number: int, into: int) -> dict[str, Any]:
        return enterprise(number, registrationStatus="CANCELLED", successorUscc=uscc(into), succeededOn=f"2026-01-0{into}")

    # The last of them is there before what it took over.
    last, first, second = enterprise(3), merged(1, into=2), merged(2, into=3)
    named = ((last, "丙矿业"), (second, "乙矿业"), (first, "甲矿业"))
    made = await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, *(one | {"name": name} for one, name in named))
    assert all(result.record_id for result in made), made
    mines = [mine(n, name=f"{n}号铜矿") for n in range(1, 4)]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *mines)
    for number, said in enumerate(
        (
            {"form": "RENEWAL", "predecessors": [licence(1)], "successors": [licence(11)]},
            # One that the hub never had, and a merger into what was renewed.
            {"form": "RENEWAL", "predecessors": [licence(93)], "successors": [licence(3)]},
            {
                "predecessors": [licence(11), licence(2)],
                "principal": licence(11),
                "successors": [licence(12)],
                "form": "MERGER",
            },
        ),
        start=1,
    ):
        succession = duties.licence_succession(number, **said, succeededOn=f"2026-01-0{number}")
        [result] = await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, succession)
        assert result.record_id, result.problems
    former = "FORMER_CODE"
    for who in (OPERATOR, BANK):
        for text, found in (
            (uscc(1), [("CODE", "甲矿业"), (former, "丙矿业")]),
            (uscc(2).lower(), [("CODE", "乙矿业"), (former, "丙矿业")]),
            (uscc(3), [("CODE", "丙矿业")]),
            (licence(1), [(former, "1号铜矿")]),
            (licence(11), [(former, "1号铜矿")]),
            (licence(2), [("CODE", "2号铜矿"), (former, "1号铜矿")]),
            (licence(12), [("CODE", "1号铜矿")]),
            (licence(93), [(former, "3号铜矿")]),
            (licence(11)[:-2] + "x1", [("SIMILAR_CODE", "1号铜矿")]),
        ):
            anchors = await told(ask, who, text, RecordKind.MINE, RecordKind.ENTERPRISE)
            assert [one for one in anchors if one[0] in ("CODE", former, "SIMILAR_CODE")] == found, text


async def test_a_mine_that_moved_is_not_found_there_by_what_it_was_called_elsewhere(posting: Posting, ask: Ask) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, name="旧寨铅矿", divisionCode="530302"))
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, name="新寨铅矿", divisionCode="530112"))
    assert await told(ask, LOCAL, "旧寨") == []
    assert await told(ask, LOCAL, "新寨") == [("NAME_START", "新寨铅矿")]
    assert await told(ask, ECOLOGY, "旧寨") == [("FORMER_NAME", "新寨铅矿")]


async def test_of_several_versions_in_one_batch_the_last_is_found(posting: Posting, ask: Ask) -> None:
    one, two = mine(1, name="甲寨锌矿"), mine(1, name="乙寨锌矿")
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, one, two)
    assert [title for _, title in await told(ask, OPERATOR, "寨锌")] == ["乙寨锌矿"]
    assert await told(ask, OPERATOR, "甲寨") == [("FORMER_NAME", "乙寨锌矿")]


async def test_documents_are_found_by_two_characters_of_their_text_and_a_bank_finds_nothing_that_it_is_not_told(
    posting: Posting, ask: Ask
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(1, text="尾矿库渗漏，限期整改。", authorityName="示例生态机关"))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1, violationFacts="越界开采", remarks="另案处理"))
    for text in ("渗漏", "矿库渗漏，限", "尾礦庫"):
        assert await told(ask, OPERATOR, text) == [("TEXT", "示例审〔2025〕1号")], text
        assert await told(ask, BANK, text) == [], text
    assert await told(ask, BANK, "生态机") == [("TEXT", "示例审〔2025〕1号")]
    assert await told(ask, BANK, "越界") == await told(ask, OPERATOR, "越界") == [("TEXT", "示例罚〔2025〕1号")]
    assert (await told(ask, OPERATOR, "另案"), await told(ask, BANK, "另案")) == ([("TEXT", "示例罚〔2025〕1号")], [])
    # A part of a number, and pairs that stand in the text but not side by side.
    assert await told(ask, OPERATOR, "罚[2025]1") == [("TEXT", "示例罚〔2025〕1号")]
    assert await told(ask, OPERATOR, "渗漏限期") == []
    assert await told(ask, OPERATOR, "越界", RecordKind.OPINION) == []
    # What is personal is searched in by nobody.
    assert await told(ask, CREDIT, "190001010000") == []


async def test_what_stands_nearly_everywhere_is_found_among_the_first_texts_and_what_is_rare_among_all(
    posting: Posting, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "_FIRST_LOOKED_AT", 12)
    monkeypatch.setattr(statements, "_CANDIDATES", 8)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    # What everybody may read of a record is one text.
    names = [*["常见机关"] * 20, "罕见机关，亦是常见"]
    await posted(posting, ECOLOGY, RecordKind.OPINION, *(opinion(n, authorityName=name) for n, name in enumerate(names)))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1, authorityName="常见机关"))
    every = [("TEXT", f"示例审〔2025〕{n}号") for n in range(21)] + [("TEXT", "示例罚〔2025〕1号")]
    for who in (OPERATOR, LOCAL):
        # As many as are told are among the first, and are not looked for any further.
        few = await told(ask, who, "常见", first=2)
        assert len(set(few)) == 2
        assert set(few) <= set(every)
        assert await told(ask, who, "罕见", first=2) == [every[20]]
        # Kinds that are not asked for are not enough.
        assert await told(ask, who, "常见", RecordKind.PENALTY, first=2) == [every[21]]


@FILLED
async def test_each_caller_finds_of_every_kind_what_it_can_list_and_nothing_else(database: Database, ask: Ask) -> None:
    await Searching(database).remake()
    found = 0
    for kind, facts in KINDS.items():
        list_of = f"{{ {camel(facts.plural)}(first: 500) {{ nodes {{ recordId }} }} }}"
        for text in ("示例", "20"):
            everything = {one["id"] for one in await hits(ask, OPERATOR, text, kind, first=_MOST)}
            for who in CALLERS:
                told = {one["id"] for one in await hits(ask, who, text, kind, first=_MOST)}
                if kind.value not in visibility_of(who).nouns:
                    assert not told, (who.client_id, kind)
                    continue
                seen = {node["recordId"] for node in (await ask(who, list_of))["data"][camel(facts.plural)]["nodes"]}
                assert told <= seen, (who.client_id, kind, told - seen)
                if len(everything) < _MOST and text == "20":
                    # Numbers are masked for nobody.
                    assert told == everything & seen, (who.client_id, kind)
                found += len(told)
    assert found > 200
    await _mistakes_are_suggested(database, ask)


async def _mistakes_are_suggested(database: Database, ask: Ask) -> None:
    """Of whatever kind of record a number is, and whatever it looks like: one mistake in it, and it is suggested."""
    row = searching.found_by.c
    async with database.connection() as connection:
        long_enough = sa.func.length(row.term).between(5, 31)
        newest = sa.select(row.kind, sa.func.max(row.term)).where(row.matched == Match.CODE.value, long_enough)
        numbers = [(RecordKind(kind), number) for kind, number in await connection.execute(newest.group_by(row.kind))]
    assert len(numbers) > 15
    for kind, number in numbers:
        place = max(place for place, character in enumerate(number) if character in ascii_letters + digits)
        written = number[:place] + "x" + number[place:]
        found = await hits(ask, OPERATOR, written, kind, first=_MOST)
        assert number in {folded(one["number"]) for one in found if one["matched"] == "SIMILAR_CODE"}, (kind, written)


async def test_what_stood_before_is_made_findable_once_for_each_set_of_declarations(
    database: Database, posting: Posting, ask: Ask
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, name="旧寨铅矿"), mine(2, name="二寨铅矿"))
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1, name="新寨铅矿"))
    async with database.transaction() as connection:
        await connection.execute(searching.found_by.delete().where(searching.found_by.c.kind == "mine"))
    assert await hits(ask, OPERATOR, "新寨") == []
    made = await Searching(database).bring_up()
    assert made is not None
    assert await told(ask, OPERATOR, "新寨") == [("NAME_START", "新寨铅矿")]
    assert await told(ask, OPERATOR, "旧寨") == [("FORMER_NAME", "新寨铅矿")]
    assert await Searching(database).bring_up() is None
    async with database.transaction() as connection:
        await searching.note_version(connection, "other")
    assert await Searching(database).bring_up() == made
    assert len(await hits(ask, OPERATOR, "新寨")) == 1


async def test_what_cannot_be_sought_is_refused_by_name(ask: Ask) -> None:
    for text in ("", "矿", " 矿 ", "矿" * (MOST + 1), "x" * 100_000):
        answer = await ask(OPERATOR, _ASKED % "id", text=text)
        error = answer["errors"][0]["extensions"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", "text"), text[:80]
    for first in (-1, 51):
        answer = await ask(OPERATOR, _ASKED % "id", text="示例", first=first)
        assert answer["errors"][0]["extensions"]["field"] == "first"
    assert await hits(ask, OPERATOR, "示例", first=0) == []
    for odd in ("%%", "__", "''", '""', "\\\\", "\u2028a", "🙂🙂", "{}", ",1", "\n\n矿石"):
        answer = await ask(OPERATOR, _ASKED % "id", text=odd)
        assert "errors" not in answer or answer["errors"][0]["extensions"]["field"] == "text", odd


def test_what_some_do_not_see_stands_apart() -> None:
    assert {"opinion.text", "opinion.conditions", "penalty.remarks", "commendation.recipient"} <= set(PARTS)
    assert next(iter(Match)) is Match.CODE
