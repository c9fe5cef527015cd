"""Number formats of workbooks: what of a number one sees that the cell does not hold.

A number of a document may be held as 12 and shown as 示例罚〔2026〕12号, a share as 0.85 and shown as 85 %, an amount in yuan
and shown in ten thousands of them: who reads the number alone reads something else than everybody sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from connectors.cells import Shown, Unfit

#: Parts of a format that are no pattern: quoted texts, escaped and padding characters, colours, conditions, elapsed times.
_NO_PATTERN = re.compile(r'"[^"]*"|[\\!].|_.|\*.|\[[^\]]*\]')
#: Of what stands beside a pattern, what is shown: quoted and escaped texts, and characters that no pattern has.
_WORDS = re.compile(r'"([^"]*)"|[\\!](.)|([^\x00-\x7f])|_.|\*.|\[[^\]]*\]|.', re.DOTALL)
_PATTERN = re.compile(r"(?:general|[0#?](?:[0#?.,]*[0#?])?(?:e[+-]?0+)?)", re.IGNORECASE)
_ZEROS = re.compile("0{2,20}")
#: A comma past the last digit shows a thousandth of what is held, an escaped point amid digits a tenth, and so on.
_ANOTHER_UNIT = re.compile(r'[0#?],+(?![0#?,])|[0#?](?:[\\!]\.|"\.")[0#?]')
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Whether it shows a day, another unit than is held, or a share of a hundred; to how many digits it fills a number up with
    zeros; and the words before and after."""

    is_day: bool = False
    is_in_another_unit: bool = False
    is_share: bool = False
    zeros: int = 0
    before: str = ""
    after: str = ""

    @classmethod
    def read(cls, code: str) -> NumberFormat:
        """A format by its code; of its parts for other signs the one for numbers above zero counts."""
        pattern = _NO_PATTERN.sub("", code).lower()
        if any(sign in pattern.replace("general", "") for sign in "yd年日"):
            return cls(is_day=True)
        # A semicolon within quotes parts nothing.
        end = next((found.start() for found in _WORDS.finditer(code) if found[0] == ";"), len(code))
        code, pattern = code[:end], pattern.partition(";")[0]
        first = next(
            (f for f in _WORDS.finditer(code) if _PATTERN.match(f[0]) or code[f.start() :].lower().startswith("general")), None
        )
        if first is None:
            return cls()
        found = _PATTERN.match(code, first.start())
        assert found is not None
        return cls(
            is_in_another_unit=_ANOTHER_UNIT.search(code) is not None,
            is_share="%" in pattern,
            zeros=len(found[0]) if _ZEROS.fullmatch(found[0]) else 0,
            before=_words(code[: found.start()]),
            after=_words(code[found.end() :]),
        )

    def applied(self, number: float) -> Any:
        """A number as it is shown; Unfit where that is another number than it is."""
        if self.is_in_another_unit:
            return Unfit(f"{number:.{_DIGITS}g}", "a number that is shown in another unit than it is held in")
        if self.is_share:
            number = float(f"{number * 100:.{_DIGITS}g}")
            return Shown(number, f"{number:.{_DIGITS}g}%")
        if not self.before and not self.after and not self.zeros:
            return number
        whole = number.is_integer() and number >= 0
        text = f"{number:0{self.zeros}.0f}" if self.zeros and whole else f"{number:.{_DIGITS}g}"
        return Shown(number, f"{self.before}{text}{self.after}")


def _words(beside: str) -> str:
    return "".join(found[1] or found[2] or found[3] or "" for found in _WORDS.finditer(beside))


#: Formats by their number that no workbook writes out: of days, those of East Asian programs among them, and of shares.
BUILT_IN = {
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58), NumberFormat(is_day=True)),
    **dict.fromkeys((9, 10), NumberFormat(is_share=True)),
}
