"""Making a new connector: a folder that works at once against its own sandbox, to be changed into the real thing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template

from connectors.errors import OperatorMustAct
from connectors.manifests import FOLDER, carried
from connectors.sandbox import Sandbox
from connectors.world import World
from connectors.world.told_by import shelf
from hub.domain.declaring import checks
from hub.domain.declaring.fields import Nested, Payload, inputs_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.departments import DEPARTMENTS, Department

_TEMPLATE = FOLDER / "template"
_CODE = re.compile(r"[a-z][a-z0-9_]{1,40}")
_SAMPLED = World(64, 7)


def scaffold(code: str, department: Department, kinds: Sequence[RecordKind], folder: Path = FOLDER) -> Path:
    """Make `folder/code`, a paged REST system of a department that tells records of these kinds under the hub's own names;
    OperatorMustAct when it cannot be."""
    target = folder / code
    _check(code, department, kinds, target)
    words = {
        "code": code,
        "dashed": code.replace("_", "-"),
        "name": "".join(part.capitalize() for part in code.split("_")),
        "department": department.value,
        "chinese": DEPARTMENTS[department].chinese,
        "english": DEPARTMENTS[department].english,
        "kinds": json.dumps([kind.value for kind in kinds]),
        "mappings": "\n".join(_mapping(kind) for kind in kinds if kind is not RecordKind.PENALTY),
        **_imports(code, kinds),
        "resources": "\n".join(f'    "{_path(kind)}": {_resource(kind)},' for kind in kinds),
    }
    target.mkdir(parents=True)
    for source in sorted(_TEMPLATE.glob("*.txt")):
        text = Template(source.read_text(encoding="utf-8")).substitute(words)
        (target / source.stem).write_text(text, encoding="utf-8")
    return target


def _check(code: str, department: Department, kinds: Sequence[RecordKind], target: Path) -> None:
    if not _CODE.fullmatch(code):
        raise OperatorMustAct("a code has lower-case letters, digits and underscores, and begins with a letter")
    if target.exists():
        raise OperatorMustAct(f"{target} is there already")
    if not kinds or len(set(kinds)) != len(kinds):
        raise OperatorMustAct("a connector carries at least one kind of record, each named once")
    for kind in kinds:
        if department in carried(kind):
            raise OperatorMustAct(f"{kind} of {department} comes through another connector already")
        if not len(shelf(kind, _SAMPLED, department)):
            raise OperatorMustAct(
                f"the fictional province tells no {kind} of {department}: connectors/world/told_by.py says where"
            )


def write_samples(sandbox: Sandbox, folder: Path) -> list[Path]:
    """One row of each resource as a sandbox tells it, written anew; samples of resources that are no more go."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, resource in sandbox.resources(_SAMPLED).items():
        rows, _, _ = resource.after("", 1)
        if not rows:
            raise OperatorMustAct(f"the sandbox tells no {name}: the province's rows are made in connectors/world/told_by.py")
        path = folder / f"{name}.json"
        path.write_text(json.dumps(rows[0], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    for left in set(folder.glob("*.json")) - set(written):
        left.unlink()
    return written


def _imports(code: str, kinds: Sequence[RecordKind]) -> dict[str, str]:
    """The imports of each module that depend on the code and the kinds, in the order that the linter wants."""
    own = f"from connectors.{code} import mapping"
    declared = [kind for kind in kinds if kind is not RecordKind.PENALTY]
    mapping = ["from connectors.mapping import Envelope, Mapped"] if declared else ["from connectors.mapping import Mapped"]
    if any("Parts(" in line for kind in declared for line in _names(KINDS[kind].payload, "")):
        mapping.append("from connectors.declared import Parts")
    if declared:
        mapping.append("from hub.domain.record_kinds import RecordKind")
    shared = ", ".join(["credit_standard"] * (RecordKind.PENALTY in kinds) + ["declared"] * bool(declared))
    return {
        "connector_imports": _sorted(
            own,
            "from connectors.base import Manifest",
            "from connectors.credentials import GatewaySignature",
            "from connectors.http import Http",
            "from connectors.paged import PagedConnector",
        ),
        "sandbox_imports": _sorted(
            own,
            "from connectors.credentials import gateway_signed",
            "from connectors.sandbox import Pages, Sandbox",
        ),
        "mapping_imports": _sorted(f"from connectors import {shared}", *mapping),
    }


def _sorted(*lines: str) -> str:
    return "\n".join(sorted(lines, key=lambda line: line.split()[1]))


def _path(kind: RecordKind) -> str:
    return KINDS[kind].plural.replace("_", "-")


def _constant(kind: RecordKind) -> str:
    return KINDS[kind].plural.upper()


def _resource(kind: RecordKind) -> str:
    return "credit_standard.penalties(**_STAMP)" if kind is RecordKind.PENALTY else _constant(kind)


def _mapping(kind: RecordKind) -> str:
    payload = KINDS[kind].payload
    wires = {field.name: wire for wire, field in inputs_of(payload).items()}
    reference = wires[KINDS[kind].identity[0]]
    lines = "\n".join(_names(payload, " " * 8))
    return (
        f'{_constant(kind)} = declared.mapped(\n    RecordKind.{kind.name},\n    Envelope("{reference}"),\n'
        f"    {{\n{lines}\n    }},\n    _STAMP,\n)\n"
    )


def _names(payload: type[Payload], indent: str) -> Iterator[str]:
    """The table of a kind's names, each its own: what the system calls a field is written to its left."""
    for wire, field in inputs_of(payload).items():
        match field.spec.check:
            case checks.Several(each=Nested(part=part)):
                yield f'{indent}"{wire}": Parts(\n{indent}    "{wire}",\n{indent}    {{'
                yield from _names(part, indent + " " * 8)
                yield f"{indent}    }},\n{indent}),"
            case _:
                yield f'{indent}"{wire}": "{wire}",'
