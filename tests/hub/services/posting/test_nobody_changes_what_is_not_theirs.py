"""Whoever posts whatever: it changes only what a plain oracle says it is entitled to, what stood and what comes.

The oracle is written out here, from the plan and not from the code: whose duty a kind is, where an organ acts, who takes a
step.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from hypothesis import event, given, settings
from hypothesis import strategies as st

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import Choice, RejectionState
from hub.domain.words.departments import Department
from hub.domain.words.errors import HubError
from hub.services.once import KeptAnswers, Marked
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import receipt_payload
from hub.services.sealing import Sealing
from hub.services.work.desk import RejectionDesk
from hub.services.work.quarantine import Quarantine
from hub.storage.engine.database import Database
from hub.storage.records.versions import TABLES
from tests import duties, makers
from tests.makers import NATURAL_RESOURCES, SEATED, caller, licence, posted, seat

K = RecordKind
ECO, NR, WATER, MARKET = Department.ECOLOGY, Department.NATURAL_RESOURCES, Department.WATER, Department.MARKET_REGULATION
DEPARTMENTS = (ECO, NR, WATER, MARKET)
#: Within which divisions each of these lies: a county, its prefecture, the province; the same elsewhere.
WITHIN = {
    "530112": {"530112", "530100", "530000"},
    "530102": {"530102", "530100", "530000"},
    "530100": {"530100", "530000"},
    "530402": {"530402", "530400", "530000"},
    "530400": {"530400", "530000"},
    "530000": {"530000"},
}
COUNTIES = ("530102", "530112", "530402")
#: Whose duty each kind is (plan, annex).
DUTY = {
    K.MINE: {NR},
    K.ENTERPRISE: {MARKET},
    K.OPINION: {ECO, NR, WATER, MARKET},
    K.PENALTY: {ECO, NR, WATER, MARKET},
    K.CONTRACT: {NR},
    K.DIRECTORY_ENTRY: {NR},
    K.RECOVERY_RATES: {NR},
    K.POLLUTANT_PERMIT: {ECO},
    K.MONITORING_READING: {ECO, WATER},
    K.CASE_TRANSFER: {ECO, NR, WATER, MARKET},
}
#: Mines that stay where they are; the others are moved about.
PLACED = {licence(1): "530112", licence(2): "530402"}

clients = st.builds(
    lambda department, division: caller(Role.DEPARTMENT, department, division),
    *map(st.sampled_from, (DEPARTMENTS, sorted(WITHIN))),
)


@dataclass(frozen=True)
class Stand:
    """What a record says of itself: whose it is, in the name of which organ, of which places, and its step."""

    kind: RecordKind
    department: str
    organ: tuple[Department, str] | None
    places: frozenset[str]
    step: str | None

    def is_for(self, who: Principal) -> bool:
        """Whether a client is entitled to say it."""
        assert who.department is not None
        if who.department not in DUTY[self.kind] or self.department != who.department:
            return False
        acts = who.division_code
        if self.organ is not None:
            department, acts = self.organ
            if department is not who.department or who.division_code not in WITHIN[acts]:
                return False
        if self.kind is K.CONTRACT and acts not in COUNTIES:
            return False
        if self.kind is K.DIRECTORY_ENTRY and acts != "530000" and self.step != "PROPOSED":
            return False
        if self.organ is None and not self.places and acts != "530000":
            return False
        return all(acts in WITHIN[place] for place in self.places)


async def standing(database: Database) -> dict[str, tuple[int, Stand]]:
    """Every record's version and what it says."""
    found: dict[str, tuple[int, Stand]] = {}
    async with database.connection() as connection:
        for kind in DUTY:
            table = TABLES[kind]
            for row in (await connection.execute(sa.select(table).where(table.c.superseded_at.is_(None)))).mappings():
                found[row["id"]] = (row["version"], _stand(kind, row))
    return found


def _stand(kind: RecordKind, row: Any) -> Stand:
    code = row["registration_authority_code"] if kind is K.ENTERPRISE else row.get("authority_code")
    if kind is K.MINE:
        places = {row["division_code"]}
    elif kind is K.PENALTY:
        mines = row["mines"]
        places = {PLACED[number] for number in (json.loads(mines) if isinstance(mines, str) else mines)}
    else:
        places = {PLACED[row["licence_no"]]} if row.get("licence_no") else set()
    return Stand(kind, row["department"], SEATED[code] if code else None, frozenset(places), row.get("step"))


@st.composite
def posts(draw: st.DrawFn) -> tuple[Principal, RecordKind, dict[str, Any]]:
    """A client and an item that is right by itself, often of a number that is known already.

    What the client is entitled to is left now by the kind, now by the organ's department or division, now by the mine.
    """
    who = draw(clients)
    assert who.department is not None
    strays = draw(st.sampled_from(["", "", "kind", "department", "division", "mine"]))
    own = [kind for kind in sorted(DUTY) if who.department in DUTY[kind]]
    kind = draw(st.sampled_from(sorted(DUTY) if strays == "kind" else own))
    number = draw(st.integers(1, 2))
    below = [division for division in sorted(WITHIN) if who.division_code in WITHIN[division]]
    acts = draw(st.sampled_from(sorted(WITHIN) if strays == "division" else below))
    organ = seat(draw(st.sampled_from(DEPARTMENTS)) if strays == "department" else who.department, acts)
    near = [no for no, place in PLACED.items() if acts in WITHIN[place]]
    mine = draw(st.sampled_from(sorted(PLACED) if strays == "mine" else near or sorted(PLACED)))
    text = draw(st.sampled_from("甲乙丙丁"))
    match kind:
        case K.MINE:
            item = makers.mine(number + 2, divisionCode=acts, name=f"示例{text}")
        case K.ENTERPRISE:
            item = makers.enterprise(number, registrationAuthorityCode=organ, name=f"示例{text}")
        case K.OPINION:
            item = makers.opinion(number, nature="COMMENT", verdict=None, licenceNo=mine, authorityCode=organ, text=text)
        case K.PENALTY:
            mines = sorted({mine, *draw(st.lists(st.sampled_from(sorted(PLACED)), max_size=1))})
            item = makers.penalty(number, mines=mines, authorityCode=organ, content=text)
        case K.DIRECTORY_ENTRY:
            step = draw(st.sampled_from(["LISTED", "PROPOSED"]))
            item = makers.entry(number, licenceNo=mine, authorityCode=organ, step=step, effectiveOn=f"2024-01-0{number}")
        case K.RECOVERY_RATES:
            # It names no organ: it is said by whoever posts it.
            item = duties.MADE[kind](number, licenceNo=mine)
        case _:
            item = duties.MADE[kind](number, licenceNo=mine, authorityCode=organ, **_TEXT.get(kind, {}))
    return who, kind, item


_TEXT: dict[RecordKind, dict[str, Any]] = {
    K.CASE_TRANSFER: {"toDepartment": "FINANCE", "toAuthorityCode": seat(Department.FINANCE)}
}
ACTS = ["post", "post", "withdraw", "reinstate", "rehearse", "once", "repair", "retry"]


@dataclass(frozen=True)
class Ways:
    """Every way in which a client may try to change something."""

    database: Database
    posting: Posting

    async def go(self, act: str, post: tuple[Principal, RecordKind, dict[str, Any]], pick: int, records: Sequence[str]) -> None:
        """One act of a client; what it is done to is picked among the records or the refused items."""
        who, kind, item = post
        match act:
            case "post":
                await self.posting.post(who, kind, [Submission(item)], source="test")
            case "rehearse":
                await self.posting.rehearse(who, kind, [Submission(item)], source="test")
            case "once":
                # Few keys, which many clients use.
                marked = Marked.read(who, f"key {pick % 2}", kind.value, item)

                async def take() -> Any:
                    return list(map(receipt_payload, await self.posting.post(who, kind, [Submission(item)], source="test")))

                await self._kept.once(marked, take)
            case "retry":
                await self._desk.retry(who, Choice())
            case "repair":
                waiting = await self._desk.listed(Choice(state=RejectionState.WAITING), 100)
                if waiting:
                    row = waiting[pick % len(waiting)]
                    await self._desk.repair(who, row["id"], item if row["kind"] == kind.value else {})
            case _ if records:
                await getattr(self.posting, act)(who, records[pick % len(records)], "示例", source="test")

    @property
    def _kept(self) -> KeptAnswers:
        return KeptAnswers(self.database, Sealing("kept_answers", lambda: (b"key",)))

    @property
    def _desk(self) -> RejectionDesk:
        return RejectionDesk(self.database, self.posting, Quarantine(self.database, self.posting), manifests={})


@settings(max_examples=25)
@given(steps=st.lists(st.tuples(st.sampled_from(ACTS), posts(), st.integers(0, 99)), min_size=8, max_size=20))
async def test_no_client_changes_what_it_is_not_entitled_to_change(
    database: Database, posting: Posting, steps: list[tuple[str, tuple[Principal, RecordKind, dict[str, Any]], int]]
) -> None:
    ways = Ways(database, posting)
    mines = (makers.mine(n, divisionCode=PLACED[licence(n)]) for n in (1, 2))
    placed = await posted(posting, NATURAL_RESOURCES, K.MINE, *mines)
    ground = {made.record_id for made in placed}
    before = await standing(database)
    for act, post, pick in steps:
        who, _, _ = post
        try:
            await ways.go(act, post, pick, sorted(record for record in before if record not in ground))
        except HubError as refused:
            event(f"{act} refused: {refused.code}")
        after = await standing(database)
        assert before.keys() <= after.keys(), "nothing goes"
        changed = {record: one for record, one in after.items() if before.get(record) != one}
        for record, (_, comes) in changed.items():
            event(f"{act} changes a {comes.kind}")
            assert comes.is_for(who), f"{who.client_id} said {comes} of {record}"
            stood = before.get(record)
            assert stood is None or stood[1].is_for(who), f"{who.client_id} changed {stood} to {comes}"
        assert len(changed) <= (0 if act == "rehearse" else len(after) if act == "retry" else 1)
        before = after


@given(post=posts())
@settings(max_examples=60)
async def test_what_a_client_is_entitled_to_say_is_taken(
    posting: Posting, post: tuple[Principal, RecordKind, dict[str, Any]]
) -> None:
    """The oracle is not merely strict: what it allows comes in, for kinds whose records depend on no others."""
    who, kind, item = post
    if kind not in {K.OPINION, K.RECOVERY_RATES, K.POLLUTANT_PERMIT}:
        return
    mines = (makers.mine(n, divisionCode=PLACED[licence(n)]) for n in (1, 2))
    await posted(posting, NATURAL_RESOURCES, K.MINE, *mines)
    assert who.department is not None
    organ = SEATED[item["authorityCode"]] if "authorityCode" in item else None
    said = Stand(kind, organ[0] if organ else who.department, organ, frozenset({PLACED[item["licenceNo"]]}), None)
    if organ:
        # Another may have said it of another mine before.
        item |= {"documentNumber": f"示例{item['licenceNo']}号"}
    try:
        [result] = await posting.post(who, kind, [Submission(item)], source="test")
    except HubError:
        assert not said.is_for(who)
        return
    assert bool(result.record_id) == said.is_for(who), result.problems
