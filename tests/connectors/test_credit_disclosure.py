"""What only the credit-disclosure system does: it takes reports, and pushes to the hub."""

from __future__ import annotations

import pytest

from connectors.base import Incoming, Outgoing
from connectors.credit_disclosure import sandbox
from connectors.errors import RefusedForGood
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
