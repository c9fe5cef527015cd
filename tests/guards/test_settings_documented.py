"""Every setting and every error code is documented where a user looks."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import hub
from hub.domain.words.errors import TEXTS, ErrorCode
from hub.settings import Settings

DOCS = Path(hub.__file__).parent / "docs"


def test_every_setting_is_documented() -> None:
    text = (DOCS / "operating.md").read_text(encoding="utf-8")
    for setting in fields(Settings):
        assert f"`HUB_{setting.name.upper()}`" in text


def test_every_error_code_has_texts_and_is_documented() -> None:
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    assert set(TEXTS) == set(ErrorCode)
    for code in ErrorCode:
        assert f"| `{code}` | {TEXTS[code][0]} | {TEXTS[code][1]} |" in text
