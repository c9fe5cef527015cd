"""Reading departments' words: converters, what is accounted for, and what one bad row does to the others: nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import mapping
from connectors.cells import Since1904, Unfit
from connectors.errors import BadRecord
from connectors.mapping import Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department


class Colour(StrEnum):
    RED = "RED"
    GREEN = "GREEN"


COLOUR = {"红": Colour.RED, "赤": Colour.RED, "绿": Colour.GREEN}

MAPPED = Mapped(
    RecordKind.OPINION,
    Envelope("WH", "BM", lambda raw: "撤销" if raw.get("ZT") == "1" else None),
    {
        "WH": Used("documentNumber"),
        "RQ": Used("issuedOn", mapping.DAY),
        "RQ2": Used("issuedOn", mapping.DAY8),
        "JE": Used("fine", mapping.WAN),
        "YS": Used("colours", mapping.words(COLOUR)),
    },
    {"ZT": "read as the withdrawal"},
)


@pytest.mark.parametrize(
    "told",
    [
        "2025-03-01",
        "2025/3/1",
        "2025.03.01",
        "20250301",
        "2025年3月1日",
        "2025-03-01T08:00:00+08:00",
        "2025-03-01 08:00:00",
        20250301,
        20250301.0,
        45717,
        45717.6,
        date(2025, 3, 1),
        datetime(2025, 3, 1, 9, tzinfo=UTC),
        "2025年 3月 1日",
        "２０２５年３月１日",
        "2025 - 3 - 1",
        "2025年3月1日（星期六）",
        "2025年3月1日 9时30分",
        "2025-03-01+08:00",
        "20250301093000",
        "二〇二五年三月一日",
        "二○二五年 三月 一日",
        "45717",
        "45717.0",
        "202503010930",
        "2025年3月1日9时",
        "2025/3/1 星期六 上午 12:00:00",
        "2025/3/1 12:00:00 AM",
        "2025-03-01 23:59:59:997",
        "2025-03-01Z",
        "2025-03-01 24:00",
        # Dashes and commas as they are typed in Chinese, and what programs copy along unseen.
        *("2025—3—1", "2025‐3‐1", "2025、3、1", "2025，3，1", "\ufeff2025-03-01", "2025-03-01\u200b", "20250301 093000"),
        # As JSON's writers tell days.
        *(1740758400000, "1740758400000", "/Date(1740758400000)/", "2025-02-28T16:00:00Z[UTC]", "20250301093000123"),
    ],
)
def test_dates_are_read_in_every_shape_that_departments_send(told: Any) -> None:
    assert mapping.DAY.read(told) == "2025-03-01"


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("二〇二六年十月十日", "2026-10-10"),
        ("二零二六年十二月三十一日", "2026-12-31"),
        ("二〇二六年十一月二十号", "2026-11-20"),
        (Since1904(44255), "2025-03-01"),
        ("20000", "1954-10-03"),
        ("79999", "2119-01-10"),
    ],
)
def test_days_in_words_and_in_numbers(told: Any, day: str) -> None:
    assert mapping.DAY.read(told) == day


@pytest.mark.parametrize("none", ["/", "／", "-", "--", "—", "——", "无", "暂无", " 无 ", "N/A", "null"])
@pytest.mark.parametrize("codec", ["TEXT_IF_ANY", "WHOLE", "DECIMAL", "DAY", "DAY8", "WAN", "SEVERAL", "LIST"])
def test_what_says_that_there_is_none_is_none(codec: str, none: str) -> None:
    assert getattr(mapping, codec).read(none) is None


def test_none_is_no_word_and_no_flag() -> None:
    assert mapping.word(COLOUR).read("/") is None
    assert mapping.words(COLOUR).read("无") is None
    assert mapping.words(COLOUR).read("红、无") == ["RED"]
    assert mapping.word(COLOUR | {"无": Colour.GREEN}).read("无") == "GREEN"
    assert mapping.FLAG.read("—") is None
    assert mapping.FLAG.read("无") is False


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\t\r\n", "\u200b", " \ufeff "])
def test_a_cell_of_blanks_says_nothing(blank: str) -> None:
    item = MAPPED.item({"WH": "1", "RQ": blank, "JE": blank})
    assert (item.error, item.data) == ("", MAPPED.item({"WH": "1"}).data)


def test_text_that_must_be_told_may_be_the_word_none() -> None:
    assert mapping.TEXT.read("无") == "无"


def test_a_number_of_a_document_is_never_the_word_none() -> None:
    """Two such rows would be versions of one document."""
    assert MAPPED.item({"WH": "无"}).error == "WH: missing"


@pytest.mark.parametrize("told", ["长期", " 长期有效 ", "长 期", "无固定期限", "9999-12-31", "9999/12/31", "9999年12月31日"])
def test_what_has_no_end_has_no_day_where_that_means_so(told: str) -> None:
    assert mapping.endless(mapping.DAY8).read(told) is None
    assert mapping.endless(mapping.DAY8).write("2025-03-01") == "20250301"
    assert mapping.endless(mapping.DAY).read("2099-12-31 00:00:00") is None
    assert mapping.endless(mapping.DAY).read("2099-12-30") == "2099-12-30"
    assert mapping.DAY.read("1949-01-01") == "1949-01-01"
    assert (mapping.DAY.read(told) if told[0] == "9" else MAPPED.item({"WH": "1", "RQ": told}).data) in ("9999-12-31", None)


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2026-03-01T16:00:00.000Z", "2026-03-02"),
        ("2026-03-01T15:59:59Z", "2026-03-01"),
        ("2026-03-01T23:00:00+08:00", "2026-03-01"),
        ("2026-03-01 16:00+00:00", "2026-03-02"),
        ("2026-03-01T16:00:00", "2026-03-01"),
        # Of whatever shape the rest is.
        ("2026-03-01 16:00:00 UTC", "2026-03-02"),
        ("2026/03/01 16:00:00Z", "2026-03-02"),
        ("2026-3-1T16:00:00+00", "2026-03-02"),
        ("2026-03-01 15:59 GMT", "2026-03-01"),
        ("2026年3月1日 16时00分 +00:00", "2026-03-02"),
        ("2026-03-01T12:30:00-03:30", "2026-03-02"),
        ("2026-03-01T12:29:59-03:30", "2026-03-01"),
        ("2026-03-02T00:00:00 +08:00", "2026-03-02"),
        (datetime(2026, 3, 1, 16, tzinfo=UTC), "2026-03-02"),
        (datetime(2026, 3, 1, 16), "2026-03-01"),
    ],
)
def test_a_moment_is_the_day_that_it_is_in_china(told: Any, day: str) -> None:
    assert mapping.DAY.read(told) == day


@pytest.mark.parametrize("told", [{"a": 1}, ["a"], True, False, 1.2345678901234567e19])
def test_what_is_no_text_is_refused_rather_than_spelt(told: Any) -> None:
    item = MAPPED.item({"WH": told})
    assert item.data is None
    assert item.error.startswith("WH: ")


@pytest.mark.parametrize("codec", ["TEXT", "WHOLE", "DECIMAL", "DAY", "WAN", "FLAG", "SEVERAL", "LIST"])
@pytest.mark.parametrize("told", [["2026-03-01", ["2026-03-02"]], {"a": "1"}, [["1"]]])
def test_a_structure_is_no_value_whatever_can_be_read_in_it(codec: str, told: Any) -> None:
    with pytest.raises(BadRecord):
        getattr(mapping, codec).read(told)


@pytest.mark.parametrize("codec", ["TEXT", "TEXT_IF_ANY", "WHOLE", "DECIMAL", "DAY", "WAN", "FLAG", "SEVERAL", "LIST"])
def test_a_cell_without_a_value_is_refused_and_says_what_was_there(codec: str) -> None:
    with pytest.raises(BadRecord, match="an error value: '#N/A'"):
        getattr(mapping, codec).read(Unfit("#N/A", "an error value"))


@pytest.mark.parametrize("codec", ["TEXT", "WHOLE", "DECIMAL", "WAN", "FLAG", "SEVERAL"])
def test_a_date_is_nothing_else(codec: str) -> None:
    """A spreadsheet makes a date of 3-1."""
    with pytest.raises(BadRecord, match="a date"):
        getattr(mapping, codec).read(datetime(2026, 3, 1))


def test_a_member_that_comes_twice_is_no_day() -> None:
    with pytest.raises(BadRecord, match="not a text"):
        mapping.DAY.read(["2026-03-01", "2026-03-02"])


@pytest.mark.parametrize(
    "told",
    [
        "",
        "soon",
        "2025-13-01",
        "2025-02-30",
        "2025-03",
        "2025年3月1日至2026年3月1日",
        "3/1/2025",
        "二〇二五年十三月一日",
        "19999",
        "80000",
        "2026-03-01 16:00:00 CST",
        "2026-03-01 16:00:00 and so on",
        "2026-03-01 25:00Z",
        "2026-03-01 04:00 PM Z",
        "2026-03-0116:00",
        # What systems write where there is no day.
        "0001-01-01T00:00:00",
        "1900-01-01",
        "1948-12-31",
        "0000-00-00",
        7,
        True,
        "9" * 5000,
        [],
        {},
    ],
)
def test_what_is_no_date_is_an_error_of_its_field(told: Any) -> None:
    item = MAPPED.item({"WH": "1", "RQ": told} if told not in ("", []) else {"WH": "1", "RQ": "x"})
    assert item.data is None
    assert item.error.startswith("RQ: ")


def test_ten_thousand_yuan_become_yuan_exactly() -> None:
    assert mapping.WAN.read("0.2") == "2000.00"
    assert mapping.WAN.read(0.1) == "1000.00"
    assert mapping.WAN.read("1,234.567891") == "12345678.91"
    assert mapping.WAN.read("１２，３４５.6") == "123456000.00"
    assert mapping.WAN.read(3) == "30000.00"
    assert mapping.WAN.write("2000.00") == "0.200000"


@pytest.mark.parametrize(
    "told", ["0.1234567", "NaN", "Infinity", "1e999999999", "1e999999", "1,5", "1,2345", "1_0", ".", "二十", "9" * 100]
)
def test_an_amount_that_cannot_be_told_to_the_fen_is_refused(told: str) -> None:
    assert MAPPED.item({"WH": "1", "JE": told}).error.startswith("JE: ")


@settings(deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10**14))
def test_amounts_survive_both_ways(fen: int) -> None:
    yuan = f"{fen // 100}.{fen % 100:02d}"
    assert mapping.WAN.read(mapping.WAN.write(yuan)) == yuan


@pytest.mark.parametrize(("told", "read"), [(0.1 + 0.2, "0.3"), (1234.5, "1234.5"), (99999999999999.9, "99999999999999.9")])
def test_a_number_that_was_computed_has_the_digits_that_one_is_shown(told: float, read: str) -> None:
    assert Decimal(mapping.DECIMAL.read(told)) == Decimal(read)
    assert mapping.WAN.read(0.1 + 0.2) == "3000.00"


@pytest.mark.parametrize("told", [1e15, "①", "½", "25²", "2⁵"])
def test_what_only_looks_like_a_number_or_is_not_exact_is_refused(told: Any) -> None:
    for codec in (mapping.DECIMAL, mapping.WAN, mapping.WHOLE):
        with pytest.raises(BadRecord):
            codec.read(told)


@pytest.mark.parametrize("told", [{"a": 1}, ["a"], True, 1e22, ("1", "2"), Unfit("#N/A", "an error value")])
def test_a_name_that_is_no_text_is_none(told: Any) -> None:
    """Where the name of an item fills no field of ours, nothing else looks at it."""
    mapped = Mapped(RecordKind.OPINION, Envelope("ID"), {"WH": Used("documentNumber")}, {})
    item = mapped.item({"ID": told, "WH": "1"})
    assert (item.reference, item.data, item.field) == ("", None, "ID")


def test_words_and_flags_are_read_past_width_and_what_nobody_sees() -> None:
    assert mapping.word(COLOUR).read("红\u200b") == "RED"
    assert mapping.word({"红A": Colour.RED}).read("红 Ａ") == "RED"
    assert [mapping.FLAG.read(told) for told in ("√", "Ｙ", "×", "\ufeff否")] == [True, True, False, False]


def test_yes_and_no_in_their_many_words() -> None:
    assert [mapping.FLAG.read(told) for told in ("是", "1", 1, 1.0, True, "y")] == [True] * 6
    assert [mapping.FLAG.read(told) for told in ("否", "0", 0, 0.0, False, "无")] == [False] * 6
    with pytest.raises(BadRecord):
        mapping.FLAG.read("也许")


def test_several_words_in_one_text_each_once() -> None:
    assert mapping.words(COLOUR).read("红、绿，赤;绿") == ["RED", "GREEN"]
    assert mapping.words(COLOUR).write(["RED", "GREEN"]) == "红、绿"
    with pytest.raises(BadRecord, match="蓝"):
        mapping.words(COLOUR).read("红、蓝")


@pytest.mark.parametrize("codec", ["LIST", "SEVERAL"])
def test_of_several_none_is_spelt_and_no_digit_invented(codec: str) -> None:
    read = getattr(mapping, codec).read
    assert (read(["a", None, 7, "无"]), read(["甲", 12.0]), read([None])) == (["a", "7"], ["甲", "12"], None)
    for told in ([1e22], [True], 1e22, ["a", {"b": 1}]):
        with pytest.raises(BadRecord):
            read(told)


def test_spreadsheets_make_numbers_of_codes() -> None:
    assert mapping.TEXT.read(530102.0) == "530102"


def test_of_two_fields_for_one_fact_the_first_that_says_something_counts() -> None:
    assert (MAPPED.item({"WH": "1", "RQ2": "20250302", "RQ": "2025-03-01"}).data or {})["issuedOn"] == "2025-03-01"
    assert (MAPPED.item({"WH": "1", "RQ": "", "RQ2": "20250302"}).data or {})["issuedOn"] == "2025-03-02"
    assert MAPPED.row({"documentNumber": "1", "issuedOn": "2025-03-01"}) == {"WH": "1", "RQ": "2025-03-01"}


def test_a_field_that_nobody_accounts_for_is_drift_and_the_item_is_mapped() -> None:
    item = MAPPED.item({"WH": "1", "XIN": "?", "ZT": "0"})
    assert item.drift == ("XIN",)
    assert item.data == {"documentNumber": "1"}


def test_the_envelope_tells_whose_it_is_and_whether_it_was_taken_back() -> None:
    item = MAPPED.item({"WH": "1", "BM": "水利部门", "ZT": "1"})
    assert (item.department, item.withdrawn) == (Department.WATER, "撤销")
    assert MAPPED.item({"WH": "1", "BM": "不存在部门"}).error.startswith("BM: ")


def test_an_item_without_its_reference_is_an_error() -> None:
    assert MAPPED.item({"RQ": "2025-03-01"}).error == "WH: missing"


_NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text("\x00\ud800\ufffe 1９/年-.、eE红", max_size=40),
    st.lists(st.integers() | st.text("红\x00", max_size=3), max_size=3),
    st.dictionaries(st.text("a", max_size=1), st.integers(), max_size=1),
)


@settings(deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(["WH", "RQ", "RQ2", "JE", "YS", "BM", "ZT", "XIN", "\x00\ud800"]), _NASTY))
def test_no_row_whatever_raises_and_all_that_is_told_of_it_can_be_stored(raw: dict[str, Any]) -> None:
    item = MAPPED.item(raw)
    assert (item.data is None) == bool(item.error)
    assert len(item.error) < 200
    for told in (item.reference, item.error, *item.drift):
        assert "\x00" not in told
        told.encode()
