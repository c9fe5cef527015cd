"""What the access table hides of a record stands in nothing else that a caller is told: not in what became of a repeat, in
earnest or for a try, nor in an error, a copy of what was refused, an event, a table, a loan check, or a sum.  A new masked
field is tried without a line here."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from graphql import GraphQLEnumType

from auth.principals import Principal, Role
from auth.rules import CLASSES, visibility_of
from hub.domain.declaring.checks import Several
from hub.domain.declaring.fields import Field, camel, inputs_of
from hub.domain.findings.words import Severity
from hub.domain.read_plan import Condition
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.loan_checks import LoanChecks, Question
from hub.services.banks.portfolios import Portfolios, Row
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Result
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from hub.storage.records import log
from schema.answers import Answer, Operation
from schema.execution import Graph
from schema.export_files import Format, TableFile, begin
from schema.exports import Page, pages, tables
from schema.root import build_schema
from tests.background import at_work
from tests.conftest import NOW
from tests.duties import assessor, expert, made, poster, system
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOAN, LOCAL, NATURAL_RESOURCES, OPERATOR, Ask, licence, mine, posted

MARK = "SECRET0"
#: The public does neither; what it reads, `tests/guards/test_access_matrix.py` holds.
SEEN_BY = [one for one in CLASSES if one.name != Role.PUBLIC]


def masked(kind: RecordKind) -> dict[str, Field]:
    """The fields of a kind, by their names on the wire, that some class of callers may not always see."""
    return {
        wire: field
        for wire, field in inputs_of(KINDS[kind].payload).items()
        if any(one.fields.get((kind.value, field.name), Condition.ALWAYS) is not Condition.ALWAYS for one in SEEN_BY)
    }


HIDING = [kind for kind in RecordKind if masked(kind)]


def marked(kind: RecordKind, number: int = 1) -> dict[str, Any]:
    """A valid item with a value in each masked field that is found again wherever it is told."""
    item = made(kind, number)
    for place, (wire, field) in enumerate(masked(kind).items()):
        mark = f"{MARK}{place}"
        match item.get(wire):
            case [{} as part, *_]:
                # The last member of such a part is free text.
                item[wire] = [part | {list(part)[-1]: mark}]
            case [_, *rest]:
                item[wire] = [mark, *rest]
            case _ if not isinstance(field.spec.check, Several):
                item[wire] = mark
    return item


def others(kind: RecordKind) -> Iterator[Principal]:
    """A caller of each class, and another client of the poster's own department."""
    who = poster(kind)
    yield Principal("colleague", Role.DEPARTMENT, who.scopes, who.department, who.division_code)
    yield from (one for one in (NATURAL_RESOURCES, ECOLOGY, FINANCE, LOCAL, BANK, CREDIT, OPERATOR) if one != who)


def hidden_from(who: Principal, kind: RecordKind) -> list[str]:
    """The marks of the fields of a record of the poster's that a caller may not see."""
    own = who.department == poster(kind).department
    words = visibility_of(who).fields
    return [
        f"{MARK}{place}"
        for place, field in enumerate(masked(kind).values())
        if (word := words.get((kind.value, field.name), Condition.ALWAYS)) is not Condition.ALWAYS
        and not (own and word is Condition.OWN_DEPARTMENT)
    ]


@pytest.fixture
async def secret(posting: Posting, kind: RecordKind) -> dict[str, Any]:
    """A record with marks, which is taken."""
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1), mine(2))
    # An expert's number is no secret of the expert, but of the assessments that name it.
    numbers = {"expertNo": f"{MARK}0"} if kind is RecordKind.ASSESSMENT else {}
    await posted(posting, poster(RecordKind.EXPERT), RecordKind.EXPERT, expert(8, **numbers), expert(2))
    await posted(posting, poster(RecordKind.INDICATOR_SYSTEM), RecordKind.INDICATOR_SYSTEM, system())
    if kind is not RecordKind.ASSESSOR:
        await posted(posting, poster(RecordKind.ASSESSOR), RecordKind.ASSESSOR, assessor())
    item = marked(kind)
    [result] = await posted(posting, poster(kind), kind, item)
    assert result.record_id, result.problems
    return item


HIDES = pytest.mark.parametrize("kind", HIDING)


def test_kinds_hide_something() -> None:
    assert {RecordKind.PENALTY, RecordKind.EXPERT, RecordKind.ASSESSMENT} <= set(HIDING)


@HIDES
async def test_a_repeat_tells_a_stranger_the_same_be_it_equal_or_not(
    posting: Posting, kind: RecordKind, secret: dict[str, Any]
) -> None:
    ways: list[Callable[..., Awaitable[list[Result]]]] = [posting.rehearse, posting.post]
    for who in others(kind):
        told: list[Any] = []
        for guess in ({}, _alike(secret, "OTHER")):
            for say in ways:
                try:
                    [result] = await say(who, kind, [Submission(secret | guess)], source="test")
                except HubError as refused:
                    told.append((refused.code, refused.message))
                    continue
                told.append((result.outcome, [(one.code, one.path) for one in result.problems], result.record_id is None))
                assert MARK not in "".join(one.message for one in result.problems), who.client_id
        if who.client_id != "colleague" and who.department != poster(kind).department:
            assert told[:2] == told[2:], who.client_id


@HIDES
async def test_a_copy_of_what_was_refused_and_its_errors_tell_nobody_else(
    posting: Posting, ask: Ask, kind: RecordKind, secret: dict[str, Any]
) -> None:
    await posted(posting, poster(kind), kind, secret | {"unknown": "NOWHERE"})
    await posted(posting, poster(kind), kind, secret | _alike(secret, r"\g<0>" + "x" * 3000))
    for who in others(kind):
        answer = await ask(who, "{ rejections { totalCount nodes { problems payload outline reference } } }")
        if "rejection" not in visibility_of(who).nouns:
            assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
            continue
        text = json.dumps(answer, ensure_ascii=False)
        assert not [mark for mark in ("NOWHERE", *hidden_from(who, kind)) if mark in text], who.client_id


@HIDES
async def test_an_event_tells_no_more_than_a_look(
    database: Database, posting: Posting, reading: Reading, kind: RecordKind, secret: dict[str, Any]
) -> None:
    # Everybody sees this one, so who has been told of it has been told of everything.
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(99))
    while await Sequencer(database).step():
        pass
    async with database.connection() as connection:
        last = list(await log.after(connection, 0, 100))[-1].position
    following = Followers(database)
    leaves = [name for name in masked(kind) if not (isinstance(secret.get(name), list) and isinstance(secret[name][0], dict))]
    below = f"{{ __typename {' '.join(name for name in leaves if name in secret)} }}"
    asked = f"record {{ ... on {KINDS[kind].payload.__name__} {below} }}"
    async with at_work(following):
        graph = Graph(build_schema(), reading, posting, following=following, consumers=Consumers(database))
        for who in others(kind):
            begun = await graph.begin(
                Operation(f"subscription {{ recordPosted(after: 0) {{ position {asked} }} }}", None, {}, LOAN), who
            )
            if isinstance(begun, Answer):
                continue
            async with asyncio.timeout(60), aclosing(begun):
                async for answer in begun:
                    text = answer.body.decode()
                    assert not [mark for mark in hidden_from(who, kind) if mark in text], who.client_id
                    if json.loads(text)["data"]["recordPosted"]["position"] == last:
                        break


@HIDES
async def test_no_search_finds_by_what_is_masked_nor_tells_of_it(ask: Ask, kind: RecordKind, secret: dict[str, Any]) -> None:
    # One document: it is planned once for each class of callers, and not for each text.
    asked = f"query ($text: String!) {{ search(text: $text, kinds: [{kind.name}]) {{ id title number excerpt }} }}"
    for who in others(kind):
        marks = [f"{MARK}{place}" for place in range(len(masked(kind)))]
        for mark in marks:
            answer = await ask(who, asked, text=mark)
            hits = answer["data"]["search"]
            told = json.dumps(hits, ensure_ascii=False).upper()
            assert mark not in hidden_from(who, kind) or not hits, (who.client_id, mark)
            assert not [one for one in hidden_from(who, kind) if one in told], (who.client_id, mark)


@HIDES
async def test_what_is_written_or_worked_out_of_a_record_tells_no_more_than_a_look(
    database: Database, posting: Posting, ask: Ask, kind: RecordKind, secret: dict[str, Any]
) -> None:
    """Tables for analysts, what a bank is told when it checks a mine, and when it watches one."""
    table = tables()[camel(KINDS[kind].plural)]
    for who in others(kind):
        file = begin(Format.CSV, table)

        async def written(page: Page, file: TableFile = file) -> bytes:
            file.add(page)
            return file.take()

        pieces = pages(ask.graph, table, who, None, LOAN, made=written)
        if kind.value not in visibility_of(who).nouns:
            with pytest.raises(HubError) as refused:
                await anext(pieces)
            assert refused.value.code is ErrorCode.FORBIDDEN
            continue
        told = b"".join([piece async for piece in pieces]).decode()
        assert not [mark for mark in hidden_from(who, kind) if mark in told], who.client_id
    portfolios = Portfolios(database, lambda: NOW)
    kept = await portfolios.put("示例", Severity.INFO, [Row(licence(1))], BANK)
    await posted(posting, poster(kind), kind, marked(kind, 2))
    while await Sequencer(database).step():
        pass
    while await portfolios.work():
        pass
    told = json.dumps(
        [
            await LoanChecks(database, lambda: NOW).make(Question([licence(1)]), BANK, LOAN),
            await portfolios.events(kept["portfolio"]["id"], 0, 100, BANK),
        ],
        ensure_ascii=False,
    )
    assert not [mark for mark in hidden_from(BANK, kind) if mark in told]


@HIDES
def test_no_sum_is_of_what_is_masked(kind: RecordKind) -> None:
    sums = build_schema()._schema.type_map.get(f"{KINDS[kind].payload.__name__}Amount")
    names = sums.values if isinstance(sums, GraphQLEnumType) else {}
    assert not {field.name.upper() for field in masked(kind).values()} & set(names)


def _alike(item: dict[str, Any], value: str) -> dict[str, Any]:
    """The same fields, whatever was marked in them now this value."""
    return json.loads(re.sub(f"{MARK}[0-9]", value, json.dumps(item, ensure_ascii=False)))  # type: ignore[no-any-return]
