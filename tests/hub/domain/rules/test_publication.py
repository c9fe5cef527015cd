"""Which penalties go to the credit-disclosure system: each rule on both sides of its edge."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hub.domain.declaring.fields import validate
from hub.domain.records.penalties import Penalty
from hub.domain.rules.publication import ANNULLED, NOT_PUBLISHED, is_to_be_told, told
from hub.domain.words.deliveries import DeliveryAction
from tests.makers import penalty

ON = date(2026, 11, 2)
DAY = timedelta(days=1)
REPORT, WITHDRAW = DeliveryAction.REPORT, DeliveryAction.WITHDRAW


def decided(**more: Any) -> Penalty:
    """A penalty of class GENERAL that was decided half a year ago and is published."""
    said = {"decidedOn": "2026-05-04", "publishedOn": "2026-05-08", "publicationClass": "GENERAL", "validUntil": "2027-05-04"}
    record, problems = validate(Penalty, penalty(1) | said | more, ON)
    assert record is not None, problems
    return record


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ({}, True),
        ({"publishedOn": None}, True),
        # Whose name it would be under.
        ({"partyCategory": "INDIVIDUAL_BUSINESS"}, True),
        ({"partyCategory": "NATURAL_PERSON"}, False),
        # Minor by its class, which goes before its kinds; the organ may publish it all the same.
        ({"publicationClass": "MINOR", "decidedOn": "2026-10-04", "publishedOn": None}, False),
        ({"publicationClass": "MINOR", "decidedOn": "2026-10-04", "publishedOn": "2026-10-09"}, True),
        ({"publicationClass": "GENERAL", "kinds": ["WARNING"], "fine": None, "publishedOn": None}, True),
        # Minor by its kinds, alone.
        ({"publicationClass": None, "kinds": ["WARNING", "PUBLIC_CRITICISM"], "fine": None, "publishedOn": None}, False),
        ({"publicationClass": None, "kinds": ["WARNING"], "fine": None, "publishedOn": "2026-05-08"}, True),
        ({"publicationClass": None, "kinds": ["WARNING", "FINE"], "publishedOn": None}, True),
        # In force, and in publication, to the last day.
        ({"validUntil": str(ON)}, True),
        ({"validUntil": str(ON - DAY)}, False),
        ({"publicationEndsOn": str(ON)}, True),
        ({"publicationEndsOn": str(ON - DAY)}, False),
        ({"decidedOn": "2025-11-02", "publishedOn": "2025-11-05"}, True),
        ({"decidedOn": "2025-11-01", "publishedOn": "2025-11-05"}, False),
        # A dispute hides nothing; a repair and an annulment do.
        ({"disputed": True}, True),
        ({"repairedOn": "2026-10-01"}, False),
        ({"annulledOn": "2026-10-01"}, False),
        # Before the shortest publication is over a repair hides nothing.
        ({"decidedOn": "2026-08-02", "publishedOn": None, "repairedOn": "2026-11-01"}, True),
        ({"decidedOn": "2026-08-01", "publishedOn": None, "repairedOn": "2026-11-01"}, False),
        ({"decidedOn": "2026-08-01", "publishedOn": None, "repairedOn": "2026-10-31"}, False),
    ],
)
def test_what_is_not_there_yet_is_told_where_it_is_in_force_and_to_be_published(said: dict[str, Any], is_told: bool) -> None:
    record = decided(**said)
    assert is_to_be_told(record, ON) is is_told
    assert told(record, ON, withdrawn=None, before=None) == ((REPORT, "") if is_told else None)
    # What was taken back there is told anew as if it had never been there.
    assert told(record, ON, withdrawn=None, before=WITHDRAW) == ((REPORT, "") if is_told else None)


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ({}, (REPORT, "")),
        ({"disputed": True}, (REPORT, "")),
        ({"repairedOn": "2026-10-01"}, (REPORT, "")),
        ({"publicationEndsOn": str(ON - DAY)}, (REPORT, "")),
        ({"validUntil": str(ON - DAY)}, (REPORT, "")),
        ({"annulledOn": "2026-10-01"}, (WITHDRAW, ANNULLED)),
        ({"partyCategory": "NATURAL_PERSON"}, (WITHDRAW, NOT_PUBLISHED)),
        ({"publicationClass": "MINOR", "publishedOn": None}, (WITHDRAW, NOT_PUBLISHED)),
    ],
)
def test_what_is_there_is_kept_up_to_date_or_taken_back(said: dict[str, Any], action: tuple[DeliveryAction, str]) -> None:
    assert told(decided(**said), ON, withdrawn=None, before=REPORT) == action


def test_what_is_taken_back_here_is_taken_back_there_once_and_with_its_reason() -> None:
    assert told(decided(), ON, withdrawn="错误", before=REPORT) == (WITHDRAW, "错误")
    assert told(decided(), ON, withdrawn="错误", before=WITHDRAW) is None
    assert told(decided(), ON, withdrawn="错误", before=None) is None
