"""Which language a client likes best; and what an error says in it."""

from __future__ import annotations

import pytest

from hub.domain.words.errors import ErrorCode, told
from hub.domain.words.languages import Language, preferred

ZH, EN = Language.CHINESE, Language.ENGLISH


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (b"", None),
        (b"*", None),
        (b"fr", None),
        (b"zh", ZH),
        (b"zh-CN,zh;q=0.9,en;q=0.8", ZH),
        (b"ZH-Hans-CN", ZH),
        (b"en-GB, zh;q=0.9", EN),
        (b"zh;q=0.5, en;q=0.9", EN),
        (b"en;q=0, zh;q=0.1", ZH),
        (b"en, zh", EN),
        (b"fr, *;q=0.5, en;q=0.1", None),
        (b"en;q=2", None),
        (b"en;x=1", None),
        (b"\xff", None),
        (b"zh," * 400, None),
    ],
)
def test_what_a_client_likes_best_of_ours(header: bytes, wanted: Language | None) -> None:
    assert preferred(header) is wanted


def test_an_error_is_told_in_one_language_or_in_both() -> None:
    code = ErrorCode.NOT_FOUND
    assert told(code) == "未找到 / Not found"
    assert told(code, "x", path="mines.0") == "mines.0: 未找到 / Not found (x)"
    assert told(code, "x", language=ZH) == "未找到（x）"
    assert told(code, "x", path="a", language=EN) == "a: Not found (x)"
    assert told(code, ("甲", "one")) == "未找到（甲） / Not found (one)"
    assert told(code, ("甲", "one"), language=EN) == "Not found (one)"
