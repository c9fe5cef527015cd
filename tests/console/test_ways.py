"""Ways through the pages, as people go them: with the hub's own words, seen live, by the keyboard alone."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from hub.domain.words.departments import Department
from tests.console.conftest import House
from tests.makers import BANK, ECOLOGY, NATURAL_RESOURCES, OPERATOR, licence, seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Within which a post is seen in another browser.
_LIVE_MS = 1000


async def _fill_opinion(page: Page, number: str, mine: int) -> None:
    await page.get_by_label("文号").fill(number)
    await page.get_by_label("出具机关*", exact=True).fill("示例机关")
    await page.get_by_label("出具机关统一社会信用代码").fill(seat(Department.ECOLOGY))
    await page.get_by_label("采矿许可证号").fill(licence(mine))
    await page.get_by_label("意见性质").select_option("AUDIT")
    await page.get_by_label("审核结论").select_option("AGREE")
    await page.get_by_label("综合").check()
    await page.get_by_label("意见内容").fill("经审核，同意。")
    await page.get_by_label("出具日期").fill("20261020")


async def test_an_opinion_is_posted_and_seen_at_once_in_another_browser(house: House) -> None:
    async with await house.visitor(ECOLOGY) as poster, await house.visitor(NATURAL_RESOURCES) as reader:
        seen = await reader.open(f"/mines/{licence(2)}")
        await expect(seen.get_by_text("各部门尚未提交有关这座矿山的记录")).to_be_visible()
        page = await poster.open("/post/opinion")
        await _fill_opinion(page, "示例控审〔2026〕1号", 2)
        await page.get_by_role("button", name="提交", exact=True).click()
        await expect(seen.get_by_role("link", name="示例控审〔2026〕1号")).to_be_visible(timeout=_LIVE_MS + 4000)
        await expect(page.get_by_role("heading", name="回执")).to_be_focused()
        await expect(page.get_by_text("已接收")).to_be_visible()
        assert await poster.wrongs() == []
        assert await reader.wrongs() == []


async def test_a_bad_form_says_what_is_wrong_in_the_hubs_words_and_goes_to_the_first_field(house: House) -> None:
    async with await house.visitor(ECOLOGY) as visitor:
        page = await visitor.open("/post/opinion")
        await page.get_by_label("采矿许可证号").fill("123")
        await page.keyboard.press("Tab")
        # On leaving the field, before anything is posted, and of this field alone.
        await expect(page.get_by_text("采矿许可证号格式不符")).to_be_visible()
        assert await page.get_by_text("必填", exact=True).count() == 0
        await page.get_by_role("button", name="提交", exact=True).click()
        await expect(page.get_by_text("必填").first).to_be_visible()
        await expect(page.get_by_label("文号")).to_be_focused()
        assert await visitor.wrongs() == []
        # What was typed is there again after the page was loaded anew.
        await page.get_by_label("文号").fill("示例控审〔2026〕9号")
        await page.keyboard.press("Tab")
        await visitor.open("/post/opinion")
        await expect(page.get_by_label("文号")).to_have_value("示例控审〔2026〕9号")


async def test_a_record_is_withdrawn_with_a_reason_and_stands_again(house: House) -> None:
    async with await house.visitor(ECOLOGY) as visitor:
        page = await visitor.open("/lists/penalties")
        await page.get_by_role("link", name="示例罚〔2025〕2号").click()
        await page.get_by_role("button", name="撤回").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="撤回").click()
        await expect(dialog.get_by_text("请填写理由")).to_be_visible()
        await dialog.get_by_label("理由").fill("录入有误")
        await dialog.get_by_role("button", name="撤回").click()
        await expect(page.get_by_text("录入有误").first).to_be_visible()
        await page.get_by_role("button", name="恢复").click()
        await dialog.get_by_label("理由").fill("核实无误")
        await dialog.get_by_role("button", name="恢复").click()
        await expect(page.get_by_role("heading", name="版本对比")).to_be_visible()
        await expect(page.get_by_role("button", name="撤回")).to_be_visible()
        assert await visitor.wrongs() == []


async def test_signing_out_in_one_of_eight_tabs_ends_them_all(house: House) -> None:
    async with await house.visitor(OPERATOR) as visitor:
        await visitor.open("/mines")
        pages = [visitor.page]
        for _ in range(7):
            page = await visitor.context.new_page()
            # A stream for each tab would leave the seventh no connection.
            await page.goto(visitor.address + "/mines", timeout=10_000)
            await expect(page.get_by_role("table")).to_be_visible(timeout=10_000)
            pages.append(page)
        await pages[3].get_by_role("button", name="退出").click()
        await asyncio.gather(
            *(
                expect(page.get_by_role("link", name="登录").or_(page.get_by_text("登录已结束")).first).to_be_visible()
                for page in pages
                if page is not pages[3]
            )
        )


async def test_posting_takes_the_keyboard_alone(house: House) -> None:
    async with await house.visitor(ECOLOGY) as visitor:
        page = await visitor.open("/post/opinion?licenceNo=" + licence(3))
        await page.evaluate("sessionStorage.clear()")
        await visitor.open("/post/opinion?licenceNo=" + licence(3))
        await page.get_by_label("文号").focus()
        values = {
            "文号": "示例控审〔2026〕3号",
            "出具机关": "示例机关",
            "出具机关统一社会信用代码": seat(Department.ECOLOGY),
            "意见内容": "同意。",
            "出具日期": "20261021",
        }
        for _ in range(60):
            label = await page.evaluate(
                "(({ labels, textContent: own }) => (labels?.[0]?.textContent ?? own).replace('*', '').trim())"
                "(document.activeElement)"
            )
            if label == "提交":
                break
            if label in values and not await page.evaluate("document.activeElement.value"):
                await page.keyboard.type(values[label])
            elif label in ("意见性质", "审核结论"):
                await page.keyboard.press("ArrowDown")
            elif label == "综合":
                await page.keyboard.press("Space")
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="回执")).to_be_focused()


async def test_a_bank_checks_a_mine_and_gets_a_statement_for_its_file(house: House) -> None:
    async with await house.visitor(BANK) as visitor:
        page = await visitor.open("/help")
        await page.evaluate("""sessionStorage.setItem("hub-purpose", '{"word": "PRE_LOAN_REVIEW", "reference": "t-1"}')""")
        await visitor.open(f"/loan-check?licenceNo={licence(1)}")
        await page.get_by_role("button", name="核查", exact=True).click()
        await expect(page.get_by_role("heading", name="核查结论")).to_be_visible()
        await expect(page.get_by_role("heading", name="核查发现")).to_be_visible()
        # What a finding says of a standing is the hub's sentence, which names the word itself.
        assert await visitor.wrongs(words=False) == []
        await page.get_by_role("button", name="出具证明").click()
        await expect(page.get_by_text("证明已出具")).to_be_visible()
        async with page.expect_download() as download:
            await page.get_by_role("button", name="下载打印件").click()
        assert (await (await download.value).path()).read_bytes().startswith(b"%PDF")
        await visitor.shot("bank-checked")
        assert await visitor.wrongs(words=False) == []


async def test_a_foreign_page_cannot_ask_with_the_session(house: House) -> None:
    secret = await house.visitor(OPERATOR)
    async with secret as visitor:
        answer = await visitor.context.request.post(
            visitor.address + "/graphql", data={"query": "{ __typename }"}, headers={"origin": "https://elsewhere.example"}
        )
        assert answer.status == 403
