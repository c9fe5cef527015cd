"""Reports as batch files, for provinces that take these: the workbook of the data standard of 2024.

A file's name follows from the keys of its rows, and its content from the rows: writing it again changes nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connectors import workbooks
from connectors.base import Receipt
from connectors.credit_standard import CHINESE
from connectors.errors import OperatorMustAct

_SHEET = "行政处罚"
_KEY = "key"
#: What the standard has no column for: what a later state of a decision needs, under the names that nodes give it, and by what
#: a row is known that stands in two files, for what was not noted as written is written again beside others.
_LIFE = {"CF_ZT": "状态", "CX_SY": "撤销原因", _KEY: "报送键"}
_TITLES = {code: chinese for chinese, code in CHINESE.items()} | _LIFE
COLUMNS = tuple(_TITLES.values())


def write(folder: Path, rows: Sequence[dict[str, Any]]) -> list[Receipt]:
    """Write rows, each with its key, as one file; a receipt for each names the file.  OperatorMustAct where it cannot be."""
    keys = [str(row[_KEY]) for row in rows]
    name = f"xzcf-{hashlib.sha256(' '.join(keys).encode()).hexdigest()[:16]}.xlsx"
    told = [{_TITLES[code]: value for code, value in row.items() if code in _TITLES} for row in rows]
    try:
        # Who reads the folder sees no half of a file.
        draft = folder / f".{name}.{os.getpid()}"
        draft.write_bytes(workbooks.write(COLUMNS, told, sheet=_SHEET))
        draft.replace(folder / name)
    except OSError as error:
        raise OperatorMustAct(f"report_folder: {error.strerror}") from None
    return [Receipt(key, accepted=True, reference=name) for key in keys]
