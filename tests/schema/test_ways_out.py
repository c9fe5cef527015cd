"""What goes out of the province otherwise than by a query names no record that its receiver may not look up, and holds no text
that is masked for it: whatever a webhook is sent, files for analysts, what goes to other systems, and what is made for a bank.

Of a statement on paper (PDF) the texts are looked through that are set.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import logging
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLSchema, get_named_type, is_leaf_type, is_non_null_type
from lxml import etree
from pyarrow import parquet

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.declaring.fields import camel, snake
from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.log import BEGINNING, Action
from hub.domain.read_plan import Visibility
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.errors import HubError
from hub.services.banks import attestations as attesting
from hub.services.banks.attestations import Attestations
from hub.services.banks.loan_checks import LoanChecks, Question
from hub.services.banks.portfolios import Portfolios, Row
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.signing import SigningKeys
from hub.storage.engine.database import Database
from schema.execution import Graph
from schema.export_files import BETWEEN, Format, TableFile, begin
from schema.exports import Page, pages, tables
from schema.limits import Limits
from schema.root import build_schema
from tests.background import at_work
from tests.conftest import FILLED, NOW
from tests.hub.services.work.delivering import delivering, settled
from tests.hub.services.work.nodes import Node
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOAN, LOCAL, OPERATOR, Ask
from tests.reference.executor import Rows, load
from tests.reference.hidden import listed, masked, named_in, unseen

#: What is told depends on no database: that a statement hides the same on both, the lists show (`planner/test_equivalence.py`).
pytestmark = [FILLED, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

#: A webhook's document may not cost what a whole record of every kind does.
BOUNDLESS = Limits(fields=10**6, aliases=10**6, steps=10**7, pairs=10**7, cost=10**12, parts=10**9)
#: One of each class that is told anything by itself.
CALLERS = [FINANCE, LOCAL, BANK, CREDIT, OPERATOR]


@dataclass
class Province:
    """The second executor's province, with all ways out of it."""

    database: Database
    posting: Posting
    graph: Graph
    following: Followers
    rows: Rows

    async def check(self, who: Principal, told: str, texts: set[str], *, gone: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """That what was told names nothing that may not be looked up, but what has `gone`, and that no text is a masked one."""
        named = named_in(told) - gone - await listed(self.graph, who)
        assert not await unseen(self.graph, who, named), who.client_id
        assert not masked(self.rows, who) & texts, who.client_id


@pytest.fixture
async def province(
    database: Database, posting: Posting, reading: Reading, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Province]:
    """The province; whatever is done with it, the hub's logs hold no text that is masked for operators, who read them."""
    caplog.set_level(logging.DEBUG, "hub")
    following = Followers(database)
    graph = Graph(build_schema(), reading, posting, following=following, consumers=Consumers(database), limits=BOUNDLESS)
    rows = await load(database)
    async with at_work(following):
        yield Province(database, posting, graph, following, rows)
    logged = "\n".join(record.getMessage() for record in caplog.get_records("call"))
    assert not [text for text in masked(rows, OPERATOR) if len(text) > 1 and text in logged]


async def test_a_webhook_is_sent_nothing_that_its_client_may_not_look_up(province: Province) -> None:
    schema, documents = build_schema()._schema, province.graph.webhook_documents
    assert documents is not None
    for who in CALLERS:
        telling = await documents.read(_whole_events(schema, visibility_of(who)), LOAN, who)
        some = await province.following.stretch(BEGINNING, telling.wanted, 10_000)
        told = [payload for _, payload in await telling.tell(some.entries)]
        assert told
        # That a record has gone is told, and nothing of it.
        gone = [one for one in told if one["action"] == Action.GONE]
        assert all(one["record"] is None for one in gone)
        text = json.dumps(told, ensure_ascii=False)
        await province.check(who, text, _texts(told), gone={one["recordId"] for one in gone})


def _whole_events(schema: GraphQLSchema, sight: Visibility) -> str:
    """Every event, with all that its record says of itself, and the key of each row that it leads to."""
    event: Any = schema.type_map["RecordEvent"]
    leaves = [name for name, field in event.fields.items() if is_leaf_type(get_named_type(field.type))]
    parts: list[str] = []
    for kind in schema.get_possible_types(get_named_type(event.fields["record"].type)):
        if snake(kind.name) not in sight.nouns:
            continue
        asked = []
        for name, field in kind.fields.items():
            of: Any = get_named_type(field.type)
            if any(is_non_null_type(argument.type) for argument in field.args.values()):
                continue
            if is_leaf_type(of):
                asked.append(f"{kind.name}_{name}: {name}")
            elif snake(of.name) in sight.nouns and name != "versions":
                inner = [one for one, inside in of.fields.items() if is_leaf_type(get_named_type(inside.type))]
                keys = [one for one in ("id", "code") if one in inner]
                asked.append(f"{kind.name}_{name}: {name} {{ {' '.join(keys[:1] or inner)} }}")
        parts.append(f"... on {kind.name} {{ {' '.join(asked)} }}")
    return f"subscription {{ recordPosted {{ {' '.join(leaves)} record {{ __typename {' '.join(parts)} }} }} }}"


async def test_a_file_has_nothing_that_its_reader_may_not_look_up(province: Province) -> None:
    for who in CALLERS:
        cells: set[str] = set()
        for table in (tables()[camel(KINDS[kind].plural)] for kind in RecordKind if kind.value in visibility_of(who).nouns):
            files = [begin(kind, table) for kind in Format]

            async def made(page: Page, files: Sequence[TableFile] = files) -> bytes:
                for file in files:
                    file.add(page)
                return b""

            assert [piece async for piece in pages(province.graph, table, who, None, LOAN, made=made)]
            for file in files:
                file.end()
            found = dict(
                zip(Format, (_cells(kind, file.take()) for kind, file in zip(Format, files, strict=True)), strict=True)
            )
            # What a table says it says in each format.
            assert found[Format.CSV]
            cells |= {part for some in found.values() for cell in some for part in (cell, *cell.split(BETWEEN))}
        await province.check(who, "\n".join(cells), cells)


def _cells(kind: Format, written: bytes) -> set[str]:
    """Every text in a file."""
    match kind:
        case Format.CSV:
            return {cell for row in csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")) for cell in row}
        case Format.XLSX:
            with zipfile.ZipFile(io.BytesIO(written)) as parts:
                sheets = [parts.read(name) for name in parts.namelist() if name.endswith(".xml")]
            return {str(text) for sheet in sheets for text in etree.fromstring(sheet).itertext()}
        case Format.PARQUET:
            return _texts(parquet.read_table(io.BytesIO(written)).to_pylist())


async def test_what_goes_to_another_system_is_told_to_those_whose_it_is(province: Province) -> None:
    node = Node(["500"] * 10_000)
    async with delivering(province.database, node):
        await settled(province.database, 1, "WAITING", "SENT")
    rows = (await load(province.database))["delivery"]
    assert {row["department"] for row in rows} >= {"ECOLOGY", "FINANCE"}
    ask = Ask(province.graph)
    for who in CALLERS:
        asked = "id department documentNumber detail because penalty { id }"
        answers = [
            await ask(who, f"{{ penalties(first: 500) {{ nodes {{ id delivery {{ recordId {asked} }} }} }} }}"),
            await ask(who, f"{{ deliveries(first: 500) {{ nodes {{ {asked} acts {{ reason detail }} }} }} }}"),
        ]
        if "delivery" not in visibility_of(who).nouns:
            assert {one["errors"][0]["extensions"]["code"] for one in answers} == {"FORBIDDEN"}, who.client_id
            continue
        nested, listed = (next(iter(one["data"].values()))["nodes"] for one in answers)
        told = [one["delivery"] for one in nested if one["delivery"]] + listed
        await province.check(who, json.dumps(told, ensure_ascii=False), _texts(told))
        if who.department is not None:
            assert {one["department"] for one in told} <= {who.department.value}, who.client_id


async def test_what_is_made_for_a_bank_stands_on_what_it_may_look_up(
    province: Province, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = province.database
    checks, portfolios = LoanChecks(database, lambda: NOW), Portfolios(database, lambda: NOW)
    keys = SigningKeys.load_or_create(tmp_path_factory.mktemp("keys") / "keys.json")
    attestations = Attestations(database, checks, keys, "https://hub.example", lambda: NOW)
    numbers = sorted({row["licence_no"] for row in province.rows["mine"]})
    check = await checks.make(Question(numbers, is_single=False), BANK, LOAN)
    attested = [await attestations.attest(check["id"], BANK, one["licenceNo"]) for one in check["mines"] if not one["problem"]]
    assert attested
    # Each piece that may be shown, as it is read by whom it is shown to.
    pieces = [_piece(one) for each in attested for one in each["sdJwt"].split("~")[1:-1]]
    printed: list[Mapping[str, Any]] = []

    def keep(told: Mapping[str, Any], _code: str) -> bytes:
        printed.append(told)
        return b""

    monkeypatch.setattr(attesting, "printed", keep)
    for each in attested:
        await attestations.statement(each["id"], BANK)
    assert len(printed) == len(attested)
    told: list[Any] = [check, attested, pieces, printed]
    await province.check(BANK, json.dumps(told, ensure_ascii=False), _texts(told))
    kept = await portfolios.put("示例", Severity.INFO, [Row(number) for number in numbers[:50]], BANK, DigestPeriod.DAILY)
    named = sorted({by["recordId"] for mine in check["mines"] for one in mine["findings"] for by in one["evidence"]})
    taken_back = [one for one in named if one.startswith((RecordKind.OPINION, RecordKind.PENALTY))]
    withdrawn = set[str]()
    for one in taken_back:
        for who in (ECOLOGY, FINANCE, CREDIT):
            with suppress(HubError):
                await province.posting.withdraw(who, one, "示例", source="test")
                withdrawn.add(one)
    assert withdrawn
    while await Sequencer(database).step():
        pass
    while await portfolios.work():
        pass
    events = await portfolios.events(kept["portfolio"]["id"], 0, 1000, BANK)
    assert events
    await province.check(BANK, json.dumps(events, ensure_ascii=False), _texts(events), gone=withdrawn)
    after = await checks.make(Question(numbers, is_single=False), BANK, LOAN)
    await province.check(BANK, json.dumps(after, ensure_ascii=False), _texts(after))


def _piece(coded: str) -> Any:
    """A piece of an attestation: its salt, name and value."""
    return json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))


def _texts(data: Any) -> set[str]:
    """Every text in JSON data, however deep."""
    match data:
        case str():
            return {data}
        case dict():
            return set().union(*map(_texts, data.values()))
        case list() | tuple():
            return set().union(*map(_texts, data))
    return set()
