"""What of each kind of record is searched in: its numbers, its name, its texts.  It follows from what the kinds declare.

Personal fields are never searched in.  A field that someone may not see at all times stands apart, under its own name, so that
it is searched in only by those who see it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from hub.domain.declaring.checks import Several, Text
from hub.domain.declaring.fields import Nested, Payload, fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.searching import MOST, folded, gram_of, grams, initials
from hub.domain.words.worded import Words

#: Grows when `entries` says something else of the same declarations.
_VERSION = 3
#: A record's own numbers besides the one that identifies it.
_NUMBERS: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.MINE: ("mining_right_no",),
    RecordKind.ENTERPRISE: ("former_registration_no", "organisation_code"),
    RecordKind.DIRECTORY_ENTRY: ("certificate_no",),
}
_NAMES = ("name", "title")
#: What is searched in by everybody who sees the record.
OPEN = ""

#: Whether a field of a kind is not seen by everybody who sees the record.
Apart = Callable[[str, str], bool]


class Match(Words):
    """匹配方式，先者优先 / by what something was found, the best first."""

    CODE = "CODE", "编号相同", "its number"
    FORMER_CODE = "FORMER_CODE", "曾用编号（含并入者）", "a number that it had, or that one had which went into it"
    NAME_START = "NAME_START", "名称开头", "its name begins so"
    NAME = "NAME", "名称", "its name holds it"
    FORMER_NAME = "FORMER_NAME", "曾用名", "a former name holds it"
    INITIALS = "INITIALS", "名称首字母", "initials of its name"
    CODE_START = "CODE_START", "编号开头", "its number begins so"
    PLACE = "PLACE", "所在地", "where it lies"
    TEXT = "TEXT", "正文", "one of its texts holds it"
    SIMILAR_CODE = "SIMILAR_CODE", "编号相近（建议）", "a number with one mistake: a suggestion"


class Entry(NamedTuple):
    """Something by which a record is found.  `part` is the field that stands apart."""

    matched: Match
    term: str
    part: str = OPEN


class Told(NamedTuple):
    """What a hit tells of its record: its name, or else its number; its number; its mines."""

    title: str
    number: str
    licence_nos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fields:
    name: str | None
    numbers: tuple[str, ...]
    texts: tuple[str, ...]


@cache
def _fields(kind: RecordKind) -> _Fields:
    facts = KINDS[kind]
    declared = [field for field in fields_of(facts.payload) if not field.spec.personal and field.spec.derive is None]
    by_name = {field.name: field for field in declared}
    name = next((one for one in _NAMES if one in by_name and _is_text(by_name[one].spec.check)), None)
    own = [one for one in facts.identity if one in by_name and isinstance(by_name[one].spec.check, Text)]
    numbers = [one for one in own if by_name[one].spec.link is None]
    texts = [field.name for field in declared if field.name != name and _is_text(field.spec.check)]
    return _Fields(name, (*numbers, *_NUMBERS.get(kind, ())), tuple(texts))


def _is_text(check: object) -> bool:
    match check:
        case Several(each=Nested(part=part)):
            return any(_is_text(field.spec.check) for field in fields_of(part) if not field.spec.personal)
        case Several(each=each):
            return type(each) is Text
    return type(check) is Text


def name_of(kind: RecordKind) -> str | None:
    """The field that holds the name of a kind's records."""
    return _fields(kind).name


def parts(apart: Apart) -> tuple[str, ...]:
    """All that stands apart, as `kind.field`."""
    return tuple(f"{kind}.{name}" for kind in RecordKind for name in _fields(kind).texts if apart(kind, name))


def told(kind: RecordKind, record: Payload) -> Told:
    """What a hit tells of a record."""
    facts = KINDS[kind]
    wanted = _fields(kind)
    if wanted.numbers:
        number = str(getattr(record, wanted.numbers[0]))
    else:
        number = " ".join([str(getattr(record, one)) for one in facts.identity])
    return Told(getattr(record, wanted.name) if wanted.name else number, number, facts.mines(record))


def entries(kind: RecordKind, record: Payload, apart: Apart) -> list[Entry]:
    """Everything by which a record is found."""
    wanted = _fields(kind)
    numbers = list(dict.fromkeys([folded(value) for name in wanted.numbers if (value := getattr(record, name))]))
    found = [Entry(Match.CODE, number[:MOST]) for number in numbers]
    if wanted.name:
        name = getattr(record, wanted.name)
        found += named(name, Match.NAME_START, Match.NAME)
        if letters := initials(name):
            found += [Entry(Match.INITIALS, ending) for ending in _endings(letters)]
    # Every record has an open text, were it empty: it tells what a hit tells.
    opened = list(numbers)
    for field in wanted.texts:
        value = getattr(record, field)
        if value is None or value == ():
            continue
        said = [folded(value)] if isinstance(value, str) else [folded(line) for line in _said(value)]
        if not apart(kind, field):
            opened += said
        elif said:
            found.append(Entry(Match.TEXT, "\n".join(said), f"{kind}.{field}"))
    found.append(Entry(Match.TEXT, "\n".join(opened)))
    return found


def has_former_names(kind: RecordKind) -> bool:
    """Whether records of a kind say what they were called before."""
    return any(field.name == "former_names" for field in fields_of(KINDS[kind].payload))


def formerly_named(record: Payload) -> Iterator[Entry]:
    """The entries of names that a record says it had before."""
    for one in getattr(record, "former_names", ()):
        yield from named(one.name, Match.FORMER_NAME, Match.FORMER_NAME)


def numbered(numbers: Iterable[str]) -> Iterator[Entry]:
    """The entries of numbers that a record had, or that went into it."""
    return (Entry(Match.FORMER_CODE, folded(number)[:MOST]) for number in numbers)


def named(name: str, at_start: Match, inside: Match) -> list[Entry]:
    """The entries of a name: all that it ends in, so that whatever it holds begins one of them."""
    whole, *others = _endings(folded(name))
    return [Entry(at_start, whole), *[Entry(inside, ending) for ending in others]]


def _endings(text: str) -> list[str]:
    """What a text ends in, the whole first; a last character by itself is none, for it is not searched for."""
    return [text[place : place + MOST] for place in range(max(1, len(text) - 1))]


def grams_of(kind: RecordKind, entry: Entry) -> list[int] | None:
    """The pairs of characters by which a text is found, and what tells its kind; None of what is found by how it begins."""
    if entry.matched is not Match.TEXT:
        return None
    return sorted({gram_of(entry.part, kind), *grams(entry.term, entry.part)})


def _said(value: object) -> Iterator[str]:
    """The texts of a field's value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Payload):
        for field in fields_of(type(value)):
            if not field.spec.personal and _is_text(field.spec.check):
                yield from _said(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _said(one)


def version(apart: Apart) -> str:
    """What tells whether what is kept to be searched was made by today's declarations."""
    said = [str(_VERSION), *(f"{kind} {_fields(kind)} {folded('國')}" for kind in RecordKind), *parts(apart)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
