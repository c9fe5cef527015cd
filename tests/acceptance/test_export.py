"""Lists as files over HTTP: whole, streamed, under the rights and filters of the graph, and in the read ledger."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema
from pyarrow import parquet

from auth.principals import Role
from connectors.workbooks import Workbook
from hub.domain.record_kinds import RecordKind
from schema import exports
from schema.export_files import Format
from schema.root import build_schema as made_schema
from tests.acceptance.conftest import Client, a_client
from tests.makers import ECOLOGY, licence, penalty, posted

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def exported(lobby: Client, name: str, token: str, **parameters: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "hub-purpose": "PRE_LOAN_REVIEW"}
    return await lobby.http.get(f"/export/{name}", params=parameters, headers=headers)


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return read(Format.CSV, answer.content)


def read(form: Format, body: bytes) -> list[dict[str, Any]]:
    """The rows of a file."""
    match form:
        case Format.XLSX:
            head, *lines = [line[1] for line in Workbook(body).sheets[0].rows() if isinstance(line, tuple)]
            return [{name: line.get(place, "") for place, name in head.items()} for line in lines]
        case Format.PARQUET:
            return parquet.read_table(io.BytesIO(body)).to_pylist()  # type: ignore[no-any-return]
        case _:
            return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


async def test_a_list_is_told_whole_page_after_page(lobby: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {name: replace(t, document=t.document.replace("first: 500", "first: 2")) for name, t in exports.tables().items()}
    monkeypatch.setattr("schema.export_endpoint.tables", lambda: small)
    await posted(lobby.hub.posting, ECOLOGY, RecordKind.PENALTY, *(penalty(n, remarks='多行\n"引号"') for n in range(300, 305)))
    token = await lobby.token(Role.OPERATOR)
    answer = await exported(lobby, "penalties.csv", token)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="penalties.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = rows(answer)
    wanted = (await lobby.ask(token, "{ penalties(first: 500) { nodes { id fine kinds withdrawn } } }")).json()["data"][
        "penalties"
    ]["nodes"]
    assert [row["id"] for row in told] == [row["id"] for row in wanted]
    assert [(row["fine"], row["kinds"], row["withdrawn"]) for row in told] == [
        (row["fine"] or "", "; ".join(row["kinds"]), str(row["withdrawn"]).lower()) for row in wanted
    ]
    assert '多行\n"引号"' in {row["remarks"] for row in told}

    book, columns = await exported(lobby, "penalties.xlsx", token), await exported(lobby, "penalties.parquet", token)
    for answer, name, kind in (
        (book, "penalties.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (columns, "penalties.parquet", "application/vnd.apache.parquet"),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    for line, one, row in zip(read(Format.XLSX, book.content), read(Format.PARQUET, columns.content), told, strict=True):
        assert {n: str(value).lower().removesuffix(".0") for n, value in line.items()} == {n: v.lower() for n, v in row.items()}
        assert (one["id"], str(one["decidedOn"])) == (row["id"], row["decidedOn"])
        assert (one["fine"] is None) is (row["fine"] == "")


async def test_no_text_of_a_file_is_a_formula(lobby: Client) -> None:
    await posted(
        lobby.hub.posting, ECOLOGY, RecordKind.PENALTY, one := penalty(380, remarks='=HYPERLINK("http://示例.example")')
    )
    token, wanted = await lobby.token(Role.OPERATOR), json.dumps({"documentNumber": {"eq": one["documentNumber"]}})
    (row,) = rows(await exported(lobby, "penalties.csv", token, filter=wanted))
    assert row["remarks"] == "'" + one["remarks"]
    (line,) = read(Format.XLSX, (await exported(lobby, "penalties.xlsx", token, filter=wanted)).content)
    assert line["remarks"] == one["remarks"]


async def test_more_rows_than_a_workbook_holds_are_refused_before_it_begins(
    lobby: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await lobby.token(Role.OPERATOR)
    count = len(rows(await exported(lobby, "mines.csv", token)))
    for most, status in ((count, 200), (count - 1, 400)):
        monkeypatch.setattr("schema.export_files._MOST_ROWS", most)
        answer = await exported(lobby, "mines.xlsx", token)
        assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_MANY"
    assert (await exported(lobby, "mines.csv", token)).status_code == 200


async def test_the_filter_is_the_lists(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    wanted = json.dumps({"licenceNo": {"eq": licence(2)}})
    (row,) = rows(await exported(lobby, "mines.csv", token, filter=wanted))
    assert (row["licenceNo"], row["name"]) == (licence(2), "示例2号磷矿")
    for wrong, code in (
        ("{", "MALFORMED_REQUEST"),
        ('{"nope": 1}', "INVALID_INPUT"),
        ('{"licenceNo": {"eq": "x"}}', "BAD_LICENCE_NUMBER"),
    ):
        refused = await exported(lobby, "mines.csv", token, filter=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (400, code)


async def test_a_filter_that_is_misspelt_does_not_pass_for_none(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    for misspelt in ("Filter", "filters", "where", "first"):
        refused = await exported(lobby, "mines.csv", token, **{misspelt: '{"name": {"eq": "x"}}'})
        told = refused.json()["errors"][0]["extensions"]
        assert (refused.status_code, told["code"], told["field"], told["detail"]) == (400, "UNKNOWN_FIELD", misspelt, "filter")


async def test_what_is_wrong_is_told_in_the_language_that_is_asked_for(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    wanted = {"filter": '{"standing": {"eq": "GREEN"}}'}
    told = {
        language: (
            await lobby.http.get(
                "/export/mines.csv",
                params=wanted,
                headers={"authorization": f"Bearer {token}", "hub-purpose": "PRE_LOAN_REVIEW", "accept-language": language},
            )
        ).json()["errors"]
        for language in ("zh", "en", "fr")
    }
    chinese, english = (
        "变量 $filter.standing.eq 的值无效：Standing 没有可选值 GREEN",
        "Value 'GREEN' does not exist in 'Standing' enum.",
    )
    assert [one["message"] for one in told["zh"]] == [f"输入无效（{chinese}）"]
    assert [one["message"] for one in told["en"]] == [f"The input is not valid (Variable '$filter.standing.eq': {english})"]
    both = f"输入无效（{chinese}） / The input is not valid (Variable '$filter.standing.eq': {english})"
    assert [one["message"] for one in told["fr"]] == [both]


@pytest.mark.parametrize("form", Format)
async def test_rights_are_those_of_the_graph_and_reads_are_kept(lobby: Client, form: Format) -> None:
    client_id, bank = await lobby.registered(Role.BANK)
    answer = await exported(lobby, f"mines.{form}", bank)
    assert answer.status_code == 200
    assert {row["postedBy"] for row in read(form, answer.content)} <= {"", None}
    await lobby.hub.reads.write()
    query = f'{{ mineReads(filter: {{clientId: {{eq: "{client_id}"}}}}) {{ nodes {{ licenceNo }} }} }}'
    kept = await lobby.ask(await lobby.token(Role.OPERATOR), query)
    assert {row["licenceNo"] for row in kept.json()["data"]["mineReads"]["nodes"]} >= {licence(1), licence(2)}
    refused = await exported(lobby, f"caseTransfers.{form}", bank)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    unsaid = await lobby.http.get(f"/export/mines.{form}", headers={"authorization": f"Bearer {bank}"})
    assert (unsaid.status_code, unsaid.json()["errors"][0]["extensions"]["code"]) == (400, "PURPOSE_REQUIRED")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nope.csv", 404),
        ("GET", "mines.xls", 404),
        ("GET", "mines", 404),
        ("GET", ".csv", 404),
        ("POST", "mines.csv", 405),
    ],
)
async def test_what_is_no_table_is_not_found(lobby: Client, method: str, path: str, status: int) -> None:
    headers = {"authorization": f"Bearer {await lobby.token(Role.OPERATOR)}"}
    assert (await lobby.http.request(method, f"/export/{path}", headers=headers)).status_code == status


async def test_who_asks_is_proven_by_a_header(lobby: Client) -> None:
    for headers in ({}, {"cookie": "hub-session=x"}, {"authorization": "Bearer a.b.c"}):
        answer = await lobby.http.get("/export/mines.csv", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_who_is_held_to_its_documents_exports_nothing(lobby: Client) -> None:
    client_id, token = await lobby.registered(Role.OPERATOR)
    await lobby.hub.documents.hold(client_id, on=True)
    assert (await exported(lobby, "mines.csv", token)).status_code == 403


async def test_what_cannot_go_on_is_cut_and_passes_for_no_whole_file(lobby: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*_: Any, **__: Any) -> Any:
        yield b"id\r\n"
        raise RuntimeError

    monkeypatch.setattr("schema.export_endpoint.pages", failing)
    token = await lobby.token(Role.OPERATOR)
    with pytest.raises(httpx.RemoteProtocolError):
        await exported(lobby, "mines.csv", token)


@pytest.mark.parametrize("lost", ["client", "token"])
async def test_a_file_goes_no_further_once_what_let_its_client_in_is_revoked(
    lobby: Client, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    bank, token = await lobby.registered(Role.BANK)
    made = 0

    async def revoked_amid(*_: Any, **__: Any) -> Any:
        nonlocal made
        for made in (1, 2, 3, 4):
            yield b"id\r\n"
            if made == 2 and lost == "client":
                await lobby.hub.clients.revoke(bank)
            elif made == 2:
                await lobby.hub.revocations.revoke(lobby.hub.tokens.verify(token))
            # As every process does within seconds.
            await lobby.hub.revocations.look()

    monkeypatch.setattr("schema.export_endpoint.pages", revoked_amid)
    with pytest.raises(httpx.RemoteProtocolError):
        await exported(lobby, "mines.csv", token)
    assert made == 3


async def test_the_schema_is_a_page_and_sdl_for_who_may_introspect(lobby: Client) -> None:
    headers = {"authorization": f"Bearer {await lobby.token(Role.BANK)}"}
    page = await lobby.http.get("/schema", headers=headers)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    sections = set(re.findall(r'<section id="(\w+)"', page.text))
    assert {"Query", "Mine", "Decimal", "PenaltyKind"} <= sections
    assert set(re.findall(r'href="#(\w+)"', page.text)) == sections
    sdl = await lobby.http.get("/schema.graphql", headers=headers)
    assert build_schema(sdl.text).query_type is not None
    refused = await lobby.http.get("/schema")
    assert (refused.status_code, "www-authenticate" in refused.headers) == (401, True)


async def test_nothing_of_the_schema_is_told_to_others(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "hub.db")
    async with a_client(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path, introspection="OPERATOR") as door:
        headers = {"authorization": f"Bearer {await door.token(Role.BANK)}"}
        for path in ("/schema", "/schema.graphql"):
            assert (await door.http.get(path, headers=headers)).status_code == 403


async def test_what_is_deprecated_says_from_which_day_it_may_be_gone() -> None:
    for kind in made_schema()._schema.type_map.values():
        parts = [*getattr(kind, "fields", {}).values(), *getattr(kind, "values", {}).values()]
        for part in parts:
            if part.deprecation_reason is not None:
                assert re.search(r"\b20\d\d-\d\d-\d\d\b", part.deprecation_reason), f"{kind.name}: {part.deprecation_reason}"


async def test_a_list_is_told_as_of_a_moment(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    one = penalty(390, remarks="示例原文")
    wanted = {"filter": json.dumps({"documentNumber": {"eq": one["documentNumber"]}})}

    async def remarks(**asked: str) -> list[str]:
        headers = {"authorization": f"Bearer {token}"} | asked
        return [row["remarks"] for row in rows(await lobby.http.get("/export/penalties.csv", params=wanted, headers=headers))]

    await posted(lobby.hub.posting, ECOLOGY, RecordKind.PENALTY, one)
    query = "query ($number: String) { penalties(filter: {documentNumber: {eq: $number}}) { nodes { recordedAt } } }"
    told = (await lobby.ask(token, query, number=one["documentNumber"])).json()["data"]["penalties"]["nodes"]
    await posted(lobby.hub.posting, ECOLOGY, RecordKind.PENALTY, one | {"remarks": "示例更正"})
    assert await remarks() == ["示例更正"]
    assert await remarks(**{"Hub-Known-At": told[0]["recordedAt"]}) == ["示例原文"]
    refused = await lobby.http.get("/export/penalties.csv", headers={"authorization": f"Bearer {token}", "Hub-On": "x"})
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["field"]) == (400, "on")
