"""What a connector makes of a sample: for whoever maps a department's fields."""

from __future__ import annotations

from pathlib import Path

from connectors.base import Item
from connectors.errors import OperatorMustAct
from connectors.files import FileConnector
from connectors.http import read_json
from connectors.registry import CONNECTORS, resources, sandbox

_NOWHERE = "http://127.0.0.1"


def tried(code: str, file: Path, resource: str | None = None) -> list[Item]:
    """The items of a sample of a system: a file as the system puts it on its shelf, or JSON, one row or a list of rows.

    `resource` says of what they are rows, unless the file is named like it or there is one alone.  OperatorMustAct for what is
    no sample.
    """
    if code not in CONNECTORS:
        raise OperatorMustAct(f"no connector {code}; there are {', '.join(CONNECTORS)}")
    mapped = resources(code)
    name = resource or (file.stem if file.stem in mapped else next(iter(mapped)) if len(mapped) == 1 else "")
    if name not in mapped:
        raise OperatorMustAct(f"say with --resource of what these are rows: {', '.join(mapped)}")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise OperatorMustAct(f"{file}: {error.strerror}") from None
    connector = CONNECTORS[code]
    if issubclass(connector, FileConnector) and file.suffix != ".json":
        return connector(sandbox(code).settings(_NOWHERE)).items(name, file.name, body)
    try:
        told = read_json(body)
    except (ValueError, RecursionError):
        raise OperatorMustAct(f"{file}: no JSON") from None
    rows = told if isinstance(told, list) else [told]
    if not all(isinstance(row, dict) for row in rows):
        raise OperatorMustAct(f"{file}: neither a row (an object) nor a list of rows")
    return [mapped[name].item(row) for row in rows]
