"""What the hub works out of a record: whether it reaches what is required, and from when something is owed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from tests import duties, makers
from tests.hub.domain.records.judging import read

K = RecordKind


@pytest.mark.parametrize(
    ("rates", "reached"),
    [
        ({}, True),
        ({"mining": "92.00"}, True),
        ({"mining": "91.99"}, False),
        ({"processing": "79.99"}, False),
        ({"utilisation": "10"}, None),  # nobody has said what is required of it
        ({"utilisation": "10", "utilisationRequired": "10.01"}, False),
        ({"utilisationRequired": "50"}, None),  # required, and nobody has said how much it is
        ({"miningRequired": None, "mining": "1"}, None),
        ({"miningRequired": None, "mining": "1", "processing": "79.99"}, False),
        ({"miningRequired": None, "mining": None}, True),  # does not apply to the mine
    ],
)
def test_every_rate_is_held_against_its_required_minimum(rates: dict[str, Any], reached: bool | None) -> None:
    assert read(K.RECOVERY_RATES, duties.recovery_rates(**rates)).meets_required is reached


def test_what_is_not_stated_of_rates_is_named() -> None:
    rates = duties.recovery_rates(miningRequired=None, processing=None, utilisation="1", utilisationRequired=None)
    assert read(K.RECOVERY_RATES, rates).unstated == "miningRequired, utilisationRequired, processing"
    assert read(K.RECOVERY_RATES, duties.recovery_rates()).unstated is None


@pytest.mark.parametrize(
    ("value", "limit", "over"), [("0.62", "0.5", True), ("0.5", "0.5", False), ("0.500001", "0.5", True), ("9", None, False)]
)
def test_an_emission_is_over_its_limit_or_not(value: str, limit: str | None, over: bool) -> None:
    assert read(K.MONITORING_READING, duties.monitoring_reading(value=value, limit=limit)).over_limit is over
    energy = duties.energy_use(intensity=value, intensityLimit=limit)
    assert read(K.ENERGY_USE, energy).over_limit is over


def test_vegetation_is_owed_from_the_end_of_its_term_until_it_is_accepted() -> None:
    use = duties.forest_land_use()
    assert read(K.FOREST_LAND_USE, use).owed_since == date(2026, 6, 1)
    accepted = use | {"restoredOn": "2026-05-01"}
    assert read(K.FOREST_LAND_USE, accepted | {"restoredArea": "2.5"}).owed_since is None
    # One part in ten is not the whole, nor is an area that nobody has accepted.
    for part in (accepted, accepted | {"restoredArea": "2.4999"}, use | {"restoredArea": "2.5"}):
        assert read(K.FOREST_LAND_USE, part).owed_since == date(2026, 6, 1)
    permanent = use | {"use": "PERMANENT", "endsOn": None, "restorationDueOn": None}
    assert read(K.FOREST_LAND_USE, permanent).owed_since is None


def test_restoration_is_owed_from_the_end_of_the_first_year_that_is_behind() -> None:
    plan = read(K.RESTORATION_PLAN, duties.restoration_plan())
    assert (plan.duty_area, plan.done_area, plan.owed_since) == (Decimal("7.5000"), Decimal("4.2500"), date(2025, 12, 31))
    years = [{"year": 2026, "duty": "1"}, {"year": 2024, "duty": "1"}, {"year": 2025, "duty": "1", "done": "1"}]
    assert read(K.RESTORATION_PLAN, duties.restoration_plan(years=years)).owed_since == date(2024, 12, 31)
    assert read(K.RESTORATION_PLAN, duties.restoration_plan(years=years[2:])).owed_since is None


def test_rectification_is_owed_until_it_is_done() -> None:
    visit = duties.supervision_visit()
    assert read(K.SUPERVISION_VISIT, visit).owed_since == date(2026, 7, 10)
    assert read(K.SUPERVISION_VISIT, visit | {"rectifiedOn": "2026-07-01"}).owed_since is None


@pytest.mark.parametrize(
    ("said", "earliest", "latest"),
    [
        ({"publicationClass": "MINOR"}, date(2026, 3, 1), date(2026, 6, 1)),
        ({"publicationClass": "GENERAL"}, date(2026, 6, 1), date(2027, 3, 1)),
        ({"publicationClass": "SERIOUS"}, date(2027, 3, 1), date(2029, 3, 1)),
        ({"publicationClass": "SERIOUS", "publicationEndsOn": "2027-02-28"}, date(2027, 3, 1), date(2027, 3, 1)),
        ({"publicationClass": "SERIOUS", "publicationEndsOn": "2027-03-02"}, date(2027, 3, 1), date(2027, 3, 2)),
        ({"publicationClass": "GENERAL", "repairedOn": "2026-05-31"}, date(2026, 6, 1), date(2026, 6, 1)),
        ({"publicationClass": "GENERAL", "repairedOn": "2026-06-01"}, date(2026, 6, 1), date(2027, 3, 1)),
        ({"publicationClass": "SERIOUS", "publicationEndsOn": "2029-03-01"}, date(2027, 3, 1), date(2029, 3, 1)),
        ({"publicationClass": "SERIOUS", "publicationEndsOn": "2029-03-02"}, date(2027, 3, 1), date(2029, 3, 1)),
        ({"publicationClass": "MINOR", "publicationEndsOn": "2026-06-02"}, date(2026, 3, 1), date(2026, 6, 1)),
        ({"publicationClass": None}, None, date(2029, 3, 1)),
        ({"publicationClass": None, "publicationEndsOn": "2026-12-31"}, None, date(2026, 12, 31)),
    ],
)
def test_publication_ends_by_class_or_earlier_where_that_is_stated(
    said: dict[str, Any], earliest: date | None, latest: date
) -> None:
    facts = read(K.PENALTY, makers.penalty(**said))
    assert (facts.publication_earliest_end, facts.publication_latest_end) == (earliest, latest)
