"""What others say of a record is kept without the values of its personal fields, however they repeat them."""

from __future__ import annotations

import pytest

from hub.domain.declaring.fields import Payload
from hub.domain.declaring.personal import without_personal
from hub.domain.records.experts import Expert
from hub.domain.records.penalties import Penalty

PARTY = {"partyIdNo": "53000019000101000x", "partyIdType": "护照", "partyName": "示例人", "legalRepresentativeIdNo": None}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("号码53000019000101000x不符", "号码***不符"),
        # Systems write the last letter as they like.
        ("53000019000101000X（护照）：53000019000101000x", "***（***）：***"),
        # What is personal of nobody stays, and so does what only looks like it.
        ("示例人：主体不存在", "示例人：主体不存在"),
        ("53000019000101000", "53000019000101000"),
        ("", ""),
    ],
)
def test_personal_values_are_left_out_of_what_is_said(said: str, kept: str) -> None:
    assert without_personal(said, [(Penalty, PARTY)]) == kept


def test_what_is_said_of_several_records_is_without_those_of_all_the_longer_first() -> None:
    records: list[tuple[type[Payload], dict[str, str]]] = [
        (Penalty, {"partyIdNo": "1.2"}),
        (Penalty, {"partyIdNo": "1.2.3"}),
        (Expert, {"name": "示例员"}),
    ]
    assert without_personal("1.2.3, 1.2, 1x2, 示例员", records) == "***, ***, 1x2, ***"
    assert without_personal("1.2.3", [(Penalty, {"fine": "1.2.3"})]) == "1.2.3"
    assert without_personal("1.2.3", []) == "1.2.3"
