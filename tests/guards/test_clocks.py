"""What time it is is asked of the database's clock: a machine's own is read in these places alone, and whatever is put together
for a hub goes by the clock that the hub was given."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CellType, FunctionType, MethodType
from typing import Any

from connectors.registry import CONNECTORS, sandbox
from hub.app import create_app
from hub.composition.hub import Hub
from hub.settings import Settings
from hub.storage.engine.clock import DatabaseClock
from tests.near import PACKAGES, ROOT

#: Where a machine's own clock is read, and why it may be.
OWN = {
    "hub/domain/calendar/moments.py": "`utc_now`, for who is given no other clock: tests, and what is one machine's alone",
    "hub/services/evidence/read_ledger.py": "makes an id that nobody has, of which no moment is read",
    "hub/client/bank.py": "a bank's own machine, far from the database",
    "hub/client/credentials.py": "as above",
    "hub/client/webhooks.py": "as above",
    "hub/cli/attest.py": "verifies offline, at a bank's own machine",
    "connectors/http.py": "a system that says until when to wait, and not what time it is there; an hour at most",
    "connectors/sandboxes.py": "plays the systems, which have clocks of their own",
    "connectors/ecology/sandbox.py": "as above",
}
#: The ways to read it.
READS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "utc_now"}


def texts() -> dict[str, str]:
    """Every module, by its path."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def saying(modules: dict[str, str], words: Iterable[str]) -> dict[str, ast.Module]:
    """Those that say one of these words."""
    said = set(words)
    return {path: ast.parse(text) for path, text in modules.items() if any(word in text for word in said)}


def reads(tree: ast.Module) -> Iterator[int]:
    """The lines where a module reads the machine's clock, but for the defaults of parameters and fields."""
    defaults = {one for default in _defaults(tree) for one in ast.walk(default)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in READS and node not in defaults:
            yield node.lineno


def _defaults(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            yield from (default for default in (*node.defaults, *node.kw_defaults) if default is not None)
        if isinstance(node, ast.AnnAssign) and node.value is not None and "Clock" in ast.unparse(node.annotation):
            yield node.value


def test_the_machines_own_clock_is_read_in_few_places_each_with_its_reason() -> None:
    found = {path: list(reads(tree)) for path, tree in saying(texts(), READS).items()}
    told = {name: lines for name, lines in found.items() if lines}
    more = {name: lines for name, lines in told.items() if name not in OWN}
    assert not more, f"take the time from the database's clock (`hub.storage.engine.clock`): {more}"
    assert told.keys() == OWN.keys(), "strike from the table what reads no clock any more"


def ungiven() -> Iterator[str]:
    """Where something that goes by the machine's own clock, unless it is given another, is given none."""
    modules = texts()
    wanting = {
        (path.removesuffix(".py").replace("/", "."), made.name): found
        for path, tree in saying(modules, READS).items()
        for made in tree.body
        if isinstance(made, ast.ClassDef) and (found := _wants(made))
    }
    for path, tree in saying(modules, (f"{name}(" for _, name in wanting)).items():
        known = {
            alias.asname or alias.name: wanting.get((str(node.module), alias.name))
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]:
            name, place = known.get(ast.unparse(call.func)) or ("", 0)
            if name and len(call.args) <= place and name not in {one.arg for one in call.keywords}:
                yield f"{path}:{call.lineno}: {ast.unparse(call)}: {name}"


def _wants(made: ast.ClassDef) -> tuple[str, float] | None:
    """The parameter of a class that is the machine's clock where none is given, and how many come before it."""
    for init in made.body:
        if isinstance(init, ast.FunctionDef) and init.name == "__init__":
            said = init.args
            placed = list(zip(reversed(said.args), reversed(said.defaults), strict=False))
            for number, (name, default) in enumerate(placed):
                if ast.unparse(default) in READS:
                    return name.arg, len(said.args) - 2 - number
            for name, named in zip(said.kwonlyargs, said.kw_defaults, strict=True):
                if named is not None and ast.unparse(named) in READS:
                    return name.arg, float("inf")
    return None


def test_whatever_goes_by_a_clock_is_given_one() -> None:
    assert not list(ungiven())


def clocks(*roots: object) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is called a clock, or tells what time it is now, in all that these are made of."""
    seen, waiting = {id(root) for root in roots}, list(roots)
    while waiting:
        one = waiting.pop()
        for name in ("clock", "_clock", "now", "_now"):
            held = getattr(one, "__dict__", {}).get(name) or (
                getattr(one, name, None) if name in getattr(type(one), "__slots__", ()) else None
            )
            if callable(held) and not isinstance(held, type):
                yield f"{type(one).__module__}.{type(one).__qualname__}.{name}", held
        for more in gc.get_referents(one):
            if id(more) not in seen and _is_walked(more):
                seen.add(id(more))
                waiting.append(more)


def _is_walked(one: object) -> bool:
    if isinstance(one, FunctionType):
        return one.__module__.partition(".")[0] in PACKAGES and one.__closure__ is not None
    plain = isinstance(one, dict | list | tuple | set | frozenset | CellType | MethodType)
    return plain or type(one).__module__.partition(".")[0] in (*PACKAGES, "functools", "starlette")


def test_all_that_is_put_together_for_a_hub_goes_by_the_clock_that_it_was_given(sqlite_url: str, tmp_path: Path) -> None:
    by = timedelta(days=-3)
    wrong = DatabaseClock(lambda: datetime.now(UTC) + by)
    hub = Hub.make(Settings(database_url=sqlite_url, key_file=str(tmp_path / "keys.json")), wrong)
    given = {code: sandbox(code).settings("http://127.0.0.1:9") for code in CONNECTORS}
    app = create_app(hub, given)
    found = list(clocks(hub, app, *hub.works, *hub.connectors(given).values()))
    assert len({name for name, _ in found}) > 20
    latest = datetime.now(UTC) + by / 2
    right = {
        name for name, clock in found if (told := clock()) > (latest if isinstance(told, datetime) else latest.timestamp())
    }
    assert not right, f"give them the hub's clock: {right}"
