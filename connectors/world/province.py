"""The province itself: how many mines it has, and by which names, codes and places they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from hub.domain.words.divisions import DIVISIONS, PREFECTURES
from hub.domain.words.identifiers import uscc_check_digit

#: A row as it is told: wire names of ours, and under `upstream` what only the telling system says.
Data = dict[str, Any]

#: The day on which the fictional province stands still.
TODAY = date(2026, 11, 1)

_COUNTIES: dict[str, list[str]] = {
    prefecture: [c for c, d in DIVISIONS.items() if d.parent_code == prefecture] for prefecture in PREFECTURES
}


def credit_code(prefix: str, number: int) -> str:
    """The valid credit code with this prefix and number."""
    body = f"{prefix}{number:0{17 - len(prefix)}d}"
    return body + uscc_check_digit(body)


@dataclass(frozen=True)
class World:
    """A province with `mines` mines; the same seed gives the same province."""

    mines: int
    seed: int = 1

    def dice(self, *of: Any) -> Random:
        """Chance that falls the same way every time for the same thing."""
        return Random(f"{self.seed}/{'/'.join(map(str, of))}")  # noqa: S311

    @property
    def enterprises(self) -> int:
        """How many enterprises there are: one for two mines."""
        return (self.mines + 1) // 2

    def prefecture(self, number: int) -> str:
        """The prefecture of a mine; mines go round the prefectures."""
        return PREFECTURES[number % len(PREFECTURES)]

    def division(self, number: int) -> str:
        """The county of a mine."""
        counties = _COUNTIES[self.prefecture(number)]
        return counties[(number // len(PREFECTURES)) % len(counties)]

    def licence_no(self, number: int) -> str:
        """The mine's licence number; now and then one of before 2020."""
        if number % 97 == 96:
            return f"53{self.seed % 10}{number:010d}"
        month = number % 12 + 1
        return f"C{self.prefecture(number)}{2010 + number % 15}{month:02d}{self.seed % 1000:03d}{number:07d}"

    def enterprise_code(self, number: int) -> str:
        """The credit code of the mine's holder."""
        return credit_code("91530000MA", number // 2 + 100_000 * (self.seed % 10))

    def enterprise_name(self, number: int) -> str:
        """The name of the mine's holder."""
        first = number - number % 2
        return f"示例{DIVISIONS[self.prefecture(first)].name[:2]}{number // 2 + 1}号矿业有限公司"


def turn(choices: Sequence[Any], number: int) -> Any:
    """One of the choices, in turn."""
    return choices[number % len(choices)]


def iso(first: date, days: int = 0) -> str:
    """A date so many days later, as records write it."""
    return (first + timedelta(days=days)).isoformat()


def past(first: date, days: int) -> str:
    """The same, but no later than the day on which the province stands still."""
    return min(first + timedelta(days=days), TODAY).isoformat()
