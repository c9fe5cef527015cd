"""Answers queries field by field in Python, from the committed schema and the rows of a database.

It shares no code with the planner: relations, access conditions, filters, order, cursors and pages are written again here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, cmp_to_key
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from graphql import GraphQLResolveInfo, GraphQLSchema, build_schema, execute_sync, parse

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.declaring.fields import camel, fields_of, snake
from hub.domain.look_ups import sought
from hub.domain.read_plan import Condition
from hub.domain.record_kinds import KINDS, PARTS
from hub.domain.rules.decisions import DECISIONS
from hub.domain.rules.timelines import BEGINNING, Span
from hub.domain.words.divisions import lies_within
from hub.storage.engine.database import Database
from hub.storage.records.log import log
from hub.storage.records.takeovers import CODES
from hub.storage.sql.metadata import Json, Scaled
from hub.storage.views.nouns import VIEWS
from tests.makers import CURSORS
from tests.reference.afresh import Said
from tests.reference.worked_out import CHINA, NOUNS, days, leads, spans, version_on, worked_out

Row = dict[str, Any]
Rows = dict[str, list[Row]]

SDL = (Path(__file__).parents[2] / "schema" / "schema.graphql").read_text(encoding="utf-8")

VERSIONED = tuple(kind.value for kind in KINDS)
DEFAULT_ORDER: dict[str, list[tuple[str, bool]]] = {
    **{kind.value: [(facts.order.field, facts.order.descending)] for kind, facts in KINDS.items()},
    "rejection": [("received_at", True)],
    "rejection_act": [("done_at", False)],
    "discrepancy": [("found_at", True)],
    "delivery": [("recorded_at", True)],
    "delivery_act": [("done_at", False)],
    "target_progress": [("id", False)],
    "report_duty": [("id", False)],
    "conflict": [("id", False)],
    "closure_duty": [("id", False)],
    "licence_period": [("since", False), ("id", False)],
    "plan_phase": [("id", False)],
    "plan_target": [("id", False)],
    "support_eligibility": [("id", False)],
    "timeline_span": [("id", False)],
    "reason": [("id", False)],
    "mine_read": [("last_at", True)],
    "consumer": [("name", False)],
    "webhook": [("id", False)],
    "department_info": [("rank", False)],
    "source": [("code", False)],
    "division": [("code", False)],
    "standing_work": [("name", False)],
    "client": [("created_at", False)],
}
KEY = {"department_info": "code", "source": "code", "division": "code", "standing_work": "name", "client": "client_id"}

_OF_MINES = ("licence_no", "division_code", "prefecture_code", "lies_in")

Belongs = Callable[[Row, Row], bool]

#: What follows from records, and tells of which.
_FOLLOWING = ("conflict", "closure_duty", "support_eligibility", "timeline_span")


def _relations() -> Iterator[tuple[tuple[str, str], tuple[str, Belongs]]]:
    for kind, facts in KINDS.items():
        for declared in fields_of(facts.payload):
            if link := declared.spec.link:
                there, back = _same(link.key, declared.name), _same(declared.name, link.key)
                yield (kind.value, camel(link.name)), (link.noun, there)
                yield (link.noun, camel(facts.plural)), (kind.value, back)


def _same(theirs: str, ours: str) -> Belongs:
    """Whether the other row's `theirs` is this row's `ours`."""
    return lambda row, other: other[theirs] is not None and other[theirs] == row[ours]


@dataclass(frozen=True)
class Picked:
    """One of a mine's records of a noun: the newest that fits a day."""

    noun: str
    newest: str
    fits: Callable[[Row, date], bool]


def _open(row: Row, day: date) -> bool:
    return bool(row["applied_on"] <= day and (row["ended_on"] is None or row["ended_on"] > day))


def _in_force(row: Row, day: date) -> bool:
    return bool(row["signed_on"] <= day and (row["terminated_on"] is None or row["terminated_on"] > day))


def _of_level(level: str) -> Callable[[Row, date], bool]:
    return lambda row, day: row["level"] == level and row["effective_on"] <= day


def _runs(policy: Row, day: date) -> bool:
    return bool(policy["effective_on"] <= day and (policy["ends_on"] is None or policy["ends_on"] >= day))


PICKED: dict[tuple[str, str], Picked] = {
    ("mine", "provincialEntry"): Picked("directory_entry", "effective_on", _of_level("PROVINCIAL")),
    ("mine", "nationalEntry"): Picked("directory_entry", "effective_on", _of_level("NATIONAL")),
    ("mine", "openAssessment"): Picked("assessment", "applied_on", _open),
    ("mine", "contractInForce"): Picked("contract", "signed_on", _in_force),
}

#: The nouns of the root's lists.
LISTS = {
    **{camel(facts.plural): kind.value for kind, facts in KINDS.items()},
    "rejections": "rejection",
    "discrepancies": "discrepancy",
    "deliveries": "delivery",
    "targetProgress": "target_progress",
    "reportDuties": "report_duty",
    "conflicts": "conflict",
    "closureDuties": "closure_duty",
    "mineReads": "mine_read",
}

#: Where a relation leads: the other noun, and whether one of its rows belongs to the row at hand.
RELATIONS: dict[tuple[str, str], tuple[str, Belongs]] = {
    **dict(_relations()),
    ("mine", "penalties"): ("penalty", lambda mine, other: mine["licence_no"] in other["mines"]),
    ("transfer_answer", "penalty"): (
        "penalty",
        lambda answer, other: (
            other["department"] == answer["department"] and other["document_number"] == answer["penalty_number"]
        ),
    ),
    ("target_progress", "prefecture"): ("division", _same("code", "prefecture_code")),
    ("target_progress", "prefectureTarget"): (
        "prefecture_target",
        lambda told, other: (
            told["scale"] == "SMALL"
            and _same("prefecture_code", "prefecture_code")(told, other)
            and told["year"] == other["year"]
        ),
    ),
    ("target_progress", "report"): (
        "progress_report",
        lambda told, other: (other["prefecture_code"], other["year"]) == (told["prefecture_code"], told["year"]),
    ),
    ("report_duty", "prefecture"): ("division", _same("code", "prefecture_code")),
    ("report_duty", "report"): ("progress_report", _same("id", "report_id")),
    ("report_duty", "progress"): (
        "target_progress",
        lambda duty, other: (other["prefecture_code"], other["year"]) == (duty["prefecture_code"], duty["year"]),
    ),
    ("enterprise", "successor"): ("enterprise", _same("uscc", "successor_uscc")),
    ("enterprise", "predecessors"): ("enterprise", _same("successor_uscc", "uscc")),
    ("mine", "licenceHistory"): ("licence_period", _same("leads_to", "licence_no")),
    ("licence_period", "mine"): ("mine", _same("licence_no", "mine_no")),
    ("licence_period", "succession"): ("licence_succession", _same("id", "succession_id")),
    ("mine", "licenceSuccessions"): ("licence_succession", lambda mine, other: mine["licence_no"] in other["mines"]),
    ("licence_succession", "mines"): ("mine", lambda succession, other: other["licence_no"] in succession["mines"]),
    ("mine", "conflicts"): ("conflict", _same("licence_no", "licence_no")),
    **{(noun, "because"): ("reason", lambda told, other: other["id"] in told["because"]) for noun in _FOLLOWING},
    ("mine", "closureDuties"): ("closure_duty", _same("licence_no", "licence_no")),
    ("closure_duty", "mine"): ("mine", _same("licence_no", "licence_no")),
    ("plan", "phases"): ("plan_phase", lambda plan, other: True),
    ("plan", "targets"): ("plan_target", lambda plan, other: True),
    ("conflict", "mine"): ("mine", _same("licence_no", "licence_no")),
    ("conflict", "enterprise"): ("enterprise", _same("uscc", "enterprise_uscc")),
    ("mine", "supports"): ("support_eligibility", _same("licence_no", "licence_no")),
    ("support_eligibility", "grants"): (
        "support_grant",
        lambda one, other: (other["licence_no"], other["support"]) == (one["licence_no"], one["support"]),
    ),
    ("penalty", "discrepancies"): ("discrepancy", _same("record_id", "id")),
    ("rejection", "acts"): ("rejection_act", lambda rejection, other: other["rejection_id"] == rejection["id"]),
    ("delivery", "acts"): ("delivery_act", lambda delivery, other: other["delivery_id"] == delivery["id"]),
    ("delivery", "penalty"): ("penalty", _same("id", "record_id")),
    ("discrepancy", "penalty"): ("penalty", _same("id", "record_id")),
    ("penalty", "mines"): ("mine", lambda penalty, other: other["licence_no"] in penalty["mines"]),
    ("department_info", "sources"): ("source", lambda department, other: other["department"] == department["code"]),
    ("mine", "sources"): ("source", lambda mine, other: other["of_mines"]),
    ("division", "parent"): ("division", lambda division, other: other["code"] == division["parent_code"]),
}


_PARTS = tuple(part.__name__ for part in PARTS)


async def load(database: Database) -> Rows:
    """Every row that is kept, as Python values; what the hub works out is worked out again (`worked_out`)."""
    found: Rows = {}
    async with database.connection() as connection:
        for noun, view in VIEWS.items():
            if view.table is None or noun in NOUNS:
                continue
            rows = (await connection.execute(sa.select(view.table))).mappings().all()
            lists = [column.name for column in view.table.c if isinstance(column.type, Json)]
            found[noun] = [{**row, **{name: _parsed(row[name]) for name in lists}} for row in rows]
            for row in found[noun]:
                for column in view.table.c:
                    if isinstance(column.type, Scaled) and row[column.name] is not None:
                        assert isinstance(row[column.name], Decimal)
        entries = (await connection.execute(sa.select(log.c.record_id, log.c.version, log.c.position))).all()
    positions = {(entry.record_id, entry.version): entry.position for entry in entries}
    for noun in VERSIONED:
        for row in found[noun]:
            row["log_position"] = positions.get((row["id"], row["version"]))
    return found


def _parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)


@cache
def schema() -> GraphQLSchema:
    """The committed schema, as graphql-core has it."""
    return build_schema(SDL)


class Reference:
    """Answers for the rows of one database at one moment.

    Where that is a moment of the past, `present` answers for the rows that are now, and `moment` is what its cursors are sealed
    for.
    """

    def __init__(self, rows: Rows, said: Said, now: datetime, present: Reference | None = None, moment: str = "") -> None:
        self._said = said
        self.rows = rows | worked_out(rows, said, now)
        self.schema = schema()
        self.now = now
        self.moment = moment
        self._present = present
        self._answering: dict[Principal, _Answering] = {}

    def answering(self, caller: Principal) -> _Answering:
        """What answers a caller, who sees the same rows in each operation."""
        if caller not in self._answering:
            present = self._present.answering(caller) if self._present else None
            self._answering[caller] = _Answering(self.rows, self._said, caller, self.now, present=present, moment=self.moment)
        return self._answering[caller]

    def answer(self, document: str, variables: Mapping[str, Any], caller: Principal) -> dict[str, Any]:
        """The response to a query that is valid and may be asked by the caller."""
        one = self.answering(caller)
        found = execute_sync(
            self.schema,
            parse(document),
            variable_values=dict(variables),
            field_resolver=one.resolve,
            type_resolver=lambda value, *_: _type_name(value["__noun__"]),
        )
        assert not found.errors, found.errors
        return {"data": found.data}


def _lies_in(mine: Row, division: str) -> bool:
    """Whether a mine (or what is told of one) lies in a division, with any part of it."""
    return any(lies_within(code, division) for code in (mine["division_code"], *mine.get("other_divisions", ())))


def _as_shown(support: Row) -> Row:
    """What is told of a support to whom no penalty is shown but in publication."""
    shown = support["reasons_shown"]
    word = support["eligibility"]
    told = {"reasons": shown, "eligibility": "ELIGIBLE" if word == "IN_DOUBT" and not shown else word}
    hidden = {} if support["reasons"] == shown else {"because": ()}
    return support | told | hidden | {"since": None, "until": None}


def _type_name(noun: str) -> str:
    return "".join(part.capitalize() for part in noun.split("_"))


class _Answering:
    """The operations of one caller."""

    def __init__(
        self,
        rows: Rows,
        said: Said,
        caller: Principal,
        now: datetime,
        *,
        present: _Answering | None = None,
        moment: str = "",
    ) -> None:
        self._present = present
        self._moment = moment
        self._said = said
        self._caller = caller
        self._sight = visibility_of(caller)
        sees_all = self._sight.nouns.get("penalty") is Condition.ALWAYS
        self._rows = rows if sees_all else rows | {"support_eligibility": [*map(_as_shown, rows["support_eligibility"])]}
        self._now = now
        self._today = now.astimezone(CHINA).date()
        self._leads = leads(rows)
        self._seen_of: dict[str, list[Row]] = {}
        self._standing_of: dict[str, list[Row]] = {}
        self._names: dict[str, dict[str, str]] = {}

    # access

    def _holds(self, word: Condition, row: Row) -> bool:
        match word:
            case Condition.ALWAYS:
                return True
            case Condition.NEVER:
                return False
            case Condition.OWN_DEPARTMENT:
                return bool(self._caller.department and row["department"] == self._caller.department.value)
            case Condition.OWN_CLIENT:
                return bool(row.get("client_id", row.get("posted_by")) == self._caller.client_id)
            case Condition.OWN_BANK:
                return row["role"] == "BANK" and self._caller.owner in (row.get("bank"), row["client_id"])
            case Condition.PARTY_OR_LEAD:
                own = self._caller.department.value if self._caller.department else ""
                other = row.get("to_department", row.get("from_department"))
                return own in (row["department"], other, "NATURAL_RESOURCES")
            case Condition.PARTY_ORGAN:
                return self._is_between_my_organs(row)
            case Condition.AUDIT_OPINION:
                return bool(row["nature"] == "AUDIT")
            case Condition.BANK_READ:
                return row["role"] == "BANK" and row["licence_no"] is not None
            case Condition.SEEN_RECORD:
                kind = row["kind"].lower()
                return kind in self._sight.nouns and any(one["id"] == row["record_id"] for one in self._standing(kind))
            case Condition.WITHIN_DIVISION:
                return self._concerns_my_division(row)
            case _:
                return self._is_public(word, row)

    def _is_public(self, word: Condition, row: Row) -> bool:
        match word:
            case Condition.ANSWERED:
                return row["answered_on"] is not None
            case Condition.IN_FORCE:
                return row["id"] in {entry["id"] for entry in self._in_force(row["licence_no"])}
            case Condition.LISTED:
                return bool(self._in_force(row["licence_no"]))
        end = row["publication_latest_end"]
        repaired = row["repaired_on"] is not None and row["repaired_on"] >= (row["publication_earliest_end"] or date.min)
        ended = repaired or row["annulled_on"] is not None or end < self._today
        published = row["published_on"] is not None and not ended
        return published and (word is Condition.IN_PUBLICATION or row["party_category"] != "NATURAL_PERSON")

    def _in_force(self, licence_no: str) -> list[Row]:
        """The entries by which a mine is in the directory."""
        known = [
            entry
            for entry in self._rows["directory_entry"]
            if entry["licence_no"] == licence_no
            and not entry["superseded_at"]
            and entry["withdrawn_at"] is None
            and entry["effective_on"] <= self._today
        ]
        known.sort(key=lambda entry: entry["effective_on"])
        newest = {entry["level"]: entry for entry in known}
        since = max((e["effective_on"] for e in known if (e["level"], e["step"]) == ("PROVINCIAL", "REMOVED")), default="")
        stands = [entry for entry in newest.values() if entry["step"] in ("LISTED", "RECTIFICATION")]
        return [entry for entry in stands if not since or entry["effective_on"] > since]

    def _is_between_my_organs(self, row: Row) -> bool:
        own, here = self._caller.department.value if self._caller.department else "", self._caller.division_code
        way = "from" if "transfer_id" in row else "to"
        sides = [(row["department"], row["authority_code"]), (row[f"{way}_department"], row[f"{way}_authority_code"])]
        acting = {
            organ["code"]
            for organ in self._rows["authority"]
            if not organ["superseded_at"] and lies_within(organ["division_code"], here)
        }
        if row["posted_by"] == self._caller.client_id or any(
            organ in acting and own in (department, "NATURAL_RESOURCES") for department, organ in sides
        ):
            return True
        about = [t for t in self._rows["case_transfer"] if t["id"] == row.get("transfer_id") and not t["superseded_at"]]
        numbers = {one["licence_no"] for one in (about if "transfer_id" in row else [row])}
        return own == "NATURAL_RESOURCES" and any(
            mine["licence_no"] in numbers and not mine["superseded_at"] and _lies_in(mine, here) for mine in self._rows["mine"]
        )

    def _concerns_my_division(self, row: Row) -> bool:
        numbers = row.get("mines", [row.get("licence_no")])
        mines = (
            [row]
            if {"life_cycle", "copied_value"} & row.keys()
            else [m for m in self._rows["mine"] if m["licence_no"] in numbers]
        )
        mine = self._caller.division_code
        inside = any(_lies_in(m, mine) and (m is row or not m["superseded_at"]) for m in mines)
        return inside or ("life_cycle" not in row and row.get("posted_by") == self._caller.client_id)

    def _seen(self, noun: str) -> list[Row]:
        """The rows of a noun, of all versions, that the caller may see."""
        if noun not in self._seen_of:
            self._seen_of[noun] = self._looked_through(noun)
        return self._seen_of[noun]

    def _looked_through(self, noun: str) -> list[Row]:
        seen = [row for row in self._rows[noun] if all(self._holds(word, row) for word in self._sight.rows(noun))]
        if self._present is None or not self._sight.rows(noun):
            return seen
        if noun in VERSIONED:
            now = self._present.seen_by(noun, "id")
            return [row for row in seen if row["id"] in now]
        # A reason is seen with the record that it names, which was looked at by what may be seen now too.
        if noun == "reason" or not self._sight.rows("mine"):
            return seen
        now = self._present.seen_by("mine", "licence_no")
        return [row for row in seen if row["licence_no"] in now]

    def seen_by(self, noun: str, key: str) -> set[Any]:
        """What of a noun may be seen now, taken back or not where that may be seen."""
        rows = [row for row in self._seen(noun) if not row["superseded_at"]] if self._sight.withdrawn else self._standing(noun)
        return {row[key] for row in rows}

    def _standing(self, noun: str) -> list[Row]:
        if noun not in VERSIONED:
            return self._seen(noun)
        if noun not in self._standing_of:
            self._standing_of[noun] = [r for r in self._seen(noun) if not r["superseded_at"] and not r["withdrawn_at"]]
        return self._standing_of[noun]

    # fields

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:  # noqa: PLR0912 - by what is asked
        parent, name = info.parent_type.name, info.field_name
        if parent == "Query":
            return self._root(name, arguments)
        noun = snake(parent)
        if name == "sum" and parent.endswith("Connection"):
            of = arguments.get("of")
            return of and self._sum(snake(parent.removesuffix("Connection")), of.lower(), source["matching"])
        if parent.endswith(("Connection", "Edge")) or parent == "PageInfo":
            return source[name]
        if parent in _PARTS:
            return source.get(name)
        day = date.fromisoformat(arguments["on"]) if arguments.get("on") else self._today
        if (noun, name) in PICKED:
            return self._picked(PICKED[noun, name], source, day)
        if (noun, name) == ("penalty", "delivery"):
            sent = [row for row in self._standing("delivery") if row["record_id"] == source["id"]]
            return max(sent, key=lambda row: row["version"], default=None)
        if name == "versions":
            return self._versions(noun, source)
        if name == "postingDepartment":
            return self._first("department_info", lambda other: other["code"] == source["department"])
        if (noun, name) == ("plan", "phase"):
            return self._first("plan_phase", lambda phase: phase["first_day"] <= day <= phase["last_day"])
        if (noun, name) == ("support_eligibility", "policies"):
            return self._all("support_policy", lambda other: other["support"] == source["support"] and _runs(other, day))
        if (noun, name) == ("target_progress", "candidates"):
            return self._page("mine", lambda mine: self._counts(source, mine, self._today, listed=False), arguments)
        if (noun, name) == ("target_progress", "atStandardMines"):
            return self._page("mine", lambda mine: self._counts(source, mine, source["counted_on"], listed=True), arguments)
        if (noun, name) == ("mine", "timeline"):
            return spans(self._said, source["licence_no"], day)
        if noun in _FOLLOWING and name == "because" and "because" not in source:
            source = source | {"because": self._span(noun, source).state.because}
        if (noun, name) in RELATIONS:
            return self._related(info, noun, name, source, arguments)
        return self._leaf(noun, self._python(noun, name), source, day)

    def _python(self, noun: str, wire: str) -> str:
        """The Python name of a field."""
        if noun not in self._names:
            self._names[noun] = {camel(name): name for name in self._rows[noun][0]}
        return self._names[noun].get(wire) or snake(wire)

    def _root(self, name: str, arguments: dict[str, Any]) -> Any:
        match name:
            case _ if name in LISTS:
                return self._page(LISTS[name], lambda _: True, arguments)
            case _ if snake(name) in VERSIONED:
                ((wire, value),) = arguments.items()
                wanted = self._leads.get(value, value) if wire in ("licenceNo", "uscc") else value
                return self._first(snake(name), lambda row: row[snake(wire)] == wanted)
            case "node":
                return self._node(arguments["id"])
            case "plan":
                return self._first("plan", lambda _: True)
            case "departments":
                return self._all("department_info", lambda _: True)
            case "work":
                return self._all("standing_work", lambda _: True)
            case "clients":
                return self._all("client", lambda _: True)
            case "divisions":
                return self._all("division", lambda _: True)
            case "consumers":
                return self._all("consumer", lambda _: True)
            case "webhooks":
                return self._all("webhook", lambda _: True)
        raise KeyError(name)

    def _node(self, given: str) -> Row | None:
        head, dot, tail = given.rpartition(".v")
        # Of the others nothing of before is kept.
        others = () if self._present else ("rejection", "discrepancy", "delivery", "mine_read")
        for noun in (*VERSIONED, *others):
            if noun not in self._sight.nouns:
                continue
            rows = self._seen(noun) if self._sight.withdrawn else self._standing(noun)
            for row in rows:
                if noun not in VERSIONED:
                    wanted = row["id"] == given
                elif dot:
                    wanted = row["id"] == head and str(row["version"]) == tail
                else:
                    wanted = row["id"] == given and row["superseded_at"] is None
                if wanted:
                    return {"__noun__": noun, **row}
        return None

    def _related(self, info: GraphQLResolveInfo[Any], noun: str, name: str, source: Row, arguments: dict[str, Any]) -> Any:
        other, belongs = RELATIONS[noun, name]

        def ours(row: Row) -> bool:
            return belongs(source, row)

        kind = str(info.return_type)
        if "Connection" in kind:
            return self._page(other, ours, arguments)
        return self._all(other, ours) if kind.startswith("[") else self._first(other, ours)

    def _first(self, noun: str, wanted: Callable[[Row], bool]) -> Row | None:
        return next((row for row in self._standing(noun) if wanted(row)), None)

    def _all(self, noun: str, wanted: Callable[[Row], bool]) -> list[Row]:
        return _sorted([row for row in self._standing(noun) if wanted(row)], DEFAULT_ORDER[noun], KEY.get(noun, "id"))

    def _versions(self, noun: str, source: Row) -> list[Row]:
        if not self._sight.withdrawn:
            return []
        return _sorted([row for row in self._seen(noun) if row["id"] == source["id"]], [("version", True)])

    def _picked(self, how: Picked, source: Row, day: date) -> Row | None:
        rows = [row for row in self._standing(how.noun) if row["licence_no"] == source["licence_no"] and how.fits(row, day)]
        return max(rows, key=lambda row: (row[how.newest], row["id"]), default=None)

    def _leaf(self, noun: str, name: str, row: Row, day: date) -> Any:
        value = self._value(noun, name, row, day)
        word = self._sight.fields.get((noun, name), Condition.ALWAYS)
        return _wire(value) if self._holds(word, row) else None

    def _value(self, noun: str, name: str, row: Row, day: date | None = None) -> Any:  # noqa: PLR0912 - one for each field
        day = day or self._today
        match noun, name:
            case _, "id" if noun in VERSIONED:
                return row["id"] if row["superseded_at"] is None else f"{row['id']}.v{row['version']}"
            case _, "record_id" if noun in VERSIONED:
                return row["id"]
            case "rejection", "state":
                return row["settled"] or "WAITING"
            case "rejection", "problem":
                return [one["code"] for one in row["problems"]]
            case _, "withdrawn":
                return row["withdrawn_at"] is not None
            case (("penalty" | "licence_succession"), "licence_nos"):
                return row["mines"]
            case "department_info", "department":
                return row["code"]
            case "mine", ("standing" | "build_duty" | "must_contract" | "contract_state"):
                told = self._said(row["licence_no"], name.upper(), day)
                words = {"YES": True, "NO": False} if name == "must_contract" else {}
                return told and words.get(told.state, told.state)
            case "penalty", "publication_overdue":
                settled = row["published_on"] or row["annulled_on"] or row["publication_class"] == "MINOR"
                return not settled and row["report_due_on"] is not None and row["report_due_on"] < day
            case "discrepancy", "nature":
                if row["field"] == "told":
                    return "MISSING_HERE"
                if row["field"] not in ("listed", "withdrawn"):
                    return "DIFFERS"
                return "MISSING_THERE" if row["own_value"] is (row["field"] == "listed") else "STILL_THERE"
            case "delivery", "overdue":
                return self._is_owed(row) and row["due_on"] < day
            case "delivery", "due_soon":
                return self._is_owed(row) and row["remind_on"] <= day <= row["due_on"]
            case "case_transfer", "state":
                return self._transfer_state(row, day)
            case "case_transfer", "overdue":
                due = {"OPEN": row["due_on"], "IN_HAND": row["handling_due_on"]}.get(self._transfer_state(row, day))
                return due is not None and due < day
            case "screening", "state":
                return "OUTDATED" if self._screening_is_outdated(row, day) else "CURRENT"
            case "plan", ("working_days_known_until" | "report_due_on"):
                return _plan_day(name, day)
            case "standing_work", ("state" | "next_at" | "held_by" | "last_outcome"):
                return self._work(row)[name]
            case "source", "freshness":
                return self._freshness(row)
            case "source", ("state" | "next_pull_at"):
                return self._pulls(row)[name]
            case "source", "lag_seconds":
                return self._lag(row)
            case ("conflict", "until") | ("closure_duty" | "support_eligibility", "since" | "until") if name not in row:
                return days(self._span(noun, row))[name]
        return row[name]

    def _span(self, noun: str, row: Row) -> Span:
        """The line's span that tells of today what the row tells; a row of the timeline is asked again for its own day."""
        match noun:
            case "timeline_span":
                day = row["since"] or BEGINNING
                return self._said.span(row["licence_no"], row["rule"], day)
            case "closure_duty":
                return self._said.span(row["licence_no"], "CLOSURE_DUTY", self._today, row["task"])
            case "support_eligibility":
                return self._said.span(row["licence_no"], "SUPPORT", self._today)
        _, _, about = row["id"].split(":", 2)
        subject = row["licence_no"]
        if row["code"] in {rule.name for rule in DECISIONS}:
            [subject] = {one["document_number"] for one in self._rows["penalty"] if one["id"] == row["evidence"][0]}
        return self._said.span(subject, row["code"], self._today, about)

    def _live(self, noun: str, name: str, value: str) -> list[Row]:
        """What stands of a noun for the hub itself, whoever asks."""
        return [row for row in self._rows[noun] if row[name] == value and not row["superseded_at"] and not row["withdrawn_at"]]

    def _counts(self, progress: Row, mine: Row, day: date, *, listed: bool) -> bool:
        """Whether a mine counts for a target on a day and is, or is not, at standard."""
        then = version_on(self._rows["mine"], mine, day)
        if then is None:
            return False
        licensed = then["licence_valid_from"] <= day <= then["licence_valid_until"]
        standing = self._said(mine["licence_no"], "STANDING", day)
        return (
            (then["prefecture_code"], then["scale"]) == (progress["prefecture_code"], progress["scale"])
            and then["life_cycle"] in ("PRODUCING", "EXPANSION")
            and licensed
            and (standing is not None and standing.state.startswith("LISTED")) == listed
        )

    def _screening_is_outdated(self, row: Row, day: date) -> bool:
        """Whether what was compared, the mine and the zones near it, is something else by now."""
        at = row["recorded_at"]

        def stood(other: Row) -> bool:
            return other["recorded_at"] <= at and (other["superseded_at"] is None or other["superseded_at"] > at)

        mines = self._rows["mine"]
        today = [m for m in mines if m["licence_no"] == row["licence_no"] and not m["superseded_at"]]
        then = [m for m in mines if m["id"] == today[0]["id"] and stood(m)]
        if then and then[0]["boundary"] != today[0]["boundary"]:
            return True
        if today[0]["withdrawn_at"] or not today[0]["boundary"]:
            return False

        def near(zones: list[Row]) -> set[tuple[str, str]]:
            sides = [(zone, today[0]) for zone in zones if not zone["withdrawn_at"] and zone["zone_kind"] == row["zone_kind"]]
            return {
                (zone["id"], json.dumps(zone["boundary"]))
                for zone, mine in sides
                if max(zone["west"], mine["west"]) <= min(zone["east"], mine["east"])
                and max(zone["south"], mine["south"]) <= min(zone["north"], mine["north"])
            }

        zones = self._rows["zone"]
        before = near([z for z in zones if stood(z) and z["effective_on"] <= row["screened_on"]])
        return before != near([z for z in zones if not z["superseded_at"] and z["effective_on"] <= day])

    def _is_owed(self, row: Row) -> bool:
        """Whether a delivery that has a day has not arrived, and is of the last version of its record."""
        versions = [one["version"] for one in self._rows[row["kind"]] if one["id"] == row["record_id"]]
        return row["state"] != "ACKNOWLEDGED" and row["due_on"] is not None and row["version"] >= max(versions, default=0)

    def _transfer_state(self, transfer: Row, day: date) -> str:
        answers = [row for row in self._live("transfer_answer", "transfer_id", transfer["id"]) if row["answered_on"] <= day]
        if not answers:
            return "OPEN"
        step = max(answers, key=lambda row: (row["answered_on"], row["step"] != "ACCEPTED"))["step"]
        return "IN_HAND" if step == "ACCEPTED" else str(step)

    def _work(self, row: Row) -> dict[str, Any]:
        is_held, on_demand = self._is_held(row), row["name"].startswith("webhook ")
        waits = row["next_at"] is not None and row["next_at"] > self._now
        return {
            "state": "RUNNING" if is_held else "WAITING" if waits else "IDLE" if on_demand else "DUE",
            "next_at": None if on_demand and not waits else row["next_at"],
            "held_by": row["holder"] if is_held else None,
            "last_outcome": row["outcome"],
        }

    def _is_held(self, work: Row) -> bool:
        """A lease is good for twenty seconds at the most, and one that ends later than two of them binds nobody."""
        if work["until"] is None or work["until"] <= self._now:
            return False
        return int(work["until"].timestamp()) - int(self._now.timestamp()) <= 40

    def _pulls(self, source: Row) -> dict[str, Any]:
        """Where a source's work stands, and when it is pulled next."""
        works = [one for one in self._rows["standing_work"] if one["name"] == f"pull:{source['code']}"]
        work = works[0] if works else {"until": None, "next_at": None}
        paused = source["paused_until"]
        if paused and not timedelta() < paused - self._now < timedelta(hours=1, minutes=5, seconds=1):
            paused = None
        waits = work["next_at"] is not None and work["next_at"] > self._now
        state = "PULLING" if self._is_held(work) else "PAUSED" if paused else "WAITING" if waits else "DUE"
        return {"state": state, "next_pull_at": max(filter(None, (work["next_at"], paused)), default=None)}

    def _lag(self, source: Row) -> int | None:
        since = source["last_success_at"]
        if since is None or since > self._now + timedelta(minutes=5):
            return None
        return max(0, int(self._now.timestamp()) - int(since.timestamp()))

    def _freshness(self, source: Row) -> str:
        if source["failures"]:
            return "FAILING"
        if source["last_success_at"] is None:
            return "NEVER"
        if source["last_success_at"] > self._now + timedelta(minutes=5):
            return "LATE"
        return "LATE" if source["fresh_until"] and source["fresh_until"] < self._now else "FRESH"

    # pages

    def _page(self, noun: str, wanted: Callable[[Row], bool], arguments: dict[str, Any]) -> Any:
        given = arguments.get("filter") or {}
        if given.get("withdrawn"):
            rows = (
                [r for r in self._seen(noun) if not r["superseded_at"] and r["withdrawn_at"]] if self._sight.withdrawn else []
            )
        else:
            rows = self._standing(noun)
        rows = [row for row in rows if wanted(row) and self._matches(noun, row, given)]
        keys = [(key["field"].lower(), key.get("direction") == "DESC") for key in arguments.get("orderBy") or []]
        order = keys or DEFAULT_ORDER[noun]
        backward = arguments.get("last") is not None
        size = arguments["last"] if backward else 50 if arguments.get("first") is None else arguments["first"]
        inside = list(_sorted(rows, order, KEY.get(noun, "id")))
        if after := arguments.get("after"):
            bound = read_cursor(after, self._moment)
            inside = [row for row in inside if _compare(_keys(row, order, noun), bound, order) > 0]
        if before := arguments.get("before"):
            bound = read_cursor(before, self._moment)
            inside = [row for row in inside if _compare(_keys(row, order, noun), bound, order) < 0]
        more = len(inside) > size
        page = (inside[-size:] if size else []) if backward else inside[:size]
        cursors = [cursor(row, order, noun, self._moment) for row in page]
        return {
            "nodes": page,
            "edges": [{"cursor": at, "node": row} for at, row in zip(cursors, page, strict=True)],
            "totalCount": len(rows),
            "matching": rows,
            "pageInfo": {
                "hasNextPage": bool(arguments.get("before")) if backward else more,
                "hasPreviousPage": more if backward else bool(arguments.get("after")),
                "startCursor": cursors[0] if cursors else None,
                "endCursor": cursors[-1] if cursors else None,
            },
        }

    def _sum(self, noun: str, name: str, rows: list[Row]) -> str | None:
        word = self._sight.fields.get((noun, name), Condition.ALWAYS)
        if word is Condition.NEVER or not all(self._holds(word, row) for row in rows):
            return None
        (places,) = (c.type.places for c in VIEWS[noun].table.c if c.name == name and isinstance(c.type, Scaled))  # type: ignore[union-attr]
        return str(sum((row[name] for row in rows if row[name] is not None), Decimal(0).scaleb(-places)))

    def _matches(self, noun: str, row: Row, given: Mapping[str, Any]) -> bool:
        return all(self._fits(noun, row, name, wanted) for name, wanted in given.items() if wanted is not None)

    def _fits(self, noun: str, row: Row, name: str, wanted: Any) -> bool:
        match name:
            case "withdrawn":
                return True
            case "and":
                return all(self._matches(noun, row, one) for one in wanted)
            case "or":
                return any(self._matches(noun, row, one) for one in wanted)
            case "not":
                return not self._matches(noun, row, wanted)
        if noun in VERSIONED and snake(name) in _OF_MINES and snake(name) not in row:
            return self._of_mines(noun, row, snake(name), wanted)
        value, field = self._value(noun, self._python(noun, name), row), self._python(noun, name)
        return all(
            self._is_of_enterprise(noun, value, operand)
            if operator in ("eq", "in") and (noun, field) in CODES
            else _holds(value, operator, self._as_kept(noun, field, operator, operand))
            for operator, operand in wanted.items()
            if operand is not None
        )

    def _of_mines(self, noun: str, row: Row, name: str, wanted: Mapping[str, Any]) -> bool:
        """Whether each condition holds of one of the mines that a record is about."""
        if noun == "transfer_answer":
            row = next(one for one in self._live("case_transfer", "id", row["transfer_id"]))
        numbers = row.get("mines", [row.get("licence_no")])
        mines = [mine for mine in self._rows["mine"] if mine["licence_no"] in numbers and not mine["superseded_at"]]
        values = [mine[name] for mine in mines if mine[name] is not None]
        return all(
            (not values) is operand
            if operator == "isNull"
            else any(_holds(value, operator, self._as_kept(noun, name, operator, operand)) for value in values)
            for operator, operand in wanted.items()
            if operand is not None
        )

    def _is_of_enterprise(self, noun: str, value: Any, operand: Any) -> bool:
        """Whether a code is one that is asked for, or of who took one of them over, who alone is the enterprise."""
        given = sought("enterprise", "uscc", operand if isinstance(operand, list) else [operand])
        is_gone = noun == "enterprise" and value in self._leads
        return not is_gone and (value in given or value in (self._leads.get(one) for one in given))

    def _as_kept(self, noun: str, name: str, operator: str, operand: Any) -> Any:
        """What is asked for as it is kept: by a number of before its mine is meant, but not by a part of one."""
        if operator == "isNull":
            return operand
        kept = sought(noun, name, operand, part=operator in ("contains", "startsWith"))
        if name == "licence_no" and operator in ("eq", "in"):
            return [self._leads.get(one, one) for one in kept] if operator == "in" else self._leads.get(kept, kept)
        return kept


def _holds(value: Any, operator: str, operand: Any) -> bool:
    if operator == "isNull":
        return bool((value is None) == operand)
    if value is None:
        return False
    match operator:
        case "eq":
            return bool(_wire(value) == operand)
        case "in":
            return _wire(value) in operand
        case "contains":
            return operand in value
        case "startsWith":
            return bool(value.startswith(operand))
        case "has":
            return operand in value
        case "from":
            return bool(value >= _typed(value, operand))
        case "to":
            return bool(value <= _typed(value, operand))
    raise ValueError(operator)


def _typed(like: Any, operand: Any) -> Any:
    match like:
        case datetime():
            return datetime.fromisoformat(operand)
        case date():
            return date.fromisoformat(operand)
        case Decimal():
            return Decimal(operand)
        case int():
            return operand
    raise TypeError(like)


def _sorted(rows: Iterable[Row], order: list[tuple[str, bool]], key: str = "id") -> list[Row]:
    keys = [*order, (key, order[0][1])]

    def compare(one: Row, other: Row) -> int:
        return _compare([one[name] for name, _ in keys], [other[name] for name, _ in keys], order)

    return sorted(rows, key=cmp_to_key(compare))


def _keys(row: Row, order: list[tuple[str, bool]], noun: str) -> list[Any]:
    return [_wire(row[name]) for name, _ in order] + [row[KEY.get(noun, "id")]]


def _compare(one: list[Any], other: list[Any], order: list[tuple[str, bool]]) -> int:
    for mine, theirs, descending in zip(one, other, [*(d for _, d in order), order[0][1]], strict=True):
        if mine != theirs:
            return -1 if (mine < theirs) != descending else 1
    return 0


def cursor(row: Row, order: list[tuple[str, bool]], noun: str, moment: str = "") -> str:
    """The cursor of a row in an order, as of a moment."""
    signature = ",".join(f"{name}{'-' if descending else '+'}" for name, descending in order)
    return CURSORS.seal(
        json.dumps([f"{noun} {signature}", *_keys(row, order, noun)], ensure_ascii=False, separators=(",", ":")), moment
    )


def read_cursor(text: str, moment: str) -> list[Any]:
    return CURSORS.open(text, "cursor", moment)[1:]


def _wire(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    return value


def _plan_day(name: str, day: date) -> date | None:
    if name == "working_days_known_until":
        # No notice of working days is added to the reference province.
        return date(2026, 12, 31)
    return min((due for year in range(2025, 2029) if (due := date(year, 11, 30)) >= day), default=None)
