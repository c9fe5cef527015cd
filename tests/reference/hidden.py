"""What a caller must not be told of the province, by whichever way: records that it may not look up, and masked texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from auth.principals import Principal
from auth.rules import visibility_of
from hub.domain.declaring.fields import camel
from hub.domain.read_plan import Condition
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.identifiers import DIGEST_CHARACTERS
from schema.answers import Operation
from schema.execution import Graph
from tests.makers import LOAN
from tests.reference.executor import Row, Rows

#: Of a record, of whichever kind.
_ID = re.compile(rf"\b(?:{'|'.join(RecordKind)})_[0-9a-f]{{{DIGEST_CHARACTERS}}}\b")


def named_in(told: str) -> set[str]:
    """The ids of the records that are named in what was told."""
    return set(_ID.findall(told))


async def listed(graph: Graph, who: Principal) -> set[str]:
    """The ids of all records in the lists that a caller may see."""
    nouns = visibility_of(who).nouns
    lists = [camel(facts.plural) for kind, facts in KINDS.items() if kind.value in nouns]
    asked = " ".join(f"{name}(first: 500) {{ nodes {{ id }} }}" for name in lists)
    answer = json.loads((await graph.run(Operation(f"{{ {asked} }}", None, {}, LOAN), who)).body)
    return {one["id"] for some in answer["data"].values() for one in some["nodes"]}


async def unseen(graph: Graph, who: Principal, named: Iterable[str]) -> list[str]:
    """Those of these records that a caller may not look up."""
    found = []
    for one in sorted(named):
        asked = Operation("query ($id: ID!) { node(id: $id) { id } }", None, {"id": one}, LOAN)
        if json.loads((await graph.run(asked, who)).body)["data"]["node"] is None:
            found.append(one)
    return found


def masked(rows: Rows, who: Principal) -> set[str]:
    """The texts that stand in a field which is masked for a caller, and in no other but of rows that it never sees."""
    sight = visibility_of(who)

    def is_masked(noun: str, name: str, row: Row) -> bool:
        match sight.fields.get((noun, name), Condition.ALWAYS):
            case Condition.NEVER:
                return True
            case Condition.OWN_DEPARTMENT:
                return who.department is None or row["department"] != who.department.value
        return False

    hidden, open_ = set[str](), set[str]()
    for noun, one in ((noun, one) for noun, several in rows.items() for one in several):
        for name, value in one.items():
            texts = {text for text in (value if isinstance(value, list) else (value,)) if isinstance(text, str)}
            if is_masked(noun, name, one):
                hidden |= texts
            elif noun in sight.nouns:
                open_ |= texts
    return hidden - open_
