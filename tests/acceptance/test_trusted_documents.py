"""Asking by registered documents, in both forms, and being held to them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from auth.principals import Role
from hub.services.access.trusted_documents import md5, sha256
from tests.acceptance.conftest import Client

BODY = "query Mines($n: Int) { mines(first: $n) { nodes { name } } }"
ID = sha256(BODY)
APOLLO = {"persistedQuery": {"version": 1, "sha256Hash": ID}}


async def sent(door: Client, token: str, **request: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "hub-purpose": "PRE_LOAN_REVIEW"}
    return await door.http.post("/graphql", content=json.dumps(request), headers=headers)


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


async def test_a_registered_document_is_asked_by_its_id_in_both_forms(door: Client) -> None:
    client_id, token = await door.registered(Role.BANK)
    # Who has registered nothing is told not to ask by ids at all.
    for form in ({"documentId": f"sha256:{ID}"}, {"extensions": APOLLO}):
        assert code(await sent(door, token, **form)) == "PERSISTED_QUERY_NOT_SUPPORTED"
    await door.hub.documents.add(client_id, {"Mines": BODY})
    wanted = (await door.ask(token, BODY, n=2)).json()["data"]
    assert len(wanted["mines"]["nodes"]) == 2
    assert code(await sent(door, token, documentId="a" * 64)) == "PERSISTED_QUERY_NOT_FOUND"
    forms: list[dict[str, Any]] = [
        {"documentId": md5(BODY)},
        {"doc_id": f"md5:{md5(BODY)}"},
        {"doc_id": md5(BODY), "query": BODY},
        {"documentId": f"sha256:{ID}"},
        {"extensions": APOLLO},
        {"extensions": APOLLO, "query": BODY},
    ]
    for form in forms:
        answer = await sent(door, token, **form, operationName="Mines", variables={"n": 2})
        assert (answer.status_code, answer.json()["data"]) == (200, wanted)
    stranger = await door.token(Role.BANK)
    assert code(await sent(door, stranger, documentId=f"sha256:{ID}")) == "PERSISTED_QUERY_NOT_SUPPORTED"


@pytest.mark.parametrize("language", ["", "zh", "en"])
async def test_clients_that_know_the_protocol_by_its_words_alone_understand(door: Client, language: str) -> None:
    client_id, token = await door.registered(Role.BANK)
    headers = {"authorization": f"Bearer {token}", "accept-language": language}

    async def told() -> tuple[str, bool]:
        [error] = (await door.http.post("/graphql", json={"extensions": APOLLO}, headers=headers)).json()["errors"]
        return error["message"], bool(error["extensions"]["chinese"] and error["extensions"]["english"])

    assert await told() == ("PersistedQueryNotSupported", True)
    await door.hub.documents.add(client_id, {"Another": "{ __typename }"})
    assert await told() == ("PersistedQueryNotFound", True)


async def test_who_is_held_to_its_documents_asks_nothing_else(door: Client) -> None:
    client_id, token = await door.registered(Role.BANK)
    await door.hub.documents.add(client_id, {"Mines": BODY})
    for owner in (client_id, "BANK"):
        await door.hub.documents.hold(owner, on=True)
        for refused in (
            await door.ask(token, "{ mines { totalCount } }"),
            await door.ask(token, "{ __schema { queryType { name } } }"),
            await sent(
                door,
                token,
                query="{ __typename }",
                extensions={"persistedQuery": {"version": 1, "sha256Hash": sha256("{ __typename }")}},
            ),
        ):
            assert (refused.status_code, code(refused)) == (403, "DOCUMENT_NOT_TRUSTED")
        assert (await sent(door, token, documentId=f"sha256:{ID}")).status_code == 200
        await door.hub.documents.hold(owner, on=False)
        assert (await door.ask(token, "{ mines { totalCount } }")).status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        {"documentId": 7},
        {"documentId": "sha256:abc"},
        {"documentId": "sha256:" + "a" * 32},
        {"doc_id": md5("another"), "query": BODY},
        {"documentId": "md5:" + "a" * 64},
        {"documentId": f"sha256:{ID}", "query": "{ __typename }"},
        {"extensions": {"persistedQuery": 1}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": ID}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": APOLLO, "query": "\ud800"},
    ],
)
async def test_an_id_that_is_none_or_not_of_the_query_is_refused(door: Client, request_: dict[str, Any]) -> None:
    answer = await sent(door, await door.token(Role.OPERATOR), **request_)
    assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")


async def test_untrusted_documents_cannot_push_out_trusted_ones(door: Client) -> None:
    client_id, token = await door.registered(Role.BANK)
    await door.hub.documents.add(client_id, {"Mines": BODY})
    await sent(door, token, documentId=f"sha256:{ID}")
    known = door.hub.graph._documents
    trusted = known.known(BODY, client_id, hints=True, trusted=True)
    assert trusted is not None
    for number in range(1200):
        text = f"{{ a{number}: __typename }}"
        known.keep(text, known.read(text, hints=True), hints=True)
        known.known(text, "hostile", hints=True)
    assert known.known(BODY, client_id, hints=True, trusted=True) is trusted
