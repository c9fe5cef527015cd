"""How a finding is declared, once: code, severity, sentence, what it looks at, whose silence makes it unknown, and its ground.

A finding is a rule like every other (`hub.domain.rules.timelines`): what holds on a day follows from records alone, and its
line tells the days on which it begins and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.domain.findings.words import FindingCode, Severity
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.standing import Standing
from hub.domain.rules.timelines import Fact, Facts, Rule, State
from hub.domain.words.departments import DEPARTMENTS, Department

On = Callable[[Facts, date], Iterable[State]]


#: What a state's label may be that people have a term for, in Chinese and in English.
_TERMS: dict[str, tuple[str, str]] = {
    **{word.value: (word.chinese, word.english) for words in (Standing, RegistrationStatus) for word in words},
    **{department.value: (facts.chinese, facts.english) for department, facts in DEPARTMENTS.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What may be found of a mine.  `needs` are the departments without whose word nobody knows whether it holds; `{label}` and
    `{day}` in the sentences stand for what the rule's state tells.  `rule` is None of what is found of sources themselves."""

    code: FindingCode
    severity: Severity
    chinese: str
    english: str
    section: str
    needs: frozenset[Department] = frozenset()
    rule: Rule | None = None

    def sentences(self, state: State) -> tuple[str, str]:
        """What is told of a state, in Chinese and in English."""
        day = state.due_on.isoformat() if state.due_on else "—"
        label = state.label or ""
        chinese, english = _TERMS.get(label, (label, label))
        return self.chinese.format(label=chinese, day=day), self.english.format(label=english, day=day)


def finding(
    code: FindingCode,
    severity: Severity,
    chinese: str,
    english: str,
    *,
    section: str,
    needs: Iterable[Department],
    on: On,
    reads: Mapping[str, tuple[str, ...]],
    rows: Mapping[str, Callable[[Any], bool]] | None = None,
    turns: Callable[[Facts], Iterable[date]] | None = None,
    after: Iterable[Rule] = (),
) -> Finding:
    """A finding with the rule by which it holds."""
    more: dict[str, Any] = {} if turns is None else {"turns": turns}
    rule = Rule(name=f"FINDING_{code}", reads=reads, on=on, rows=rows or {}, after=tuple(one.name for one in after), **more)
    return Finding(
        code=code, severity=severity, chinese=chinese, english=english, section=section, needs=frozenset(needs), rule=rule
    )


def told_by(code: FindingCode, *records: Fact, about: str = "", due_on: date | None = None, label: str | None = None) -> State:
    """That a finding holds, and by which records."""
    return State(code, about=about, because=tuple(one.id for one in records), due_on=due_on, label=label)
