"""What the rules say of a mine on a day, evaluated afresh from the rows of a database: no line, no difference, nothing kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from hub.domain.declaring.checks import Several, Word
from hub.domain.declaring.fields import Nested, fields_of
from hub.domain.findings.departments import HOLDERS_ANSWER, HOLDERS_TRANSFER
from hub.domain.findings.holder import PREDECESSOR
from hub.domain.findings.penalties import OF_HOLDER, OF_PREDECESSOR
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.rules.rule_set import RULES, lines, rules_of
from hub.domain.rules.timelines import BEGINNING, END, Fact, Facts, Span, State, Subject

Row = dict[str, Any]
Rows = dict[str, list[Row]]

_CHINA = timezone(timedelta(hours=8))
_BY_NAME = {rule.name: rule for rule in RULES}
READ = sorted({kind for rule in rules_of(Subject.MINE) for kind in rule.reads})
#: What names no mine: the mine's own kind that names it, in which field, by which of its own.
_REACHED = {
    "assessor": ("assessment", "assessor_uscc", "uscc"),
    "expert": ("assessment", "expert_nos", "expert_no"),
    "indicator_system": ("assessment", "indicator_system_code", "code"),
    "support_policy": ("support_grant", "policy_number", "document_number"),
}


class Afresh(Facts):
    """Facts of one mine; what another rule says is worked out for the day that is asked for."""

    def __init__(self, records: Mapping[str, Sequence[Fact]]) -> None:
        super().__init__(records)
        self._told: dict[tuple[str, date], list[State]] = {}

    def states(self, rule: str, day: date) -> list[State]:
        if (rule, day) not in self._told:
            one = _BY_NAME[rule]
            speaks = one.only is None or any(told.state in one.only.states for told in self.states(one.only.rule, day))
            self._told[rule, day] = list(dict.fromkeys(one.on(self, day))) if speaks else []
        return self._told[rule, day]


def facts_of(rows: Rows, licence_no: str) -> Afresh:
    """What the rows of all versions tell of a mine; nothing of one that was withdrawn."""
    stands = {row["id"] for row in rows["mine"] if row["licence_no"] == licence_no and not row["superseded_at"]}
    versions = sorted((r for r in rows["mine"] if r["id"] in stands), key=lambda r: r["version"])
    if not versions or versions[-1]["withdrawn_at"]:
        return Afresh({})
    holder = versions[-1]["enterprise_uscc"]
    held = sorted((r for r in rows["enterprise"] if r["uscc"] == holder), key=lambda r: r["version"])
    if held and held[-1]["withdrawn_at"]:
        held = []
    found = {"mine": _known("mine", versions), "enterprise": _known("enterprise", held)}
    for kind in READ:
        if kind not in found:
            if kind in _REACHED:
                naming, name, key = _REACHED[kind]
                told = [row[name] for row in _live(rows, naming) if row["licence_no"] == licence_no]
                named = {one for some in told for one in (some if isinstance(some, list) else [some])}
                own = [row for row in _live(rows, kind) if row[key] in named]
                if kind == "assessor":
                    live = {row["id"] for row in own}
                    versions = sorted((r for r in rows[kind] if r["id"] in live), key=lambda r: (str(r["id"]), r["version"]))
                    found[kind] = _known(kind, versions)
                    continue
            else:
                own = [row for row in _live(rows, kind) if _concerns(row, licence_no)]
            found[kind] = [Fact(row["id"], _record(kind, row)) for row in sorted(own, key=lambda row: str(row["id"]))]
    return Afresh(found)


def loan_facts(rows: Rows, licence_no: str) -> Facts:
    """What the rows tell of a mine to who checks it before a loan: besides what rules read, what names its holder or whom that
    has taken over, and the answers to what was handed over."""
    own = facts_of(rows, licence_no)
    if not own.of("mine"):
        return own
    holder = max((fact.record for fact in own.of("mine")), key=lambda mine: int(mine.version)).enterprise_uscc
    heirs, last = {holder}, {holder}
    while last:
        last = {row["uscc"] for row in _live(rows, "enterprise") if row["successor_uscc"] in last} - heirs
        heirs |= last
    handed = [row for row in _live(rows, "case_transfer") if row["licence_no"] == licence_no]
    of_holder = [row for row in _live(rows, "case_transfer") if row["licence_no"] is None and row["party_uscc"] == holder]

    def some(kind: str, holds: Callable[[Row], bool]) -> list[Fact]:
        found = sorted((row for row in _live(rows, kind) if holds(row)), key=lambda row: str(row["id"]))
        return [Fact(row["id"], _record(kind, row)) for row in found]

    def answers(transfers: list[Row]) -> list[Fact]:
        return some("transfer_answer", lambda row: row["transfer_id"] in {one["id"] for one in transfers})

    merged = [row for row in _live(rows, "enterprise") if row["successor_uscc"] in heirs]
    found = {kind: own.of(kind) for kind in (*READ, "mine", "enterprise")} | {
        "case_transfer": some("case_transfer", lambda row: row in handed),
        HOLDERS_TRANSFER: some("case_transfer", lambda row: row in of_holder),
        "transfer_answer": answers(handed),
        HOLDERS_ANSWER: answers(of_holder),
        OF_HOLDER: some("penalty", lambda row: row["party_uscc"] == holder),
        PREDECESSOR: sorted((fact for row in merged for fact in _known("enterprise", [row])), key=lambda fact: fact.id),
        OF_PREDECESSOR: some("penalty", lambda row: row["party_uscc"] in {one["uscc"] for one in merged}),
    }
    return Facts(found, lines(rules_of(Subject.MINE), Facts(found), {}))


def facts_of_decision(rows: Rows, number: str) -> Afresh:
    """What they tell of the penalties that go by one number, and of their parties."""
    decided = [row for row in _live(rows, "penalty") if row["document_number"] == number]
    live = {row["id"] for row in _live(rows, "enterprise") if row["uscc"] in {one["party_uscc"] for one in decided}}
    parties = (_known("enterprise", [row for row in rows["enterprise"] if row["id"] == party]) for party in sorted(live))
    penalties = [Fact(row["id"], _record("penalty", row)) for row in sorted(decided, key=lambda row: str(row["id"]))]
    return Afresh({"penalty": penalties, "enterprise": [fact for party in parties for fact in party]})


def _live(rows: Rows, kind: str) -> list[Row]:
    return [row for row in rows[kind] if not row["superseded_at"] and not row["withdrawn_at"]]


class Said:
    """What a rule says of a mine, or of a decision, by these rows."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._facts: dict[str, Afresh] = {}
        self._lines: dict[tuple[str, str], list[Span]] = {}

    def __call__(self, licence_no: str, rule: str, day: date) -> State | None:
        """The one thing that it says of a mine on a day."""
        return next(iter(self._of(licence_no, rule).states(rule, day)), None)

    def span(self, subject: str, rule: str, day: date, about: str = "") -> Span:
        """Since when and until when it says so."""
        if (subject, rule) not in self._lines:
            wanted = {rule, *_BY_NAME[rule].after}
            wanted |= {other for name in wanted for other in _BY_NAME[name].after}
            said = lines([one for one in RULES if one.name in wanted], self._of(subject, rule), {})
            self._lines[subject, rule] = said[rule]
        spans = self._lines[subject, rule]
        return next(one for one in spans if one.from_day <= day < one.until_day and one.state.about == about)

    def _of(self, subject: str, rule: str) -> Afresh:
        if subject not in self._facts:
            found = facts_of if _BY_NAME[rule].of is Subject.MINE else facts_of_decision
            self._facts[subject] = found(self._rows, subject)
        return self._facts[subject]


def _known(kind: str, versions: list[Row]) -> list[Fact]:
    return [
        Fact(
            row["id"],
            _record(kind, row),
            BEGINNING if row["version"] == 1 else _day(row["recorded_at"]),
            END if row["superseded_at"] is None else _day(row["superseded_at"]),
        )
        for row in versions
        if not row["withdrawn_at"]
    ]


def _concerns(row: Row, licence_no: str) -> bool:
    return licence_no in row["mines"] if "mines" in row else bool(row["licence_no"] == licence_no)


def _record(kind: str, row: Row) -> Any:
    checks = {field.name: field.spec.check for field in fields_of(KINDS[RecordKind(kind)].payload)}
    words = {name: check.words for name, check in checks.items() if isinstance(check, Word)}
    parts = {n: check for n, check in checks.items() if isinstance(check, Several) and isinstance(check.each, Nested)}
    read = {n: words[n](v) if n in words and v is not None else v for n, v in row.items()}
    return SimpleNamespace(**read | {n: check.restored(json.dumps(row[n])) for n, check in parts.items()})


def _day(moment: datetime) -> date:
    return moment.astimezone(_CHINA).date()


def parsed(text: str) -> list[str]:
    """The ids that a line names."""
    ids: list[str] = json.loads(text)
    return ids
