"""GraphQL over HTTP, rule by rule, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from auth.principals import Role
from connectors.credit_disclosure import sandbox as credit
from hub.domain.words.departments import Department
from hub.http.frame import SECURITY_HEADERS
from hub.services.access.trusted_documents import sha256
from tests.acceptance.conftest import Client, a_client
from tests.acceptance.sockets import opened
from tests.makers import opinion

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
GOOD = b'{"query": "{ __typename }"}'


async def sent(lobby: Client, body: bytes = GOOD, method: str = "POST", **headers: str) -> httpx.Response:
    """What an operator's request is answered with; keyword arguments are headers."""
    token = await lobby.token(Role.OPERATOR)
    given = {"content-type": JSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await lobby.http.request(
        method, "/graphql", content=body, headers={"authorization": f"Bearer {token}"} | {n: v for n, v in given.items() if v}
    )


def code(answer: httpx.Response) -> str:
    """The code of the one error; an answer to what was not run has no `data`."""
    found = answer.json()
    assert "data" not in found
    assert "Traceback" not in answer.text
    return str(found["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_other_methods_than_get_and_post_are_told_so(lobby: Client, method: str) -> None:
    answer = await sent(lobby, method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.1, {JSON}", JSON),
        (f"{GRAPHQL};charset=utf-8, {JSON};q=0.9", GRAPHQL),
        (f"text/html, {GRAPHQL};q=0, */*;q=0.1", JSON),
        (f"{GRAPHQL.upper()}", GRAPHQL),
    ],
)
async def test_the_answer_comes_in_the_type_that_the_client_likes_best(lobby: Client, accept: str, kind: str) -> None:
    answer = await sent(lobby, accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/*", f"{JSON};q=0", f"{JSON};charset=gbk", "x" * 5000])
async def test_who_takes_neither_type_is_told(lobby: Client, accept: str) -> None:
    answer = await sent(lobby, accept=accept)
    assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "text/plain; application/json",
        "application/json, text/plain",
        "application/json; charset=gbk",
        "application/jsonp",
        "",
    ],
)
async def test_a_body_that_is_no_json_by_its_type_is_not_read(lobby: Client, kind: str) -> None:
    answer = await sent(lobby, content_type=kind)
    assert (answer.status_code, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_two_content_types_or_a_compressed_body_are_not_taken(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    for other in ("text/plain", JSON):
        twice = [("authorization", f"Bearer {token}"), ("content-type", JSON), ("content-type", other)]
        assert (await lobby.http.post("/graphql", content=GOOD, headers=twice)).status_code == 415
    assert (await sent(lobby, content_encoding="gzip")).status_code == 415


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "MALFORMED_REQUEST"),
        (b"{", "MALFORMED_REQUEST"),
        (b"\xff\xfe", "MALFORMED_REQUEST"),
        (b'\xef\xbb\xbf{"query": "{ __typename }"}', "MALFORMED_REQUEST"),
        (b"[" * 100_000, "MALFORMED_REQUEST"),
        (b'{"query": "{ __typename }", "variables": {"a": NaN}}', "MALFORMED_REQUEST"),
        (b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 10_000 + b"}}", "MALFORMED_REQUEST"),
        (b"1", "INVALID_REQUEST"),
        (b'"{ __typename }"', "INVALID_REQUEST"),
        (b"null", "INVALID_REQUEST"),
        (b"[" + GOOD + b"]", "INVALID_REQUEST"),
        (b"{}", "INVALID_REQUEST"),
        (b'{"query": 7}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "operationName": 7}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "variables": "{}"}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "extensions": []}', "INVALID_REQUEST"),
    ],
)
async def test_what_is_no_request_is_refused_in_either_type(lobby: Client, body: bytes, found: str) -> None:
    for accept in (JSON, GRAPHQL):
        answer = await sent(lobby, body, accept=accept)
        assert (answer.status_code, code(answer)) == (400, found)


async def test_a_batch_is_told_that_it_is_one(lobby: Client) -> None:
    answer = await sent(lobby, b"[" + GOOD + b"]", accept_language="en")
    assert answer.json()["errors"][0]["message"].endswith("({…}; no batches)")


@pytest.mark.parametrize("name", ["null", '""'])
async def test_no_name_of_an_operation_is_needed_where_there_is_one(lobby: Client, name: str) -> None:
    body = b'{"query": "query A { __typename }", "operationName": ' + name.encode() + b"}"
    assert (await sent(lobby, body)).json()["data"] == {"__typename": "Query"}


UNDERSTOOD = [
    ({"query": "{"}, "DOCUMENT_UNREADABLE"),
    ({"query": "{ mines { } }"}, "DOCUMENT_UNREADABLE"),
    ({"query": "{ nope }"}, "DOCUMENT_INVALID"),
    ({"query": "query A { __typename } query B { __typename }"}, "INVALID_INPUT"),
    ({"query": "query A { __typename }", "operationName": "B"}, "INVALID_INPUT"),
    ({"query": "query ($id: ID!) { node(id: $id) { id } }"}, "INVALID_INPUT"),
    ({"query": "query ($n: Int) { mines(first: $n) { totalCount } }", "variables": {"n": "x"}}, "INVALID_INPUT"),
]
#: One field of them is refused, and so they have an answer.
IN_PART = [
    ("{ mines(first: 9999) { totalCount nodes { id } } }", "INVALID_INPUT", None),
    ('{ mines(after: "zz") { nodes { id } } }', "INVALID_INPUT", None),
    ("{ mineReads { totalCount } }", "FORBIDDEN", None),
    ('{ mine(licenceNo: "x") { name } __typename }', "BAD_LICENCE_NUMBER", {"mine": None, "__typename": "Query"}),
    ('mutation { withdrawRecord(id: "x", reason: "x") { outcome } }', "NOT_FOUND", None),
]


@pytest.mark.parametrize(("asked", "found"), UNDERSTOOD)
async def test_what_is_understood_and_refused_is_400_or_for_old_clients_200(
    lobby: Client, asked: dict[str, Any], found: str
) -> None:
    answer = await sent(lobby, json.dumps(asked).encode(), accept=GRAPHQL)
    assert (answer.status_code, code(answer), answer.headers["content-type"]) == (400, found, f"{GRAPHQL}; charset=utf-8")
    answer = await sent(lobby, json.dumps(asked).encode(), accept=JSON)
    assert (answer.status_code, code(answer), answer.headers["content-type"]) == (200, found, f"{JSON}; charset=utf-8")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drafted(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    folder = tmp_path_factory.mktemp("drafted")
    shutil.copy(sqlite_template, folder / "hub.db")
    async with a_client(f"sqlite:///{folder / 'hub.db'}", folder, draft_status_codes=True) as made:
        yield made


@pytest.mark.parametrize(("asked", "found"), UNDERSTOOD)
async def test_the_draft_of_2026_knows_422(drafted: Client, asked: dict[str, Any], found: str) -> None:
    wanted = 400 if found == "DOCUMENT_UNREADABLE" else 422
    for accept in (JSON, GRAPHQL):
        answer = await sent(drafted, json.dumps(asked).encode(), accept=accept)
        assert (answer.status_code, code(answer), answer.headers["content-type"]) == (
            wanted,
            found,
            f"{GRAPHQL}; charset=utf-8",
        )


@pytest.mark.parametrize(("query", "found", "data"), IN_PART)
async def test_a_field_is_refused_in_an_answer_and_the_draft_says_so_by_its_status(
    lobby: Client, query: str, found: str, data: Any
) -> None:
    token = await lobby.token(Role.BANK)
    headers = {"authorization": f"Bearer {token}", "hub-purpose": "PRE_LOAN_REVIEW"}
    for accept in (JSON, GRAPHQL):
        answer = await lobby.http.post("/graphql", json={"query": query}, headers=headers | {"accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"{accept}; charset=utf-8")
        (error,) = answer.json()["errors"]
        assert (error["extensions"]["code"], answer.json()["data"]) == (found, data)
        assert len(error["path"]) == len(error["locations"]) == 1


async def test_a_refused_field_is_partial_success_in_the_draft(drafted: Client) -> None:
    body = b'{"query": "{ mines(first: 9999) { totalCount } }"}'
    assert (await sent(drafted, body, accept=GRAPHQL)).status_code == 294
    assert (await sent(drafted, body, accept=JSON)).status_code == 200


NOPE = "The GraphQL document is not valid (Cannot query field 'xyzzy' on type 'Query'.)"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", f"查询文本无效（类型 Query 没有字段 xyzzy） / {NOPE}"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "查询文本无效（类型 Query 没有字段 xyzzy）"),
        ("en-US,en;q=0.9", NOPE),
    ],
)
async def test_errors_are_told_in_the_language_that_is_asked_for(lobby: Client, said: str, message: str) -> None:
    answer = await sent(lobby, b'{"query": "{ xyzzy }"}', accept_language=said)
    assert answer.json()["errors"][0]["message"] == message


async def test_receipts_are_told_in_it_too_and_what_is_kept_in_both(lobby: Client) -> None:
    token = await lobby.token(Role.DEPARTMENT, Department.ECOLOGY)
    headers = {"authorization": f"Bearer {token}", "accept-language": "zh"}
    query = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { results { problems { message } } } }"
    asked = {"query": query, "variables": {"items": [opinion(1, issuedOn="x")]}}
    told = (await lobby.http.post("/graphql", json=asked, headers=headers)).json()["data"]["postOpinions"]["results"][0]
    assert told["problems"] == [{"message": "issuedOn: 不是有效日期（YYYY-MM-DD）"}]
    kept = await lobby.ask(token, "{ rejections { nodes { problems } } }")
    assert "/ is not a date" in kept.text


async def test_the_draft_of_2026_tells_no_json_from_no_request(drafted: Client) -> None:
    assert (await sent(drafted, b"{")).status_code == 400
    assert (await sent(drafted, b"1")).status_code == 422


POST = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { accepted } }"


async def test_data_and_errors_together_are_200_and_under_the_draft_294(lobby: Client, drafted: Client) -> None:
    body = json.dumps({"query": POST, "variables": {"items": [opinion(11)]}}).encode()
    for hub, accept, wanted in ((lobby, GRAPHQL, 200), (drafted, GRAPHQL, 294), (drafted, JSON, 200)):
        answer = await sent(hub, body, accept=accept)
        assert answer.status_code == wanted
        assert answer.json()["data"] is None
        assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_body_that_is_too_large_is_refused_and_the_connection_ended(lobby: Client) -> None:
    answer = await sent(lobby, b" " * 200_001)
    assert (answer.status_code, code(answer), answer.headers["connection"]) == (413, "PAYLOAD_TOO_LARGE", "close")


async def test_a_body_that_does_not_come_is_not_waited_for(sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, body_seconds=0.2) as lobby:
        token = await lobby.token(Role.OPERATOR)
        headers = {"authorization": f"Bearer {token}", "content-type": JSON}
        signed = credit.pushed([])[1]
        for path, shown in (("/graphql", headers), ("/push/credit_disclosure", signed)):
            async with asyncio.timeout(5):
                answer = await _raw(lobby, path, shown)
            assert answer.startswith(b"HTTP/1.1 408")
            assert b"REQUEST_TIMEOUT" in answer


async def _raw(lobby: Client, path: str, headers: dict[str, str]) -> bytes:
    """The answer to a request whose body stops after a few bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", lobby.hub.settings.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{head}content-length: 100\r\n\r\n{{".encode())
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1@evil.example", "", "127.0.0.1/x", "示例", "127.0.0.1:x"])
async def test_a_foreign_host_name_is_refused(lobby: Client, host: str) -> None:
    headers = [("host", host.encode()), ("content-type", b"application/json"), ("content-length", b"0")]
    answer = await lobby.http.post("/graphql", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, code(answer)) == (421, "WRONG_HOST")


async def test_every_answer_keeps_browsers_and_caches_off(lobby: Client) -> None:
    answers = [
        await sent(lobby),
        await sent(lobby, accept="text/event-stream"),
        await sent(lobby, authorization="Bearer a.b.c"),
        await sent(lobby, method="GET"),
        await lobby.http.get("/nope"),
        await lobby.http.get("/livez"),
        await lobby.http.get("/livez", headers={"host": "evil.example"}),
        await lobby.http.post("/push/nope"),
    ]
    for answer in answers:
        for name, value in SECURITY_HEADERS:
            assert answer.headers[name.decode()] == value.decode()
        assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nope", 404, "NOT_FOUND"),
        ("GET", "/export/", 404, "NOT_FOUND"),
        ("DELETE", "/livez", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/push/ecology", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "/oauth/token", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_where_there_is_nothing_a_code_of_the_one_list_says_so(
    lobby: Client, method: str, path: str, status: int, code: str
) -> None:
    for language, words in (("zh", "chinese"), ("en", "english")):
        answer = await lobby.http.request(method, path, headers={"accept-language": language})
        assert (answer.status_code, "allow" in answer.headers) == (status, status == 405)
        (told,) = answer.json()["errors"]
        assert (told["extensions"]["code"], told["message"].startswith(told["extensions"][words])) == (code, True)


async def test_who_may_not_see_the_schema_gets_neither_it_nor_hints(sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, introspection="OPERATOR") as lobby:
        bank, operator = await lobby.token(Role.BANK), await lobby.token(Role.OPERATOR)
        for query in ("{ __schema { types { name } } }", '{ ...F } fragment F on Query { x: __type(name: "Mine") { name } }'):
            refused = (await lobby.ask(bank, query)).json()
            assert (refused["data"], refused["errors"][0]["extensions"]["code"]) == (None, "FORBIDDEN")
            assert (await lobby.ask(operator, query)).json()["data"]
        misspelt = {
            '{ mine(licenceNo: "x") { nam } }': {},
            '{ mine(licenceN: "x") { name } }': {},
            "{ mines { nodes { ... on Min { name } } } }": {},
            "{ mines }": {},
            '{ mines(filter: {nam: {eq: "x"}}) { totalCount } }': {},
            "{ opinions(filter: {nature: {eq: AUDI}}) { totalCount } }": {},
            "query ($f: MineFilter) { mines(filter: $f) { totalCount } }": {"f": {"nam": {"eq": "x"}}},
        }
        for query, given in misspelt.items():
            assert "Did you mean" in (await lobby.ask(operator, query, **given)).text, query
            for told in await by_every_way(lobby, bank, query, given):
                assert not re.search('Did you mean|是否指|"cost"', told), (query, told)


async def by_every_way(client: Client, token: str, query: str, variables: dict[str, Any]) -> list[str]:
    """What is answered to who asks in each way in which a document may come."""
    said = {"authorization": f"Bearer {token}", "hub-purpose": "PRE_LOAN_REVIEW"}
    body = {"query": query, "variables": variables}
    told = []
    for more in (
        {},
        {"accept-language": "zh"},
        {"accept": "application/graphql-response+json"},
        {"accept": "text/event-stream"},
        {"accept": "multipart/mixed;subscriptionSpec=1.0"},
    ):
        told.append((await client.http.post("/graphql", json=body, headers=said | more)).text)
    asked = {"query": query, "variables": json.dumps(variables)}
    told.append((await client.http.get("/graphql", params=asked, headers=said)).text)
    await client.hub.documents.add(Role.BANK, {"示例": query})
    by_id = {"documentId": sha256(query), "variables": variables}
    told.append((await client.http.post("/graphql", json=by_id, headers=said)).text)
    async with opened(client, token, Hub_Purpose="PRE_LOAN_REVIEW") as socket:
        await socket.init()
        await socket.subscribe("x", query, **variables)
        told.append(json.dumps(await socket.hear(), ensure_ascii=False))
    return told
