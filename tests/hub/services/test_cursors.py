"""Cursors are sealed: the same each time, good in every process and over a change of keys, and nobody else's to make."""

from __future__ import annotations

import base64
import json
from functools import partial
from pathlib import Path

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from hub.services.cursors import PURPOSE, Cursors
from hub.signing import LEAD_SECONDS, RELOAD_SECONDS, SigningKeys
from hub.storage.statements.marks import CURSOR
from tests.makers import CURSORS

TOLD = '["mine name+","示例矿山","mine_1"]'


def refused(text: str, cursors: Cursors = CURSORS) -> bool:
    with pytest.raises(HubError) as caught:
        cursors.open(text, "after")
    assert caught.value.code is ErrorCode.INVALID_INPUT
    assert caught.value.field == "after"
    return True


def test_what_was_sealed_opens_and_is_sealed_the_same_each_time() -> None:
    assert CURSORS.open(CURSORS.seal(TOLD), "after") == json.loads(TOLD)
    assert CURSORS.seal(TOLD) == Cursors(lambda: (b"tests",)).seal(TOLD)


def test_all_cursors_of_an_answer_are_sealed_and_nothing_else_is_touched() -> None:
    answer = f'{{"a":"{CURSOR}{TOLD}{CURSOR}","b":"\\u001f","c":["{CURSOR}[]{CURSOR}"]}}'
    told = json.loads(CURSORS.seal_all(answer.encode()))
    assert told == {"a": CURSORS.seal(TOLD), "b": "\x1f", "c": [CURSORS.seal("[]")]}


def test_its_length_tells_little() -> None:
    assert len(CURSORS.seal('["a","b"]')) == len(CURSORS.seal('["a","bcdefgh"]'))


@pytest.mark.parametrize("place", [0, 3, 20, 60, -1])
def test_one_letter_changed_makes_it_none_of_ours(place: int) -> None:
    letters = list(CURSORS.seal(TOLD))
    letters[place] = "A" if letters[place] != "A" else "B"
    assert refused("".join(letters))


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "=",
        "A" * 43 + "=",
        "矿",
        "\x00",
        "\ud800",
        TOLD,
        TOLD.encode().hex(),
        base64.urlsafe_b64encode(TOLD.encode()).decode(),
        ("[" * 100_000).encode().hex(),
        "A" * 10_000_000,
    ],
)
def test_what_was_never_sealed_is_none_of_ours(forged: str) -> None:
    assert refused(forged)


def test_another_spelling_of_one_is_none_of_ours() -> None:
    sealed = CURSORS.seal(TOLD)
    for spelled in (sealed + "=", " " + sealed, sealed + "\n", sealed.rstrip("="), sealed.swapcase()):
        assert spelled == sealed or refused(spelled)


def test_a_cursor_of_other_keys_is_none_of_ours() -> None:
    assert refused(Cursors(lambda: (b"others",)).seal(TOLD))


def test_a_cursor_is_good_in_every_process_and_over_a_change_of_keys(tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    path = tmp_path / "signing.json"

    def process() -> Cursors:
        keys = SigningKeys.load_or_create(path)
        del keys
        found = SigningKeys(path, now=lambda: now[0], ticks=lambda: now[0])
        return Cursors(partial(found.every_derived, PURPOSE))

    one, other = process(), process()
    before = one.seal(TOLD)
    assert other.open(before, "after") == json.loads(TOLD)
    rotating = SigningKeys(path, now=lambda: now[0], ticks=lambda: now[0])
    rotating.rotate()
    now[0] += RELOAD_SECONDS
    assert one.seal(TOLD) == before, "the new key is published, and does not seal yet"
    now[0] += LEAD_SECONDS
    after = one.seal(TOLD)
    assert after != before
    for cursors in (one, other, process()):
        assert cursors.open(before, "after") == cursors.open(after, "after") == json.loads(TOLD)
