"""What is handed to departments' systems: in their own words, with one effect however often, each with its receipt in order."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.base import Outgoing, Receipt
from connectors.errors import OperatorMustAct
from connectors.receipts import in_order, receipt
from connectors.registry import resources
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests import duties
from tests.connectors.conftest import Case

TRANSFER = Outgoing("key-1", RecordKind.CASE_TRANSFER, Department.WATER, duties.transfer())
ANSWER = Outgoing("key-2", RecordKind.TRANSFER_ANSWER, Department.WATER, duties.answer(), "误发")


def content(code: str, kept: dict[str, Any]) -> tuple[str, dict[str, Any], str | None]:
    """What a system was told: of which resource, what it says, and why it was taken back."""
    if code == "natural_resources":
        item = kept["item"]
        assert item["from"] == "水利部门"
        return item["resource"], item["content"], item.get("withdrawn")
    row = kept["row"]
    assert row["FSBM"] == "水利部门"
    said = {name: value for name, value in row.items() if name not in ("LSH", "FWBS", "FSBM", "CXYY")}
    return row["FWBS"], said, row.get("CXYY")


@pytest.mark.parametrize("code", ["natural_resources", "ecology"])
async def test_what_is_handed_over_arrives_in_the_systems_own_words_once(code: str) -> None:
    case = Case(code)
    first = await case.connector().push([TRANSFER, ANSWER])
    assert [(one.key, one.accepted, bool(one.reference)) for one in first] == [("key-1", True, True), ("key-2", True, True)]
    assert await case.connector().push([ANSWER, TRANSFER]) == first[::-1]
    assert list(case.app.state.reported) == ["key-1", "key-2"]
    for record in (TRANSFER, ANSWER):
        name, said, withdrawn = content(code, case.app.state.reported[record.key])
        mapped = resources(code)[name]
        assert (mapped.kind, withdrawn) == (record.kind, record.withdrawn)
        assert mapped.item(said).data == record.data


@pytest.mark.parametrize(("code", "secret"), [("natural_resources", "client_secret"), ("ecology", "secret")])
async def test_who_is_not_known_hands_nothing_over(code: str, secret: str) -> None:
    case = Case(code)
    with pytest.raises(OperatorMustAct):
        await case.connector(**{secret: "wrong"}).push([TRANSFER])
    assert not case.app.state.reported


def test_what_a_receipt_names_is_cut_and_what_it_says_is_not() -> None:
    long = "示" * 201
    assert receipt(long, verdict="1", taken="0", reference=long, detail=long * 3) == Receipt(
        long[:200], accepted=False, reference=long[:200], detail=long * 3
    )


def test_receipts_stand_in_the_order_of_what_was_sent_and_those_of_other_keys_come_last() -> None:
    told = [
        receipt("other", verdict=0, taken="0", reference=7, detail=None),
        receipt("key-2", verdict="E1", taken="0", reference="", detail="x"),
    ]
    assert in_order([TRANSFER, ANSWER], told) == [
        Receipt("key-1", accepted=False, detail="no receipt came", answered=False),
        Receipt("key-2", accepted=False, detail="x"),
        Receipt("other", accepted=True, reference="7"),
    ]


@pytest.mark.parametrize("verdict", [None, "", " ", [], {"code": "0"}, True, False, 0.0])
def test_a_receipt_without_a_word_refuses_nothing(verdict: Any) -> None:
    said = receipt("key-1", verdict=verdict, taken="0", reference="7", detail="x")
    assert (said.answered, said.accepted, said.reference) == (False, False, "")


@pytest.mark.parametrize(
    ("verdicts", "answered", "accepted"),
    [
        ("00", True, True),
        ("11", True, False),
        ("0 ", True, True),
        (" 1", True, False),
        ("01", False, False),
        ("100", False, False),
    ],
)
def test_what_is_said_twice_counts_where_it_is_the_same(verdicts: str, *, answered: bool, accepted: bool) -> None:
    [one, _] = in_order([TRANSFER, ANSWER], [receipt("key-1", verdict=v, taken="0", reference="", detail="") for v in verdicts])
    assert (one.answered, one.accepted) == (answered, accepted)
