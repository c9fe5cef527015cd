"""What comes back from clients is checked like what comes in, wherever it stands: nothing of it ends in an error of ours."""

from __future__ import annotations

import json

from auth.principals import Role
from hub.domain.words.departments import Department
from tests.acceptance.conftest import Client

#: Texts that PostgreSQL does not take, or that nobody was given.
TEXTS = ("\x00", "示\x00例", "\ud800", "a\udfff", "x" * 5_000)
#: Where a text goes to a service, and to no plan.
OF_TEXT = (
    "{ loanCheckMade(id: $t) { id } }",
    "{ recheck(id: $t) { now { id } } }",
    "{ attestation(id: $t) { id } }",
    "{ attestationStatement(id: $t) }",
    "{ watchEvents(portfolio: $t) { position } }",
    "{ loanCheck(licenceNo: $t) { id } }",
    "{ loanChecks(licenceNos: [$t], usccs: [$t]) { id } }",
    "{ search(text: $t) { id } }",
    "{ events(consumer: $t) { nodes { cursor } } }",
    "{ events(where: {types: [$t]}) { nodes { cursor } } }",
    "{ events(where: {licenceNos: [$t]}) { nodes { cursor } } }",
    '{ _entities(representations: [{__typename: "Mine", licenceNo: $t}]) { __typename } }',
    '{ _entities(representations: [{__typename: "Enterprise", uscc: $t}]) { __typename } }',
    '{ _entities(representations: [{__typename: "Division", code: $t}]) { __typename } }',
    "mutation { attest(check: $t, licenceNo: $t) { id } }",
    "mutation { putPortfolio(name: $t, mines: []) { accepted } }",
    'mutation { putPortfolio(name: "示例", mines: [{licenceNo: $t}]) { accepted } }',
    'mutation { putPortfolio(name: "示例", mines: [{licenceNo: "C5301002020017110000001", reference: $t}]) { accepted } }',
    "mutation { removePortfolio(portfolio: $t) { id } }",
    "mutation { acknowledgeWatchEvents(portfolio: $t, upto: 1) }",
    'mutation { withdrawRecord(id: $t, reason: "示例") { outcome } }',
    'mutation { withdrawRecord(id: "opinion_x", reason: $t, idempotencyKey: $t) { outcome } }',
    'mutation { resolveDiscrepancy(id: $t, reason: "示例") { id } }',
    "mutation { repairRejection(id: $t, data: {}) { outcome } }",
    "mutation { retryRejections(choice: {ids: [$t]}) { done } }",
    'mutation { acknowledge(consumer: $t, cursor: "0") { position } }',
    "mutation { forgetConsumer(consumer: $t) { position } }",
    'mutation { registerWebhook(name: $t, url: "https://x.example", document: "{ a }") { secret } }',
    'mutation { registerWebhook(name: "x", url: $t, document: "subscription { recordPosted { cursor } }") { secret } }',
    'mutation { registerWebhook(name: "x", url: "https://x.example", document: $t) { secret } }',
    "mutation { pingWebhook(name: $t) { status } }",
    "mutation { removeWebhook(name: $t) { name } }",
)
#: Places in a log that there are not, in no list, or in nothing.
CURSORS = ("999999999999999999", "9" * 400, "0.AAAAAAAAAAAA", "1.AAAAAAAAAAAA", "-1", "１", "1.", "", "\x00", "[" * 5_000)
OF_CURSOR = (
    "{ events(after: $c) { nodes { cursor } } }",
    '{ events(after: $c, consumer: "示例") { nodes { cursor } } }',
    'mutation { acknowledge(consumer: "x", cursor: $c) { position } }',
    'mutation { resumeWebhook(name: "x", after: $c) { name } }',
)
MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
OF_MOMENT = (
    '{ loanCheck(licenceNo: "C5301002020017110000001", knownAt: $m) { id } }',
    "{ mines(first: 1, filter: {recordedAt: {from: $m}}) { totalCount } }",
)


def asked(document: str, variable: str) -> str:
    kind = "mutation" if document.startswith("mutation") else "query"
    return f"{kind} ({variable}) {document.removeprefix('mutation ')}"


async def test_no_text_day_or_cursor_ends_in_an_error_of_ours(client: Client) -> None:
    roles: tuple[tuple[Role, Department | None], ...] = (
        (Role.OPERATOR, None),
        (Role.BANK, None),
        (Role.DEPARTMENT, Department.ECOLOGY),
    )
    said = {"content-type": "application/json", "hub-purpose": "PRE_LOAN_REVIEW"}
    callers = [said | {"authorization": f"Bearer {await client.token(*role)}"} for role in roles]
    tries = [
        *((asked(document, "$t: TYPE"), "t", text) for document in OF_TEXT for text in TEXTS),
        *((asked(document, "$c: Cursor!"), "c", cursor) for document in OF_CURSOR for cursor in CURSORS),
        *((asked(document, "$m: DateTime!"), "m", moment) for document in OF_MOMENT for moment in MOMENTS),
    ]
    for document, name, value in tries:
        for headers in callers:
            # A variable of the type of its place.
            for kind in ("ID!", "String!", "_Any!") if "TYPE" in document else ("",):
                # Escaped, as half a character can come.
                body = json.dumps({"query": document.replace("TYPE", kind), "variables": {name: value}})
                answer = await client.http.post("/graphql", content=body, headers=headers)
                codes = [one["extensions"]["code"] for one in answer.json().get("errors", ())]
                assert answer.status_code < 500, (document, value[:20], answer.text)
                assert "INTERNAL" not in codes, (document, value[:20], answer.text)
                if codes != ["DOCUMENT_INVALID"]:
                    break
