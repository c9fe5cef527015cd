"""All connectors, found by their folders; the sandbox of one is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from connectors.base import Connector, Item
from connectors.errors import OperatorMustAct
from connectors.manifests import MANIFESTS
from connectors.mapping import Mapped
from connectors.sandbox import Sandbox
from hub.domain.record_kinds import RecordKind


def _connector(code: str) -> type[Connector]:
    module = _module(code, "connector")
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Connector) and value.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise OperatorMustAct(f"connectors/{code}/connector.py has {len(classes)} classes of Connector, where one belongs")
    return classes[0]


def _module(code: str, name: str) -> ModuleType:
    try:
        return import_module(f"connectors.{code}.{name}")
    except ModuleNotFoundError as error:
        if error.name not in (f"connectors.{code}", f"connectors.{code}.{name}"):
            raise
        raise OperatorMustAct(f"connectors/{code}/{name}.py is missing: `hub connectors new` shows how it looks") from None


#: By code, in the order of a first pull: mines and enterprises before what is said of them.
CONNECTORS: dict[str, type[Connector]] = {code: _connector(code) for code in MANIFESTS}


def read_again(code: str, kind: RecordKind, kept: Mapping[str, Any]) -> Item | None:
    """The item of what a system told and the hub kept, by the mapping as it is now; None where one cannot be made of it."""
    return CONNECTORS[code].read_again(kind, kept) if code in CONNECTORS else None


def sandbox(code: str) -> Sandbox:
    """What plays a system."""
    declared = getattr(_module(code, "sandbox"), "SANDBOX", None)
    if not isinstance(declared, Sandbox):
        raise OperatorMustAct(f"connectors/{code}/sandbox.py has no SANDBOX")
    return declared


def resources(code: str) -> dict[str, Mapped]:
    """The mapping of each resource of a system, in the order in which they are pulled."""
    declared = getattr(_module(code, "mapping"), "RESOURCES", None)
    if not isinstance(declared, dict) or not all(isinstance(mapped, Mapped) for mapped in declared.values()):
        raise OperatorMustAct(f"connectors/{code}/mapping.py has no RESOURCES: a table of each resource's mapping")
    return declared
