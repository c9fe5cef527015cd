"""Tables of names: how a value is read follows from the domain, in lists of objects too, and nothing in them is lost."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import declared, mapping
from connectors.declared import Parts
from connectors.mapping import Envelope, Used
from connectors.registry import CONNECTORS
from connectors.terms import TERMS
from hub.domain.record_kinds import RecordKind
from tests.connectors.conftest import Case

CONTRACT = declared.mapped(
    RecordKind.CONTRACT,
    Envelope("wh"),
    {
        "wh": "documentNumber",
        "lx": "contractKind",
        "qd": Used("signedOn", mapping.DAY8),
        "rw": Parts("milestones", {"nr": "task", "sx": "dueOn", "jd": "progress"}),
    },
    {"fj": "not kept"},
)
SAID = {
    "documentNumber": "1",
    "contractKind": "CONSTRUCTION",
    "signedOn": "2025-05-20",
    "milestones": [{"task": "绿化", "dueOn": "2026-06-30", "progress": 40}],
}
ROW = {"wh": "1", "lx": "绿色矿山建设合同", "qd": "20250520", "rw": [{"nr": "绿化", "sx": "2026-06-30", "jd": 40}]}


def test_a_row_and_the_objects_in_it_are_read_and_written() -> None:
    assert CONTRACT.item(ROW).data == SAID
    assert CONTRACT.row(SAID) == ROW


def test_a_name_in_an_object_that_nobody_knows_is_drift() -> None:
    item = CONTRACT.item(ROW | {"rw": [{"nr": "绿化", "new": 1}, {"nr": "复垦", "other": 2}], "fj": "x"})
    assert item.drift == ("rw.new", "rw.other")
    assert item.data is not None


def test_what_is_wrong_in_an_object_is_named_with_its_path() -> None:
    assert CONTRACT.item(ROW | {"rw": [{"nr": "绿化", "sx": "soon"}]}).error == "rw.sx: not a date"


@pytest.mark.parametrize("told", ["text", 7, {"nr": "x"}, ["x"], [None], [[{}]]])
def test_a_list_of_objects_is_nothing_else(told: Any) -> None:
    assert CONTRACT.item(ROW | {"rw": told}).error == "rw: not a list of objects"


def test_a_field_that_the_kind_does_not_have_is_no_mapping() -> None:
    with pytest.raises(KeyError, match="colour"):
        declared.mapped(RecordKind.CONTRACT, Envelope("wh"), {"ys": "colour"}, {})


def test_every_word_has_a_term_and_comes_back_from_it() -> None:
    for words, terms in TERMS.items():
        assert set(terms.values()) == set(words), words.__name__
        for choice in words:
            assert mapping.word(terms).read(mapping.word(terms).write(choice.value)) == choice.value


ODD: list[Any] = [
    None,
    True,
    7,
    -1.5,
    "",
    "�",
    "\x00\ud800",
    "x" * 100_000,
    [],
    {},
    [[]],
    [{}],
    [None],
    {"a": [1]},
    [{"bh": [], "nr": {}, "sx": 1e308}],
]


@pytest.mark.parametrize("code", list(CONNECTORS))
def test_whatever_stands_in_a_field_gives_an_item(code: str) -> None:
    for resource in Case(code).app.state.resources.values():
        ((row, *_), _, _) = resource.after("", 1)
        for name in [*row, *resource.mapped.used]:
            for odd in ODD:
                item = resource.mapped.item({**row, name: odd})
                assert (item.data is None) == bool(item.error)
                assert len(item.error) < 200
