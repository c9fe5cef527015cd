"""The GraphQL types of all kinds of records, from what the kinds declare: fields, links both ways, lists, look-ups."""

from typing import Any

import strawberry

from hub.domain.declaring.fields import Payload, english, fields_of, snake
from hub.domain.record_kinds import KINDS, PARTS, RecordKind, links_to
from schema import enterprises, mines, penalties, screenings, transfers
from schema.declared import connection_type, declared, filter_type, order_type, part
from schema.graph import PostedRecord, lazy, one_by, page_of, to_all, to_one

#: What the kinds' declarations do not tell: fields worked out by the database, and what lists are filtered by besides.
_WORKED_OUT: dict[RecordKind, dict[str, Any]] = {
    RecordKind.MINE: mines.WORKED_OUT,
    RecordKind.ENTERPRISE: enterprises.WORKED_OUT,
    RecordKind.PENALTY: penalties.WORKED_OUT,
    RecordKind.CASE_TRANSFER: transfers.TRANSFER,
    RecordKind.TRANSFER_ANSWER: transfers.ANSWER,
    RecordKind.SCREENING: screenings.WORKED_OUT,
}
_FILTERS: dict[RecordKind, dict[str, Any]] = {
    RecordKind.MINE: mines.FILTERS,
    RecordKind.PENALTY: penalties.FILTERS,
    RecordKind.CASE_TRANSFER: transfers.FILTERS,
    RecordKind.SCREENING: screenings.FILTERS,
}

#: What is said of the numbers under which a record came.
_STATED = (
    "提交时所写的采矿许可证号，与矿山现用证号不同时才有 / the licence numbers as they were sent, where a mine has another today"
)
#: Where the nouns are that are no records.
_ELSEWHERE = {"division": ("divisions", "Division")}


def _type_of(noun: str) -> tuple[str, str]:
    """The module and the name of a noun's type."""
    if noun in _ELSEWHERE:
        return _ELSEWHERE[noun]
    return "records", KINDS[RecordKind(noun)].payload.__name__


def _record_type(kind: RecordKind) -> type:
    payload = KINDS[kind].payload
    name = payload.__name__
    lines: dict[str, Any] = {}
    for field in fields_of(payload):
        if field.name == "mines":
            lines["licence_nos"] = strawberry.field(description=field.spec.description)
            lines["mines"] = to_all("records", "Mine", "关联矿山 / the mines concerned")
        if link := field.spec.link:
            lines[link.name] = to_one(*_type_of(link.noun), link.description)
    if KINDS[kind].names_mines and kind is not RecordKind.MINE:
        lines["stated_licence_nos"] = strawberry.field(description=_STATED)
    lines |= _WORKED_OUT.get(kind, {})
    reached = {other: None for other, _, _ in links_to(kind)}
    if kind is RecordKind.MINE:
        reached |= {other: None for other, facts in KINDS.items() if "mines" in facts.payload.__dataclass_fields__}
    for other in reached:
        lines[KINDS[other].plural] = page_of(*LISTED[other], _described(KINDS[other].payload))
    lines["versions"] = to_all("records", name, "全部版本，新的在前 / all versions, newest first")
    kinds = {"licence_nos": list[str], "stated_licence_nos": list[str] | None}
    annotations = {name: kinds[name] for name in lines if name in kinds}
    return declared(payload)(type(name, (PostedRecord,), {**lines, "__annotations__": annotations, "__module__": __name__}))


def _described(payload: type[Payload]) -> str:
    return f"{payload.chinese} / {english(payload)}"


for _part in PARTS:
    part(_part)(type(_part.__name__, (), {"__annotations__": {}, "__module__": __name__}))


def _filters(kind: RecordKind) -> dict[str, Any]:
    """What lists of a kind are filtered by besides its own fields: where its mines lie, and what is worked out."""
    facts = KINDS[kind]
    names = {field.name for field in fields_of(facts.payload)}
    wanted = mines.OF_MINES if facts.concerns_mines and kind is not RecordKind.MINE else {}
    return {**{name: given for name, given in wanted.items() if name not in names}, **_FILTERS.get(kind, {})}


#: The connection, the filter and the order of each kind.
LISTED = {
    kind: (
        connection_type(facts.payload, lazy("records", facts.payload.__name__)),
        filter_type(f"{facts.payload.__name__}Filter", facts.payload, **_filters(kind)),
        order_type(f"{facts.payload.__name__}Order", facts.payload, "recorded_at"),
    )
    for kind, facts in KINDS.items()
}

TYPES: dict[RecordKind, Any] = {kind: _record_type(kind) for kind in RecordKind}

# So that the types can name one another before they are made.
globals().update({made.__name__: made for made in TYPES.values()})


def lists() -> dict[str, Any]:
    """The root's lists of records, by name."""
    return {facts.plural: page_of(*LISTED[kind], _described(facts.payload)) for kind, facts in KINDS.items()}


#: What is meant by a number that has gone: whoever holds it wants to know who answers for it now.
_LEADING_ON = {
    RecordKind.MINE: "曾用证号及并入他矿者的证号，指继续的矿山；并入的原矿山由 licenceHistory 或 node 取得 / "
    "a number of before, or of a mine that went into another, means the mine that goes on; the one that went in is found in "
    "licenceHistory and by node",
    RecordKind.ENTERPRISE: "已被合并企业的代码，指承继其权利义务的企业（公司法第二百二十一条）；"
    "原企业及其名下记录由 predecessors 或 node 取得 / the code of one that was merged means the enterprise that has taken over "
    "its rights and debts; the former one, with what stands under it, is found in predecessors and by node",
}


def look_ups() -> dict[str, Any]:
    """The root's look-ups of single records, by the kind's word."""
    found = {}
    for kind, facts in KINDS.items():
        if facts.number:
            [number] = [field for field in fields_of(facts.payload) if field.name == facts.number]
            description = f"按{number.spec.chinese}查{facts.payload.chinese} / {english(facts.payload)} by its number"
            if kind in _LEADING_ON:
                description += f"；{_LEADING_ON[kind]}"
            found[snake(facts.payload.__name__)] = one_by(TYPES[kind], description, **{facts.number: str})
    return found
