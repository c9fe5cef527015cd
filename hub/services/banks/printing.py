"""The statement of an attestation as PDF, for the loan file: A4, tagged, its font embedded; the same bytes for the same.

The font is Noto Sans SC of the package `pylopdf-fonts-zh-cn`, whole: names have rare characters.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn

_TEMPLATE = Path(__file__).with_name("statement.typ")
#: Nothing in a statement depends on when it is printed.
_NO_TIME = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def printed(told: Mapping[str, Any], address: str) -> bytes:
    """The statement as PDF/UA-1; `address` is what its code leads to."""
    made: bytes = _compiler().compile(
        input=_TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"told": json.dumps(told, ensure_ascii=False), "qr": _code(address)},
        pdf_standards="ua-1",
        timestamp=_NO_TIME,
    )
    return made


@cache
def _compiler() -> Any:
    # Who prints nothing needs no typesetter.
    import typst  # noqa: PLC0415

    return typst.Compiler(font_paths=[str(pylopdf_fonts_zh_cn.sans_path().parent)], ignore_system_fonts=True)


def _code(address: str) -> str:
    import segno  # noqa: PLC0415

    drawn = io.BytesIO()
    segno.make(address, error="l", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()
