"""Admission of operations: a document that can be run, its variables, and whether its caller may and can afford it."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from graphql import OperationDefinitionNode, OperationType

from auth.principals import Principal, Role
from auth.rules import needs_purpose
from auth.scopes import READ
from hub.domain.as_of import KNOWN_AT, ON, PRESENT, Asked
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose, purpose_wanted
from schema.answers import Operation
from schema.budgets import Charge
from schema.errors import InvalidDocumentError
from schema.limits import Limits
from schema.planner.documents import Document, Documents
from schema.planner.values import Variables
from schema.sights import Sights
from schema.workshop import Workshop

#: What it costs to read a document by which a client has not asked yet, for each character: as much work as so many fields.
_READING = 5


class Measured(NamedTuple):
    """An operation that can be run, its variables, and what it costs."""

    document: Document
    node: OperationDefinitionNode
    variables: Variables
    cost: int
    #: The cost as its caller is told of it: not at all, where the schema is none of its business.
    told_cost: int | None
    purpose: Purpose | None
    #: The place in the log on which what is read must stand.
    after: Cursor | None = None
    as_of: Asked = PRESENT
    #: Whether its client asks by this document for the first time.
    is_new: bool = False

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    @property
    def tells_of_records(self) -> bool:
        """Whether what is read is more than what everybody may know without a reason."""
        return self.kind is not OperationType.MUTATION and self.document.tells_of_records[self.name]

    @property
    def kind(self) -> OperationType:
        return self.node.operation

    def too_much(self, most: int, field: str) -> HubError:
        """Why it is refused that costs more than this."""
        told = "cost" if self.told_cost is None else f"cost {self.told_cost}"
        return HubError(ErrorCode.QUERY_TOO_COMPLEX, f"{told}, ≤ {most}", field=field)


class Admission:
    """Reads operations and lets them in.  Only the roles in `introspects` are told what misspelt names may mean, and costs."""

    def __init__(
        self, documents: Documents, workshop: Workshop, limits: Limits, charge: Charge, introspects: Collection[Role]
    ) -> None:
        self._documents = documents
        self._workshop = workshop
        self._limits = limits
        self._charge = charge
        self._introspects = introspects
        self._sights = Sights()

    async def measured(self, operation: Operation, caller: Principal) -> Measured:
        """What an operation asks for.

        Raises InvalidDocumentError, METHOD_NOT_ALLOWED for a mutation by a way that changes nothing, FORBIDDEN to those who may
        not read, NOT_AS_OF for what is no query and asks of the past, RATE_LIMITED, and DEADLINE_EXCEEDED.
        """
        hints, text, client = caller.role in self._introspects, operation.document, caller.client_id
        document = self._documents.known(text, client, hints=hints, trusted=operation.trusted)
        is_new = document is None or self._sights.is_first(client, text)
        if is_new and not operation.trusted:
            self._charge(caller.account, _READING * len(text))
        if document is None:
            read = partial(self._documents.read, text, hints=hints)
            known = partial(self._documents.known, text, client, hints=hints, trusted=operation.trusted)
            document = await self._workshop.do(client, read, known)
            self._documents.keep(text, document, hints=hints, trusted=operation.trusted)
        if is_new:
            self._sights.note(client, text)
        if document.errors:
            raise InvalidDocumentError(document.code, document.errors)
        node = document.operation(operation.name)
        if operation.safe and node.operation is OperationType.MUTATION:
            raise HubError(ErrorCode.METHOD_NOT_ALLOWED, "POST")
        if node.operation is not OperationType.MUTATION and READ not in caller.scopes:
            raise HubError(ErrorCode.FORBIDDEN, READ)
        if operation.as_of is not PRESENT and node.operation is not OperationType.QUERY:
            raise HubError(ErrorCode.NOT_AS_OF, node.operation.value, field=ON if operation.as_of.on else KNOWN_AT)
        name = node.name.value if node.name else None
        document.conditions[name].check(operation.variables, self._limits.conditions)
        inputs = document.inputs[name]
        coerce = partial(inputs.coerced, operation.variables, self._limits.values, hints=hints)
        variables = await self._workshop.do(client, coerce) if inputs.is_long(operation.variables) else coerce()
        if isinstance(variables, list):
            raise InvalidDocumentError(ErrorCode.INVALID_INPUT, variables)
        cost = document.costs[name].now(variables)
        return Measured(
            document,
            node,
            variables,
            cost,
            cost if hints else None,
            operation.purpose,
            operation.after,
            operation.as_of,
            is_new,
        )

    def admit(self, measured: Measured, caller: Principal) -> None:
        """Charge for an operation; raises QUERY_TOO_COMPLEX, RATE_LIMITED, and PURPOSE_REQUIRED to those who must name one."""
        cost = measured.cost
        if cost > self._limits.cost:
            raise measured.too_much(self._limits.cost, "query")
        self._charge(caller.account, cost)
        if measured.purpose is None and needs_purpose(caller) and measured.tells_of_records:
            raise purpose_wanted()
