"""Whatever is posted, corrected and withdrawn, in whatever order: the statements tell what the rules tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.duties import PRODUCING
from hub.domain.records.mines import LifeCycle, Mine, MineScale
from hub.domain.records.standing import LISTED, Standing
from hub.domain.records.targets import TARGETS, YEARS
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import Fact, Facts
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PREFECTURES
from hub.services.posting.pipeline import Posting
from tests import duties, makers
from tests.conftest import NOW
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, licence, posted, seat, uscc

TODAY = NOW.date()
COUNTIES = {"530112": "530100", "530402": "530400"}

days = st.dates(date(2025, 1, 1), TODAY)
mines = st.fixed_dictionaries(
    {
        "divisionCode": st.sampled_from(sorted(COUNTIES)),
        "scale": st.sampled_from([scale.value for scale in MineScale]),
        "lifeCycle": st.sampled_from([life.value for life in LifeCycle]),
        "licenceValidUntil": st.sampled_from(["2025-12-30", "2025-12-31", "2026-11-01", "2026-11-02", "2040-01-14"]),
        "remainingYears": st.sampled_from(["2.99", "3.00", None]),
    }
)
entries = st.tuples(st.sampled_from(DirectoryLevel), st.sampled_from(DirectoryStep), days, st.integers(0, 9))
targets = st.tuples(st.sampled_from(sorted(COUNTIES.values())), st.sampled_from(YEARS), st.integers(0, 10_000))


@dataclass
class World:
    """What was taken so far, over all examples: they share a database."""

    posting: Posting
    ask: Ask
    mines: dict[str, Mine] = field(default_factory=dict)
    entries: dict[str, list[Any]] = field(default_factory=dict)
    targets: dict[tuple[str, int], int] = field(default_factory=dict)
    posted: int = 0

    async def add_mine(self, said: dict[str, Any], steps: list[tuple[DirectoryLevel, DirectoryStep, date, int]]) -> str:
        number = licence(len(self.mines) + 1)
        await self._take(RecordKind.MINE, makers.mine(len(self.mines) + 1, enterpriseUscc=uscc(1), **said))
        record = validate(Mine, makers.mine(len(self.mines) + 1, enterpriseUscc=uscc(1), **said), TODAY)[0]
        assert record is not None
        self.mines[number], self.entries[number] = record, []
        # Half of them were listed before the plan began; the steps drawn come in any order of their days.
        first = (DirectoryLevel.PROVINCIAL, DirectoryStep.LISTED, date(2025, 1, 15), 1)
        for level, step, on, dice in ([first] if steps and steps[0][3] % 2 else []) + steps:
            await self._add_entry(number, level, step, on, withdrawn=dice == 0)
        return number

    async def _add_entry(self, number: str, level: DirectoryLevel, step: DirectoryStep, on: date, *, withdrawn: bool) -> None:
        item = makers.entry(
            self.posted,
            licenceNo=number,
            level=level.value,
            step=step.value,
            effectiveOn=on.isoformat(),
            rectificationDueOn=(on + timedelta(30)).isoformat(),
            reasonCode="EXHAUSTED",
            legalBasis="示例依据",
        )
        taken = await self._take(RecordKind.DIRECTORY_ENTRY, item)
        if taken and withdrawn:
            await self.posting.withdraw(NATURAL_RESOURCES, taken, "示例更正", source="test")
        elif taken:
            self.entries[number].append(validate(KINDS[RecordKind.DIRECTORY_ENTRY].payload, item, TODAY)[0])

    async def add_target(self, prefecture: str, year: int, hundredths: int) -> None:
        share = f"{hundredths // 100}.{hundredths % 100:02d}"
        made = duties.prefecture_target(self.posted, prefectureCode=prefecture, year=year, share=share)
        assert await self._take(RecordKind.PREFECTURE_TARGET, made | {"authorityCode": seat(LEADING, prefecture)})
        self.targets[prefecture, year] = hundredths

    async def _take(self, kind: RecordKind, item: dict[str, Any]) -> str | None:
        self.posted += 1
        [result] = await posted(self.posting, NATURAL_RESOURCES, kind, item)
        return result.record_id

    def standing_of(self, number: str, on: date) -> Standing:
        entries = [Fact(f"{place}", entry) for place, entry in enumerate(self.entries[number])]
        facts = Facts({"mine": [Fact("mine", self.mines[number])], "directory_entry": entries})
        return Standing(next(iter(STANDING.on(facts, on))).state)

    def progress(self, prefecture: str, scale: MineScale, year: int) -> dict[str, Any]:
        """The figures of one cell by the rules."""
        on = min(date(year, 12, 31), TODAY)
        counted = [
            number
            for number, mine in self.mines.items()
            if (mine.prefecture_code, mine.scale) == (prefecture, scale)
            and mine.life_cycle in PRODUCING
            and mine.licence_valid_from <= on <= mine.licence_valid_until
        ]
        reached = sum(self.standing_of(number, on) in LISTED for number in counted)
        needed = self._needed(prefecture, scale, year, len(counted))
        return {
            "producing": len(counted),
            "atStandard": reached,
            "share": f"{reached * 10_000 // len(counted) / 100:.2f}" if counted else None,
            "needed": needed,
            "neededNext": self._needed(prefecture, scale, year + 1, len(counted)),
            "gap": None if needed is None else max(0, needed - reached),
        }

    def _needed(self, prefecture: str, scale: MineScale, year: int, producing: int) -> int | None:
        hundredths = TARGETS[scale].get(year, -1) * 100 if scale in TARGETS else self.targets.get((prefecture, year), -1)
        return None if hundredths < 0 else -(-hundredths * producing // 10_000)


@pytest.fixture
async def world(posting: Posting, ask: Ask) -> World:
    return World(posting, ask)


PROGRESS = """{ targetProgress(first: 500) { nodes {
    prefectureCode scale year producing atStandard share needed neededNext gap } } }"""


@settings(max_examples=25)
@given(
    drawn=st.lists(st.tuples(mines, st.lists(entries, max_size=6)), min_size=1, max_size=4),
    own=st.lists(targets, max_size=3),
    on=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
)
async def test_standings_and_figures_are_those_of_the_rules(world: World, drawn: Any, own: Any, on: date) -> None:
    added = [await world.add_mine(said, steps) for said, steps in drawn]
    for prefecture, year, hundredths in own:
        await world.add_target(prefecture, year, hundredths)
    query = (
        "query ($in: [String!], $on: Date) { mines(filter: {licenceNo: {in: $in}}) { nodes { licenceNo standing(on: $on) } } }"
    )
    answer = await world.ask(ECOLOGY, query, **{"in": added, "on": on.isoformat()})
    told = {node["licenceNo"]: node["standing"] for node in answer["data"]["mines"]["nodes"]}
    assert told == {number: world.standing_of(number, on).value for number in added}
    cells = (await world.ask(ECOLOGY, PROGRESS))["data"]["targetProgress"]["nodes"]
    assert len(cells) == len(PREFECTURES) * len(MineScale) * len(YEARS)
    for cell in cells:
        where = cell.pop("prefectureCode"), MineScale(cell.pop("scale")), cell.pop("year")
        assert cell == world.progress(*where), where
