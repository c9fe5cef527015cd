"""What became of something that could not be taken when it came."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hub.domain.words.worded import Words

#: Whatever is shaped like a licence number or a credit code, wherever it stands in what was received.
_NUMBERS = re.compile(r"(?<![0-9A-Z])(?:C\d{22}|\d{13}|[0-9A-HJ-NPQRTUWXY]{18})(?![0-9A-Z])", re.ASCII)


def numbers_in(payload: str) -> frozenset[str]:
    """The licence numbers and credit codes in what was received, as JSON in ASCII, however they are spelled there: full-width,
    in small letters."""
    text = payload if "\\u" not in payload else payload.encode("ascii", "replace").decode("unicode_escape", "replace")
    return frozenset(_NUMBERS.findall(unicodedata.normalize("NFKC", text).upper()))


class RejectionState(Words):
    """被拒绝的提交的状态 / what became of something that could not be taken."""

    WAITING = "WAITING", "待处理", "waiting"
    #: It, or what came later under its name.
    TAKEN = "TAKEN", "后已接收", "taken after all"
    #: It came later than what the same source had said since.
    STALE = "STALE", "已过时", "stale"
    #: Its file was read anew, and says otherwise.
    REPLACED = "REPLACED", "已被新文件替代", "replaced by its file"
    #: Its source, read from the start, tells it no longer.
    VANISHED = "VANISHED", "来源不再列出", "told no longer"
    REPAIRED = "REPAIRED", "已更正提交", "corrected and taken"
    DISMISSED = "DISMISSED", "不予处理", "dismissed"


class DeskAct(Words):
    """对被拒绝的提交的处理 / what people do with what could not be taken."""

    RETRIED = "RETRIED", "重试", "tried again"
    REPAIRED = "REPAIRED", "更正", "corrected"
    DISMISSED = "DISMISSED", "不予处理", "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rejections are meant: all that is given must hold."""

    ids: Collection[str] | None = None
    source: str | None = None
    department: str | None = None
    client_id: str | None = None
    kind: str | None = None
    kinds: Collection[str] | None = None
    problem: str | None = None
    file: str | None = None
    state: str | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    #: Not tried again since.
    tried_before: datetime | None = None
