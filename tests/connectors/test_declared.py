"""Tables of names: how a value is read follows from the domain, in lists of objects too, and nothing in them is lost."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import declared, mapping
from connectors.declared import Parts
from connectors.mapping import Envelope, Used
from connectors.registry import CONNECTORS
from connectors.terms import TERMS
from connectors.world import TODAY
from hub.domain.declaring.checks import Several, Word
from hub.domain.declaring.fields import fields_of, validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.errors import ErrorCode
from tests.connectors.conftest import Case
from tests.duties import MADE

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


OTHERS = {
    RecordKind.MINE: ("method", "miningMethod", "otherMiningMethod", "OTHER"),
    RecordKind.BUDGET_ITEM: ("use", "purpose", "otherPurpose", "OTHER"),
    RecordKind.TRANSFER_ANSWER: ("result", "outcome", "outcomeText", "OTHER"),
    RecordKind.EXPERT: ("fields", "specialities", "otherSpeciality", ["OTHER"]),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_other_than_the_list_is_kept_with_its_text_and_written_so_again(kind: RecordKind) -> None:
    upstream, wire, text, other = OTHERS[kind]
    told = declared.mapped(kind, Envelope("no"), {upstream: wire}, {})
    for written in ("其他-盐井水溶", "其它：盐井水溶", "其他（盐井水溶）"):
        assert told.item({"no": "1", upstream: written}).data == {wire: other, text: "盐井水溶"}, written
    assert told.row({wire: other, text: "盐井水溶"}) == {upstream: "其他-盐井水溶"}
    assert told.item({"no": "1", upstream: "其他"}).data == {wire: other}
    assert told.item({"no": "1", upstream: "盐井水溶"}).error.startswith(f"{upstream}: unknown term")


def test_one_of_several_may_be_other_and_what_stands_in_a_column_of_its_own_stands_beside_its_text() -> None:
    experts = declared.mapped(RecordKind.EXPERT, Envelope("no"), {"fields": "specialities"}, {})
    several = {"specialities": ["MINING", "OTHER"], "otherSpeciality": "测绘"}
    assert experts.item({"no": "1", "fields": "采矿；其他-测绘"}).data == several
    assert experts.item({"no": "1", "fields": ["采矿", "其他-测绘"]}).data == several
    assert experts.item({"no": "1"} | experts.row(several)).data == several
    names = {"result": "outcome", "said": "outcomeText"}
    answers = declared.mapped(RecordKind.TRANSFER_ANSWER, Envelope("no"), names, {})
    told = answers.item({"no": "1", "result": "其他-批评教育", "said": "已当场整改"})
    assert told.data == {"outcome": "OTHER", "outcomeText": "批评教育；已当场整改"}


def test_every_list_that_has_other_has_a_place_for_its_text() -> None:
    for kind, facts in KINDS.items():
        fields = fields_of(facts.payload)
        explained = {field.spec.other_of for field in fields if field.spec.other_of}
        for field in fields:
            check = field.spec.check
            words = check.each if isinstance(check, Several) else check
            if isinstance(words, Word) and "OTHER" in words.words.__members__:
                assert field.name in explained, f"{kind}.{field.name}: a text that is `other_of` it"


@pytest.mark.parametrize(("kind", "wire", "text"), [(kind, wire, text) for kind, (_, wire, text, _) in OTHERS.items()])
def test_a_text_of_what_is_other_goes_with_other_alone(kind: RecordKind, wire: str, text: str) -> None:
    made: Any = MADE[kind](1)
    stated = made.get(wire)
    if "OTHER" in (stated or []) or text == "outcomeText":
        return
    _, problems = validate(KINDS[kind].payload, made | {text: "盐井水溶"}, TODAY)
    assert [(problem.path, problem.code) for problem in problems] == [(text, ErrorCode.NOT_ALLOWED_HERE)]
