"""Making a new connector: a folder that works at once against its own sandbox, to be changed into the real thing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
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


class Interface(StrEnum):
    """How a department's system is asked; each has its templates in the folder `template`."""

    REST = "rest"
    PAGES = "pages"
    FEATURES = "features"
    SOAP = "soap"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the manifest says of an interface, with its settings beside the address; `is_flat` where a value is one text."""

    told: str
    settings: tuple[str, ...]
    is_flat: bool = False


_CLIENT = (
    '{ name = "client_id", description = "our client id there" }',
    '{ name = "secret", description = "secret of that client", secret = true }',
)
_KEY = ('{ name = "api_key", description = "our API key", secret = true }',)
_USER = (
    '{ name = "username", description = "our user there" }',
    '{ name = "password", description = "its password", secret = true }',
)
INTERFACES: dict[Interface, _Facts] = {
    Interface.REST: _Facts("REST/JSON of what changed since a moment, signed with time and nonce", _CLIENT),
    Interface.PAGES: _Facts("REST/JSON in numbered pages, API key in a header", _KEY),
    Interface.FEATURES: _Facts("OGC API Features (GeoJSON), API key in a header", _KEY),
    Interface.SOAP: _Facts("SOAP 1.1 over HTTP, user token in the header", _USER, is_flat=True),
    Interface.FILES: _Facts("xlsx workbooks for download", _USER, is_flat=True),
}
#: Where the names that a mapping may use come from.
_HOMES = {
    "credit_standard": "connectors",
    "declared": "connectors",
    "Parts": "connectors.declared",
    "SEVERAL": "connectors.mapping",
    "Envelope": "connectors.mapping",
    "Mapped": "connectors.mapping",
    "Used": "connectors.mapping",
    "Table": "connectors.tables",
    "needed": "connectors.tables",
    "RecordKind": "hub.domain.record_kinds",
}


def scaffold(
    code: str,
    department: Department,
    kinds: Sequence[RecordKind],
    folder: Path = FOLDER,
    interface: Interface = Interface.REST,
) -> Path:
    """Make `folder/code`, a system of a department with this interface that tells records of these kinds under the hub's own
    names; OperatorMustAct when it cannot be."""
    target = folder / code
    _check(code, department, kinds, target)
    facts = INTERFACES[interface]
    words = {
        "code": code,
        "dashed": code.replace("_", "-"),
        "name": "".join(part.capitalize() for part in code.split("_")),
        "department": department.value,
        "chinese": DEPARTMENTS[department].chinese,
        "english": DEPARTMENTS[department].english,
        "kinds": json.dumps([kind.value for kind in kinds]),
        "interface": facts.told,
        "settings": "\n".join(f"    {setting}," for setting in facts.settings),
        "mappings": "\n".join(_mapping(kind, interface) for kind in kinds if kind is not RecordKind.PENALTY),
        "resources": "\n".join(f'    "{_name(kind, interface)}": {_resource(kind, interface)},' for kind in kinds),
        "outline": _OUTLINE if interface is Interface.FEATURES else "",
        "tables": _tables(kinds) if interface is Interface.FILES else "",
    }
    written = {
        source.stem: Template(source.read_text(encoding="utf-8")).substitute(words | {"imports": "${imports}"})
        for source in sorted([*_TEMPLATE.glob("*.txt"), *(_TEMPLATE / interface).glob("*.txt")])
    }
    target.mkdir(parents=True)
    for name, text in written.items():
        (target / name).write_text(_in_order(Template(text).safe_substitute(imports=_imports(text))), encoding="utf-8")
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


def _imports(text: str) -> str:
    """The imports of a mapping: of the names that it may use, those that it uses."""
    used = sorted((home, name) for name, home in _HOMES.items() if re.search(rf"\b{name}\b", text))
    return "\n".join(
        f"from {home} import {', '.join(sorted((name for _, name in names), key=_rank))}"
        for home, names in groupby(used, key=lambda one: one[0])
    )


def _rank(name: str) -> tuple[int, str]:
    """Where the linter wants a name within its line: constants, then classes, then the rest."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name


def _in_order(text: str) -> str:
    """A module whose imports of the project are in the order that the linter wants: it depends on the code's name."""
    lines: list[str] = []
    for is_ours, block in groupby(text.split("\n"), key=lambda line: line.startswith(("from connectors", "from hub"))):
        told = list(block)
        lines += sorted(told, key=lambda line: line.split()[1]) if is_ours else told
    return "\n".join(lines)


def _name(kind: RecordKind, interface: Interface) -> str:
    """What a resource of the system is called."""
    words = KINDS[kind].plural.split("_")
    return "Query" + "".join(map(str.capitalize, words)) if interface is Interface.SOAP else "-".join(words)


def _constant(kind: RecordKind) -> str:
    return KINDS[kind].plural.upper()


_OUTLINE = '_OUTLINE = {"geometry": "where it is; the row names the mine"}\n'


def _resource(kind: RecordKind, interface: Interface) -> str:
    if kind is not RecordKind.PENALTY:
        return _constant(kind)
    return f"credit_standard.penalties(**_STAMP{', **_OUTLINE' if interface is Interface.FEATURES else ''})"


def _tables(kinds: Sequence[RecordKind]) -> str:
    """What the workbooks of each folder must be."""
    each = "for name, mapped in RESOURCES.items()"
    if RecordKind.PENALTY not in kinds:
        return f"\nTABLES = {{name: Table(mapped, needed(mapped)) {each}}}\n"
    other = '\n_OTHER_NAMES = {"penalties": credit_standard.CHINESE}\n'
    return f"{other}TABLES = {{name: Table(mapped, needed(mapped), _OTHER_NAMES.get(name, {{}})) {each}}}\n"


def _mapping(kind: RecordKind, interface: Interface) -> str:
    payload = KINDS[kind].payload
    wires = {field.name: wire for wire, field in inputs_of(payload).items()}
    reference = wires[KINDS[kind].identity[0]]
    lines = "\n".join(_names(payload, " " * 8, interface))
    elsewhere = " | _OUTLINE" if interface is Interface.FEATURES and '"geometry"' not in lines else ""
    return (
        f'{_constant(kind)} = declared.mapped(\n    RecordKind.{kind.name},\n    Envelope("{reference}"),\n'
        f"    {{\n{lines}\n    }},\n    _STAMP{elsewhere},\n)\n"
    )


def _names(payload: type[Payload], indent: str, interface: Interface) -> Iterator[str]:
    """The table of a kind's names, each its own: what the system calls a field is written to its left."""
    is_flat = INTERFACES[interface].is_flat
    for wire, field in inputs_of(payload).items():
        match field.spec.check:
            case checks.Several(each=Nested()) | checks.Boundary() if is_flat:
                raise OperatorMustAct(f"{wire} is no single text, as {interface} tells it: choose another interface for it")
            case checks.Several(each=Nested(part=part)):
                yield f'{indent}"{wire}": Parts(\n{indent}    "{wire}",\n{indent}    {{'
                yield from _names(part, indent + " " * 8, interface)
                yield f"{indent}    }},\n{indent}),"
            case checks.Several(each=each) if is_flat and not isinstance(each, checks.Word):
                yield f'{indent}"{wire}": Used("{wire}", SEVERAL),'
            case checks.Boundary() if interface is Interface.FEATURES:
                yield f'{indent}"geometry": "{wire}",'
            case _:
                yield f'{indent}"{wire}": "{wire}",'
