"""What a read asks for, as plain data: nouns, fields with their response keys, filters, order, pages.  It knows nothing of SQL.

Built from a GraphQL operation (or by an export, or for a mutation's payload), and composed into one statement by
`hub.storage.statements.composer`.  Field names are those of the noun's view in `hub.storage`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """A word of the access rules that depends on the row; `hub.storage` turns it into SQL."""

    ALWAYS = "ALWAYS"
    NEVER = "NEVER"
    OWN_DEPARTMENT = "OWN_DEPARTMENT"  # the row's department is the caller's
    OWN_CLIENT = "OWN_CLIENT"  # the row came from the caller itself
    OWN_BANK = "OWN_BANK"  # a read by the caller's bank: by its client, or a person of it
    IN_PUBLICATION = "IN_PUBLICATION"  # a penalty that is published, not ended, not repaired or annulled
    PARTY_OR_LEAD = "PARTY_OR_LEAD"  # a transfer from or to the caller's department, or the caller leads (plan, annex 1)
    PARTY_ORGAN = "PARTY_ORGAN"  # … from or to its department's organ in its division; who leads: of its division's mines, too
    AUDIT_OPINION = "AUDIT_OPINION"  # an opinion of nature AUDIT
    WITHIN_DIVISION = "WITHIN_DIVISION"  # the mine, or one that the record concerns, lies in the caller's division; or own post

    SEEN_RECORD = "SEEN_RECORD"  # the record that the row names is one that the caller sees
    BANK_READ = "BANK_READ"  # a bank's read of a mine
    # What the public sees:
    IN_FORCE = "IN_FORCE"  # a directory entry by which its mine is in the directory today
    LISTED = "LISTED"  # a mine that is in the directory today, under rectification or not
    PUBLICISED = "PUBLICISED"  # a penalty that is IN_PUBLICATION, and of no natural person
    ANSWERED = "ANSWERED"  # an appeal that was answered


@dataclass(frozen=True, slots=True)
class Visibility:
    """What one class of callers sees: a condition for each noun (none means not at all) and for single fields.

    `withdrawn` says whether withdrawn and superseded versions may be seen; of the nouns in `local` only rows that are also
    WITHIN_DIVISION are; `traced` says whether the mines that an answer tells of are told for the read ledger.
    """

    name: str
    nouns: Mapping[str, Condition]
    fields: Mapping[tuple[str, str], Condition]
    withdrawn: bool
    traced: bool = False
    local: frozenset[str] = frozenset()

    def rows(self, noun: str) -> tuple[Condition, ...]:
        """What must hold of a noun's rows; raises KeyError where the noun is not seen at all."""
        words = (self.nouns[noun], Condition.WITHIN_DIVISION if noun in self.local else Condition.ALWAYS)
        return tuple(word for word in words if word is not Condition.ALWAYS)

    def may_fade(self, noun: str) -> bool:
        """Whether what is seen of a noun may be seen no more later on."""
        return noun in self.nouns and (not self.withdrawn or bool(self.rows(noun)))


@dataclass(frozen=True, slots=True)
class Param:
    """A value that is known when the statement runs: the plan's parameter number `index`."""

    index: int


class Operator(StrEnum):
    EQ = "eq"
    IN = "in"
    FROM = "from"
    TO = "to"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    HAS = "has"


@dataclass(frozen=True, slots=True)
class Compare:
    field: str
    operator: Operator
    value: Param


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether nothing is told in a field.  Which of the two is asked for decides how it is found: it is no parameter."""

    field: str
    is_null: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    condition: Filter


Filter = Compare | IsNull | AllOf | AnyOf | Negated


@dataclass(frozen=True, slots=True)
class Order:
    field: str
    descending: bool


def list_signature(noun: str, order: Sequence[Order]) -> str:
    """What a cursor says of the list that it belongs to."""
    return f"{noun} " + ",".join(f"{o.field}{'-' if o.descending else '+'}" for o in order)


@dataclass(frozen=True, slots=True)
class Constant:
    """A piece of the answer that is known beforehand, as JSON text."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field of a row; `on` is the day that it is asked for, today where none is."""

    key: str
    field: str
    on: Param | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """At most one row of a noun."""

    noun: str
    fields: tuple[Selected, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """All rows of a relation, in the noun's default order."""

    noun: str
    fields: tuple[Selected, ...]


class Which(StrEnum):
    """The four facts of a Relay `pageInfo`."""

    HAS_NEXT_PAGE = "has_next_page"
    HAS_PREVIOUS_PAGE = "has_previous_page"
    START_CURSOR = "start_cursor"
    END_CURSOR = "end_cursor"


@dataclass(frozen=True, slots=True)
class Cursor:
    key: str


@dataclass(frozen=True, slots=True)
class EdgeNode:
    key: str
    fields: tuple[Selected, ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    key: str
    fields: tuple[Selected, ...]


@dataclass(frozen=True, slots=True)
class Edges:
    key: str
    parts: tuple[Cursor | EdgeNode | Constant, ...]


@dataclass(frozen=True, slots=True)
class PageFact:
    key: str
    which: Which


@dataclass(frozen=True, slots=True)
class PageInfo:
    key: str
    facts: tuple[PageFact | Constant, ...]


@dataclass(frozen=True, slots=True)
class TotalCount:
    key: str


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a number over all rows that match, whatever the page: 0 of none, null unless the caller may see it in each."""

    key: str
    field: str


Piece = Nodes | Edges | PageInfo | TotalCount | Sum | Constant


@dataclass(frozen=True, slots=True)
class Page:
    """A window of a noun's rows.  `size` rows after `after` (or, `backward`, before `before`), in `order` with the id last.

    `after` and `before` hold one parameter for each order key and one for the id.  `withdrawn` asks for withdrawn records.
    """

    noun: str
    pieces: tuple[Piece, ...]
    filter: Filter | None
    order: tuple[Order, ...]
    size: Param
    backward: bool
    after: tuple[Param, ...] = ()
    before: tuple[Param, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A relation of a row: `relation` is the view's name for it; `on` is the day that it is asked for, if it depends on one."""

    key: str
    relation: str
    shape: Object | Items | Page
    on: Param | None = None


Selected = Leaf | Constant | Child


@dataclass(frozen=True, slots=True)
class Lookup:
    """One row of a noun by unique fields, or null."""

    key: str
    target: Object
    where: tuple[tuple[str, Param], ...]


@dataclass(frozen=True, slots=True)
class NodeLookup:
    """One row of any noun by its global id, or null."""

    key: str
    id: Param
    version: Param
    variants: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a noun's rows, from the root."""

    key: str
    page: Page


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a small noun, from the root."""

    key: str
    items: Items


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows by a list of ids: a JSON object from id to the row's answer.  For payloads and events.

    With `versions` every version that the caller may see is told, under `version_id`; else the newest, under its record's id.
    """

    target: Object
    ids: Param
    versions: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """At most `size` hits of a search among records of some kinds, or of all; the best first.

    `text` is what is sought, as it is searched in; `codes` are those that may be meant by it, `places` the divisions of its
    name, `kinds` the words of kinds, all as JSON lists; `grams` gives for each part (a field that stands apart, or the open
    text) what is looked for, and `kind_grams` the kinds in the open text.
    """

    key: str
    fields: tuple[Selected, ...]
    kinds: Param | None
    kind_grams: Param | None
    text: Param
    codes: Param
    places: Param
    grams: tuple[tuple[str, Param], ...]
    size: Param


class Past(StrEnum):
    """What of a read is not the present's: which statement tells it."""

    NONE = ""
    #: The world on a day, by what is known now.
    DAY = "DAY"
    #: What was known at a moment.
    KNOWN = "KNOWN"
    #: … before mines got other licence numbers: it is told under those that they have now.
    KNOWN_RENUMBERED = "KNOWN_RENUMBERED"
    #: … at a position of the log, when some of what was recorded until then had none yet, or a later one.
    KNOWN_IN_PART = "KNOWN_IN_PART"

    @property
    def is_known(self) -> bool:
        return self in (Past.KNOWN, Past.KNOWN_RENUMBERED, Past.KNOWN_IN_PART)


Root = Lookup | NodeLookup | Listing | Whole | Search | Constant


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """One statement's worth of reading: the root fields of an operation, or chosen rows."""

    roots: tuple[Root, ...] | Chosen
    past: Past = Past.NONE
