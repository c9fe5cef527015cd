"""The attack suite over real HTTP: none gets in, none makes the hub fail, none keeps an innocent request waiting.

Forged tokens are attacked in tests/auth; here an attacker has a token of its own, and a bank asks beside it all the while.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from auth.principals import Role
from hub.domain.words.departments import Department
from tests.acceptance.conftest import Client, a_client
from tests.schema.planner.test_measuring import doubling, widening

pytestmark = pytest.mark.asyncio(loop_scope="module")

INNOCENT = b'{"query": "{ mines(first: 3) { nodes { name } } }"}'
JSON = "application/json"
#: The longest that an attack may keep the process from everything else, in CPU seconds: time that others on the machine take
#: does not count, and what the process spends in one piece is what an innocent request waits.
LONGEST = 0.25


def asked(query: str, **more: Any) -> bytes:
    return json.dumps({"query": query, **more}).encode()


def documents() -> Iterator[tuple[str, bytes]]:
    deep = "{ divisions { " + "parent { " * 150 + "code" + " }" * 150 + " } }"
    many = " ".join(f"a{n}: mines(first: 500) {{ nodes {{ id }} }}" for n in range(299))
    wide = (
        "{ mines(first: 500) { nodes { opinions(first: 500) { nodes { mine { penalties(first: 500) { nodes { id } } } } } } } }"
    )
    spread = "".join(
        f"fragment F{n} on Query{{{' '.join(f'...F{m}' for m in range(n + 1, 65))} __typename}}" for n in range(65)
    )
    yield "nesting", asked(deep)
    yield "nesting of braces", asked("{" * 100_000)
    yield "nesting of inline fragments", asked("{" + "...{" * 1000 + "__typename" + "}" * 1001)
    yield "aliases", asked("{" + " ".join(f"a{n}: __typename" for n in range(2000)) + "}")
    yield "aliases of lists", asked("{" + many + "}")
    yield "lists in lists", asked(wide)
    yield "the same field", asked("{" + "mines{nodes{opinions{nodes{mine{name}}}}} " * 300 + "}")
    yield "doubled fragments", asked(doubling(20))
    yield "doubled fragments with fields", asked(widening(6))
    yield "each fragment in each", asked("{...F0}" + spread)
    yield "a circle of fragments", asked("{...A} fragment A on Query {...B} fragment B on Query {...A}")
    yield "a circle through fields", asked("{divisions{...A}} fragment A on Division {parent{...A}}")
    yield "a fragment that is not there", asked("{...Nope}")
    yield "an unused bomb", asked("{__typename} fragment A on Query {" + "mines{nodes{id}} " * 300 + "}")
    yield "directives", asked("{__typename " + "@include(if:true)" * 900 + "}")
    yield "unknown directives", asked("{__typename " + "@nope" * 2000 + "}")
    yield "unknown fields", asked("{" + " ".join(f"mins{n}" for n in range(1900)) + "}")
    yield "unknown arguments", asked("{mines(" + " ".join(f"a{n}:1" for n in range(1600)) + "){totalCount}}")
    yield "many variables", asked("query(" + " ".join(f"$a{n}:Int" for n in range(1200)) + "){__typename}")
    yield "many operations", asked(" ".join(f"query Q{n} {{__typename}}" for n in range(900)), operationName="Q1")
    yield "a long literal", asked("{mines(filter:{name:{in:[" + ",".join(['"a"'] * 4900) + "]}}){totalCount}}")
    yield "a deep filter", asked("{mines(filter:" + "{not:" * 190 + '{name:{eq:"a"}}' + "}" * 190 + "){totalCount}}")
    yield "a huge document", asked("{__typename} #" + "x" * 3_000_000)
    yield "a huge string", asked('{mines(filter:{name:{contains:"' + "x" * 90_000 + '"}}){totalCount}}')
    yield "introspection in introspection", asked("{__schema{types{fields{type{fields{type{fields{type{name}}}}}}}}}")
    yield "introspection by hundreds", asked("{" + " ".join(f"a{n}:__schema{{types{{name}}}}" for n in range(200)) + "}")
    yield "a subscription", asked("subscription { mines { totalCount } }")
    yield "a mutation without rights", asked('mutation { withdrawRecord(id: "opinion_x", reason: "x") { outcome } }')
    yield "SQL in a filter", asked('{mines(filter:{name:{eq:"\' OR 1=1 --"}}){nodes{name}}}')


def variables() -> Iterator[tuple[str, bytes]]:
    query = "query ($f: MineFilter, $n: Int) { mines(filter: $f, first: $n) { totalCount } }"
    deep: Any = {"name": {"eq": "a"}}
    for _ in range(400):
        deep = {"not": deep}
    yield "deep variables", asked(query, variables={"f": deep})
    yield "many values", asked(query, variables={"f": {"name": {"in": ["a"] * 900_000}}})
    yield "many conditions", asked(query, variables={"f": {"or": [{"name": {"eq": "a"}}] * 3_000}})
    yield "a long text for a number", asked(query, variables={"n": "9" * 3_000_000})
    yield "a number without end", b'{"query": "{__typename}", "variables": {"n": ' + b"9" * 1_000_000 + b"}}"
    yield "a great number", asked(query, variables={"n": 10**300})
    yield "a list of lists", b'{"query": "{__typename}", "variables": {"a": [' + b"[]," * 1_000_000 + b"1]}}"
    yield "other variables", asked("{__typename}", variables={f"v{n}": n for n in range(100_000)})
    yield "NUL", asked(query, variables={"f": {"name": {"eq": "\x00"}}})
    yield "half a character", asked(query, variables={"f": {"name": {"eq": "\ud800"}}})
    yield "a prototype", asked(query, variables={"__proto__": {"n": 1}, "constructor": 1})
    items: Any = [{"text": [["x"] * 100] * 100, "verdict": {"a": {"b": {}}}, 7: None}] * 1000
    post = "mutation ($i: [OpinionInput!]!) { postOpinions(items: $i) { accepted rejected } }"
    yield "items of a post", asked(post, variables={"i": items[:50]})
    yield "too many items", asked(post, variables={"i": [{}] * 100_000})
    nested: Any = "x"
    for _ in range(800):
        nested = [nested]
    yield "a deep item", asked(post, variables={"i": [{"text": nested, "topics": nested}]})


def bodies() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "brackets", b"[" * 1_000_000
    yield "objects in objects", b'{"query":' * 100_000
    yield "bytes that are no UTF-8", b'{"query": "\xff\xfe\xc0\x80"}'
    yield "UTF-16", '{"query": "{__typename}"}'.encode("utf-16")
    yield "NaN", b'{"query": "{__typename}", "variables": {"n": NaN}}'
    yield "two values", b'{"query": "{__typename}"}{"query": "{__typename}"}'
    yield "a batch", b"[" + b",".join([asked("{ mines { totalCount } }")] * 1000) + b"]"
    yield "a key again and again", b"{" + b'"query": "{__typename}",' * 50_000 + b'"query": "{"}'
    yield "other types", b'{"query": ["{__typename}"], "operationName": {}, "variables": [], "extensions": 1}'
    yield "too much", b" " * 4_200_000


KINDS = [
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/json;charset=utf-7",
    "x" * 9000,
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """One hub for all attacks: what one of them leaves behind, the next ones and the innocent meet."""
    folder = tmp_path_factory.mktemp("attacked")
    shutil.copy(sqlite_template, folder / "hub.db")
    async with a_client(
        f"sqlite:///{folder / 'hub.db'}", folder, max_body_bytes=4 * 1024 * 1024, cost_per_minute=10**12
    ) as made:
        yield made


class Watch:
    """Notes the longest that the event loop, which serves everybody, was kept at one thing; in CPU seconds of the process."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        while True:
            began = time.process_time()
            await asyncio.sleep(0)
            self.longest = max(self.longest, time.process_time() - began)
            await asyncio.sleep(0.002)


async def attack(door: Client, token: str, body: bytes, **headers: str) -> httpx.Response:
    given = {"content-type": JSON, "authorization": f"Bearer {token}", "hub-purpose": "PRE_LOAN_REVIEW"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await door.http.post("/graphql", content=body, headers=given, timeout=30)


ATTACKS = [*documents(), *variables(), *bodies()]


@pytest.mark.parametrize(("name", "body"), ATTACKS, ids=[name for name, _ in ATTACKS])
async def test_no_attack_gets_in_or_breaks_anything_or_delays_anybody(door: Client, name: str, body: bytes) -> None:
    hostile = await door.token(Role.DEPARTMENT, Department.FINANCE)
    bank = await door.token(Role.BANK)
    assert (await attack(door, bank, INNOCENT)).status_code == 200
    longest = []
    for _ in range(3):
        watch = Watch()
        watching = asyncio.create_task(watch.run())
        answer = await attack(door, hostile, body)
        watching.cancel()
        longest.append(watch.longest)
        if watch.longest < LONGEST:
            break
    assert answer.status_code < 500, answer.text[:300]
    assert len(answer.content) < 1_000_000
    assert not any(word in answer.text for word in ("Traceback", "sqlite", "SELECT", "asyncpg", ".py"))
    assert min(longest) < LONGEST
    assert (await attack(door, bank, INNOCENT)).json()["data"]["mines"]["nodes"]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_other_content_type_is_read(door: Client, kind: str) -> None:
    hostile = await door.token(Role.OPERATOR)
    answer = await attack(door, hostile, asked("{ __typename }"), content_type=kind)
    assert answer.status_code in (400, 415)
    assert "data" not in answer.json()


async def test_a_hundred_attacks_at_once_leave_room_for_others(door: Client) -> None:
    hostile, bank = await door.token(Role.OPERATOR), await door.token(Role.BANK)
    body = asked("{ mines(first: 500) { nodes { opinions(first: 50) { totalCount nodes { text } } } } }")
    flood = [asyncio.create_task(attack(door, hostile, body)) for _ in range(100)]
    assert (await attack(door, bank, INNOCENT)).status_code == 200
    statuses = {answer.status_code for answer in await asyncio.gather(*flood)}
    assert statuses <= {200, 429}
