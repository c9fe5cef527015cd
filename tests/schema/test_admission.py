"""Whom an operation is let in for: read once and paid for, with the rights, the reason and the price that it needs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auth.principals import Principal, Role
from auth.scopes import READ
from hub.domain.as_of import Asked
from hub.domain.words.errors import ErrorCode, HubError
from schema.admission import Admission, Measured
from schema.answers import Operation
from schema.errors import InvalidDocumentError
from schema.limits import Limits
from schema.planner.documents import Documents
from schema.root import build_schema
from schema.workshop import Workshop
from tests.makers import BANK, ECOLOGY, LOAN

MINES = "{ mines(first: 3) { nodes { name } } }"
PLAN = "{ plan { id } }"
MUTATION = 'mutation { withdrawRecord(id: "opinion_0", reason: "x") { outcome } }'
SUBSCRIPTION = "subscription { recordPosted { position } }"
NO_READ = replace(ECOLOGY, scopes=ECOLOGY.scopes - {READ})


class Door:
    """Admission, and what it charged to whom."""

    def __init__(self, *, cost: int = 500_000, introspects: Collection[Role] = (), **limits: int) -> None:
        bounds = Limits(cost=cost, **limits)
        documents = Documents(build_schema()._schema, bounds)
        self.charged: list[tuple[str, int]] = []
        self.admission = Admission(
            documents, Workshop(10), bounds, lambda who, cost: self.charged.append((who, cost)), introspects
        )

    async def measured(self, document: str, who: Principal = ECOLOGY, **more: Any) -> Measured:
        return await self.admission.measured(Operation(document, None, {}, **more), who)

    async def admitted(self, document: str, who: Principal = ECOLOGY, **more: Any) -> Measured:
        measured = await self.measured(document, who, **more)
        self.admission.admit(measured, who)
        return measured

    async def refused(self, document: str, who: Principal = ECOLOGY, **more: Any) -> HubError:
        with pytest.raises(HubError) as caught:
            await self.admitted(document, who, **more)
        return caught.value


async def test_a_document_is_paid_for_by_its_length_when_it_is_new_and_one_that_was_registered_never() -> None:
    door = Door()
    await door.measured(MINES)
    assert door.charged == [(ECOLOGY.client_id, 5 * len(MINES))]
    await door.measured(MINES)
    await door.measured(PLAN, trusted=True)
    assert len(door.charged) == 1
    # Of the public each address pays for itself.
    public = Principal("public", Role.PUBLIC, frozenset({READ}), address="192.0.2.1")
    measured = await door.admitted(PLAN, public)
    assert door.charged[1:] == [("public 192.0.2.1", 5 * len(PLAN)), ("public 192.0.2.1", measured.cost)]


async def test_what_costs_as_much_as_it_may_is_charged_and_what_costs_more_is_not_run() -> None:
    cost = (await Door().measured(MINES)).cost
    door = Door(cost=cost)
    await door.admitted(MINES)
    assert door.charged[1:] == [(ECOLOGY.client_id, cost)]
    error = await Door(cost=cost - 1).refused(MINES)
    assert (error.code, error.field, error.detail) == (ErrorCode.QUERY_TOO_COMPLEX, "query", f"cost, ≤ {cost - 1}")
    told = Door(cost=cost - 1, introspects=[Role.DEPARTMENT])
    assert (await told.refused(MINES)).detail == f"cost {cost}, ≤ {cost - 1}"
    assert len(told.charged) == 1
    assert (await told.measured(MINES)).told_cost == cost
    assert (await told.measured(MINES, BANK)).told_cost is None


async def test_who_may_not_read_may_change_and_what_is_safe_changes_nothing() -> None:
    door = Door()
    for document in (MINES, SUBSCRIPTION):
        error = await door.refused(document, NO_READ)
        assert (error.code, error.detail) == (ErrorCode.FORBIDDEN, READ)
        await door.admitted(document, safe=True)
    await door.admitted(MUTATION, NO_READ)
    error = await door.refused(MUTATION, safe=True)
    assert (error.code, error.detail) == (ErrorCode.METHOD_NOT_ALLOWED, "POST")


async def test_only_queries_ask_of_the_past() -> None:
    door = Door()
    on, known_at = Asked(on=date(2026, 1, 1)), Asked(known_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert (await door.admitted(MINES, as_of=on)).as_of == on
    for document, kind in ((MUTATION, "mutation"), (SUBSCRIPTION, "subscription")):
        assert (await door.admitted(document)).as_of == Asked()
        for asked, field in ((on, "on"), (known_at, "knownAt")):
            error = await door.refused(document, as_of=asked)
            assert (error.code, error.detail, error.field) == (ErrorCode.NOT_AS_OF, kind, field)


async def test_a_bank_says_why_it_reads_records() -> None:
    door = Door()
    for document in (MINES, SUBSCRIPTION, "query A { mines { totalCount } }", "{ consumers { name } mines { totalCount } }"):
        assert (await door.refused(document, BANK)).code is ErrorCode.PURPOSE_REQUIRED
        await door.admitted(document, BANK, purpose=LOAN)
        await door.admitted(document, ECOLOGY)
    # What everybody may know, what is the client's own to receive by, and what reads nothing.
    for document in (PLAN, MUTATION, "{ consumers { name behind } webhooks { name url } }"):
        assert not (await door.admitted(document, BANK)).tells_of_records
    assert (await door.measured("query A { mines { totalCount } }")).name == "A"
    assert (await door.measured(MINES)).name is None


async def test_what_cannot_be_run_says_why_and_hints_are_for_who_may_know_the_schema() -> None:
    misspelt, door = "{ minez { totalCount } }", Door(introspects=[Role.DEPARTMENT])
    for who, hint in ((ECOLOGY, True), (BANK, False)):
        with pytest.raises(InvalidDocumentError) as caught:
            await door.measured(misspelt, who)
        assert caught.value.code is ErrorCode.DOCUMENT_INVALID
        assert ("Did you mean" in str(caught.value.errors)) is hint
    with pytest.raises(InvalidDocumentError) as caught:
        await door.measured("query ($n: String!) { mine(licenceNo: $n) { name } }")
    assert caught.value.code is ErrorCode.INVALID_INPUT
    with pytest.raises(HubError) as many:
        await Door(conditions=1).measured('{ mines(filter: {name: {eq: "a"}, mineral: {eq: "b"}}) { totalCount } }')
    assert (many.value.code, many.value.detail) == (ErrorCode.INVALID_INPUT, "≤ 1 conditions")
