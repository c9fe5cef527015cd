"""What is marked with a key is done once: sent again it is answered as it was, and under its key comes nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.languages import ASKED, Language
from hub.http.pinned import Addresses, read_networks
from hub.services.access.clients import Clients
from hub.services.banks.attestations import Attestations
from hub.services.banks.loan_checks import LoanChecks
from hub.services.banks.portfolios import Portfolios
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.once import KEPT, KeptAnswers, Marked
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.sealing import Sealing
from hub.services.work.desk import RejectionDesk
from hub.services.work.quarantine import Quarantine
from hub.services.work.redelivery import Deliveries
from hub.services.work.webhook_sending import Sender
from hub.services.work.webhooks import Webhooks
from hub.signing import SigningKeys
from hub.storage.engine.database import Database
from schema import attestations, loan_checks, portfolios
from schema.answers import Operation
from schema.execution import Graph
from schema.posting import POSTS
from schema.root import build_schema
from tests.conftest import NOW
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOAN, Ask, a_province, opinion, penalty, posted
from tests.receivers import LOOPBACK

POST = """
mutation ($items: [OpinionInput!]!, $key: String) {
  postOpinions(items: $items, idempotencyKey: $key) {
    accepted rejected repeated
    results { index outcome recordId version payloadHash recordedAt repeated problems { path code message } }
  }
}
"""
WITHDRAW = """
mutation ($id: ID!, $key: String) {
  withdrawRecord(id: $id, reason: "x", idempotencyKey: $key) { outcome version recordedAt repeated }
}
"""


@pytest.fixture
def kept(database: Database) -> KeptAnswers:
    return KeptAnswers(database, Sealing("kept_answers", lambda: (b"key",)), lambda: NOW)


@pytest.fixture
async def hub(reading: Reading, posting: Posting, kept: KeptAnswers) -> Ask:
    await a_province(posting)
    return Ask(Graph(build_schema(), reading, posting, kept=kept))


async def post(hub: Ask, key: str | None, *items: dict[str, Any], who: Principal = ECOLOGY) -> dict[str, Any]:
    answer = await hub(who, POST, items=list(items), key=key)
    if answer["data"]:
        told: dict[str, Any] = answer["data"]["postOpinions"]
        return told
    return {name: answer["errors"][0]["extensions"].get(name) for name in ("code", "field")}


def but_repeated(answer: dict[str, Any]) -> dict[str, Any]:
    results = [{name: value for name, value in one.items() if name != "repeated"} for one in answer["results"]]
    return {**answer, "repeated": None, "results": results}


async def test_what_is_sent_again_is_answered_as_it_was_and_not_done(hub: Ask) -> None:
    items = opinion(40), opinion(41, issuedOn="no day")
    first = await post(hub, "k-1", *items)
    assert (first["accepted"], first["rejected"], first["repeated"]) == (1, 1, False)
    # What has been said since does not change what was answered then.
    assert (await post(hub, None, opinion(40, text="另一份")))["results"][0]["version"] == 2
    again = await post(hub, "k-1", *items)
    assert again["repeated"]
    assert [one["repeated"] for one in again["results"]] == [True, True]
    assert but_repeated(again) == but_repeated(first)
    # The refused item is kept once.
    kept = await hub(ECOLOGY, "{ rejections { totalCount } }")
    assert kept["data"]["rejections"]["totalCount"] == 1
    assert (await post(hub, None, opinion(40, text="另一份")))["results"][0]["version"] == 2


async def test_a_variable_that_was_not_sent_is_no_key(hub: Ask) -> None:
    for outcome in ("ACCEPTED", "UNCHANGED"):
        answer = await hub(ECOLOGY, POST, items=[opinion(40)])
        told = answer["data"]["postOpinions"]
        assert (told["results"][0]["outcome"], told["repeated"]) == (outcome, False)


async def test_under_a_key_comes_one_content(hub: Ask) -> None:
    await post(hub, "k", opinion(40))
    for other in ([opinion(41)], [opinion(40), opinion(41)], [opinion(40, text="x")], []):
        refused = await post(hub, "k", *other)
        if other:
            assert refused == {"code": "CONFLICT", "field": "idempotencyKey"}
    # Another client's key is another's, and so is a key that was not given.
    assert not (await post(hub, "k", opinion(50, department="FINANCE"), who=FINANCE))["repeated"]
    assert not (await post(hub, None, opinion(40)))["repeated"]


async def test_of_two_that_come_at_once_one_is_done(hub: Ask) -> None:
    answers = await asyncio.gather(*(post(hub, "k", opinion(40)) for _ in range(5)))
    assert sorted(answer["repeated"] for answer in answers) == [False, True, True, True, True]
    assert {answer["results"][0]["outcome"] for answer in answers} == {"ACCEPTED"}


async def test_what_is_refused_as_a_whole_takes_no_key(hub: Ask) -> None:
    many = [opinion(40)] * 1001
    assert (await post(hub, "k", *many))["code"] == "BATCH_TOO_LARGE"
    assert (await post(hub, "k", opinion(40)))["repeated"] is False


@pytest.mark.parametrize("key", ["", "x" * 101, "键", "a\nb"])
async def test_what_is_no_key_is_refused(hub: Ask, key: str) -> None:
    assert await post(hub, key, opinion(40)) == {"code": "INVALID_INPUT", "field": "idempotencyKey"}
    assert (await post(hub, "x" * 100, opinion(40)))["accepted"] == 1


async def test_a_record_is_taken_back_once(hub: Ask) -> None:
    record = (await post(hub, None, opinion(40)))["results"][0]["recordId"]
    first, again = [(await hub(ECOLOGY, WITHDRAW, id=record, key="w"))["data"]["withdrawRecord"] for _ in range(2)]
    assert first == {"outcome": "NEW_VERSION", "version": 2, "recordedAt": first["recordedAt"], "repeated": False}
    assert again == first | {"repeated": True}
    # Without the key it is told that nothing changed.
    assert (await hub(ECOLOGY, WITHDRAW, id=record))["data"]["withdrawRecord"]["outcome"] == "UNCHANGED"
    # A key is of one content, whatever the mutation.
    assert await post(hub, "w", opinion(41)) == {"code": "CONFLICT", "field": "idempotencyKey"}


@pytest.mark.parametrize(("later", "repeated"), [(KEPT, True), (KEPT + timedelta(seconds=1), False)])
async def test_an_answer_is_kept_for_seven_days(hub: Ask, database: Database, later: timedelta, repeated: bool) -> None:
    await post(hub, "k", opinion(40))
    await KeptAnswers(database, Sealing("kept_answers", lambda: (b"key",))).forget(NOW + later)
    assert (await post(hub, "k", opinion(40)))["repeated"] is repeated


def test_every_mutation_takes_a_key() -> None:
    fields = build_schema()._schema.mutation_type.fields  # type: ignore[union-attr]
    assert {name for name, field in fields.items() if "idempotencyKey" not in field.args} == set()
    assert fields.keys() == POSTS.keys() | {name for name, _, _ in ACTS}


NO = '"C5301002020017110000001"'
WEBHOOK = 'name: "desk", url: "http://127.0.0.1:9/hook", document: "subscription { recordPosted { position } }"'
#: Every mutation that posts no items: its arguments, what is asked of its answer; where they are named, ids stand for `…`.
ACTS = [
    ("attest", 'check: "…"', "{ id sdJwt issuedAt }"),
    ("withdrawRecord", 'id: "…", reason: "示例"', "{ outcome version recordedAt record { id } }"),
    ("reinstateRecord", 'id: "…", reason: "示例"', "{ outcome version recordedAt record { id } }"),
    ("resolveDiscrepancy", 'id: "…", reason: "示例"', "{ resolution resolvedAt record { id } }"),
    ("repairRejection", 'id: "…", data: {issuedOn: "2026-01-05"}', "{ outcome version record { id } }"),
    ("retryRejections", "choice: {}", "{ done taken left }"),
    ("dismissRejections", 'choice: {}, reason: "示例"', "{ done left }"),
    ("redeliver", "choice: {}", "{ done left }"),
    ("acknowledge", 'consumer: "desk", cursor: 0', "{ name position cursor }"),
    ("forgetConsumer", 'consumer: "desk"', "{ name position }"),
    ("registerWebhook", WEBHOOK, "{ name state cursor secret }"),
    ("rotateWebhookSecret", 'name: "desk"', "{ state secret }"),
    ("pauseWebhook", 'name: "desk"', "{ state reason }"),
    ("resumeWebhook", 'name: "desk"', "{ state reason }"),
    ("pingWebhook", 'name: "desk"', "{ delivered status error }"),
    ("removeWebhook", 'name: "desk"', "{ name }"),
    ("putPortfolio", f'name: "示例", mines: [{{licenceNo: {NO}}}]', "{ accepted portfolio { id } }"),
    ("removePortfolio", 'portfolio: "…"', "{ name }"),
    ("acknowledgeWatchEvents", 'portfolio: "…", upto: 0', ""),
]
#: What would come out otherwise if it were done again: refused, with another version or secret, or with nothing left to do.
TELLING = {"resolveDiscrepancy", "repairRejection", "dismissRejections", "forgetConsumer", "registerWebhook"} | {
    "rotateWebhookSecret",
    "removeWebhook",
    "removePortfolio",
    "withdrawRecord",
    "reinstateRecord",
}


class House:
    """A hub with everything on which something is done."""

    def __init__(self, database: Database, reading: Reading, posting: Posting, keys: SigningKeys, kept: KeptAnswers) -> None:
        async def resolve(host: str, _port: int) -> Sequence[str]:
            return [host]

        clock = lambda: NOW  # noqa: E731
        sender = Sender(Addresses(read_networks([LOOPBACK]), resolve), clock)
        checks = LoanChecks(database, clock)
        self.consumers = Consumers(database)
        self.graph = Graph(
            build_schema(),
            reading,
            posting,
            following=Followers(database),
            consumers=self.consumers,
            webhooks=Webhooks(database, Sealing("webhooks", lambda: (b"key",)), sender, clock),
            rejections=RejectionDesk(database, posting, Quarantine(database, posting, clock), clock, manifests={}),
            deliveries=Deliveries(database, clock),
            tellers={
                **loan_checks.tellers(checks),
                **attestations.tellers(Attestations(database, checks, keys, "https://hub.example", clock)),
                **portfolios.tellers(Portfolios(database, clock)),
            },
            kept=kept,
        )

    async def say(self, who: Principal, document: str) -> dict[str, Any]:
        answer = await self.graph.run(Operation(document, None, {}, LOAN), who)
        told: dict[str, Any] = json.loads(answer.extended(0))
        return told

    async def id_of(self, who: Principal, document: str) -> str:
        """The first id that a question is answered with."""
        answer = await self.say(who, document)
        assert "errors" not in answer, answer
        return json.dumps(answer["data"]).partition('"id": "')[2].partition('"')[0]


async def test_each_mutation_is_done_once_with_its_answer_and_nothing_is_kept_in_clear(
    database: Database, reading: Reading, posting: Posting, kept: KeptAnswers, tmp_path: Path
) -> None:
    await a_province(posting)
    client_id, _ = await Clients(database).add("示例银行", Role.BANK)
    bank = replace(BANK, client_id=client_id)
    house = House(database, reading, posting, SigningKeys.load_or_create(tmp_path / "keys.json"), kept)
    [record] = await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(40))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7))
    await posted(posting, CREDIT, RecordKind.PENALTY, penalty(7, department="ECOLOGY", fine="10000.00"))
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(41, issuedOn="no day"), opinion(42, issuedOn="no day"))
    await house.consumers.begin(bank, "desk", None)
    departments = {"withdrawRecord", "reinstateRecord", "resolveDiscrepancy", "repairRejection"} | {
        "retryRejections",
        "dismissRejections",
        "redeliver",
    }
    put = f'mutation {{ putPortfolio(name: "另一", mines: [{{licenceNo: {NO}}}]) {{ portfolio {{ id }} }} }}'
    found = {
        "attest": await house.id_of(bank, f"{{ loanCheck(licenceNo: {NO}) {{ id }} }}"),
        "withdrawRecord": str(record.record_id),
        "reinstateRecord": str(record.record_id),
        "resolveDiscrepancy": await house.id_of(ECOLOGY, "{ discrepancies { nodes { id } } }"),
        "repairRejection": await house.id_of(ECOLOGY, "{ rejections { nodes { id } } }"),
        "removePortfolio": await house.id_of(bank, put),
        "acknowledgeWatchEvents": await house.id_of(bank, put),
    }
    # An acknowledgement after it was dropped would find none.
    order = sorted(ACTS, key=lambda act: act[0] == "removePortfolio")
    for name, arguments, asked in order:
        who = ECOLOGY if name in departments else bank
        given = arguments.replace("…", found.get(name, ""))
        document = f'mutation {{ it: {name}({given}, idempotencyKey: "{name}") {asked} }}'
        first, again = await house.say(who, document), await house.say(who, document)
        assert "errors" not in first, (name, first)
        assert "repeated" not in first["extensions"], name
        assert (again["data"], again["extensions"]["repeated"]) == (first["data"], ["it"]), name
        other = await house.say(
            who, f'mutation {{ __typename forgetConsumer(consumer: "x", idempotencyKey: "{name}") {{ name }} }}'
        )
        if who is bank:
            [error] = other["errors"]
            assert (error["extensions"]["code"], error["extensions"]["field"]) == ("CONFLICT", "idempotencyKey")
        if name in TELLING:
            unmarked = await house.say(who, document.replace(f', idempotencyKey: "{name}"', ""))
            assert unmarked["data"] != first["data"], name
        if "secret" in asked:
            secret = first["data"]["it"]["secret"]
            async with database.connection() as connection:
                rows = (await connection.execute(sa.text("SELECT answer FROM kept_answers"))).scalars().all()
            assert not [row for row in rows if secret in str(row) or secret.removeprefix("whsec_") in str(row)]


async def test_what_is_refused_or_cut_off_amid_its_work_leaves_nothing_and_its_key_free(
    database: Database, posting: Posting, kept: KeptAnswers
) -> None:
    await a_province(posting)
    marked = Marked.read(ECOLOGY, "k", "act", {"a": 1})

    async def post() -> Any:
        [done] = await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(40))
        return done.outcome

    async def post_and_fail() -> Any:
        await post()
        raise HubError(ErrorCode.UNAVAILABLE)

    async def post_and_wait() -> Any:
        await post()
        await asyncio.Event().wait()

    with pytest.raises(HubError):
        await kept.once(marked, post_and_fail)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await kept.once(marked, post_and_wait)
    assert await kept.once(marked, post) == ("ACCEPTED", False)
    assert await kept.once(marked, post_and_fail) == ("ACCEPTED", True)


async def test_an_answer_is_told_to_who_has_the_rights_by_which_it_was_given(kept: KeptAnswers) -> None:
    async def act() -> Any:
        return "done"

    def marked(who: Principal) -> Marked:
        return Marked.read(who, "k", "act", {})

    await kept.once(marked(ECOLOGY), act)
    fewer = replace(ECOLOGY, scopes=frozenset(sorted(ECOLOGY.scopes)[1:]))
    for who in (fewer, replace(ECOLOGY, division_code="530100")):
        with pytest.raises(HubError) as refused:
            await kept.once(marked(who), act)
        assert refused.value.code is ErrorCode.FORBIDDEN
    assert (await kept.once(marked(replace(ECOLOGY, scopes=ECOLOGY.scopes | {"more"})), act)).repeated


async def test_of_an_answer_that_no_key_opens_it_is_told_that_it_was_done(database: Database, kept: KeptAnswers) -> None:
    async def act() -> Any:
        return "done"

    marked = Marked.read(ECOLOGY, "k", "act", {})
    await kept.once(marked, act)
    for other in (KeptAnswers(database, Sealing("kept_answers", lambda: (b"another",))),):
        with pytest.raises(HubError) as refused:
            await other.once(marked, act)
        assert (refused.value.code, refused.value.field) == (ErrorCode.CONFLICT, "idempotencyKey")


async def test_a_repeat_is_told_in_the_language_that_it_asks_for(hub: Ask) -> None:
    for language in (Language.CHINESE, Language.ENGLISH):
        token = ASKED.set(language)
        try:
            [result] = (await post(hub, "k", opinion(40, issuedOn="no day")))["results"]
        finally:
            ASKED.reset(token)
        [problem] = result["problems"]
        assert problem["message"].isascii() is (language is Language.ENGLISH)
