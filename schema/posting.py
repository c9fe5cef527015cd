"""Mutations: every kind is posted the same way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import strawberry

from hub.domain.declaring.fields import snake
from hub.domain.record_kinds import KINDS, RecordKind, posting_name
from hub.domain.words.errors import ErrorCode as Codes
from hub.domain.words.errors import told
from hub.domain.words.languages import ASKED
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import MOST_ITEMS
from hub.services.posting.receipts import Result, receipt_payload
from schema.declared import input_type
from schema.graph import PostedRecord, described, does, graph_type
from schema.records import TYPES
from schema.scalars import ErrorCode, enum

T = TypeVar("T")

PostOutcome = enum(Outcome)


@graph_type("一个问题 / one thing wrong with one field")
class Problem:
    path: str = strawberry.field(description="字段路径，如 mines.0 / the field's path; empty for the whole item")
    code = described(ErrorCode, "错误代码 / code")
    message: str = strawberry.field(description="说明，中英文 / what to tell people")
    chinese: str = strawberry.field(description="中文说明，不含字段和细节 / in Chinese alone, without field and detail")
    english: str = strawberry.field(description="英文说明 / in English alone, without field and detail")
    detail: str | None = strawberry.field(description="细节，如上限 / what exactly, such as the limit")


@graph_type("逐条结果（回执） / the receipt of one item")
class PostResult(Generic[T]):
    index: int = strawberry.field(description="在本批中的序号，自 0 起 / place in the batch, from 0")
    outcome = described(PostOutcome, "结果 / outcome")
    record_id: strawberry.ID | None = strawberry.field(description="记录标识；拒绝时为空 / the record's id; null when rejected")
    version: int | None = strawberry.field(description="版本号 / version")
    repeated: bool = strawberry.field(description="同一幂等键的先前答复 / the answer that was given under this key before")
    payload_hash: str | None = strawberry.field(
        description="内容摘要（加盐的 SHA-256，盐不公开） / salted SHA-256 of the content; the salt is not told"
    )
    recorded_at: datetime | None = strawberry.field(description="受理时间 / when it was taken")
    problems: list[Problem] = strawberry.field(description="全部问题 / every problem found")
    record: T | None = strawberry.field(description="入库后的记录 / the record as it stands")


@graph_type("批量提交的结果 / the outcome of a batch")
class PostPayload(Generic[T]):
    accepted: int = strawberry.field(description="新接收 / new records")
    unchanged: int = strawberry.field(description="内容未变 / repeats, which change nothing")
    repeated: bool = strawberry.field(
        description="同一幂等键的先前答复 / the answer that was given under this key before: nothing was done again"
    )
    new_versions: int = strawberry.field(description="新版本 / new versions")
    stale: int = strawberry.field(description="已过时 / items older than what the same source has said since; change nothing")
    rejected: int = strawberry.field(description="拒绝 / rejected items")
    results: list[PostResult[T]] = strawberry.field(description="逐条结果 / one for each item, in order")


#: The argument by which items are judged as they would be, and nothing is kept.
DRY_RUN = "dry_run"

#: What each posting mutation posts, by its wire name.
POSTS: dict[str, RecordKind] = {posting_name(kind): kind for kind in KINDS}

#: Inputs that posting validates itself, item by item.
RAW_INPUTS: frozenset[str] = frozenset(f"{facts.payload.__name__}Input" for facts in KINDS.values())


def posts() -> dict[str, Any]:
    """The posting mutations, one for each kind."""
    return {snake(name): _posts(kind, TYPES[kind]) for name, kind in POSTS.items()}


def _posts(kind: RecordKind, result: Any) -> Any:
    payload = KINDS[kind].payload
    made = input_type(payload, f"{payload.__name__}Input")
    return does(
        {"items": list[made], DRY_RUN: bool},  # type: ignore[valid-type]
        PostPayload[result],
        f"提交{payload.chinese}，每批最多 {MOST_ITEMS} 条；逐条给出结果，一条有误不影响其余；dryRun 只校验，不保留任何内容 / "
        f"post up to {MOST_ITEMS} items; one result each, and a bad item never sinks the good ones; "
        "with dryRun all are judged and nothing is kept",
        defaults={DRY_RUN: False},
    )


def withdraws() -> Any:
    """The mutation that takes a record back."""
    return does(
        {"id": strawberry.ID, "reason": str, "expected_version": int | None},
        PostResult[PostedRecord],
        "撤回记录并说明理由；历史保留 / take a record back and say why; its history stays",
        optional=("expected_version",),
    )


def summed(results: list[Result]) -> dict[str, Any]:
    """A batch's results under the names of `PostPayload`."""
    count = {outcome: sum(r.outcome is outcome for r in results) for outcome in Outcome}
    return {
        "accepted": count[Outcome.ACCEPTED],
        "unchanged": count[Outcome.UNCHANGED],
        "newVersions": count[Outcome.NEW_VERSION],
        "stale": count[Outcome.STALE],
        "rejected": count[Outcome.REJECTED],
        "results": [receipt_payload(result) for result in results],
    }


def shown(value: Mapping[str, Any], *, repeated: bool) -> dict[str, Any]:
    """What a mutation answers, with receipts in the language of the request, and marked where it was answered before."""
    told_now = {**_worded(value), "repeated": repeated}
    if "results" in value:
        told_now["results"] = [{**_worded(one), "repeated": repeated} for one in value["results"]]
    return told_now


def _worded(receipt: Mapping[str, Any]) -> Mapping[str, Any]:
    if (language := ASKED.get()) is None or not receipt.get("problems"):
        return receipt
    problems = [
        {**wrong, "message": told(Codes(wrong["code"]), wrong["detail"], path=wrong["path"], language=language)}
        for wrong in receipt["problems"]
    ]
    return {**receipt, "problems": problems}


def reinstates() -> Any:
    """The mutation that brings back a record that was taken back."""
    return does(
        {"id": strawberry.ID, "reason": str, "expected_version": int | None},
        PostResult[PostedRecord],
        "恢复已撤回的记录并说明理由 / bring back a record that was taken back, as a new version, and say why",
        optional=("expected_version",),
    )
