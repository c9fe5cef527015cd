"""Posting against a model: whatever is posted and withdrawn in whatever order, outcomes, history and log are as promised."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from auth.principals import Principal
from hub.domain.log import Action
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import HubError
from hub.domain.words.outcomes import Outcome
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records import log
from hub.storage.records.versions import TABLES
from tests.makers import ECOLOGY, FINANCE, a_province, penalty, posted

WHO = st.sampled_from([ECOLOGY, FINANCE])
#: Document, content, and the version that the sender expects, if it says.
ITEM = st.tuples(st.integers(1, 3), st.integers(1, 3), st.none() | st.integers(0, 3))
STEPS = st.lists(
    st.tuples(st.just("post"), WHO, st.lists(ITEM, min_size=1, max_size=6))
    | st.tuples(st.just("withdraw"), WHO, st.integers(1, 3), st.none() | st.integers(0, 3)),
    max_size=8,
)
_examples = count()


class Model:
    """What the hub promises of one record: its versions, each by content and whether it was taken back."""

    def __init__(self) -> None:
        self.versions: list[tuple[int, bool]] = []

    def post(self, content: int, expected: int | None) -> tuple[Outcome, int | None]:
        if self.versions and self.versions[-1][1]:
            return Outcome.REJECTED, None
        if self.versions and self.versions[-1][0] == content:
            return Outcome.UNCHANGED, len(self.versions)
        if expected is not None and expected != len(self.versions):
            return Outcome.REJECTED, None
        self.versions.append((content, False))
        return (Outcome.ACCEPTED if len(self.versions) == 1 else Outcome.NEW_VERSION), len(self.versions)

    def withdraw(self, expected: int | None) -> tuple[Outcome, int] | None:
        if not self.versions or (expected is not None and expected != len(self.versions)):
            return None
        content, withdrawn = self.versions[-1]
        if withdrawn:
            return Outcome.UNCHANGED, len(self.versions)
        self.versions.append((content, True))
        return Outcome.NEW_VERSION, len(self.versions)


@given(steps=STEPS)
async def test_any_order_of_posts_and_withdrawals_does_what_the_model_does(
    database: Database, posting: Posting, steps: list[tuple[str, Principal, object, object]]
) -> None:
    run = next(_examples)
    models: dict[tuple[str, int], Model] = defaultdict(Model)
    ids: dict[tuple[str, int], str] = {}

    def sent(document: int, content: int, expected: int | None) -> dict[str, object]:
        item = penalty(content=f"示例内容{content}", documentNumber=f"示例罚〔{run}〕{document}号", mines=[])
        return item if expected is None else item | {"expectedVersion": expected}

    for step in steps:
        if step[0] == "post":
            _, who, items = step  # type: ignore[misc]
            results = await posted(posting, who, RecordKind.PENALTY, *(sent(*item) for item in items))
            for (document, content, expected), result in zip(items, results, strict=True):
                wanted = models[who.client_id, document].post(content, expected)
                assert (result.outcome, result.version) == wanted
                if result.record_id:
                    assert ids.setdefault((who.client_id, document), result.record_id) == result.record_id
        else:
            _, who, document, expected = step
            taken = models[who.client_id, document].withdraw(expected)  # type: ignore[index, arg-type]
            record_id = ids.get((who.client_id, document), "penalty_0")  # type: ignore[arg-type]
            if taken is None:
                with pytest.raises(HubError):
                    await posting.withdraw(who, record_id, "示例", expected=expected, source="test")  # type: ignore[arg-type]
            else:
                found = await posting.withdraw(who, record_id, "示例", expected=expected, source="test")  # type: ignore[arg-type]
                assert (found.outcome, found.version) == taken
    await _stored_as(database, {ids[key]: model for key, model in models.items() if model.versions})


async def _stored_as(database: Database, models: dict[str, Model]) -> None:
    """Every version is there in order, the last one open, and the log tells the same story."""
    table = TABLES[RecordKind.PENALTY]
    async with database.connection() as connection:
        for record_id, model in models.items():
            rows = (
                await connection.execute(
                    sa.select(table.c.content, table.c.withdrawn_at, table.c.superseded_at, table.c.payload_hash)
                    .where(table.c.id == record_id)
                    .order_by(table.c.version)
                )
            ).all()
            assert [(int(row.content[-1]), row.withdrawn_at is not None) for row in rows] == model.versions
            assert [row.superseded_at is None for row in rows] == [False] * (len(rows) - 1) + [True]
            told = (
                await connection.execute(
                    sa.select(log.log.c.version, log.log.c.action, log.log.c.payload_hash)
                    .where(log.log.c.record_id == record_id)
                    .order_by(log.log.c.entry)
                )
            ).all()
            assert [entry.version for entry in told] == list(range(1, len(rows) + 1))
            assert [entry.payload_hash for entry in told] == [row.payload_hash for row in rows]
            actions = [Action.WITHDRAWN if taken else Action.REVISED for _, taken in model.versions]
            assert [entry.action for entry in told] == [Action.POSTED, *actions[1:]]


@pytest.mark.parametrize("writers", [8])
async def test_positions_have_no_gaps_and_keep_the_order_of_a_record_whoever_writes_meanwhile(
    database: Database, posting: Posting, writers: int
) -> None:
    await a_province(posting)
    sequencers = [Sequencer(database), Sequencer(database)]

    async def write(writer: int) -> None:
        for version in range(1, 5):
            # All writers revise one record, and each posts one of its own.
            shared = penalty(1, content=f"示例{writer}-{version}")
            await posted(posting, ECOLOGY, RecordKind.PENALTY, shared, penalty(100 + writer * 10 + version))
            await sequencers[writer % 2].step()

    await asyncio.gather(*(write(writer) for writer in range(writers)))
    while any([await sequencer.step() for sequencer in sequencers]):
        pass
    async with database.connection() as connection:
        rows = (
            await connection.execute(
                sa.select(log.log.c.position, log.log.c.record_id, log.log.c.version).order_by(log.log.c.position)
            )
        ).all()
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    versions: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        versions[row.record_id].append(row.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
    assert len(rows) >= writers * 8
