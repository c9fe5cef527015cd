"""Discrepancy 差异: what a copy of a record says otherwise than the organ whose record it is.  It overrules nothing; people see
both values and settle it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.declaring.fields import Payload, camel, inputs_of, plain
from hub.domain.words.deliveries import DeliveryAction
from hub.domain.words.worded import Words

#: Whether the record stands at all.
WITHDRAWN = "withdrawn"
#: Whether the record stands on the list of the system that tells copies.
LISTED = "listed"
#: Whether the organ itself has told the hub of the record.
TOLD = "told"
#: What only a list that was read to its end can say.
OF_THE_LIST = frozenset({LISTED, TOLD})


class Nature(Words):
    """差异的性质 / what sort of difference it is, seen from the records: there is the system that tells copies."""

    DIFFERS = "DIFFERS", "内容不一致", "a field differs"
    MISSING_THERE = "MISSING_THERE", "对方缺失", "it stands here and is missing there"
    STILL_THERE = "STILL_THERE", "对方仍在列", "it is to be gone and still stands there"
    MISSING_HERE = "MISSING_HERE", "作出部门未提交", "it stands there and its organ has not told it here"


#: What shows, of what was told and acknowledged, that it was lost there.
LOST = {DeliveryAction.REPORT: Nature.MISSING_THERE, DeliveryAction.WITHDRAW: Nature.STILL_THERE}


class Resolution(Words):
    """差异的了结方式 / how a discrepancy was settled."""

    AGREED = "AGREED", "已一致", "agreed since"
    BY_HAND = "BY_HAND", "人工处理", "settled by hand"
    SENT_ANEW = "SENT_ANEW", "已重新报送", "sent anew; what still differs after that is open again"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, by its wire name, of which a copy says something else than the record."""

    field: str
    own: Any
    copied: Any


def differences(original: Payload, copy: Payload, sent: Mapping[str, Any], but: Sequence[str]) -> Iterator[Difference]:
    """What a copy says otherwise in the fields that were `sent`, apart from those in `but`.

    A field that the copy leaves out is not known to differ.
    """
    own, said = plain(original), plain(copy)
    for wire, field in inputs_of(type(original)).items():
        if sent.get(wire) is not None and wire not in {camel(name) for name in but} and own.get(wire) != said.get(wire):
            yield Difference(wire, *((None, None) if field.spec.personal else (own.get(wire), said.get(wire))))
