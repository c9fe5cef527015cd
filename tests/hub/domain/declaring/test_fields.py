"""Validation: what is taken comes out clean and says the same again; whatever else is sent is refused, never an exception."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.declaring.fields import canonical, content, inputs_of, plain, validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.records.penalties import Penalty
from hub.domain.words.errors import ErrorCode, Problem
from tests.duties import energy_use, recovery_rates
from tests.makers import mine, penalty
from tests.strategies import JSON, TODAY, items

KIND = pytest.mark.parametrize("kind", list(RecordKind))
#: All kinds are read by the same code: a quarter of the examples for each is many for what they share.
SHARED = settings(max_examples=settings().max_examples // 4)


def read(item: Any, kind: RecordKind = RecordKind.PENALTY) -> Any:
    """The clean record, or its problems."""
    record, problems = validate(KINDS[kind].payload, item, TODAY)
    return record if record is not None else problems


@KIND
@SHARED
@given(st.data())
def test_what_was_taken_is_taken_again_unchanged(kind: RecordKind, data: st.DataObject) -> None:
    record = read(data.draw(items(kind)), kind)
    # A boundary is kept as text: what is sent again is the geometry.
    said = plain(record)
    if "boundary" in said:
        said["boundary"] = mine()["boundary"]
    again = read(said, kind)
    assert again == record
    assert canonical(plain(again)) == canonical(plain(record)) == content(record).decode()


@KIND
@SHARED
@given(st.data())
def test_order_of_fields_nulls_and_white_space_do_not_change_the_content(kind: RecordKind, data: st.DataObject) -> None:
    item = data.draw(items(kind))
    shuffled: dict[str, Any] = dict(data.draw(st.permutations(list(item.items()))))
    for wire in inputs_of(KINDS[kind].payload):
        shuffled.setdefault(wire, None)
    padded = {wire: f" {value} " if wire in ("name", "documentNumber") else value for wire, value in shuffled.items()}
    assert canonical(plain(read(padded, kind))) == canonical(plain(read(item, kind)))


@KIND
@SHARED
@given(st.data())
def test_whatever_is_sent_is_taken_or_refused_with_reasons(kind: RecordKind, data: st.DataObject) -> None:
    payload = KINDS[kind].payload
    known = inputs_of(payload)
    wrong = st.dictionaries(st.sampled_from(sorted(known)) | st.text(max_size=9), JSON, max_size=5)
    sent = data.draw(JSON | wrong.map(lambda odd: {**penalty(), **odd}) | wrong)
    record, problems = validate(payload, sent, TODAY)
    assert (record is None) == bool(problems)
    for problem in problems:
        head = problem.path.split(".")[0]
        # An unknown name comes back shortened and without what cannot be shown.
        assert problem.code in ErrorCode
        assert problem.path == "" or head in known or problem.code is ErrorCode.UNKNOWN_FIELD
        problem.path.encode()
        problem.detail.encode()


def test_what_was_said_of_one_record_is_judged_anew_of_the_next() -> None:
    later = TODAY + timedelta(days=1)
    for today, expected in ((later, []), (TODAY, [Problem("decidedOn", ErrorCode.IN_THE_FUTURE)]), (later, [])):
        _, problems = validate(Penalty, penalty(decidedOn=later.isoformat(), publishedOn=None), today)
        assert problems == expected
    for fine in ("1", 1, 1.0, True, "1"):
        record, problems = validate(Penalty, penalty(fine=fine), TODAY)
        assert record is None if fine is True else record is not None and record.fine == 1, fine


@pytest.mark.parametrize(
    ("wire", "value", "code"),
    [
        ("partyUscc", "91530100MA6K000011", ErrorCode.BAD_CREDIT_CODE),
        ("partyUscc", "91530100MA6K\x0000011", ErrorCode.FORBIDDEN_CHARACTER),
        ("partyName", "名" * 201, ErrorCode.TOO_LONG),
        ("partyName", "  ", ErrorCode.REQUIRED),
        ("partyName", "示\x00例", ErrorCode.FORBIDDEN_CHARACTER),
        ("partyName", "示\ud800例", ErrorCode.FORBIDDEN_CHARACTER),
        ("partyName", 7, ErrorCode.WRONG_TYPE),
        ("fine", "-0.01", ErrorCode.NEGATIVE),
        ("fine", "0.001", ErrorCode.TOO_PRECISE),
        ("fine", "1e400", ErrorCode.WRONG_TYPE),
        ("fine", "NaN", ErrorCode.WRONG_TYPE),
        ("fine", True, ErrorCode.WRONG_TYPE),
        ("fine", None, ErrorCode.REQUIRED),
        ("decidedOn", "2026-11-03", ErrorCode.IN_THE_FUTURE),
        ("decidedOn", "2026-02-30", ErrorCode.NOT_A_DATE),
        ("decidedOn", "20260301", ErrorCode.NOT_A_DATE),
        ("validUntil", "2026-02-28", ErrorCode.DATES_OUT_OF_ORDER),
        ("kinds", [], ErrorCode.REQUIRED),
        ("kinds", ["FINE", "FINE"], ErrorCode.DUPLICATE),
        ("kinds", ["FEE"], ErrorCode.NOT_A_CHOICE),
        ("kinds", "FINE", ErrorCode.WRONG_TYPE),
        ("mines", ["X1"], ErrorCode.BAD_LICENCE_NUMBER),
        ("disputed", "yes", ErrorCode.WRONG_TYPE),
    ],
)
def test_a_wrong_value_is_refused_by_name(wire: str, value: Any, code: ErrorCode) -> None:
    problems = read(penalty() | {wire: value})
    assert [(p.path.split(".")[0], p.code) for p in problems] == [(wire, code)]


def test_every_problem_is_told_at_once_with_its_place() -> None:
    problems = read(penalty(fine="x", mines=["X1", penalty()["mines"][0], "X2"], colour="green"))
    assert {(p.path, p.code) for p in problems} == {
        ("colour", ErrorCode.UNKNOWN_FIELD),
        ("fine", ErrorCode.WRONG_TYPE),
        ("mines.0", ErrorCode.BAD_LICENCE_NUMBER),
        ("mines.2", ErrorCode.BAD_LICENCE_NUMBER),
    }


def test_a_problem_inside_a_part_is_told_with_its_whole_path() -> None:
    problems = read(mine(annualOutput=[{"year": 2024, "quantity": "1"}, {"year": "x"}]), RecordKind.MINE)
    assert {p.path for p in problems} == {"annualOutput.1.year", "annualOutput.1.quantity"}
    assert all(isinstance(problem, Problem) for problem in problems)


def test_amounts_that_are_equal_are_the_same_content() -> None:
    said = {canonical(plain(read(penalty(fine=amount)))) for amount in ("200000", "200000.00", 200000, 2e5)}
    assert len(said) == 1
    assert isinstance(read(penalty()), Penalty)


@pytest.mark.parametrize(
    ("item", "kind", "path"),
    [
        (recovery_rates(), RecordKind.RECOVERY_RATES, "year"),
        (energy_use(), RecordKind.ENERGY_USE, "year"),
        (mine(), RecordKind.MINE, "annualOutput.0.year"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_was_measured_in_a_year_is_of_one_that_has_begun(item: dict[str, Any], kind: RecordKind, path: str) -> None:
    def told(year: int) -> Any:
        measured = {"annualOutput": [{"year": year, "quantity": "1"}]} if kind is RecordKind.MINE else {"year": year}
        return read(item | measured, kind)

    assert not isinstance(told(TODAY.year), list)
    assert told(TODAY.year + 1) == [Problem(path, ErrorCode.IN_THE_FUTURE, f"≤ {TODAY.year}")]
    assert [problem.code for problem in told(2101)] == [ErrorCode.OUT_OF_RANGE]
