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
        name = f"`HUB_{setting.name.upper()}`"
        assert name in text, f"{name} of hub/settings.py has no line in hub/docs/operating.md"


def test_every_error_code_has_texts_and_is_documented() -> None:
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    for code in ErrorCode:
        assert code in TEXTS, f"{code} has no texts, Chinese and English, in TEXTS of hub/domain/words/errors.py"
        row = f"| `{code}` | {TEXTS[code][0]} | {TEXTS[code][1]} |"
        assert row in text, f"hub/docs/errors.md lacks the row\n{row}"
