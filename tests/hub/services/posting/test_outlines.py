"""Of a copy its sender sees all; others see what is declared and personal of nobody, and how large it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal, Role
from auth.rules import VISIBILITY
from hub.domain.declaring.fields import Field, inputs_of
from hub.domain.read_plan import Condition
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.departments import Department
from hub.services.posting.outlines import outline
from hub.services.posting.pipeline import Posting
from hub.services.posting.unread import Unread
from hub.storage.engine.database import Database
from hub.storage.views import rejections
from tests.duties import MADE
from tests.makers import ECOLOGY, OPERATOR, Ask, penalty, posted

SECRET = "示例秘密530000190001010000"
KEPT = "{ rejections { nodes { clientId payload outline } } }"
COLLEAGUE = Principal("ecology-2", Role.DEPARTMENT, ECOLOGY.scopes, Department.ECOLOGY)


def hidden(kind: RecordKind, field: Field) -> bool:
    """Whether who may see what was refused may not always see this field of a record."""
    seen = [visibility for visibility in VISIBILITY.values() if "rejection" in visibility.nouns]
    return any(one.fields.get((kind.value, field.name), Condition.ALWAYS) is not Condition.ALWAYS for one in seen)


@pytest.mark.parametrize("kind", RecordKind)
def test_whatever_the_table_hides_of_a_record_is_in_no_outline(kind: RecordKind) -> None:
    inputs = inputs_of(KINDS[kind].payload)
    item = dict.fromkeys(inputs, SECRET)
    shown = outline(kind, item, [], 9)["members"]
    for name, field in inputs.items():
        if field.spec.personal or hidden(kind, field):
            assert name not in shown, f"{kind}.{name}"


@pytest.mark.parametrize("kind", RecordKind)
def test_a_valid_item_is_outlined_but_for_what_is_personal(kind: RecordKind) -> None:
    item: Any = MADE[kind](1)
    personal = {name for name, field in inputs_of(KINDS[kind].payload).items() if field.spec.personal}
    told = outline(kind, item, [], 9)
    assert set(item) - set(told["members"]) <= personal | {"boundary"}
    assert told["withheld"] == len(item) - len(told["members"])


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"unknown": SECRET}, []),
        ({"documentNumber": {"deep": SECRET}}, []),
        ({"documentNumber": [SECRET, {"a": 1}]}, []),
        ({"kinds": [{"a": SECRET}]}, []),
        ({"partyUscc": SECRET}, ["partyUscc"]),
        ({"mines": [SECRET]}, ["mines.0"]),
        ({"department": {"a": SECRET}}, []),
        ([SECRET], []),
        (SECRET, []),
    ],
)
def test_what_is_unknown_or_failed_or_is_no_item_is_told_by_size(sent: Any, wrong: list[str]) -> None:
    told = outline(RecordKind.PENALTY, sent, wrong, 1234)
    assert SECRET not in json.dumps(told, ensure_ascii=False)
    assert told["characters"] == 1234
    assert outline(None, sent, wrong, 1234) == {"characters": 1234}


async def test_only_its_sender_sees_a_copy_whole(posting: Posting, ask: Ask) -> None:
    [refused] = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7, partyUscc="错", more=SECRET))
    assert refused.problems
    [own] = (await ask(ECOLOGY, KEPT))["data"]["rejections"]["nodes"]
    assert own["payload"]["legalRepresentativeIdNo"] == penalty()["legalRepresentativeIdNo"]
    for other in (COLLEAGUE, OPERATOR):
        [seen] = (await ask(other, KEPT))["data"]["rejections"]["nodes"]
        assert (seen["payload"], seen["outline"]) == (None, own["outline"])
        assert seen["outline"]["members"]["documentNumber"] == penalty(7)["documentNumber"]
        text = json.dumps(seen, ensure_ascii=False)
        for name in ("legalRepresentativeIdType", "legalRepresentativeIdNo"):
            assert penalty()[name] not in text
        assert SECRET not in text
        assert "partyUscc" not in seen["outline"]["members"]


async def test_copies_have_an_end(database: Database) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    now = start
    unread = Unread(database, clock=lambda: now)
    row: dict[str, Any] = {"client_id": "a", "source": "s", "kind": "penalty", "problems": [], "payload": "{}", "outline": "{}"}
    rows = [
        row | {"id": "settled", "received_at": start, "seen_at": start, "resolved_at": start},
        row | {"id": "waiting", "received_at": start, "seen_at": start, "resolved_at": None},
        # What people have dismissed stays for as long as it is told.
        row | {"id": "told again", "received_at": start, "seen_at": start + timedelta(days=100), "resolved_at": start},
    ]
    async with database.transaction() as connection:
        await connection.execute(sa.insert(rejections.table), rows)

    async def left() -> set[str]:
        await unread.sweep(now)
        async with database.connection() as connection:
            return set((await connection.execute(sa.select(rejections.table.c.id))).scalars())

    found = []
    for days in (0, 30, 31, 180, 181):
        now = start + timedelta(days=days)
        found.append(await left())
    always = {"told again"}
    assert found == [always | {"settled", "waiting"}] * 2 + [always | {"waiting"}, {"waiting"}, set()]
