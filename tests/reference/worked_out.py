"""What the hub works out of records, worked out again in Python: conflicts, supports, closure duties, targets, reports.

No line of the statements under test is used, and no figure of theirs: what the plan and the law say is written here once more.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import chinese_calendar

from hub.domain.rules.timelines import BEGINNING, END, Span
from tests.reference.afresh import READ, Row, Rows, Said

NOUNS = (
    "conflict",
    "support_eligibility",
    "closure_duty",
    "target_progress",
    "report_duty",
    "licence_period",
    "timeline_span",
    "reason",
)
FOLLOWED = ("BUILD_DUTY", "CONTRACT_STATE", "MUST_CONTRACT", "STANDING")

CHINA = timezone(timedelta(hours=8))
_SUCCEEDING = ("licence_succession", "enterprise")
_LISTED = ("LISTED_PROVINCIAL", "LISTED_NATIONAL")
_PREFECTURES = (
    *("530100", "530300", "530400", "530500", "530600", "530700", "530800", "530900"),
    *("532300", "532500", "532600", "532800", "532900", "533100", "533300", "533400"),
)
_YEARS = (2025, 2026, 2027, 2028)
#: Plan, section 4.2: percent of each prefecture's licensed producing mines.
_TARGETS = {"LARGE": (20, 40, 70, 90), "MEDIUM": (10, 30, 60, 80), "SMALL": (None,) * 4}
#: Plan, section 3: each support's section and further terms.
_SUPPORTS = {
    "LAND": ("3.1", "符合国土空间规划底线管控要求"),
    "MINING_RIGHT": ("3.2", "符合协议出让情形"),
    "RESOURCE_TAX": ("3.3", "开采共生矿、伴生矿、低品位矿或尾矿"),
    "GREEN_CREDIT": ("3.4", "风险可控、商业可持续"),
    "FUND": ("3.4", "绿色矿山项目"),
    "STOCK_LISTING": ("3.4", "符合上市或挂牌条件"),
}
#: Who should act on what, by which part of the plan; an overlap is for the keeper of the zone.
_ACTING = {
    "LISTED_WITH_SERIOUS_PENALTY": ("NATURAL_RESOURCES", "5.4"),
    "LISTED_LICENCE_REVOKED": ("NATURAL_RESOURCES", "1, 5.4"),
    "LISTED_LICENCE_EXPIRED": ("NATURAL_RESOURCES", "1, 5.4"),
    "LISTED_CLOSED": ("NATURAL_RESOURCES", "2.2, 5.4"),
    "LISTED_TOO_LITTLE_LEFT": ("NATURAL_RESOURCES", "2.2, 5.4"),
    "LISTED_HOLDER_GONE": ("NATURAL_RESOURCES", "5.4, annex 4"),
    "LISTED_BLACKLISTED": ("NATURAL_RESOURCES", "5.4"),
    "LISTED_DESPITE_DISAGREE": ("NATURAL_RESOURCES", "5.2, 5.4"),
    "LISTED_INSIDE_ZONE": ("NATURAL_RESOURCES", "5.4, annex 1, annex 7"),
    "LISTED_WITHOUT_ASSESSMENT": ("NATURAL_RESOURCES", "5.2, 5.4"),
    "LISTED_NOTICE_TOO_SHORT": ("NATURAL_RESOURCES", "5.4"),
    "RECTIFICATION_OVERDUE": ("NATURAL_RESOURCES", "5.4"),
    "LISTED_ON_DOUBTFUL_ASSESSMENT": ("NATURAL_RESOURCES", "5.3, 5.4"),
    "RECTIFICATION_TOO_LONG": ("NATURAL_RESOURCES", "5.4"),
    "NATIONAL_WITHOUT_PROVINCIAL": ("NATURAL_RESOURCES", "5.4"),
    "HOLDER_NOT_REGISTERED": ("MARKET_REGULATION", "annex 4"),
    "RESTORATION_OVERDUE": ("NATURAL_RESOURCES", "2.3.3, annex 1"),
    "VEGETATION_OVERDUE": ("FORESTRY_GRASSLAND", "annex 7"),
    "NAMES_DIFFER": ("MARKET_REGULATION", "annex 4"),
    "ASSESSOR_UNFIT": ("NATURAL_RESOURCES", "5.3"),
    "EXPERT_UNFIT": ("NATURAL_RESOURCES", "5.3, annex 1"),
    "PASSED_BELOW_STANDARD": ("NATURAL_RESOURCES", "5.3, annex 1"),
    "CONTRACTED_WITH_ANOTHER": ("NATURAL_RESOURCES", "2.2"),
    "CONTRACTED_TOO_LITTLE_LEFT": ("NATURAL_RESOURCES", "2.2"),
    "DECISION_TWICE": ("NATURAL_RESOURCES", "annex 4"),
    "PUBLICATION_TOO_SHORT": ("MARKET_REGULATION", "信用修复管理办法 (2026-04-01)"),
    "REPAIR_WITHOUT_DOCUMENT": ("MARKET_REGULATION", "信用修复管理办法 (2026-04-01)"),
    "MONEY_WITHOUT_KIND": ("MARKET_REGULATION", "行政处罚法 art. 9"),
    "ECOLOGICAL_RED_LINE": ("NATURAL_RESOURCES", "annex 1"),
    "PROTECTED_AREA": ("FORESTRY_GRASSLAND", "annex 7"),
}


def worked_out(rows: Rows, said: Said, now: datetime) -> Rows:
    """Every row of these nouns, as of a moment."""
    one = _Worker(rows, said, now.astimezone(CHINA).date())
    return {
        "conflict": list(one.conflicts()),
        "support_eligibility": list(one.supports()),
        "closure_duty": list(one.closure_duties()),
        "target_progress": list(one.progress()),
        "report_duty": list(one.reports()),
        "licence_period": list(one.licence_periods()),
        "timeline_span": spans(said, next(row["licence_no"] for row in rows["mine"] if not row["superseded_at"]), one.today),
        "reason": [
            {"id": row["id"], "record_id": row["id"], "kind": kind.upper()}
            for kind in READ
            for row in rows[kind]
            if row["superseded_at"] is None and row["withdrawn_at"] is None
        ],
    }


def leads(rows: Rows) -> dict[str, str]:
    """Where each licence number and credit code of before leads, by the successions and mergers that stand."""
    stand = {kind: [row for row in rows[kind] if not row["superseded_at"] and not row["withdrawn_at"]] for kind in _SUCCEEDING}
    steps = {
        before: row["principal"] if row["principal"] in row["successors"] else row["successors"][0]
        for row in stand["licence_succession"]
        for before in row["predecessors"]
    }
    registered = {row["uscc"] for row in stand["enterprise"]}
    steps |= {row["uscc"]: row["successor_uscc"] for row in stand["enterprise"] if row["successor_uscc"] in registered}

    def last(number: str) -> str:
        return last(steps[number]) if number in steps else number

    return {number: last(number) for number in steps}


def spans(said: Said, licence_no: str, day: date) -> list[Row]:
    """What follows of a mine on a day."""
    found = []
    for rule in FOLLOWED:
        if said(licence_no, rule, day) is not None:
            span = said.span(licence_no, rule, day)
            told = {"id": f"{licence_no}-{rule}", "licence_no": licence_no, "rule": rule, "state": str(span.state.state)}
            found.append(told | days(span) | {"because": span.state.because})
    return found


def version_on(versions: list[Row], row: Row, day: date) -> Row | None:
    """What was known on a day of a record that stands; its first version is true of all days before it."""
    for one in versions:
        if one["id"] == row["id"] and not one["withdrawn_at"]:
            known = one["version"] == 1 or one["recorded_at"].astimezone(CHINA).date() <= day
            if known and (one["superseded_at"] is None or one["superseded_at"].astimezone(CHINA).date() > day):
                return one
    return None


def days(span: Span) -> Row:
    """Since when and until when something is so, as far as that is known."""
    since = None if span.from_day == BEGINNING else span.from_day
    return {"since": since, "until": None if span.until_day == END else span.until_day}


class _Worker:
    def __init__(self, rows: Rows, said: Said, today: date) -> None:
        self._rows = rows
        self._said = said
        self._today = self.today = today
        self._lives: Rows = {}
        self._mines = self._live("mine")
        self._told: dict[tuple[str, date], str] = {}
        self._turns: dict[str, list[date]] = {}
        self._doubted: Rows = {}
        self._of_mines: dict[str, Rows] = {}
        self._versions = _by("id", rows["mine"])
        self._versions_on: dict[tuple[str, date], Row | None] = {}

    def _live(self, kind: str) -> list[Row]:
        if kind not in self._lives:
            rows = self._rows[kind]
            self._lives[kind] = [row for row in rows if row["superseded_at"] is None and row["withdrawn_at"] is None]
        return self._lives[kind]

    def _of(self, kind: str, mine: Row) -> list[Row]:
        if kind not in self._of_mines:
            self._of_mines[kind] = _by("licence_no", self._live(kind))
        return self._of_mines[kind].get(mine["licence_no"], [])

    def _is_listed(self, mine: Row, day: date) -> bool:
        key = mine["licence_no"], day
        if key not in self._told:
            told = self._said(mine["licence_no"], "STANDING", day)
            self._told[key] = told.state if told else ""
        return self._told[key] in _LISTED

    def licence_periods(self) -> Iterator[Row]:
        """The numbers of each mine, from the day of the succession that gave them to that of the one that ended them."""
        stands = self._live("licence_succession")
        began = {number: row for row in stands for number in row["successors"]}
        ended = {number: row for row in stands for number in row["predecessors"]}
        led = leads(self._rows)
        for mine in self._mines:
            for number in [*(one for one in led if led[one] == mine["licence_no"]), mine["licence_no"]]:
                first, last = began.get(number), ended.get(number)
                yield {
                    "id": number,
                    "licence_no": number,
                    "leads_to": mine["licence_no"],
                    "mine_no": mine["licence_no"],
                    "from_": first and first["succeeded_on"],
                    "until": last and last["succeeded_on"],
                    "succession_id": first and first["id"],
                    "since": first["succeeded_on"] if first else date.min,
                }

    # conflicts

    def conflicts(self) -> Iterator[Row]:
        for mine in self._mines:
            yield from self._doubts_of(mine)
            yield from self._doubt("HOLDER_NOT_REGISTERED", mine, self._unregistered, [mine], mine["enterprise_uscc"])
            for opinion in self._of("opinion", mine):
                for screening in self._of("screening", mine):
                    zone, evidence = screening["zone_kind"], [opinion, screening]
                    agreed = self._agreed_despite(opinion, screening)
                    for row in self._doubt("AGREED_DESPITE_OVERLAP", mine, agreed, evidence, opinion["document_number"]):
                        department, section = _ACTING[zone]
                        told = f"{row['id']}:{screening['id']}"
                        yield row | {"id": told, "department": department, "section": section}
            yield from self._assessed_against_the_rules(mine)
            yield from self._contracts(mine)
            yield from self._grants(mine)
            for code, kind in (("RESTORATION_OVERDUE", "restoration_plan"), ("VEGETATION_OVERDUE", "forest_land_use")):
                for owed in self._of(kind, mine):
                    if owed["owed_since"] is not None and owed["owed_since"] < self._today:
                        yield _conflict(code, mine, [owed], owed["owed_since"], owed["document_number"])
        yield from self._names()
        yield from self._decided_twice()
        yield from self._unlawful()

    def _doubts_of(self, mine: Row) -> list[Row]:
        number = mine["licence_no"]
        if number not in self._doubted:
            self._doubted[number] = list(self._doubts(mine))
        return self._doubted[number]

    def _doubts(self, mine: Row) -> Iterator[Row]:
        """What stands against the directory's word; each since the first day of those on which it has been so until today."""
        now = self._known(mine, self._today)
        for penalty in self._live("penalty"):
            if now and mine["licence_no"] in penalty["mines"]:
                told = [penalty, now], penalty["document_number"]
                if penalty["publication_class"] == "SERIOUS":
                    yield from self._doubt("LISTED_WITH_SERIOUS_PENALTY", mine, self._penalised(penalty), *told)
                if {"LICENCE_REVOCATION", "CLOSURE"} & set(penalty["kinds"]):
                    yield from self._doubt("LISTED_LICENCE_REVOKED", mine, self._penalised(penalty), *told)
        if now:
            yield from self._doubt("LISTED_LICENCE_EXPIRED", mine, self._expired, [now], mine["name"])
            yield from self._doubt("LISTED_TOO_LITTLE_LEFT", mine, self._little_left, [now], mine["name"])
        yield from self._told_otherwise(mine)
        for listing in self._of("mining_right_listing", mine):
            yield from self._doubt("LISTED_BLACKLISTED", mine, self._blacklisted(listing), [listing], mine["name"])
        if holder := self._holder(mine, self._today):
            yield from self._doubt("LISTED_BLACKLISTED", mine, self._in_breach, [holder], mine["name"])
            yield from self._doubt("LISTED_HOLDER_GONE", mine, self._gone, [holder], mine["name"])
        if now and now["life_cycle"] in ("CLOSING", "CLOSED"):
            deciding = _newest([e for e in self._entries(mine) if e["level"] == "PROVINCIAL"], "effective_on")
            if deciding and deciding["step"] == "LISTED":
                yield from self._doubt("LISTED_CLOSED", mine, self._closes, [now, deciding], mine["name"])

    def _told_otherwise(self, mine: Row) -> Iterator[Row]:
        """What opinions, screenings, assessments and terms say against the directory."""
        for opinion in self._of("opinion", mine):
            found = [opinion], opinion["document_number"]
            yield from self._doubt("LISTED_DESPITE_DISAGREE", mine, self._disagrees(opinion), *found)
        for screening in self._of("screening", mine):
            found = [screening], screening["document_number"]
            yield from self._doubt("LISTED_INSIDE_ZONE", mine, self._touches(screening), *found)
        for entry in self._of("directory_entry", mine):
            found = [entry], entry["document_number"]
            yield from self._doubt("RECTIFICATION_OVERDUE", mine, self._not_rectified(entry), *found)
            yield from self._doubt("RECTIFICATION_TOO_LONG", mine, self._rectifies_for_long(entry), *found)
            yield from self._doubt("NATIONAL_WITHOUT_PROVINCIAL", mine, self._is_out_of_no_province(entry), *found)
            yield from self._doubt("LISTED_WITHOUT_ASSESSMENT", mine, self._never_assessed(entry), *found)
            yield from self._doubt("LISTED_WITHOUT_ASSESSMENT", mine, self._not_assessed_again(entry), *found)
            if notice := self._notice_of(mine, entry):
                told = [entry, notice], notice["document_number"]
                yield from self._doubt("LISTED_NOTICE_TOO_SHORT", mine, self._listed_too_soon(entry), *told)
            elif entry["step"] == "LISTED":
                yield from self._doubt("LISTED_NOTICE_TOO_SHORT", mine, self._listed_too_soon(entry), *found)
            for one in self._of("assessment", mine):
                failed = self._assessed_and_failed(entry, one)
                yield from self._doubt("LISTED_WITHOUT_ASSESSMENT", mine, failed, [one, entry], one["assessment_no"])
                wrongly = self._assessed_wrongly(entry, one)
                yield from self._doubt("LISTED_ON_DOUBTFUL_ASSESSMENT", mine, wrongly, [one, entry], one["assessment_no"])

    def _entries(self, mine: Row) -> list[Row]:
        return [entry for entry in self._of("directory_entry", mine) if entry["effective_on"] <= self._today]

    def _doubt(
        self, code: str, mine: Row, holds: Callable[[Row, date], bool], evidence: list[Row], subject: str
    ) -> Iterator[Row]:
        since = None
        for day in self._days(mine):
            known = self._known(mine, day)
            if known is None or not holds(known, day):
                break
            since = day
        if since:
            yield _conflict(code, mine, evidence, since, subject)

    def _days(self, mine: Row) -> list[date]:
        """Today, and before it the days on which anything may have become so of a mine: the last first."""
        number = mine["licence_no"]
        if number not in self._turns:
            rows = [*self._versions[mine["id"]]]
            rows += [row for row in self._rows["enterprise"] if row["uscc"] == mine["enterprise_uscc"]]
            for kind in ("directory_entry", "assessment", "contract", "mining_right_listing", "opinion", "screening"):
                rows += self._of(kind, mine)
            rows += self._of("support_grant", mine)
            rows += [penalty for penalty in self._live("penalty") if number in penalty["mines"]]
            rows += [{"on": date.fromisoformat(one["beganOn"])} for row in self._live("assessor") for one in row["dealings"]]
            found = {value for row in rows for value in row.values() if type(value) is date}
            found |= {row["recorded_at"].astimezone(CHINA).date() for row in rows if "recorded_at" in row}
            found |= {day + timedelta(1) for day in found} | {self._today}
            self._turns[number] = sorted((day for day in found if day <= self._today), reverse=True)
        return self._turns[number]

    def _known(self, mine: Row, day: date) -> Row | None:
        """The version of a mine that the hub knew on a day; the first was always so."""
        key = mine["id"], day
        if key not in self._versions_on:
            known = _version(self._versions[mine["id"]], day)
            # Under whichever number it was known then, what is said of it is said under today's.
            self._versions_on[key] = known and known | {"licence_no": mine["licence_no"]}
        return self._versions_on[key]

    def _holder(self, mine: Row, day: date) -> Row | None:
        """What was known on a day of the enterprise that holds the mine, if it held it then."""
        then = self._known(mine, day)
        if then is None or then["enterprise_uscc"] != mine["enterprise_uscc"]:
            return None
        live = {one["id"] for one in self._live("enterprise") if one["uscc"] == mine["enterprise_uscc"]}
        return _version([row for row in self._rows["enterprise"] if row["id"] in live], day)

    def _penalised(self, penalty: Row) -> Callable[[Row, date], bool]:
        def holds(mine: Row, day: date) -> bool:
            over = [day for day in (penalty["annulled_on"], _repaired_from(penalty)) if day is not None]
            in_force = penalty["decided_on"] <= day <= penalty["valid_until"] and day < min(over, default=date.max)
            return in_force and self._is_listed(mine, day)

        return holds

    def _expired(self, mine: Row, day: date) -> bool:
        return bool(mine["licence_valid_until"] < day) and self._is_listed(mine, day)

    def _little_left(self, mine: Row, day: date) -> bool:
        return mine["remaining_years"] is not None and mine["remaining_years"] < 3 and self._is_listed(mine, day)

    def _blacklisted(self, listing: Row) -> Callable[[Row, date], bool]:
        return lambda mine, day: _on_a_list(listing, day) and self._is_listed(mine, day)

    def _in_breach(self, mine: Row, day: date) -> bool:
        return self._holder_in_breach(mine, day) and self._is_listed(mine, day)

    def _gone(self, mine: Row, day: date) -> bool:
        holder = self._holder(mine, day)
        gone = holder is not None and holder["registration_status"] in ("CANCELLED", "REVOKED")
        return gone and self._is_listed(mine, day)

    def _disagrees(self, opinion: Row) -> Callable[[Row, date], bool]:
        """A department's last audit opinion is one that disagrees, and is still valid."""

        def holds(mine: Row, day: date) -> bool:
            audits = [one for one in self._of("opinion", mine) if one["nature"] == "AUDIT" and one["issued_on"] <= day]
            own = [one["issued_on"] for one in audits if one["department"] == opinion["department"]]
            last = opinion in audits and opinion["issued_on"] == max(own)
            valid = opinion["valid_until"] is None or day <= opinion["valid_until"]
            return last and valid and opinion["verdict"] == "DISAGREE" and self._is_listed(mine, day)

        return holds

    def _touches(self, screening: Row) -> Callable[[Row, date], bool]:
        def holds(mine: Row, day: date) -> bool:
            known = [one for one in self._of("screening", mine) if one["screened_on"] <= day]
            same = [one["screened_on"] for one in known if one["zone_kind"] == screening["zone_kind"]]
            last = screening in known and screening["screened_on"] == max(same)
            return last and screening["touches"] and self._is_listed(mine, day)

        return holds

    def _not_rectified(self, entry: Row) -> Callable[[Row, date], bool]:
        """A rectification in force whose term is over."""
        due, rectifies = entry["rectification_due_on"], self._rectifies(entry)
        return lambda mine, day: due is not None and due < day and rectifies(mine, day)

    def _rectifies_for_long(self, entry: Row) -> Callable[[Row, date], bool]:
        """A rectification in force whose term is longer than six months, which end on the day of the same number, or on the
        last of a month that has none."""
        due, rectifies, on = entry["rectification_due_on"], self._rectifies(entry), entry["effective_on"]
        first = date(on.year + on.month // 7, (on.month + 5) % 12 + 1, 1)
        days = [first + timedelta(n) for n in range(31) if (first + timedelta(n)).month == first.month]
        last = days[min(on.day, len(days)) - 1]
        return lambda mine, day: due is not None and due > last and rectifies(mine, day)

    def _is_out_of_no_province(self, entry: Row) -> Callable[[Row, date], bool]:
        """A national step that the province's directory did not have in good order, or does not have."""

        def step(known: list[Row], on: date) -> str:
            own = _newest([e for e in known if e["level"] == "PROVINCIAL" and e["effective_on"] <= on], "effective_on")
            return own["step"] if own else ""

        def holds(mine: Row, day: date) -> bool:
            known = [e for e in self._of("directory_entry", mine) if e["effective_on"] <= day]
            ends = [(e["effective_on"], e["id"]) for e in known if e["step"] == "REMOVED"]
            meant = [e for e in known if e["level"] == "NATIONAL" and e["step"] in ("PROPOSED", "PUBLIC_NOTICE", "LISTED")]
            later = [e for e in meant if (e["effective_on"], e["id"]) > max(ends, default=(date.min, ""))]
            last = _newest(later, "effective_on")
            if last is None or last["id"] != entry["id"]:
                return False
            alone = step(known, last["effective_on"]) != "LISTED" and last["effective_on"] >= date(2025, 4, 1)
            return alone or step(known, day) not in ("LISTED", "RECTIFICATION")

        return holds

    def _rectifies(self, entry: Row) -> Callable[[Row, date], bool]:
        """A rectification in force: of the province's directory, or of the nation's beside a listing."""

        def holds(mine: Row, day: date) -> bool:
            known = [one for one in self._of("directory_entry", mine) if one["effective_on"] <= day]
            last = _newest([one for one in known if one["level"] == "PROVINCIAL"], "effective_on")
            removed = [e["effective_on"] for e in known if (e["level"], e["step"]) == ("PROVINCIAL", "REMOVED")]
            if last and last["step"] == "LISTED":
                later = [e for e in known if e["level"] == "NATIONAL" and e["effective_on"] > max(removed, default=date.min)]
                last = _newest(later, "effective_on")
            return last is not None and last["id"] == entry["id"] and entry["step"] == "RECTIFICATION"

        return holds

    def _membership(self, mine: Row, day: date) -> tuple[date, Row | None, list[tuple[date, bool, str]]]:
        """When a mine was last removed, by which entry it is listed since, and how assessments have ended since: (when, failed,
        which)."""
        known = [e for e in self._of("directory_entry", mine) if e["level"] == "PROVINCIAL" and e["effective_on"] <= day]
        removal = max(((e["effective_on"], e["id"]) for e in known if e["step"] == "REMOVED"), default=(date.min, ""))
        removed, _ = removal
        listed = [e for e in known if e["step"] == "LISTED" and (e["effective_on"], e["id"]) > removal]
        first = min(listed, key=lambda e: (e["effective_on"], e["id"]), default=None)
        ends = [(a["passed_on"], False, a["id"]) for a in self._of("assessment", mine)]
        ends += [(a["ended_on"], True, a["id"]) for a in self._of("assessment", mine) if a["result"] == "FAILED"]
        return removed, first, [end for end in ends if end[0] is not None and removed < end[0] <= day]

    def _notice_of(self, mine: Row, entry: Row) -> Row | None:
        """The last notice before a listing that no removal lies behind."""
        own = [
            e for e in self._of("directory_entry", mine) if (e["effective_on"], e["id"]) < (entry["effective_on"], entry["id"])
        ]
        ends = [
            (e["effective_on"], e["id"]) for e in own if e["step"] == "REMOVED" and e["level"] in ("PROVINCIAL", entry["level"])
        ]
        notices = [e for e in own if e["step"] == "PUBLIC_NOTICE" and e["level"] == entry["level"]]
        later = [e for e in notices if (e["effective_on"], e["id"]) > max(ends, default=(date.min, ""))]
        return _newest(later, "effective_on")

    def _listed_too_soon(self, entry: Row) -> Callable[[Row, date], bool]:
        """By this listing the mine is in the directory, after fewer than five days that are worked."""

        def holds(mine: Row, day: date) -> bool:
            known = [e for e in self._of("directory_entry", mine) if e["effective_on"] <= day]
            known = [e for e in known if e["level"] in ("PROVINCIAL", entry["level"])]
            ends = [(e["effective_on"], e["id"]) for e in known if e["step"] == "REMOVED"]
            listed = [e for e in known if e["step"] == "LISTED" and e["level"] == entry["level"]]
            listed = [e for e in listed if (e["effective_on"], e["id"]) > max(ends, default=(date.min, ""))]
            first = min(listed, key=lambda e: (e["effective_on"], e["id"]), default=None)
            told = self._said(mine["licence_no"], "STANDING", day)
            rests = told is not None and told.state in (_LISTED if entry["level"] == "PROVINCIAL" else ("LISTED_NATIONAL",))
            if first is None or first["id"] != entry["id"] or not rests or entry["effective_on"] < date(2025, 4, 1):
                return False
            notice = self._notice_of(mine, entry)
            if notice is not None and notice["notice_until"] and entry["effective_on"] <= notice["notice_until"]:
                return True
            return notice is None or _days_worked(notice, entry) < 5

        return holds

    def _never_assessed(self, entry: Row) -> Callable[[Row, date], bool]:
        def holds(mine: Row, day: date) -> bool:
            _, first, ends = self._membership(mine, day)
            of_the_plan = entry["effective_on"] >= date(2025, 4, 1)
            return first is not None and first["id"] == entry["id"] and of_the_plan and not ends and self._is_listed(mine, day)

        return holds

    def _not_assessed_again(self, entry: Row) -> Callable[[Row, date], bool]:
        """By this listing of the nation, which had removed the mine, and by no assessment since."""

        def holds(mine: Row, day: date) -> bool:
            known = [e for e in self._of("directory_entry", mine) if e["effective_on"] <= day]
            removals = [e for e in known if e["step"] == "REMOVED"]
            last = _newest(removals, "effective_on")
            told = self._said(mine["licence_no"], "STANDING", day)
            if not last or last["level"] != "NATIONAL" or told is None or told.state != "LISTED_NATIONAL":
                return False
            place = last["effective_on"], last["id"]
            listed = [e for e in known if (e["level"], e["step"]) == ("NATIONAL", "LISTED")]
            later = [e for e in listed if (e["effective_on"], e["id"]) > place]
            first = min(later, key=lambda e: (e["effective_on"], e["id"]), default=None)
            _, _, ends = self._membership(mine, day)
            of_the_plan = entry["effective_on"] >= date(2025, 4, 1)
            renewed = any(on > last["effective_on"] for on, _, _ in ends)
            return first is not None and first["id"] == entry["id"] and of_the_plan and not renewed

        return holds

    def _assessed_wrongly(self, entry: Row, assessment: Row) -> Callable[[Row, date], bool]:
        """By this assessment, the last that was passed, and made by who is unfit or of what falls short."""

        def holds(mine: Row, day: date) -> bool:
            _, first, ends = self._membership(mine, day)
            last = max(ends, default=None)
            passed = last is not None and last[1:] == (False, assessment["id"])
            if not (passed and first is not None and first["id"] == entry["id"] and self._is_listed(mine, day)):
                return False
            told = self._unfit(mine, assessment, day), self._unfit_experts(mine, assessment, day), self._short(assessment, day)
            return any(one is not None for one in told)

        return holds

    def _assessed_and_failed(self, entry: Row, assessment: Row) -> Callable[[Row, date], bool]:
        def holds(mine: Row, day: date) -> bool:
            _, first, ends = self._membership(mine, day)
            last = max(ends, default=None)
            failed = last is not None and last[1:] == (True, assessment["id"])
            return first is not None and first["id"] == entry["id"] and failed and self._is_listed(mine, day)

        return holds

    def _closes(self, mine: Row, day: date) -> bool:
        """Of a mine that closes the directory's last word is asked: no other says that it is listed."""
        entries = [e for e in self._of("directory_entry", mine) if e["effective_on"] <= day]
        words = [_newest([e for e in entries if e["level"] == level], "effective_on") for level in ("PROVINCIAL", "NATIONAL")]
        steps = [word["step"] if word else None for word in words]
        return mine["life_cycle"] in ("CLOSING", "CLOSED") and steps[0] == "LISTED" and steps[1] != "RECTIFICATION"

    def _unregistered(self, mine: Row, day: date) -> bool:
        live = {one["id"] for one in self._live("enterprise") if one["uscc"] == mine["enterprise_uscc"]}
        known = _version([row for row in self._rows["enterprise"] if row["id"] in live], day)
        now = next(one for one in self._mines if one["id"] == mine["id"])
        is_holder = now["enterprise_uscc"] == mine["enterprise_uscc"]
        return is_holder and known is None and bool(mine["licence_valid_from"] <= day)

    def _agreed_despite(self, opinion: Row, screening: Row) -> Callable[[Row, date], bool]:
        """A department's last opinion on a kind of zone agrees, is valid, and the last screening against it touches."""
        zone = screening["zone_kind"]

        def holds(mine: Row, day: date) -> bool:
            touching = [one for one in self._of("screening", mine) if one["zone_kind"] == zone and one["screened_on"] <= day]
            told = [one for one in self._of("opinion", mine) if zone in one["topics"] and one["issued_on"] <= day]
            told = [one for one in told if one["department"] == opinion["department"]]
            if opinion not in told or screening not in touching:
                return False
            last = opinion["issued_on"] == max(one["issued_on"] for one in told)
            newest = screening["screened_on"] == max(one["screened_on"] for one in touching)
            valid = opinion["valid_until"] is None or day <= opinion["valid_until"]
            return bool(last and newest and valid and opinion["verdict"] == "AGREE" and screening["touches"])

        return holds

    def _assessed_against_the_rules(self, mine: Row) -> Iterator[Row]:
        for assessment in self._of("assessment", mine):
            number = assessment["assessment_no"]
            if unfit := self._unfit(mine, assessment, self._today):
                yield _conflict("ASSESSOR_UNFIT", mine, [assessment, *unfit[1]], unfit[0], number)
            if unfit := self._unfit_experts(mine, assessment, self._today):
                yield _conflict("EXPERT_UNFIT", mine, [assessment, *unfit[1]], unfit[0], number)
            if short := self._short(assessment, self._today):
                yield _conflict("PASSED_BELOW_STANDARD", mine, [assessment, short[1]], short[0], number)

    def _unfit(self, mine: Row, assessment: Row, day: date) -> tuple[date, list[Row]] | None:
        """When it was made, and by whom, if that was somebody who was not fit to."""
        days = [step["on"] for step in assessment["steps"] if step["stage"] == "THIRD_PARTY_ASSESSMENT"]
        own = [row for row in self._live("assessor") if row["uscc"] == assessment["assessor_uscc"]]
        if not days or assessment["assessor_uscc"] is None or date.fromisoformat(days[0]) > day:
            return None
        on = date.fromisoformat(days[0])
        if not own:
            return on, []
        [assessor] = own
        staff = assessor["technical_staff"]
        few = staff < 15 or assessor["senior_staff"] < Decimal("0.3") * staff
        late, is_holder = assessor["registered_on"] > on, assessor["uscc"] == mine["enterprise_uscc"]
        deals = [one for one in assessor["dealings"] if one["uscc"] == mine["enterprise_uscc"]]
        then = _version([row for row in self._rows["assessor"] if row["id"] == assessor["id"]], on)
        barred = then is not None and then["suspended_until"] is not None and on <= then["suspended_until"]
        unfit = few or late or is_holder or barred or any(_ties(one, on, day) for one in deals)
        return (on, own) if unfit else None

    def _unfit_experts(self, mine: Row, assessment: Row, day: date) -> tuple[date, list[Row]] | None:
        """When experts assessed who were not to, and those of them whom the pool knows."""
        days = [step["on"] for step in assessment["steps"] if step["stage"] == "THIRD_PARTY_ASSESSMENT"]
        if not days or date.fromisoformat(days[0]) > day:
            return None
        on, pool = date.fromisoformat(days[0]), {row["expert_no"]: row for row in self._live("expert")}
        named = [pool.get(number) for number in assessment["expert_nos"]]
        unfit = [one for one in named if one is None or _is_barred(one, mine["enterprise_uscc"], on)]
        return (on, [one for one in unfit if one is not None]) if unfit else None

    def _short(self, assessment: Row, day: date) -> tuple[date, Row] | None:
        """When it was let pass, and by which system, if it falls short of that and no later step fails it."""
        stages = ("THIRD_PARTY_ASSESSMENT", "VERIFICATION", "PUBLIC_NOTICE", "LISTING")
        days = [one["on"] for one in assessment["steps"] if one["stage"] in stages and one["outcome"] == "PASSED"]
        systems = [row for row in self._live("indicator_system") if row["code"] == assessment["indicator_system_code"]]
        failed = assessment["result"] == "FAILED" and assessment["ended_on"] <= day
        if not days or not systems or failed or date.fromisoformat(days[0]) > day:
            return None
        [system] = systems
        met = {one["code"] for one in assessment["preconditions"] if one["met"]}
        points = {one["code"]: Decimal(str(one["points"])) for one in assessment["scores"]}
        short = len(assessment["expert_nos"]) < system["least_experts"] or sum(points.values()) < system["pass_points"]
        short |= any(one["code"] not in met for one in system["preconditions"])
        for one in system["indicators"]:
            if one["level"] == 1:
                # What lies below an indicator begins with its code, in the systems of the tests.
                own = sum(value for code, value in points.items() if code.split(".")[0] == one["code"])
                short |= own * 100 < Decimal(str(one["points"])) * system["first_level_share"]
        return (date.fromisoformat(days[0]), system) if short else None

    def _contracts(self, mine: Row) -> Iterator[Row]:
        """Contracts that were signed by who did not hold the mine, and construction contracts when too little was left."""
        for contract in self._of("contract", mine):
            then = self._known(mine, contract["signed_on"])
            if then is not None and then["enterprise_uscc"] != contract["party_uscc"]:
                told = [contract, then], contract["document_number"]
                yield from self._doubt("CONTRACTED_WITH_ANOTHER", mine, self._binds(contract), *told)
            short = then is not None and then["remaining_years"] is not None and then["remaining_years"] < 3
            if then is not None and short and contract["contract_kind"] == "CONSTRUCTION":
                told = [contract, then], contract["document_number"]
                yield from self._doubt("CONTRACTED_TOO_LITTLE_LEFT", mine, self._binds(contract), *told)

    def _binds(self, contract: Row) -> Callable[[Row, date], bool]:
        ended = contract["terminated_on"]
        return lambda _, day: contract["signed_on"] <= day and (ended is None or day < ended)

    def _grants(self, mine: Row) -> Iterator[Row]:
        """Supports by a policy that nobody posted for them, to a mine that was not listed, or to one that was barred on their
        day, or is while they run."""
        for grant in self._of("support_grant", mine):
            acting, told = {"department": grant["department"], "section": "3"}, grant["document_number"]
            for row in self._doubt("GRANTED_BY_NO_POLICY", mine, self._has_no_policy(grant), [grant], told):
                yield row | acting
            for row in self._doubt("GRANTED_TO_UNLISTED", mine, self._has_no_listing(mine, grant), [grant], told):
                yield row | acting
            barring = [(one, self._given_while(grant, self._listed_by(one))) for one in self._of("mining_right_listing", mine)]
            if holder := self._holder(mine, self._today) or self._holder(mine, grant["granted_on"]):
                barring.append((holder, self._given_while(grant, self._holder_in_breach)))
            for record, holds in barring:
                for row in self._doubt("GRANTED_TO_BARRED", mine, holds, [grant, record], told):
                    yield row | acting | {"id": f"{row['id']}:{record['id']}"}

    def _has_no_policy(self, grant: Row) -> Callable[[Row, date], bool]:
        on, meant = grant["granted_on"], (grant["policy_number"], grant["support"])
        named = [p for p in self._live("support_policy") if (p["document_number"], p["support"]) == meant]
        known = any(p["effective_on"] <= on and (p["ends_on"] is None or on <= p["ends_on"]) for p in named)
        return lambda _, day: meant[0] is not None and not known and _runs(grant, day)

    def _has_no_listing(self, mine: Row, grant: Row) -> Callable[[Row, date], bool]:
        entries = [e for e in self._of("directory_entry", mine) if e["effective_on"] <= grant["granted_on"]]
        provincial = [e for e in entries if e["level"] == "PROVINCIAL"]
        removed = max((e["effective_on"] for e in provincial if e["step"] == "REMOVED"), default=date.min)
        national = [e for e in entries if e["level"] == "NATIONAL" and e["effective_on"] > removed]
        own, other = _newest(provincial, "effective_on"), _newest(national, "effective_on")
        listed = own and own["step"] == "LISTED" and not (other and other["step"] == "RECTIFICATION")
        return lambda _, day: not listed and _runs(grant, day)

    def _given_while(self, grant: Row, barred: Callable[[Row, date], bool]) -> Callable[[Row, date], bool]:
        def holds(mine: Row, day: date) -> bool:
            now = grant["ends_on"] is not None and barred(mine, day)
            return _runs(grant, day) and (now or barred(mine, grant["granted_on"]))

        return holds

    def _listed_by(self, listing: Row) -> Callable[[Row, date], bool]:
        return lambda mine, day: _on_a_list(listing, day)

    def _holder_in_breach(self, mine: Row, day: date) -> bool:
        holder = self._holder(mine, day)
        return holder is not None and _in_breach(holder, day)

    def _names(self) -> Iterator[Row]:
        for penalty in self._live("penalty"):
            for enterprise in self._live("enterprise"):
                if enterprise["uscc"] == penalty["party_uscc"] and self._is_misnamed(penalty, enterprise):
                    holder = {"enterprise_uscc": penalty["party_uscc"]}
                    evidence, since = [penalty, enterprise], penalty["decided_on"]
                    yield _conflict("NAMES_DIFFER", holder, evidence, since, penalty["party_name"])

    def _is_misnamed(self, penalty: Row, enterprise: Row) -> bool:
        known = [row for row in self._rows["enterprise"] if row["id"] == enterprise["id"] and self._is_known(row)]
        named = [row for row in known if row["name"] == penalty["party_name"]]
        ends = [row["superseded_at"] for row in named if row["withdrawn_at"] is None]
        right = any(end is None or penalty["decided_on"] <= end.astimezone(CHINA).date() for end in ends)
        told = max(known, key=lambda row: int(row["version"]))["former_names"]
        had = [one for one in told if one["name"] == penalty["party_name"]]
        day = str(penalty["decided_on"])
        right |= any(one.get("usedFrom", day) <= day <= one["usedUntil"] for one in had)
        return not right and self._is_in_hand(penalty)

    def _is_known(self, version: Row) -> bool:
        return version["version"] == 1 or bool(version["recorded_at"].astimezone(CHINA).date() <= self._today)

    def _is_in_hand(self, penalty: Row) -> bool:
        """Whether it is decided by now, and not annulled."""
        annulled = penalty["annulled_on"]
        return bool(penalty["decided_on"] <= self._today) and (annulled is None or self._today < annulled)

    def _decided_twice(self) -> Iterator[Row]:
        for one, other in itertools.permutations(self._live("penalty"), 2):
            stand = self._is_in_hand(one) and self._is_in_hand(other)
            if stand and one["authority_code"] < other["authority_code"] and _decision(one) == _decision(other):
                numbers = sorted([*one["mines"], *other["mines"]])[:1]
                there = next((m for m in self._rows["mine"] if [m["licence_no"]] == numbers and not m["superseded_at"]), {})
                found = one["decided_on"], one["document_number"]
                row = _conflict("DECISION_TWICE", there or {"enterprise_uscc": ""}, [one, other], *found)
                where = there.get("licence_no") or one["party_uscc"] or ""
                pair = hashlib.sha256(f"{one['id']}:{other['id']}".encode()).hexdigest()[:30]
                told = f"DECISION_TWICE:{where}:{pair}"
                yield row | {"id": told, "enterprise_uscc": one["party_uscc"], "evidence": sorted(row["evidence"])}

    def _unlawful(self) -> Iterator[Row]:
        for one in filter(self._is_in_hand, self._live("penalty")):
            ends = one["publication_ends_on"], one["repaired_on"]
            confiscations = {"CONFISCATION_OF_GAINS", "CONFISCATION_OF_PROPERTY"} & set(one["kinds"])
            broken = {
                "PUBLICATION_TOO_SHORT": any(day and day < (one["publication_earliest_end"] or date.min) for day in ends),
                "REPAIR_WITHOUT_DOCUMENT": one["repaired_on"] and not one["repair_document"],
                "MONEY_WITHOUT_KIND": (one["fine"] and "FINE" not in one["kinds"])
                or (one["confiscated_value"] and not confiscations),
            }
            numbers = sorted(one["mines"])[:1]
            there = next((m for m in self._rows["mine"] if [m["licence_no"]] == numbers and not m["superseded_at"]), {})
            about = there or {"enterprise_uscc": one["party_uscc"] or ""}
            for code in (code for code, is_so in broken.items() if is_so):
                row = _conflict(code, about, [one], one["decided_on"], one["document_number"])
                yield row | {"enterprise_uscc": one["party_uscc"]}

    # supports

    def supports(self) -> Iterator[Row]:
        for mine in self._mines:
            bars = sorted(self._bars(mine), key=lambda bar: (bar[1] is None, bar[1] or date.min, bar[2]))
            listed = self._is_listed(mine, self._today)
            doubts = [row for row in self._doubts_of(mine) if row["code"] not in ("LISTED_CLOSED", "RECTIFICATION_OVERDUE")]
            reasons = sorted({row["code"] for row in doubts}) if listed else []
            told_to_all = {row["code"] for row in doubts if not self._is_of_hidden_penalty(row)}
            eligible = ("IN_DOUBT" if reasons else "ELIGIBLE") if listed else "NOT_LISTED"
            for support, (section, terms) in _SUPPORTS.items():
                yield {
                    "id": f"{mine['licence_no']}-{support}",
                    "licence_no": mine["licence_no"],
                    "support": support,
                    "section": section,
                    "terms": terms,
                    "eligibility": "BARRED" if bars else eligible,
                    "reasons": reasons,
                    "reasons_shown": [code for code in reasons if code in told_to_all],
                    "barred_by": bars[0][0] if bars else None,
                    "barred_since": bars[0][1] if bars else None,
                }

    def _is_of_hidden_penalty(self, doubt: Row) -> bool:
        """Whether a penalty makes a doubt that is not, or no longer, published."""
        if doubt["code"] not in ("LISTED_WITH_SERIOUS_PENALTY", "LISTED_LICENCE_REVOKED"):
            return False
        [penalty] = [one for one in self._live("penalty") if one["id"] == doubt["evidence"][0]]
        repaired = _repaired_from(penalty)
        ended = penalty["publication_latest_end"] < self._today or (repaired is not None and repaired <= self._today)
        over = penalty["annulled_on"] or ended
        return bool(over or not penalty["published_on"])

    def _bars(self, mine: Row) -> Iterator[tuple[str, date | None, str]]:
        """The lists that a mine or its holder is on today, since when, and the record that tells it."""
        for listing in self._of("mining_right_listing", mine):
            if _on_a_list(listing, self._today):
                yield f"RIGHT_HOLDER_{listing['black_list']}", listing["entered_on"], listing["id"]
        holder = self._holder(mine, self._today)
        if holder and _in_breach(holder, self._today):
            known = None if holder["version"] == 1 else holder["recorded_at"].astimezone(CHINA).date()
            yield "HOLDER_SERIOUS_BREACH", holder["serious_breach_since"] or known, holder["id"]

    # closure duties

    def closure_duties(self) -> Iterator[Row]:
        for mine in self._mines:
            known = self._known(mine, self._today)
            left = known["remaining_years"] if known else None
            little = left is not None and left < Decimal("3.00")
            life = known["life_cycle"] if known else None
            if life == "CLOSED" or not (little or life == "CLOSING"):
                continue
            plan = _newest(self._by_now("restoration_plan", mine, "approved_on"), "approved_on")
            permit = _newest(self._by_now("pollutant_permit", mine, "issued_on"), "issued_on")
            uses = self._by_now("forest_land_use", mine, "approved_on")
            owing = [use["owed_since"] for use in uses if use["owed_since"] is not None]
            temporary = [use for use in uses if use["use"] == "TEMPORARY"]
            use = _newest([use for use in temporary if use["owed_since"] == min(owing, default=None)] or uses, "approved_on")
            tasks: list[tuple[str, Row | None, Callable[[Row], tuple[str, date | None, str | None]]]] = [
                ("POLLUTION_PREVENTION", permit, self._preventing),
                ("GEOLOGICAL_ENVIRONMENT", plan, self._reclaiming),
                ("LAND_RECLAMATION", plan, self._reclaiming),
                ("VEGETATION", use, self._replanting),
            ]
            for task, record, tell in tasks:
                state, due_on, why = tell(record) if record else ("NO_RECORD", None, None)
                yield {
                    "id": f"{mine['licence_no']}-{task}",
                    "licence_no": mine["licence_no"],
                    "prefecture_code": mine["prefecture_code"],
                    "task": task,
                    "section": "2.2",
                    "state": state,
                    "why_unknown": why,
                    "due_on": due_on,
                    "told_by": record["id"] if record else None,
                }

    def _by_now(self, kind: str, mine: Row, since: str) -> list[Row]:
        return [row for row in self._of(kind, mine) if row[since] <= self._today]

    def _reclaiming(self, plan: Row) -> tuple[str, date | None, str | None]:
        if not plan["years"]:
            return "UNKNOWN", None, "NOTHING_PLANNED"
        if plan["owed_since"] is None and plan["valid_until"] < self._today:
            return "UNKNOWN", None, "PLAN_EXPIRED"
        return self._restoring(plan)

    def _replanting(self, use: Row) -> tuple[str, date | None, str | None]:
        return ("UNKNOWN", None, "PERMANENT_USE") if use["use"] == "PERMANENT" else self._restoring(use)

    def _restoring(self, record: Row) -> tuple[str, date | None, str | None]:
        owed = record["owed_since"]
        if owed is None:
            return "DONE", None, None
        return ("OVERDUE" if owed < self._today else "IN_HAND"), owed, None

    def _preventing(self, permit: Row) -> tuple[str, date | None, str | None]:
        until, revoked = permit["valid_until"], permit["revoked_on"]
        lapsed = (until is not None and until < self._today) or (revoked is not None and revoked <= self._today)
        return ("OVERDUE" if lapsed else "IN_HAND"), (until if revoked is None else revoked), None

    # targets and reports

    def progress(self) -> Iterator[Row]:
        own = {(t["prefecture_code"], t["year"]): t["share"] for t in self._live("prefecture_target")}
        for prefecture in _PREFECTURES:
            for scale, shares in _TARGETS.items():
                planned = dict(zip(_YEARS, shares, strict=True))
                for year in _YEARS:
                    target, following = (
                        own.get((prefecture, one)) if scale == "SMALL" else planned.get(one) for one in (year, year + 1)
                    )
                    yield self._cell(prefecture, scale, year, target, following)

    def _cell(self, prefecture: str, scale: str, year: int, target: Any, following: Any) -> Row:
        day = min(date(year, 12, 31), self._today)
        counted = [
            mine
            for mine in self._mines
            if (then := version_on(self._versions[mine["id"]], mine, day))
            and (then["prefecture_code"], then["scale"]) == (prefecture, scale)
            and then["life_cycle"] in ("PRODUCING", "EXPANSION")
            and then["licence_valid_from"] <= day <= then["licence_valid_until"]
        ]
        reached = sum(self._is_listed(mine, day) for mine in counted)
        needed = _share_of(target, len(counted))
        reports = (r for r in self._live("progress_report") if (r["prefecture_code"], r["year"]) == (prefecture, year))
        figures = (figure for report in reports for figure in report["figures"] if figure["scale"] == scale)
        reported = next(((one["producing"], one["atStandard"]) for one in figures), None)
        return {
            "id": f"{prefecture}-{scale}-{year}",
            "prefecture_code": prefecture,
            "scale": scale,
            "year": year,
            "counted_on": day,
            "target": None if target is None else Decimal(target).quantize(Decimal("0.01")),
            "producing": len(counted),
            "at_standard": reached,
            "share": _percent(reached, len(counted)) if counted else None,
            "needed": needed,
            "needed_next": _share_of(following, len(counted)),
            "gap": None if needed is None else max(0, needed - reached),
            "reported_producing": reported and reported[0],
            "reported_at_standard": reported and reported[1],
            "differs": None if reported is None else reported != (len(counted), reached),
        }

    def reports(self) -> Iterator[Row]:
        reports = {(one["prefecture_code"], one["year"]): one for one in self._live("progress_report")}
        for prefecture in _PREFECTURES:
            for year in _YEARS:
                due_on, report = date(year, 11, 30), reports.get((prefecture, year))
                yield {
                    "id": f"{prefecture}-{year}",
                    "prefecture_code": prefecture,
                    "year": year,
                    "due_on": due_on,
                    "state": self._report_state(due_on, report),
                    "report_id": report["id"] if report else None,
                }

    def _report_state(self, due_on: date, report: Row | None) -> str:
        if report:
            return "LATE" if report["signed_off_on"] > due_on else "SIGNED_OFF"
        if due_on < self._today:
            return "OVERDUE"
        return "DUE_SOON" if (due_on - self._today).days <= 30 else "NOT_YET_DUE"


def _by(name: str, rows: Iterable[Row]) -> Rows:
    """Rows by the value of a field."""
    found: Rows = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found


def _repaired_from(penalty: Row) -> date | None:
    """A repair that came too early counts from the day after the shortest publication."""
    repaired, shortest = penalty["repaired_on"], penalty["publication_earliest_end"] or date.min
    return repaired if repaired is None or repaired >= shortest else shortest + timedelta(1)


def _conflict(code: str, mine: Row, evidence: list[Row], since: date, subject: str) -> Row:
    department, section = _ACTING.get(code, ("", ""))
    return {
        "id": f"{code}:{mine.get('licence_no') or mine['enterprise_uscc']}:{evidence[0]['id']}",
        "code": code,
        "licence_no": mine.get("licence_no"),
        "enterprise_uscc": mine.get("enterprise_uscc"),
        "prefecture_code": mine.get("prefecture_code"),
        "department": department,
        "section": section,
        "since": since,
        "subject": subject,
        "evidence": [record["id"] for record in evidence],
    }


def _version(versions: list[Row], day: date) -> Row | None:
    for row in versions:
        if row["withdrawn_at"] is None:
            since = date.min if row["version"] == 1 else row["recorded_at"].astimezone(CHINA).date()
            until = date.max if row["superseded_at"] is None else row["superseded_at"].astimezone(CHINA).date()
            if since <= day < until:
                return row
    return None


def _on_a_list(listing: Row, day: date) -> bool:
    removed = listing["removed_on"]
    return bool(listing["entered_on"] <= day) and (removed is None or day < removed)


def _in_breach(holder: Row, day: date) -> bool:
    since = holder["serious_breach_since"]
    return holder["serious_breach"] and (since is None or since <= day)


def _is_barred(expert: Row, holder: str, on: date) -> bool:
    """Whether an expert has ties to a holder, or was not in the pool on a day."""
    tied = holder in (expert["employer_uscc"], *expert["avoids"])
    return bool(tied or on < expert["joined_on"] or (expert["left_on"] is not None and expert["left_on"] < on))


def _ties(dealing: Row, on: date, today: date) -> bool:
    """Whether business that has begun lies within a year of the day of an assessment."""
    began, ended = date.fromisoformat(dealing["beganOn"]), dealing.get("endedOn")
    over = ended is not None and date.fromisoformat(ended) < on - timedelta(365)
    return not over and began <= min(today, on + timedelta(365))


def _runs(grant: Row, day: date) -> bool:
    return bool(grant["granted_on"] <= day) and (grant["ends_on"] is None or day <= grant["ends_on"])


def _days_worked(notice: Row, listing: Row) -> int:
    """The working days of a public notice, from its first day to its last, which lies before the listing."""
    before = listing["effective_on"] - timedelta(1)
    day, last = notice["notice_from"] or notice["effective_on"], min(notice["notice_until"] or before, before)
    return sum(chinese_calendar.is_workday(day + timedelta(n)) for n in range((last - day).days + 1))


def _newest(rows: Iterable[Row], day: str) -> Row | None:
    return max(rows, key=lambda row: (row[day], row["id"]), default=None)


def _share_of(percent: Any, mines: int) -> int | None:
    """How many mines a share is: nine tenths of eleven mines are ten."""
    if percent is None:
        return None
    return int((Decimal(percent) * mines / 100).to_integral_value(ROUND_CEILING))


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_FLOOR)


def _decision(penalty: Row) -> tuple[Any, ...]:
    return penalty["document_number"], penalty["decided_on"], penalty["party_uscc"] or ("", penalty["party_name"])
