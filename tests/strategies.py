"""Hypothesis strategies for what is sent: from each kind's declaration, so that a new kind or field comes along by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from hub.domain.declaring import checks, fields
from hub.domain.declaring.fields import Payload, inputs_of, validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.canonical import canonical_text
from hub.domain.words.divisions import DIVISIONS
from hub.domain.words.identifiers import clean_licence_no, clean_uscc
from tests import makers
from tests.duties import MADE

TODAY = date(2026, 11, 2)

#: Any JSON, odd characters and numbers included.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)

_LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn"])
_CODES: dict[Any, st.SearchStrategy[str]] = {
    clean_uscc: st.integers(0, 9999).map(makers.uscc),
    clean_licence_no: st.integers(1, 999).map(makers.licence) | st.from_regex(r"[0-9]{13}", fullmatch=True),
}


def text(limit: int) -> st.SearchStrategy[str]:
    """Text as it is stored: trimmed, not empty."""
    return st.text(_LETTERS, min_size=1, max_size=min(limit, 60)).map(canonical_text).map(str.strip).filter(bool)


def sent(check: checks.Check) -> st.SearchStrategy[Any]:
    """Values, as they are sent, that a check takes."""
    match check:
        case checks.Code(reader=reader):
            return _CODES.get(reader, st.sampled_from(sorted(DIVISIONS)))
        case checks.Written(limit=limit, writing=writing):
            return text(limit).map(writing).filter(lambda number: 0 < len(number) <= limit)
        case checks.Text(limit=limit):
            return text(limit)
        case checks.Day():
            return st.dates(date(2000, 1, 1), TODAY if check.past else date(2099, 12, 31)).map(date.isoformat)
        case checks.Number(places=places, limit=limit):
            return st.decimals(0, min(int(limit) - 1, 10**9), places=places).map(str)
        case checks.PastYear(low=low):
            return st.integers(low, TODAY.year)
        case checks.Whole(low=low, high=high):
            return st.integers(low, high)
        case checks.Flag():
            return st.booleans()
        case checks.Word(words=words):
            return st.sampled_from([word.value for word in words])
        case checks.Several(each=each, least=least, most=most):
            return st.lists(sent(each), min_size=least, max_size=min(most, 4), unique_by=repr)
        case fields.Nested(part=part):
            return st.fixed_dictionaries({field.wire: sent(field.spec.check) for field in inputs_of(part).values()})
        case checks.Boundary():
            return st.just(makers.mine()["boundary"])
    raise TypeError(check)


@st.composite
def items(draw: st.DrawFn, kind: RecordKind) -> dict[str, Any]:
    """Valid items of a kind: a known one of which any fields are changed or, where that is allowed, left out."""
    item = MADE[kind](draw(st.integers(1, 26)))
    known = inputs_of(KINDS[kind].payload)
    for wire in draw(st.lists(st.sampled_from(sorted(known)), unique=True)):
        field = known[wire]
        value = draw(sent(field.spec.check) if field.required else sent(field.spec.check) | st.none())
        changed = item | {wire: value}
        # Where fields do not go together, the change is left out.
        item = changed if validate(KINDS[kind].payload, changed, TODAY)[0] else item
    return item


def records(kind: RecordKind) -> st.SearchStrategy[Payload]:
    """Clean records of a kind."""

    def clean(item: dict[str, Any]) -> Payload:
        record, problems = validate(KINDS[kind].payload, item, TODAY)
        assert record is not None, problems
        return record

    return items(kind).map(clean)
