"""The access table as a document: every field of the schema × every class of callers, and who may post what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import strawberry
from graphql import GraphQLObjectType, get_named_type, get_nullable_type

from auth.principals import Role
from auth.rules import CLASSES, kinds_to_post
from hub.domain.declaring.fields import snake
from hub.domain.read_plan import Condition, Visibility
from hub.domain.record_kinds import PARTS, RecordKind
from hub.domain.words.departments import Department
from schema.planner.arguments import python_name

YES, NO = "yes", "–"

_RIGHTS = (
    "The table says which kinds.  Which records of a kind, `auth.rights` says: of what is posted, and of what stands where",
    "that is revised or withdrawn:",
    "",
    "- the organ (`authorityCode`; of an enterprise `registrationAuthorityCode`) is registered, of the record's department,",
    "  and acts within the caller's division;",
    "- every mine that is named, and the record's own division or prefecture, lies where the organ acts;",
    "- a step is taken by an organ of its level: directory entries by the province, but proposals (plan, 5.4); provincial",
    "  verification and what follows it by the province, the prefecture's review by the prefecture or above; construction",
    "  contracts by the county of the mine (plan, 2.2); reports and targets for small mines by the prefecture (plan, 5.1);",
    "- what names no organ, mine or place is the province's.",
)

_MEANINGS: dict[Condition, str] = {
    Condition.OWN_DEPARTMENT: "the row's department is the caller's",
    Condition.OWN_CLIENT: "the row came from the caller itself",
    Condition.OWN_BANK: "a read by the caller's bank: by its client, or by a person of it",
    Condition.IN_PUBLICATION: "a penalty that is published, whose publication has not ended and which is not repaired",
    Condition.PARTY_OR_LEAD: "a transfer from or to the caller's department, or the caller's department leads",
    Condition.PARTY_ORGAN: (
        "a transfer from or to an organ of the caller's department in the caller's division; for the leading department also "
        "one between organs of its division, or about a mine there; or own posts"
    ),
    Condition.AUDIT_OPINION: "an opinion of nature AUDIT",
    Condition.SEEN_RECORD: "the record that is named is one that the caller sees",
    Condition.BANK_READ: "a bank's read of a mine",
    Condition.IN_FORCE: (
        "a directory entry by which its mine is in the directory today: the newest of its level that is effective, and says "
        "listed or under rectification; of the national level only while no provincial removal came after it"
    ),
    Condition.LISTED: "a mine that has an entry IN_FORCE",
    Condition.PUBLICISED: "a penalty that is IN_PUBLICATION and whose party is no natural person",
    Condition.ANSWERED: "an appeal that was answered",
    Condition.WITHIN_DIVISION: "the mine, or one that the record concerns, lies in the caller's division; or own posts",
}
_PARTS = frozenset(snake(part.__name__) for part in PARTS)


def readable(schema: strawberry.Schema) -> Iterator[tuple[GraphQLObjectType, str, str, str | None]]:
    """Every field of every noun that can be read: its type, its name in the schema and in the rules, and the noun to which it
    leads, if it leads to one."""
    kinds = schema._schema.type_map
    nouns = {noun for one in CLASSES for noun in one.nouns}
    for name in sorted(kinds):
        kind = kinds[name]
        if not isinstance(kind, GraphQLObjectType) or snake(name) not in nouns | _PARTS:
            continue
        for wire, field in sorted(kind.fields.items()):
            target = snake(get_named_type(get_nullable_type(field.type)).name.removesuffix("Connection"))
            yield kind, wire, python_name(field), target if target in nouns | _PARTS else None


def cell(sight: Visibility, noun: str, name: str, target: str | None) -> str:
    """What a class of callers sees of a field: all, nothing, or what the words say.  Words before a colon are of the row."""
    field = sight.fields.get((noun, name), Condition.ALWAYS)
    if noun not in sight.nouns or (target and target not in sight.nouns):
        return NO
    rows, beyond = sight.rows(noun), sight.rows(target) if target else ()
    if Condition.NEVER in (*rows, field, *beyond):
        return NO
    of_row = f"{_said(rows)}: " if rows else ""
    of_field = dict.fromkeys([*([field] if field is not Condition.ALWAYS else []), *beyond])
    return of_row + (_said(of_field) or YES)


def _said(words: Iterable[Condition]) -> str:
    return " and ".join(word.value for word in words)


def matrix(schema: strawberry.Schema) -> str:
    """The whole table as Markdown."""
    lines = [
        "# Who may see and post what",
        "",
        "Printed by `hub access matrix` from the one table in `auth/rules.py`; whatever has no row is refused.  It holds for",
        "queries, payloads of mutations, events, `node` and every relation alike, since all of them are planned under it.",
        "",
        "## Reading",
        "",
        f"`{YES}`: always; `{NO}`: never (a field is null, a noun is FORBIDDEN).  A word before a colon is a condition on",
        "the row, the others are conditions on the field, or on the rows to which it leads:",
        "",
        *(f"- `{word.value}`: {meaning}" for word, meaning in _MEANINGS.items()),
        "",
        "`DEPARTMENT_BELOW_PROVINCE` is a department's client whose division is a prefecture or a county.  Withdrawn and",
        "superseded versions are seen by: " + ", ".join(one.name for one in CLASSES if one.withdrawn) + ".",
        "A list's `sum` of a field adds the rows that the caller sees; it is null unless it may see the field in each of them.",
    ]
    heads = ["field", *(one.name for one in CLASSES)]
    seen = ""
    for kind, wire, name, target in readable(schema):
        if kind.name != seen:
            seen = kind.name
            lines += ["", f"### {kind.name}", "", *_table(heads, [])]
        lines.append(_row([f"`{wire}`", *(cell(one, snake(kind.name), name, target) for one in CLASSES)]))
    lines += [
        "",
        "## Posting and withdrawing",
        "",
        *_RIGHTS,
        "",
        "Within the caller's division (province, prefecture or county), and a department only as itself.",
        "",
        *_table(["kind", "departments", *_OTHERS], [_posting(kind) for kind in RecordKind]),
    ]
    return "\n".join(lines) + "\n"


_OTHERS = [role.value for role in Role if role is not Role.DEPARTMENT]


def _posting(kind: RecordKind) -> list[str]:
    departments = [one.value for one in Department if kind in kinds_to_post(Role.DEPARTMENT, one)]
    named = "all" if len(departments) == len(Department) else ", ".join(departments) or NO
    return [f"`{kind.value}`", named, *(YES if kind in kinds_to_post(Role(role), None) else NO for role in _OTHERS)]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
