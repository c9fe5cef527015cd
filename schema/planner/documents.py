"""Parsing, measuring and validation of documents, once each, in a bounded cache; validation itself stays with graphql-core."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    parse,
    validate,
)

from hub.domain.words.errors import ErrorCode, HubError
from hub.services.evidence.read_ledger import digest_of
from schema.limits import Limits
from schema.planner.cache import Cache
from schema.planner.conditions import Conditions
from schema.planner.inputs import Inputs
from schema.planner.measuring import Cost, Measure
from schema.planner.reach import tells_of_records

#: What documents that are kept may take together, in bytes as they are reckoned here: about a thousand of the usual.
_DOCUMENTS = 32 * 2**20
#: And those that were registered.
_TRUSTED = 64 * 2**20
#: What each takes, and each of its characters and tokens.
_DOCUMENT = 10_000
_CHARACTER = 2
_TOKEN = 200
_MOST_ERRORS = 20
#: graphql-core has bounds of its own on tokens and nesting, and tells them as syntax errors in these words.
_BOUNDS_OF_PARSER = ("contains more than", "nested too deeply")
_HINT = " Did you mean "


@dataclass(frozen=True)
class Document:
    """A parsed document: valid, or with the errors that say why not and their code.

    `digest` is its SHA-256 in hex; `size` is what it takes to keep what was read of it, in bytes.
    """

    errors: tuple[GraphQLError, ...] = ()
    code: ErrorCode = ErrorCode.DOCUMENT_INVALID
    operations: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    costs: dict[str | None, Cost] = field(default_factory=dict)
    conditions: dict[str | None, Conditions] = field(default_factory=dict)
    inputs: dict[str | None, Inputs] = field(default_factory=dict)
    #: Whether an operation leads to more than what everybody may read without saying why.
    tells_of_records: dict[str | None, bool] = field(default_factory=dict)
    digest: str = ""
    size: int = 0

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run; INVALID_INPUT when the name does not choose one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None or name not in self.operations:
            raise HubError(ErrorCode.INVALID_INPUT, "operationName", field="operationName")
        return self.operations[name]


class Documents:
    """The documents that clients have sent, ready to plan."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._known: Cache[tuple[str, bool], Document] = Cache(_DOCUMENTS)
        self._trusted: Cache[tuple[str, bool], Document] = Cache(_TRUSTED)

    def known(self, text: str, client: str, *, hints: bool, trusted: bool = False) -> Document | None:
        """A document that a client sends, if it was read before; `hints` lets errors say what may have been meant.

        Those that are `trusted` have a place of their own, which no document that is not can push them out of.
        """
        return (self._trusted if trusted else self._known).get((text, hints), client)

    def keep(self, text: str, document: Document, *, hints: bool, trusted: bool = False) -> None:
        """Keep what was read, for the next time."""
        kept = self._trusted if trusted else self._known
        kept.put((text, hints), document, document.size + _DOCUMENT + _CHARACTER * len(text))

    def read(self, text: str, *, hints: bool) -> Document:
        """Parse, measure and validate a document, which may take a while."""
        if len(text.encode("utf-8", "replace")) > self._limits.document_bytes:
            return _refused(ErrorCode.QUERY_TOO_COMPLEX, f"≤ {self._limits.document_bytes} bytes")
        try:
            node = parse(text, max_tokens=self._limits.tokens, allow_empty_selection_sets=False)
        except GraphQLError as error:
            bounded = any(words in error.message for words in _BOUNDS_OF_PARSER)
            return Document((_alone(error),), ErrorCode.QUERY_TOO_COMPLEX if bounded else ErrorCode.DOCUMENT_UNREADABLE)
        except RecursionError:
            return _refused(ErrorCode.QUERY_TOO_COMPLEX, "nested too deeply")
        operations: dict[str | None, OperationDefinitionNode] = {}
        fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations[definition.name.value if definition.name else None] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
        measure = Measure(self._schema, fragments, self._limits)
        try:
            measured = {name: measure.walk(operation) for name, operation in operations.items()}
            measure.rest()
        except HubError as error:
            return _refused(error.code, error.detail)
        finally:
            _untie(node)
        errors = tuple(validate(self._schema, node, max_errors=_MOST_ERRORS, hide_suggestions=not hints))
        # What cannot be run need not be kept.
        if errors:
            return Document(tuple(_alone(error, hints=hints) for error in errors))
        _forget_places(node)
        inputs = {name: Inputs(self._schema, operation) for name, operation in operations.items()}
        told = {name: tells_of_records(self._schema, operation, fragments) for name, operation in operations.items()}
        return Document(
            operations=operations,
            fragments=fragments,
            costs={name: cost for name, (cost, _) in measured.items()},
            conditions={name: conditions for name, (_, conditions) in measured.items()},
            inputs=inputs,
            tells_of_records=told,
            digest=digest_of(text),
            size=_TOKEN * node.token_count,
        )


def _refused(code: ErrorCode, detail: str) -> Document:
    return Document((GraphQLError(detail),), code)


def _untie(document: DocumentNode) -> None:
    """Take the tokens of a document apart: they hold one another in circles, which nobody but the collector of garbage would
    ever free, and who collects holds up everybody."""
    token = document.loc and document.loc.start_token
    while token:
        following = token.next
        token.prev = token.next = None
        token = following


def _forget_places(document: DocumentNode) -> None:
    """Where fields stand is told of those that are refused; the places of all else would be half of what is kept."""
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, FieldNode):
            object.__setattr__(node, "loc", None)
        for name in node.keys:
            value = getattr(node, name)
            waiting += [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Node)]


def _alone(error: GraphQLError, *, hints: bool = False) -> GraphQLError:
    """An error without what it was found in; its places are told already.  Not every rule of graphql-core keeps what may have
    been meant to itself where it should."""
    message = error.message if hints else error.message.partition(_HINT)[0]
    return GraphQLError(message, source=error.source, positions=error.positions)
