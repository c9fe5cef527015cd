"""Timelines: what follows from records by days, for one subject (a mine, by its licence number; a decision, by its number).

A rule says what holds on one day; the days on which that can change are the days that its facts name.  Between two of them
nothing happens, so a line is worked out by asking the rule once for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

#: The first day of every line, and the day on which the last span of one ends.  PostgreSQL's driver takes the last day of
#: Python's calendar for infinity.
BEGINNING = date(1, 1, 1)
END = date(9000, 1, 1)

_ONE_DAY = timedelta(1)


class Subject(StrEnum):
    """Of what a line is: a mine, or the penalties that go by one number."""

    MINE = "MINE"
    DECISION = "DECISION"


class Fact(NamedTuple):
    """A record that stands, and within which days it was what the hub knew: for kinds that have no days of their own, such as
    a mine, all versions are facts."""

    id: str
    record: Any
    known_from: date = BEGINNING
    known_until: date = END


class State(NamedTuple):
    """What holds of a subject by a rule.  Of several at once `about` tells which is which; `because` are the ids of the records
    that decide it, `due_on` and `label` what people want to be told with it."""

    state: str
    about: str = ""
    because: tuple[str, ...] = ()
    due_on: date | None = None
    label: str | None = None


class Span(NamedTuple):
    """A state and its days, the last one excluded."""

    from_day: date
    until_day: date
    state: State


class Facts:
    """What rules read of one subject: its records by kind, and what other rules say of it."""

    def __init__(self, records: Mapping[str, Sequence[Fact]], lines: Mapping[str, Sequence[Span]] | None = None) -> None:
        self._records = records
        self._lines = {} if lines is None else lines
        self._worked_out: dict[tuple[Any, date], Any] = {}

    def of(self, kind: str) -> Sequence[Fact]:
        """The records of a kind."""
        return self._records.get(kind, ())

    def version(self, kind: str, day: date) -> Fact | None:
        """What the hub knew of a kind on a day."""
        for fact in self.of(kind):
            if fact.known_from <= day < fact.known_until:
                return fact
        return None

    def once(self, work: Callable[[Facts, date], T], day: date) -> T:
        """What follows from these facts of a day, worked out once though several rules read it."""
        key = work, day
        if key not in self._worked_out:
            self._worked_out[key] = work(self, day)
        found: T = self._worked_out[key]
        return found

    def beside(self, lines: Mapping[str, Sequence[Span]]) -> Facts:
        """The same records beside other lines."""
        return Facts(self._records, lines)

    def line(self, rule: str) -> Sequence[Span]:
        """What another rule says."""
        return self._lines.get(rule, ())

    def states(self, rule: str, day: date) -> list[State]:
        """What another rule says of a day."""
        spans = self._lines.get(rule)
        # Most rules have nothing to say of most mines.
        return [span.state for span in spans if span.from_day <= day < span.until_day] if spans else []


def _every(_: Any) -> bool:
    return True


def _no_days(_: Facts) -> Iterator[date]:
    return iter(())


def _always(_: Facts) -> bool:
    return True


def having(*kinds: str) -> Callable[[Facts], bool]:
    """Whether there are records of each of these kinds."""
    return lambda facts: all(facts.of(kind) for kind in kinds)


class During(NamedTuple):
    """The days on which a rule says one of these states."""

    rule: str
    states: frozenset[str]

    def spans(self, facts: Facts) -> list[Span]:
        return [span for span in facts.line(self.rule) if span.state.state in self.states]


#: The days of what rests on nothing.
_ALWAYS = [Span(BEGINNING, END, State(""))]


@cache
def _values(fields: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What takes the values of some fields of a record.  The class makes them a tuple, however few they are."""
    return attrgetter(*fields, "__class__", "__class__")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """What follows from records, said once.

    `reads` names the kinds and fields that it looks at, `rows` which records of a kind; `on` says what holds on a day.  Of a
    subject to which it does not apply (`applies`), and of days on which another rule that it reads does not say what it rests
    on (`only`), it says nothing, and is not asked.  A line can change on every day
    that a field read or `turns` names, on the day after, as the last of something counts, and on the days on which another
    version is known or a rule that it reads (`after`, of the same subject, `of`) says something else.
    """

    name: str
    reads: Mapping[str, tuple[str, ...]]
    on: Callable[[Facts, date], Iterable[State]]
    rows: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    applies: Callable[[Facts], bool] = _always
    only: During | None = None
    turns: Callable[[Facts], Iterable[date]] = _no_days
    after: tuple[str, ...] = ()
    of: Subject = Subject.MINE

    def concerns(self, kind: str, record: Any) -> bool:
        """Whether a record of a kind may change what the rule says."""
        return kind in self.reads and self.rows.get(kind, _every)(record)

    def line(self, facts: Facts) -> list[Span]:
        """What holds of a subject, by days."""
        rests = self.only.spans(facts) if self.only else _ALWAYS
        if not rests or not self.applies(facts):
            return []
        holds: dict[State, date] = {}
        spans: list[Span] = []
        for day in sorted(self._turning_points(facts)):
            is_asked = rests is _ALWAYS or any(since <= day < until for since, until, _ in rests)
            now = dict.fromkeys(self.on(facts, day)) if is_asked else {}
            for gone in [state for state in holds if state not in now]:
                spans.append(Span(holds.pop(gone), day, gone))
            for state in now:
                holds.setdefault(state, day)
        return spans + [Span(since, END, state) for state, since in holds.items()]

    def _turning_points(self, facts: Facts) -> set[date]:
        days, found = set(self.turns(facts)), {BEGINNING}
        for kind, fields in self.reads.items():
            for _, record, known_from, known_until in self._looked_at(facts, kind):
                found.add(known_from)
                found.add(known_until)
                days.update([value for value in _values(fields)(record) if isinstance(value, date)])
        for other in self.after:
            for since, until, _ in facts.line(other):
                found.update((since, until))
        for day in days:
            if BEGINNING <= day < END:
                found.update((day, day + _ONE_DAY))
        found.discard(END)
        return found

    def _looked_at(self, facts: Facts, kind: str) -> Iterable[Fact]:
        """The records of a kind that it looks at."""
        rows = self.rows.get(kind)
        return facts.of(kind) if rows is None else [fact for fact in facts.of(kind) if rows(fact.record)]


@cache
def fields_read(rules: tuple[Rule, ...]) -> dict[str, tuple[str, ...]]:
    """The fields of each kind, or of what else is reached from a mine, that any of the rules reads."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for word, names in rule.reads.items():
            found[word].update(names)
    return {word: tuple(sorted(names)) for word, names in sorted(found.items())}


@cache
def _beside(rules: tuple[Rule, ...]) -> tuple[frozenset[str], frozenset[Callable[[Facts], Iterable[date]]]]:
    """What else any of the rules can change by: what other rules say, and days that no field names."""
    return frozenset(name for rule in rules for name in rule.after), frozenset(rule.turns for rule in rules)


def next_turn(rules: tuple[Rule, ...], facts: Facts, day: date) -> date:
    """The first day after one on which any of the rules may say something else; END where there is none.

    It is looked for without asking them, in a fraction of the time that their lines take: often they say the same then.
    """
    after, turns = _beside(rules)
    days = [value for named in turns for value in named(facts)]
    found = [END]
    for kind, fields in fields_read(rules).items():
        read = _values(fields)
        for _, record, known_from, known_until in facts.of(kind):
            found += known_from, known_until
            days += [value for value in read(record) if isinstance(value, date)]
    for other in after:
        for since, until, _ in facts.line(other):
            found += since, until
    found += [value if value > day else value + _ONE_DAY for value in days if day <= value < END]
    return min(turn for turn in found if turn > day)
