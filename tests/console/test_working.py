"""Ways through the pages of who works with the hub: a desk that corrects, a bank that watches, and anybody at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from auth.principals import BankOffice, Role
from auth.scopes import OPERATE
from connectors.workbooks import Workbook
from hub.domain.findings.words import Severity
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.services.banks.loan_checks import LoanChecks, Question
from hub.services.banks.portfolios import Row
from hub.services.log.sequencer import Sequencer
from hub.storage.work import deliveries
from tests import duties
from tests.console.conftest import House
from tests.makers import BANK, ECOLOGY, LOCAL, NATURAL_RESOURCES, OPERATOR, licence, mine, penalty, posted

pytestmark = pytest.mark.asyncio(loop_scope="session")

_OPERATING = replace(OPERATOR, scopes=OPERATOR.scopes | {OPERATE})
_STATED = 'sessionStorage.setItem("hub-purpose", \'{"word": "PRE_LOAN_REVIEW", "reference": "t-1"}\')'
_REFUSED = "示例罚〔2026〕{}号"


async def _refused(house: House, number: int) -> str:
    """A penalty that waits at the desk, because its fine is no sum."""
    item = penalty(number, documentNumber=_REFUSED.format(number), fine="二十万")
    [result] = await posted(house.hub.posting, ECOLOGY, RecordKind.PENALTY, item)
    assert result.record_id is None
    return str(item["documentNumber"])


async def _saved(page: Page, button: str) -> Path:
    async with page.expect_download() as download:
        await page.get_by_role("button", name=button).click()
    return await (await download.value).path()


async def test_an_official_corrects_at_the_desk_what_was_not_taken(house: House) -> None:
    number = await _refused(house, 91)
    async with await house.visitor(ECOLOGY) as visitor:
        page = await visitor.open("/operations/quarantine?state=WAITING")
        row = page.get_by_role("row").filter(has_text=number)
        await expect(row).to_contain_text("待处理")
        await row.get_by_role("link").click()
        await visitor.settled()
        assert await visitor.wrongs() == []
        await visitor.shot("desk-repair")
        # What is wrong is said beside its field before anything is touched.
        fine = page.get_by_label("罚款金额", exact=False).first
        await expect(fine).to_have_attribute("aria-invalid", "true")
        await fine.fill("200000")
        await page.keyboard.press("Tab")
        await page.get_by_role("button", name="提交", exact=True).click()
        await expect(page.get_by_role("heading", name="回执")).to_be_focused()
        await visitor.open("/operations/quarantine?state=REPAIRED")
        await expect(page.get_by_role("row").filter(has_text=number)).to_contain_text("已更正提交")
        await visitor.open(f"/lists/penalties?documentNumber={number}")
        await expect(page.get_by_role("link", name=number)).to_be_visible()
        assert await visitor.wrongs() == []


async def test_an_operator_tries_again_and_dismisses_with_a_reason_but_corrects_nothing_of_a_department(house: House) -> None:
    number = await _refused(house, 92)
    async with await house.visitor(_OPERATING) as visitor:
        page = await visitor.open("/operations/quarantine?state=WAITING")
        await page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
        await expect(page.get_by_text("行政处罚由所属部门更正")).to_be_visible()
        await page.get_by_role("button", name="不予处理").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="不予处理").click()
        await expect(dialog.get_by_text("请填写理由")).to_be_visible()
        await dialog.get_by_label("理由").fill("重复报送")
        await dialog.get_by_role("button", name="不予处理").click()
        await expect(page.get_by_text("1 条不予处理")).to_be_visible()
        await expect(page.get_by_text("重复报送")).to_be_visible()
        assert await visitor.wrongs() == []


async def test_an_operator_sends_anew_what_was_refused_on_its_way_out(house: House) -> None:
    ended = {
        "id": "delivery_1",
        "destination": "credit_disclosure",
        "record_id": "penalty_1",
        "version": 1,
        "kind": "penalty",
        "department": "ECOLOGY",
        "client_id": ECOLOGY.client_id,
        "document_number": "示例罚〔2025〕7号",
        "action": "REPORT",
        "position": 1,
        "state": "DEAD",
        "recorded_at": datetime(2026, 3, 1, tzinfo=UTC),
        "attempts": 7,
        "first_sent_at": datetime(2026, 3, 1, tzinfo=UTC),
        "detail": "对方系统停机",
    }
    async with house.hub.database.transaction() as connection:
        await deliveries.add(connection, [ended])
    async with await house.visitor(_OPERATING) as visitor:
        page = await visitor.open("/operations/deliveries")
        row = page.get_by_role("row").filter(has_text="示例罚〔2025〕7号")
        await expect(row).to_contain_text("停止重试")
        assert await visitor.wrongs() == []
        await visitor.shot("deliveries")
        await row.get_by_role("button", name="重新报送").click()
        await page.get_by_role("dialog").get_by_role("button", name="重新报送").click()
        await expect(page.get_by_text("已安排重新报送 1 条")).to_be_visible()
        await expect(row).to_contain_text("待报送")


async def test_an_operator_sees_who_may_ask_and_when_each_was_last_let_in(house: House) -> None:
    await house.hub.clients.add("示例水利系统", Role.DEPARTMENT, Department.WATER, scopes=["read"])
    bank, _ = await house.hub.clients.add("示例" * 30, Role.BANK)
    house.hub.uses.note(bank)
    await house.hub.uses.work()
    async with await house.visitor(OPERATOR) as visitor:
        page = await visitor.open("/operations/clients")
        row = page.get_by_role("row").filter(has_text="示例水利系统")
        await expect(row).to_contain_text("从未")
        await row.get_by_text("1 项").click()
        await expect(row.get_by_role("group")).to_contain_text("查询", use_inner_text=True)
        await expect(page.get_by_role("row").filter(has_text=bank)).to_contain_text("刚刚")
        for size in ((1366, 768), (390, 844)):
            await visitor.turn(*size, "light")
            assert await visitor.wrongs() == []
            await visitor.shot(f"clients-{size[0]}")


async def test_a_bank_keeps_the_mines_of_a_file(house: House) -> None:
    async with await house.visitor(BANK) as visitor:
        await visitor.context.add_init_script(_STATED)
        page = await visitor.open("/portfolio")
        await page.get_by_label("名称").fill("示例文件组合")
        typed, keep = page.get_by_label("矿山，每行一座"), page.get_by_role("button", name="保存", exact=True)
        await typed.fill(licence(4))
        file = f"许可证号,贷款编号\n{licence(3)},L-2026-3\nC1,\n".encode()
        await page.get_by_label("或选择文件").set_input_files({"name": "名单.csv", "mimeType": "text/csv", "buffer": file})
        await keep.click()
        await expect(page.get_by_text("请只填写矿山或只选择文件")).to_be_visible()
        await typed.fill("")
        await keep.click()
        await expect(page.get_by_text("已纳入 1 座")).to_be_visible()
        await expect(page.get_by_text("单元格 A3")).to_be_visible()
        assert await visitor.wrongs(words=False) == []
        await visitor.shot("portfolio-file")
        await page.get_by_role("button", name="删除“示例文件组合”").click()
        await page.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
        await expect(page.get_by_text("还没有组合")).to_be_visible()


async def test_a_bank_keeps_a_portfolio_sees_what_changed_in_it_and_checks_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await house.visitor(BANK) as visitor:
        await visitor.context.add_init_script(_STATED)
        page = await visitor.open("/loan-check")
        await page.get_by_label("采矿许可证号").fill(licence(4))
        await page.get_by_role("button", name="核查", exact=True).click()
        await expect(page.get_by_role("heading", name="核查结论")).to_be_visible()
        watching = await visitor.context.new_page()
        visitor.watch(watching)
        await watching.goto(visitor.address + "/portfolio")
        await watching.get_by_label("名称").fill("示例贷后组合")
        await watching.get_by_label("矿山，每行一座").fill(f"{licence(4)}, L-2026-4, 2026-05-01\n{licence(3)}\nC1")
        await watching.locator("#digest").select_option("DAILY")
        await watching.get_by_role("button", name="保存", exact=True).click()
        await expect(watching.get_by_text("已纳入 2 座")).to_be_visible()
        digests = watching.get_by_role("region", name="摘要")
        await expect(digests).to_contain_text("第一份摘要在本期结束后生成")
        await expect(watching.get_by_text("第 3 行")).to_be_visible()
        item = penalty(94, documentNumber=_REFUSED.format(94), mines=[licence(4)], kinds=["FINE", "CLOSURE"])
        [result] = await posted(house.hub.posting, ECOLOGY, RecordKind.PENALTY, item)
        assert result.record_id, result.problems
        sequencer = Sequencer(house.hub.database)
        while await sequencer.work() or await house.hub.portfolios.work():
            pass
        with monkeypatch.context() as tomorrow:
            at = house.hub.portfolios._clock() + timedelta(days=1)
            tomorrow.setattr(house.hub.portfolios, "_clock", lambda: at)
            while await house.hub.portfolios.work():
                pass
        await watching.reload()
        day = digests.locator("summary")
        await expect(day).to_contain_text("涉及 1 座矿山")
        await day.click()
        await expect(digests.get_by_role("row").filter(has_text="L-2026-4")).to_contain_text(licence(4))
        change = watching.get_by_role("row").filter(has_text="L-2026-4").first
        await expect(change).to_contain_text("新出现")
        visitor.page = watching
        assert await visitor.wrongs(words=False) == []
        await visitor.shot("portfolio")
        await watching.get_by_role("button", name="全部确认").click()
        await expect(watching.get_by_text("变化都已确认")).to_be_visible()
        await watching.get_by_role("button", name="删除“示例贷后组合”").click()
        await watching.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
        await expect(watching.get_by_text("还没有组合")).to_be_visible()
        assert await visitor.wrongs(words=False) == []
        # The check that was made before is made anew, and both are compared.
        await page.get_by_role("button", name="重新核查", exact=True).click()
        await expect(
            page.get_by_role("region", name="变化").get_by_role("row").filter(has_text=licence(4)).first
        ).to_be_visible()
        visitor.page = page
        assert await visitor.wrongs(words=False) == []
        await visitor.shot("recheck")


async def test_persons_of_a_bank_are_offered_what_is_their_offices_and_told_whose_the_rest_is(house: House) -> None:
    client_id, _ = await house.hub.clients.add("示例银行", Role.BANK)
    banks = replace(BANK, client_id=client_id)
    question = Question([licence(1)], [], None, None, None, is_single=True)
    check = await LoanChecks(house.hub.database).make(question, banks, None)
    await house.hub.portfolios.put("示例组合", Severity.ATTENTION, [Row(licence(1))], banks)
    keeping, removing = "保存", "删除“示例组合”"
    offered = {
        BankOffice.OFFICER: ({"贷款核查", "贷后组合"}, {"核查", "查看", "重新核查并比较"}, set()),
        BankOffice.AUDITOR: ({"贷款核查"}, {"查看"}, None),
        BankOffice.PORTFOLIO_MANAGER: ({"贷后组合"}, None, {keeping, removing}),
    }
    for office, (links, checking, managing) in offered.items():
        person = replace(BANK, client_id=f"person:{office.value}", bank=client_id, office=office)
        async with await house.visitor(person) as visitor:
            await visitor.context.add_init_script(_STATED)
            for path, name, own in (("/loan-check", "贷款核查", checking), ("/portfolio", "贷后组合", managing)):
                page = await visitor.open(path)
                await expect(page.get_by_role("heading", name=name)).to_be_visible()
                shown = set(await page.get_by_role("navigation", name="主导航").get_by_role("link").all_inner_texts())
                assert shown & {"贷款核查", "贷后组合"} == links
                if own is None:
                    await expect(page.get_by_text("您的岗位")).to_be_visible()
                elif path == "/portfolio":
                    await expect(page.get_by_role("heading", name="“示例组合”的变化")).to_be_visible()
                elif office is BankOffice.OFFICER:
                    await page.get_by_text("按编号查看已作的核查").click()
                for button in ("核查", "查看", "重新核查并比较", keeping, removing):
                    there = await page.get_by_role("button", name=button, exact=True).count()
                    assert bool(there) is (button in (own or ())), (office, path, button)
                assert await visitor.wrongs() == []
                await visitor.shot(f"{office.value.lower()}{path.replace('/', '-')}")
            if office is BankOffice.AUDITOR:
                page = await visitor.open("/loan-check")
                await page.get_by_label("核查编号").fill(str(check["id"]))
                await page.get_by_role("button", name="查看", exact=True).click()
                await expect(page.get_by_role("heading", name="核查结论")).to_be_visible()
                assert await page.get_by_role("button", name="出具证明").count() == 0
                await house.hub.reads.write()
                await page.get_by_role("link", name="查询留痕").click()
                read = page.get_by_role("row").filter(has_text=f"person:{BankOffice.OFFICER}").first
                await expect(read).to_contain_text("t-1")
                await expect(read).to_contain_text("成功")
                await visitor.shot("auditor-reads")
                assert await visitor.wrongs(words=False) == []


async def test_an_attestation_is_verified_by_anybody_from_its_file(house: House) -> None:
    async with await house.visitor(BANK) as visitor, await house.visitor() as stranger:
        await visitor.context.add_init_script(_STATED)
        page = await visitor.open("/loan-check")
        await page.get_by_label("采矿许可证号").fill(licence(1))
        await page.get_by_role("button", name="核查", exact=True).click()
        await page.get_by_role("button", name="出具证明").click()
        token = await _saved(page, "下载电子证明")
        await stranger.page.goto(stranger.address + "/verify")
        await stranger.page.get_by_label("证明文件").set_input_files(token)
        await stranger.page.get_by_role("button", name="核验").click()
        await expect(stranger.page.get_by_role("heading", name="真实有效")).to_be_visible()
        assert await stranger.wrongs(words=False) == []


async def test_a_mine_that_went_into_another_is_reached_from_its_number_in_the_history(house: House) -> None:
    posting = house.hub.posting
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(81), mine(82))
    merger = {
        "form": "MERGER",
        "predecessors": [licence(81), licence(82)],
        "principal": licence(81),
        "successors": [licence(83)],
    }
    [made] = await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, duties.licence_succession(81, **merger))
    assert made.record_id, made.problems
    async with await house.visitor(NATURAL_RESOURCES) as visitor:
        page = await visitor.open(f"/mines/{licence(82)}")
        await expect(page.get_by_role("heading", name=str(mine(81)["name"]))).to_be_visible()
        await page.get_by_role("link", name="该证号的矿山").click()
        await visitor.settled()
        await expect(page.get_by_role("heading", name=str(mine(82)["name"]))).to_be_visible()
        assert await visitor.wrongs() == []


async def test_an_official_of_a_prefecture_is_told_that_another_organs_record_is_not_his_to_withdraw(house: House) -> None:
    async with await house.visitor(LOCAL) as visitor:
        page = await visitor.open("/lists/penalties")
        await page.get_by_role("link", name="示例罚〔2025〕1号").click()
        await page.get_by_role("button", name="撤回").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("理由").fill("代为撤回")
        await dialog.get_by_role("button", name="撤回").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("无权进行此操作（不在管辖区域内）")
        assert [one for one in await visitor.wrongs() if not one.startswith("refused: 无权进行此操作")] == []
        await visitor.shot("not-his-to-withdraw")
        page = await visitor.open("/post/mine")
        await expect(page.get_by_text("您的角色不能提交")).to_be_visible()
        assert await visitor.wrongs() == []


async def test_what_is_shown_is_saved_as_csv_and_as_a_workbook(house: House) -> None:
    async with await house.visitor(NATURAL_RESOURCES) as visitor:
        page = await visitor.open("/lists/penalties?documentNumber=示例罚〔2025〕")
        text = (await _saved(page, "导出 CSV")).read_text(encoding="utf-8-sig")
        lines = [line.split(",") for line in text.splitlines()]
        workbook = Workbook((await _saved(page, "导出 Excel")).read_bytes())
        [sheet] = workbook.sheets
        rows = [list(cells.values()) for _, cells in sheet.rows()]  # type: ignore[misc]
        assert rows[0] == lines[0]
        assert {row[0] for row in rows[1:]} == {"示例罚〔2025〕1号", "示例罚〔2025〕2号"}
        # A sum is a number in both.
        fine = rows[0].index("罚款金额（元）")
        assert [row[fine] for row in rows[1:]] == [float(line[fine]) for line in lines[1:]] == [200000, 200000]


async def test_anybody_sees_what_is_public_without_signing_in(house: House) -> None:
    appeal: dict[str, Any] = duties.appeal(96, answeredOn="2026-03-10", answer="已责令洒水降尘。")
    await posted(house.hub.posting, duties.poster(RecordKind.APPEAL), RecordKind.APPEAL, appeal)
    seen = {
        "progress": "昆明市",
        "directory": "示例1号磷矿",
        "penalties": "示例罚〔2025〕1号",
        "appeals": "已责令洒水降尘。",
    }
    async with await house.visitor() as visitor:
        for tab, text in seen.items():
            page = await visitor.open(f"/public?tab={tab}")
            await expect(page.get_by_text(text).first).to_be_visible()
            assert await visitor.wrongs() == []
            await visitor.shot(f"public-{tab}")
            await visitor.turn(390, 844, "dark")
            assert await visitor.wrongs() == []
            await visitor.shot(f"public-{tab}-390-dark")
            await visitor.turn(1366, 768, "light")
        # What is not in the directory, and what is not published, is nobody's to see here.
        await visitor.open("/public?tab=directory")
        assert "示例2号" not in await page.inner_text("main")
        await visitor.open("/public?tab=penalties")
        assert "示例罚〔2025〕2号" not in await page.inner_text("main")
        await page.get_by_role("button", name="English").click()
        assert await page.inner_text("h1") == "What is public of green mines"
        await visitor.shot("public-english")
