"""What only the credit-disclosure system does: it takes reports, and pushes to the hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.base import Incoming, Outgoing, Receipt
from connectors.cells import SetAside
from connectors.credit_disclosure import sandbox
from connectors.errors import OperatorMustAct, RefusedForGood
from connectors.workbooks import Workbook
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests.connectors.conftest import Case
from tests.makers import penalty


def message(body: bytes, headers: dict[str, str]) -> Incoming:
    return Incoming("POST", "/push/credit_disclosure", {name.lower(): value for name, value in headers.items()}, body)


async def test_a_report_has_one_effect_however_often_it_is_sent() -> None:
    case = Case("credit_disclosure")
    records = [Outgoing("key-1", RecordKind.PENALTY, Department.ECOLOGY, penalty(1))]
    first = await case.connector().push(records)
    again = await case.connector().push(records)
    assert first == again
    assert first[0].accepted
    assert list(case.app.state.reported) == ["key-1"]
    assert case.app.state.reported["key-1"]["row"]["CF_NR_FK"] == "20.000000"


async def test_a_pushed_message_is_read_with_its_department() -> None:
    case = Case("credit_disclosure")
    body, headers = sandbox.pushed([sandbox.row(penalty(1), Department.WATER)])
    items = await case.connector().receive(message(body, headers))
    assert [item.department for item in items] == [Department.WATER]
    assert items[0].data is not None
    assert items[0].data["fine"] == "200000.00"
    assert await case.connector().receive(message(body, headers)) == items


@pytest.mark.parametrize("change", ["body", "x-signature", "x-timestamp", "x-nonce", "x-client-id"])
async def test_a_message_that_was_touched_is_refused(change: str) -> None:
    body, headers = sandbox.pushed([sandbox.row(penalty(1), Department.WATER)])
    touched = message(body, headers)
    if change == "body":
        touched = message(body + b" ", headers)
    else:
        touched = message(body, {**headers, **{n: "1" for n in headers if n.lower() == change}})
    with pytest.raises(RefusedForGood, match="signature"):
        await Case("credit_disclosure").connector().receive(touched)


async def test_a_withdrawn_decision_says_why() -> None:
    case = Case("credit_disclosure")
    row = sandbox.row(penalty(1), Department.WATER) | {"CF_ZT": "1", "CX_SY": "复议撤销"}
    items = await case.connector().receive(message(*sandbox.pushed([row])))
    assert items[0].withdrawn == "复议撤销"


async def test_a_province_that_takes_files_gets_the_standards_workbook_and_the_same_one_for_the_same_rows(
    tmp_path: Path,
) -> None:
    connector = Case("credit_disclosure").connector(report_folder=str(tmp_path))
    withdrawn = Outgoing("key-2", RecordKind.PENALTY, Department.ECOLOGY, penalty(2), "复议撤销")
    records = [Outgoing("key-1", RecordKind.PENALTY, Department.ECOLOGY, penalty(1)), withdrawn]
    receipts = await connector.push(records)
    [file] = tmp_path.iterdir()  # noqa: ASYNC240 - a test
    assert receipts == [Receipt(key, accepted=True, reference=file.name) for key in ("key-1", "key-2")]
    before = file.read_bytes()
    assert await connector.push(records) == receipts
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [before]  # noqa: ASYNC240
    [sheet] = Workbook(before).sheets
    (_, titles), *rows = (row for row in sheet.rows() if not isinstance(row, SetAside))
    told = [{titles[place]: value for place, value in row.items()} for _, row in rows]
    assert (sheet.name, len(told)) == ("行政处罚", 2)
    assert [row["行政处罚决定书文号"] for row in told] == [penalty(1)["documentNumber"], penalty(2)["documentNumber"]]
    assert (told[0]["罚款金额"], told[0]["处罚类别"], told[0].get("状态")) == ("20.000000", "罚款、警告", None)
    assert (told[1]["状态"], told[1]["撤销原因"]) == ("1", "复议撤销")
    assert [row["报送键"] for row in told] == ["key-1", "key-2"]


async def test_a_folder_that_is_not_there_is_for_the_operator_to_mend(tmp_path: Path) -> None:
    connector = Case("credit_disclosure").connector(report_folder=str(tmp_path / "nowhere"))
    with pytest.raises(OperatorMustAct, match="report_folder"):
        await connector.push([Outgoing("key-1", RecordKind.PENALTY, Department.ECOLOGY, penalty(1))])
