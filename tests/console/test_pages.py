"""Every page for every role: nothing in the console's log, nothing against the policy, nothing from elsewhere, readable by all
(WCAG 2.2 AA), no sideways scroll, no word of programs on a Chinese page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from auth.demo_persons import PERSONS
from hub.storage.views import departments
from tests import duties
from tests.console.conftest import House
from tests.console.looking import GO, Visitor
from tests.makers import BANK, NATURAL_RESOURCES, OPERATOR, licence, uscc

pytestmark = pytest.mark.asyncio(loop_scope="session")

_NO, _USCC = licence(1), uscc(1)
PAGES = {
    "overview": "/",
    "mines": "/mines",
    "mine": f"/mines/{_NO}",
    "enterprises": "/enterprises",
    "enterprise": f"/enterprises/{_USCC}",
    "directory": "/directory",
    "directory-history": "/directory?tab=history",
    "conflicts": "/conflicts",
    "closure": "/conflicts?tab=closure",
    "copies": "/conflicts?tab=copies",
    "transfers": "/transfers",
    "assessments": "/assessments",
    "assessment": f"/assessments/{duties.assessment()['assessmentNo']}",
    "contracts": "/contracts",
    "reports": "/reports",
    "report": "/reports/530100/2026",
    "budget": "/budget",
    "search": "/search?q=示例1",
    "kinds": "/records",
    "penalties": "/lists/penalties",
    "post": "/post",
    "post-opinion": "/post/opinion",
    "loan-check": "/loan-check",
    "portfolio": "/portfolio",
    "operations": "/operations",
    "work": "/operations/work",
    "clients": "/operations/clients",
    "quarantine": "/operations/quarantine",
    "deliveries": "/operations/deliveries",
    "receivers": "/operations/receivers",
    "reads": "/operations/reads",
    "public": "/public",
    "help": "/help",
    "no-such-mine": f"/mines/{licence(99)}",
}
_SOURCES = Path(__file__).parents[2] / "hub" / "console" / "web" / "src"
_NIGHT = re.compile(r"(?:data-look|prefers-color-scheme)[^{]*{([^}]*)}")
_COLOUR = re.compile(r"--[\w-]+: #[0-9a-f]{3,6}")
#: Of whom pictures are kept.
_PICTURED = ("natural_resources", "bank", "operator")
_STATED = 'location.host && sessionStorage.setItem("hub-purpose", \'{"word": "PRE_LOAN_REVIEW", "reference": "t-1"}\')'
#: The desk by day and by night, a phone, and a large screen; what axe reads of the page there.  By night nothing but colours is
#: another (`test_by_night_nothing_is_another_but_colours`), and a large screen has the colours of the desk.
_WINDOWS: tuple[tuple[int, int, Literal["light", "dark"], Literal["everything", "colours", "nothing"]], ...] = (
    (1366, 768, "light", "everything"),
    (1366, 768, "dark", "colours"),
    (390, 844, "dark", "everything"),
    (1920, 1080, "light", "nothing"),
)
_KEPT = ((1366, "light"), (390, "dark"))


async def _read(visitor: Visitor, shot: str | None) -> list[str]:
    """What is wrong with a page in any window; it is kept as a picture for who wants to look."""
    wrong = []
    for width, height, look, axe in _WINDOWS:
        await visitor.turn(width, height, look)
        wrong += [f"{width} {look}: {one}" for one in await visitor.wrongs(axe=axe)]
        if shot and (width, look) in _KEPT:
            await visitor.shot(f"{shot}-{width}-{look}")
    await visitor.turn(1366, 768, "light")
    return wrong


async def test_every_page_is_whole_for_everybody_at_every_width_by_day_and_by_night(house: House) -> None:
    """Everybody opens every page; what is drawn for one as for another before is read once."""
    read: set[str] = set()
    wrong = []
    async with await house.visitor() as visitor:
        await visitor.context.add_init_script(_STATED)
        for word, person in PERSONS.items():
            await visitor.become(await house.hub.sessions.start(person))
            for page, path in PAGES.items():
                try:
                    await visitor.go(path)
                except AssertionError as error:
                    wrong.append(f"{word} {page}: {error}")
                    continue
                found = await visitor.wrongs(axe="nothing")
                if (drawn := await visitor.drawn()) not in read:
                    read.add(drawn)
                    found += await _read(visitor, f"{word}-{page}" if word in _PICTURED else None)
                wrong += [f"{word} {page}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)


async def test_by_night_nothing_is_another_but_colours() -> None:
    styles = {file.name: file.read_text(encoding="utf-8") for end in ("css", "svelte") for file in _SOURCES.rglob(f"*.{end}")}
    said = {name: _NIGHT.findall(text) for name, text in styles.items() if _NIGHT.search(text)}
    [[block]] = said.values()
    declared = [one.strip() for one in block.split(";") if one.strip()]
    assert [one for one in declared if not _COLOUR.fullmatch(one)] == ["color-scheme: dark"]


async def test_every_page_is_whole_in_english(house: House) -> None:
    wrong = []
    async with await house.visitor(OPERATOR) as visitor:
        await visitor.context.add_init_script('localStorage.setItem("hub-language", "en")')
        for page, path in PAGES.items():
            await visitor.go(path)
            for width, height in ((390, 844), (1366, 768)):
                await visitor.turn(width, height, "light")
                wrong += [f"{page} {width}: {one}" for one in await visitor.wrongs(axe="nothing", words=False)]
            await visitor.shot(f"english-{page}")
    assert not wrong, "\n".join(wrong)


async def test_a_stranger_is_told_how_to_sign_in_and_may_read_the_help(house: House) -> None:
    async with await house.visitor() as visitor:
        page = await visitor.open("/mines")
        assert await page.inner_text("h1") == "请先登录"
        assert await visitor.wrongs() == []
        page = await visitor.open("/help")
        assert await page.inner_text("h1") == "使用说明"
        assert await visitor.wrongs() == []


async def test_a_bank_says_once_what_it_reads_for_and_sees_it_ever_after(house: House) -> None:
    async with await house.visitor(BANK) as visitor:
        page = await visitor.open("/mines")
        assert await page.inner_text("h1") == "请说明查询用途"
        await page.get_by_role("button", name="继续").click()
        assert await page.get_by_role("alert").inner_text() == "请选择一项用途"
        await page.get_by_label("贷前审查").check()
        await page.get_by_role("button", name="继续").click()
        await page.get_by_role("table").wait_for()
        assert "贷前审查" in await page.inner_text("header")
        assert await visitor.wrongs() == []


async def test_the_pages_speak_english_to_who_wants_it(house: House) -> None:
    async with await house.visitor(NATURAL_RESOURCES) as visitor:
        page = await visitor.open("/post/opinion")
        await page.get_by_role("button", name="English").click()
        assert await page.get_attribute("html", "lang") == "en"
        assert await page.inner_text("h1") == "Post: Opinion of a department"
        await visitor.open("/")
        assert await page.inner_text("h1") == "Overview"
        assert await visitor.wrongs(words=False) == []
        await visitor.shot("english-overview")


async def test_the_explorer_asks_the_graph_and_nobody_else(house: House) -> None:
    async with await house.visitor(OPERATOR, width=1366) as visitor:
        page = visitor.page
        await page.goto(house.address + "/graphql/explorer")
        await page.locator(".graphiql-query-editor").get_by_text("totalCount").first.wait_for()
        await page.get_by_role("button", name="Execute query").click()
        await page.locator(".result-window").get_by_text("totalCount").first.wait_for()
        # GraphiQL is no page of ours: it is not held to what axe says.
        assert await visitor.wrongs(axe="nothing", words=False) == []
        await visitor.shot("explorer", whole=False)


async def test_a_figure_that_stands_on_a_system_that_is_behind_says_so(house: House) -> None:
    about = {"chinese_name": "示例处罚系统", "english_name": "Demo penalties", "interface": "REST", "refresh_minutes": 60}
    async with house.hub.database.transaction() as connection:
        await departments.declare(connection, code="late", department="ECOLOGY", kinds=["penalty"], **about)
        pulled = {
            "last_success_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            "fresh_until": datetime(2026, 1, 2, 4, 4, tzinfo=UTC),
        }
        await connection.execute(sa.update(departments.sources).values(pulled).where(departments.sources.c.code == "late"))
    said = "示例处罚系统：过期，数据截至 2026-01-02 11:04"
    try:
        for who in (NATURAL_RESOURCES, BANK):
            async with await house.visitor(who) as visitor:
                await visitor.context.add_init_script(_STATED)
                for path, notes in (
                    ("/", 2),
                    ("/lists/penalties", 1),
                    ("/conflicts", int(who is not BANK)),
                    ("/reports", 0),
                    ("/public?tab=penalties", 1),
                    ("/public?tab=appeals", 0),
                    ("/lists/opinions", 0),
                    (f"/mines/{_NO}", 1),
                    (f"/enterprises/{_USCC}", 1),
                ):
                    await visitor.go(path)
                    await expect(visitor.page.get_by_role("note"), path).to_have_text([said] * notes)
                    for width, height in ((1366, 768), (390, 844)):
                        await visitor.turn(width, height, "light")
                        # All else that stands there is read by everybody's test.
                        found = await visitor.wrongs(axe="everything" if notes else "nothing", within="[role=note]")
                        assert found == [], path
                        await visitor.shot(f"late-{path.strip('/').replace('/', '-').replace('?tab=', '-')}-{width}")
        async with await house.visitor() as stranger:
            await expect((await stranger.open("/public?tab=penalties")).get_by_role("note")).to_have_text([said])
        async with await house.visitor(NATURAL_RESOURCES) as visitor:
            await visitor.context.add_init_script('localStorage.setItem("hub-language", "en")')
            page = await visitor.open("/lists/penalties")
            await expect(page.get_by_role("note")).to_have_text(["Demo penalties: late, as of 2026-01-02 11:04"])
    finally:
        async with house.hub.database.transaction() as connection:
            await connection.execute(sa.delete(departments.sources).where(departments.sources.c.code == "late"))


async def test_while_the_hub_is_away_a_page_says_since_when_it_stands(house: House) -> None:
    async with await house.visitor(NATURAL_RESOURCES) as visitor:
        page = await visitor.open("/lists/penalties")
        await visitor.context.set_offline(True)
        # Of one page all but its data is there, of the other nothing.
        await page.evaluate(GO, "/lists/opinions")
        await expect(page.get_by_text("枢纽没有应答。")).to_be_visible()
        await page.evaluate(GO, "/contracts")
        await expect(page.get_by_text("暂时无法连接枢纽。页面数据截至 20")).to_be_visible()
        await expect(page.get_by_role("heading", name="暂时无法打开")).to_be_visible()
        await visitor.shot("away")
        await visitor.context.set_offline(False)
        await page.get_by_role("button", name="重试").click()
        await expect(page.get_by_role("heading", name="绿色矿山合同")).to_be_visible()
        await expect(page.get_by_text("暂时无法连接枢纽。")).to_have_count(0)
