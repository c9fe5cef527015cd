"""Beside the order of a kind's lists stands in one index all that they are filtered by, however long."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hub.domain.declaring.checks import Check, Code, Several, Text, Word
from hub.domain.declaring.fields import fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.storage.records.versions import TABLES

#: PostgreSQL keeps no longer row in an index: a third of a page.
MOST_BYTES = 2704
#: Of a number, a day, a flag or a moment, with what stands before a text; and of the id and the envelope's words.
_FIXED, _ENVELOPE = 12, 160
#: Codes are ASCII, and far shorter than what may be sent for one; characters of texts may take four bytes.
_CODE, _CHARACTER = 32, 4


def _index(kind: RecordKind) -> sa.Index:
    name = f"ix_{KINDS[kind].plural}_{KINDS[kind].order.field}"
    return next(index for index in TABLES[kind].indexes if index.name == name)


@pytest.mark.parametrize("kind", RecordKind)
def test_what_lists_are_filtered_by_stands_beside_their_order(kind: RecordKind) -> None:
    there = [column.name for column in _index(kind).columns]
    assert there[:2] == [KINDS[kind].order.field, "id"]
    found = {field.name for field in fields_of(KINDS[kind].payload) if field.spec.find}
    assert found | {"version", "department", "recorded_at"} <= set(there)


@pytest.mark.parametrize("kind", RecordKind)
def test_the_longest_record_has_a_place_in_it(kind: RecordKind) -> None:
    checks = {field.name: field.spec.check for field in fields_of(KINDS[kind].payload)}
    longest = _ENVELOPE + sum(_bytes(checks[column.name]) for column in _index(kind).columns if column.name in checks)
    assert longest <= MOST_BYTES, f"{kind} is filtered by more than PostgreSQL keeps in an index: {longest} bytes"


def _bytes(check: Check) -> int:
    match check:
        case Code():
            return _CODE + _FIXED
        case Text(limit=limit):
            return limit * _CHARACTER + _FIXED
        case Word(words=words):
            return max(map(len, words)) + _FIXED
        case Several(each=Word(words=words)):
            return sum(len(word) + 3 for word in words) + _FIXED
    return _FIXED
