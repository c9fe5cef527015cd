"""Files that are not what they should be: refused whole, for good, with what is wrong, and nothing half-read."""

from __future__ import annotations

import pytest

from connectors import workbooks
from connectors.cells import Line
from connectors.errors import BadRecord
from connectors.finance import batch
from connectors.financial_regulation import mapping

TABLE = mapping.TABLES["opinions"]
NEEDED = TABLE.needed


def test_a_workbook_that_lacks_columns_names_them() -> None:
    lacking = workbooks.write(sorted(NEEDED - {"文号", "出具日期"}), [{"事项": "综合"}])
    with pytest.raises(BadRecord, match="出具日期, 文号"):
        list(TABLE.read(lacking))


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 no archive", b"<html>login</html>"])
def test_what_is_no_workbook_is_refused(body: bytes) -> None:
    with pytest.raises(BadRecord):
        list(TABLE.read(body))


def test_a_workbook_comes_back_as_it_was_written() -> None:
    row = {name: f"{name}值" for name in NEEDED}
    assert [dict(line.values) for line in TABLE.read(workbooks.write(sorted(NEEDED), [row])) if isinstance(line, Line)] == [row]


def test_a_batch_comes_back_as_it_was_written() -> None:
    rows = [{"WH": "示例|1\\号", "NR": "第一行\n第二行"}, {"WH": "2"}]
    assert [line.values for line in batch.read(batch.write("20261101", "opinions", rows)) if isinstance(line, Line)] == rows


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.rsplit(b"\n", 1)[0],
        lambda body: body.replace(b"T|2", b"T|3"),
        lambda body: body.replace(b"H|", b"X|", 1),
        lambda body: b"\xff\xfe" + body,
    ],
    ids=["cut", "miscounted", "no header", "a wrong mark"],
)
def test_a_batch_that_was_cut_or_changed_is_refused(change: object) -> None:
    whole = batch.write("20261101", "opinions", [{"WH": "1"}, {"WH": "2"}])
    with pytest.raises(BadRecord):
        list(batch.read(change(whole)))  # type: ignore[operator]
