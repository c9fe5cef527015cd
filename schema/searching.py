"""Searching: one line to find any record by."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.domain.record_kinds import RecordKind
from hub.domain.searching import Match
from hub.domain.words.searching import LEAST, MOST
from schema.graph import described, field_with, graph_type
from schema.limits import HITS, MOST_HITS
from schema.scalars import enum


@graph_type("检索命中 / a record that a search has found")
class SearchHit:
    id: strawberry.ID = strawberry.field(description="记录标识，可用于 node / the record's id, for `node`")
    kind = described(enum(RecordKind), "记录种类 / kind of record")
    matched = described(enum(Match), "匹配方式；SIMILAR_CODE 为建议 / by what it was found; SIMILAR_CODE is a suggestion")
    title: str = strawberry.field(description="名称，无名称者为编号 / its name, or else its number")
    number: str = strawberry.field(description="编号或文号 / the number that identifies it")
    licence_nos: list[str] = strawberry.field(description="关联矿山采矿许可证号 / licence numbers of the mines concerned")
    excerpt: str | None = strawberry.field(
        description="正文片段（半角、简体、小写），仅 TEXT / where it stands in a text, as it is searched in; of TEXT alone"
    )


def searches() -> Any:
    """The field of the root."""
    arguments: dict[str, Any] = {"text": str, "kinds": list[enum(RecordKind)] | None, "first": int | None}  # type: ignore[misc]
    return field_with(
        arguments,
        list[SearchHit],
        f"检索：名称、曾用名、编号、信用代码、许可证号、所在地与正文，{LEAST} 至 {MOST} 字；"
        "全角、繁体、大小写、空格与括号不论，可用名称首字母；"
        f"按匹配方式排序，默认 {HITS} 条，最多 {MOST_HITS} 条；只检索有权查看的内容；"
        "曾用或已并入他者的编号，并给出承继者（FORMER_CODE）；"
        "编号有一处笔误而无相同者，给出相近编号（SIMILAR_CODE）；极常见的词只看其中一部分 / "
        "finds records by names and former names, numbers, codes, places and texts, of two characters or more; full-width and "
        "traditional forms, capitals, blanks and brackets make no difference; initials of names will do; the best first, and "
        "only among what the caller may see; of a number that was succeeded, or whose mine or enterprise went into another, "
        "what carries it on is found too (FORMER_CODE); where no number is the one that is written, those that differ by one "
        "mistake are suggested; of very common words only some of the records are looked at",
        optional=("kinds", "first"),
    )
