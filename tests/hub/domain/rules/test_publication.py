"""Which penalties go to the credit-disclosure system: each rule on both sides of its edge."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hub.domain.declaring.fields import validate
from hub.domain.records.penalties import Penalty
from hub.domain.rules.publication import ANNULLED, NOT_PUBLISHED, is_to_be_taken_back, is_to_be_told, told, why_hidden
from hub.domain.words.deliveries import DeliveryAction
from hub.domain.words.gone import Gone
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


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ({}, (None, None, None)),
        # Seen from its first day of publication to its last.
        ({"publishedOn": str(ON)}, (Gone.UNPUBLISHED, None, None)),
        ({"publishedOn": None}, (Gone.UNPUBLISHED,) * 3),
        ({"publicationEndsOn": str(ON)}, (None, None, Gone.EXPIRED)),
        ({"disputed": True}, (None, None, None)),
        # An annulment hides every day, one before it too, and so does a repair in its time.
        ({"annulledOn": str(ON)}, (Gone.ANNULLED,) * 3),
        ({"annulledOn": str(ON), "repairedOn": str(ON)}, (Gone.ANNULLED,) * 3),
        ({"repairedOn": str(ON)}, (Gone.REPAIRED,) * 3),
        ({"decidedOn": "2026-08-02", "publishedOn": "2026-08-05", "repairedOn": str(ON)}, (Gone.REPAIRED,) * 3),
        # One that came before the shortest publication was over hides from the day after it.
        (
            {"decidedOn": "2026-08-01", "publishedOn": "2026-08-05", "repairedOn": "2026-10-31"},
            (None, Gone.REPAIRED, Gone.REPAIRED),
        ),
    ],
)
def test_to_whom_penalties_are_published_sees_one_in_publication_and_is_told_why_no_more(
    said: dict[str, Any], hidden: tuple[Gone | None, ...]
) -> None:
    record = decided(**said)
    assert tuple(why_hidden(record, day) for day in (ON - DAY, ON, ON + DAY)) == hidden


@pytest.mark.parametrize(
    ("said", "is_taken_back"),
    [
        ({}, False),
        ({"disputed": True}, False),
        ({"repairedOn": "2026-10-01"}, False),
        ({"publicationEndsOn": str(ON - DAY)}, False),
        ({"publicationClass": "MINOR", "decidedOn": "2026-10-04", "publishedOn": "2026-10-09"}, False),
        ({"annulledOn": "2026-10-01"}, True),
        ({"partyCategory": "NATURAL_PERSON"}, True),
        ({"publicationClass": "MINOR", "publishedOn": None}, True),
    ],
)
def test_what_stands_here_is_rightly_taken_back_there_where_it_is_annulled_or_not_to_be_published(
    said: dict[str, Any], is_taken_back: bool
) -> None:
    assert is_to_be_taken_back(decided(**said)) is is_taken_back
