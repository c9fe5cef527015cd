"""What a declaration may say: what could not be kept, filtered, ordered, linked or summed is refused when its kind is made."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator

from hub.domain.declaring.checks import Check, Code, Day, Flag, Number, Several, Text, Whole, Word
from hub.domain.declaring.fields import LICENCE_NO, Field, Nested, Payload, fields_of, snake

#: What the hub itself says of every record; see hub/storage/records and hub/storage/views.
RESERVED = frozenset(
    (
        *("id", "record_id", "version", "versions", "department", "posting_department", "source", "posted_by", "log_position"),
        *("recorded_at", "superseded_at", "payload_hash", "changed_at", "withdrawn", "withdrawn_at", "withdrawal_reason"),
        *("salt", "sent_forms", "stated_licence_nos", "expected_version", "and", "or", "not"),
    )
)
#: A key of an index is at most some 2,700 bytes on PostgreSQL, and a character up to four.
_LONGEST_KEY = 600
#: GraphQL's Int, and the column, have 32 bits; the column of a decimal has 64.
_WHOLE_END = 2**31
_DECIMAL_END = 2**63
_WORD = re.compile("[A-Z][A-Z0-9_]*")


class DeclarationError(TypeError):
    """A kind of record declares what cannot work; raised when the hub is imported."""


def require_name(payload: type[Payload], word: str) -> None:
    """Raise unless the kind is called as its word says: its type in the graph is found by it."""
    if snake(payload.__name__) != word:
        raise DeclarationError(
            f"the payload of the kind {word} is called {payload.__name__}, which is the name of {snake(payload.__name__)}"
        )


def require_sense(payload: type[Payload]) -> None:
    """Raise for a kind, or one of its parts, with all that cannot work."""
    if faults := list(_faults(payload)):
        raise DeclarationError("\n".join(faults))


def require_key(payload: type[Payload], name: str, use: str) -> None:
    """Raise unless the kind has the field and each record has one value of it that can be compared."""
    field = next((field for field in fields_of(payload) if field.name == name), None)
    if field is None:
        raise DeclarationError(f"{payload.__name__} has no field {name}, which is its {use} in hub/domain/record_kinds.py")
    why = _not_a_key(field)
    if use == "number" and not isinstance(field.spec.check, Text):
        why = "is looked up by it: it is no text"
    if why:
        raise DeclarationError(f"{payload.__name__}.{name} is its {use} in hub/domain/record_kinds.py, and {why}")


def _faults(payload: type[Payload], *, part: bool = False) -> Iterator[str]:
    declared = fields_of(payload)
    links = Counter(field.spec.link.name for field in declared if field.spec.link)
    nouns = Counter(field.spec.link.noun for field in declared if field.spec.link and field.spec.link.noun != "division")
    for field in declared:
        where = f"{payload.__name__}.{field.name}"
        yield from (f"{where}: {why}" for why in (*_about_value(field), *_about_use(field)))
        if field.name in RESERVED and not part:
            yield f"{where}: the hub itself says this of every record; give the field another name"
        if field.name == "mines" and not part and field.spec.check != dataclasses.replace(_MINES, most=_most(field.spec.check)):
            yield f"{where}: the mines that a record concerns are fields.licence_nos(…)"
        if (link := field.spec.link) and (link.name in {one.name for one in declared} or links[link.name] > 1):
            yield f"{where}: two things are called {link.name}; give the Link another name"
        if link and nouns[link.noun] > 1:
            yield f"{where}: two links to {link.noun} would be one list from there; keep one"
        if part and _uses(field):
            yield f"{where}: {', '.join(_uses(field))} has no effect inside a part; say it of the field that holds the parts"
        match field.spec.check:
            case Several(each=Nested(part=inner)):
                yield from _faults(inner, part=True)


_MINES = Several(LICENCE_NO, 0, 0)


def _most(check: Check) -> int:
    return check.most if isinstance(check, Several) else 0


def _about_value(field: Field) -> Iterator[str]:
    match field.spec.check:
        case Text(limit=limit) if limit < 1:
            yield f"no text has at most {limit} characters"
        case Whole(low=low, high=high) if not -_WHOLE_END <= low <= high < _WHOLE_END:
            yield f"{low} to {high} is no range of 32-bit whole numbers; a larger one is a fields.number(0, …)"
        case Number(places=places, limit=limit) if places < 0 or not 0 < limit.scaleb(places) <= _DECIMAL_END:
            yield f"a number below {limit} with {places} decimals does not fit in 64 bits"
        case Word(words=words) | Several(each=Word(words=words)) if bad := [
            word.name for word in words if word.name != word.value or not _WORD.fullmatch(word)
        ]:
            yield f"a word is written as it is named, in capitals: {', '.join(bad)}"
        case Several(each=Text() | Word() | Nested()):
            pass
        case Several() | Nested():
            yield "what a record holds several of are texts, codes, words or parts"
    if not field.nullable and field.spec.derive is None and field.default is None and not field.required:
        yield "its default is None, so its type is `… | None`"
    if field.nullable and field.spec.derive is None and not field.has_default:
        yield "its type is `… | None`, so it has a default: `default=None`"


def _about_use(field: Field) -> Iterator[str]:
    spec = field.spec
    if spec.find and not isinstance(spec.check, Text | Day | Number | Whole | Flag | Word):
        match spec.check:
            case Several(each=Word()):
                pass
            case _:
                yield "`find` works on single values and on lists of words"
    if spec.sort and (why := _not_a_key(field)):
        yield f"`sort` works on what every record has one value of: {why}"
    if spec.watch and (why := _not_indexed(spec.check)):
        yield f"`watch` keeps an index: {why}"
    if spec.adds and not isinstance(spec.check, Number | Whole):
        yield "`adds` works on numbers: fields.number, fields.yuan, fields.whole"
    if spec.link and not isinstance(spec.check, Text | Word):
        yield "`link` works on the text, code or word that names the other row"
    elif spec.link and (why := _not_indexed(spec.check)):
        yield f"`link` keeps an index: {why}"


def _not_a_key(field: Field) -> str:
    """Why a field is nothing to order or to identify by, or nothing."""
    return "it can be null" if field.nullable else _not_indexed(field.spec.check)


def _not_indexed(check: Check) -> str:
    match check:
        case Code():
            return ""
        case Text(limit=limit):
            return f"texts of more than {_LONGEST_KEY} characters do not fit in one" if limit > _LONGEST_KEY else ""
        case Day() | Number() | Whole() | Flag() | Word():
            return ""
    return "it is no single value"


def _uses(field: Field) -> list[str]:
    names = ("find", "sort", "watch", "adds", "personal", "link", "derive")
    return [name for name in names if getattr(field.spec, name)]
