"""Parsing and validation of documents, once each, in a bounded cache; introspection and validation stay with graphql-core."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from hub.domain.errors import ErrorCode, HubError
from schema.planner.cache import Cache

_DOCUMENTS = 1000
_PLANS = 200
_MOST_TOKENS = 5000
_MOST_ERRORS = 20


@dataclass(frozen=True)
class Document:
    """A parsed document: valid, or with the errors that say why not and their code.  `plans` keeps its compiled plans."""

    errors: tuple[GraphQLError, ...] = ()
    code: ErrorCode = ErrorCode.DOCUMENT_INVALID
    operations: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    plans: Cache[Any, Any] = field(default_factory=lambda: Cache(_PLANS))

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run; INVALID_INPUT when the name does not choose one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None or name not in self.operations:
            raise HubError(ErrorCode.INVALID_INPUT, "operationName", field="operationName")
        return self.operations[name]


class Documents:
    """The documents that clients have sent, ready to plan."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: Cache[tuple[str, bool], Document] = Cache(_DOCUMENTS)

    def get(self, text: str, client: str, *, hints: bool) -> Document:
        """A document that a client sends, parsed and validated; `hints` lets errors say what may have been meant."""
        key = (text, hints)
        document = self._known.get(key, client)
        if document is None:
            document = self._read(text, hints=hints)
            self._known.put(key, document)
        return document

    def _read(self, text: str, *, hints: bool) -> Document:
        try:
            node = parse(text, max_tokens=_MOST_TOKENS, no_location=False, allow_empty_selection_sets=False)
        except GraphQLError as error:
            return Document((error,), ErrorCode.DOCUMENT_UNREADABLE)
        except RecursionError:
            return Document((GraphQLError("The document is nested too deeply."),), ErrorCode.DOCUMENT_UNREADABLE)
        errors = tuple(validate(self._schema, node, max_errors=_MOST_ERRORS, hide_suggestions=not hints))
        return self._sorted(node, errors)

    def _sorted(self, node: DocumentNode, errors: tuple[GraphQLError, ...]) -> Document:
        operations: dict[str | None, OperationDefinitionNode] = {}
        fragments = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations[definition.name.value if definition.name else None] = definition
                if definition.operation is OperationType.SUBSCRIPTION:
                    errors = (*errors, GraphQLError("Subscriptions are not served here."))
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
        return Document(errors, operations=operations, fragments=fragments)
