"""What `make mutants` runs in its copy of the project: the tests of a file once, then each change of it in a fork of that.

The tests are collected, and what they all share is set up, once: a change costs as much as the first test that finds it.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType, SimpleNamespace
from typing import Any, cast

import pytest

from tests.mutants import Change, kept, tried
from tests.near import ROOT

#: A change that keeps its tests waiting for longer (seconds) was found.
_SECONDS = 120

Named = tuple[str, int]


def codes(code: CodeType) -> Iterator[tuple[Named, CodeType]]:
    """The functions (and classes) of compiled code, by name and first line."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield (one.co_qualname, one.co_firstlineno), one
            yield from codes(one)


class Trials:
    """The plugin of the run.  `unsure` are the numbers of the changes of each file that a fresh run must decide, `tests` those
    that reach the file, quick ones first."""

    def __init__(self, files: list[str], part: str) -> None:
        self._changes = {str(ROOT / file): tried(file, kept(), part) for file in files}
        self._reached: dict[str, set[tuple[str, int]]] = {}
        self._took: dict[str, float] = {}
        self.unsure: dict[str, list[int]] = {path: [] for path in self._changes}
        self.tests: dict[str, list[str]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            self._watched(item)
        if session.testsfailed:
            return True
        by_cost = sorted(session.items, key=lambda item: self._took[item.nodeid])
        if _fails(lambda: None, by_cost):
            raise pytest.UsageError("the tests are green, and in a fork of their process they are not")
        self._functions: dict[tuple[str, Named], list[FunctionType]] = {}
        # What tests/conftest.py froze as the modules were loaded is not among the collector's objects.
        gc.unfreeze()
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename in self._changes:
                code = one.__code__
                self._functions.setdefault((code.co_filename, (code.co_qualname, code.co_firstlineno)), []).append(one)
        gc.freeze()
        for path, changes in self._changes.items():
            reaching = [item for item in by_cost if any(path == file for file, _ in self._reached[item.nodeid])]
            # What is said once may be read without a line of the module being run.
            others = [item for item in by_cost if item not in reaching]
            self.tests[path] = [item.nodeid for item in (*reaching, *others)]
            source = ast.parse(Path(path).read_text(encoding="utf-8"))
            for number, change in changes:
                if not self._found(path, source, change, [*reaching, *others]):
                    print(f"{path}:{change.line}: {change.told}?", file=sys.stderr, flush=True)
                    self.unsure[path].append(number)
        return True

    def _watched(self, item: pytest.Item) -> None:
        lines = self._reached[item.nodeid] = set()

        def enter(frame: FrameType, event: str, argument: Any) -> Any:
            return line if frame.f_code.co_filename in self._changes else None

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            lines.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        begun = time.perf_counter()
        sys.settrace(enter)
        threading.settrace(enter)
        try:
            _run(item)
        finally:
            sys.settrace(None)
            threading.settrace(None)
        self._took[item.nodeid] = time.perf_counter() - begun

    def _found(self, path: str, source: ast.Module, change: Change, items: list[pytest.Item]) -> bool:
        """Whether a test fails in a fork where the change is made; where it cannot be made in a running process, no."""
        as_it_is = dict(codes(compile(source, path, "exec")))
        changed = {
            name: code
            for name, code in codes(compile(change.module, path, "exec"))
            if code != as_it_is[name] and (path, name) in self._functions
        }
        if changed:

            def put() -> None:
                for name, code in changed.items():
                    for one in self._functions[path, name]:
                        one.__code__ = code

            return _fails(put, [item for item in items if any((path, at) in self._reached[item.nodeid] for at in change.lines)])
        said = [new for old, new in zip(source.body, change.module.body, strict=True) if ast.dump(old) != ast.dump(new)]
        return bool(said) and _is_plain(said[0]) and _fails(lambda: _said_anew(path, said[0]), items)


def _is_plain(said: ast.stmt) -> bool:
    """Whether a name is given a value that is made of nothing but numbers, words and spans of time."""
    value = said.value if isinstance(said, ast.Assign | ast.AnnAssign) else None
    made = {ast.unparse(one.func) for one in ast.walk(value) if isinstance(one, ast.Call)} if value else {"?"}
    return made <= {"timedelta", "date", "range"}


def _said_anew(path: str, said: ast.stmt) -> None:
    """The name has its new value, wherever it was imported."""
    [module] = [one for one in sys.modules.values() if getattr(one, "__file__", None) == path]
    names = [one.id for one in ast.walk(said) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
    before = {name: getattr(module, name) for name in names}
    exec(compile(ast.Module([said], []), path, "exec"), module.__dict__)  # noqa: S102
    for one in list(sys.modules.values()):
        for name, value in before.items():
            if one is not module and getattr(one, "__dict__", {}).get(name) is value:
                setattr(one, name, getattr(module, name))


def _fails(put: Callable[[], None], items: list[pytest.Item]) -> bool:
    """Whether a test fails in a fork of this process in which something was put elsewise."""
    if not items:
        return False
    if child := os.fork():
        return os.waitpid(child, 0)[1] != 0
    signal.alarm(_SECONDS)
    session = items[0].session
    session.config.pluginmanager.unregister(name="terminalreporter")
    try:
        put()
        for item in items:
            _run(item)
            if session.testsfailed:
                os._exit(1)
    except ValueError:
        # What it closes over has changed: no code of a running function.
        os._exit(0)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _run(item: pytest.Item) -> None:
    """A test, and what goes with it; what the whole run shares stays up."""
    after = cast(pytest.Item, SimpleNamespace(listchain=lambda: [item.session]))
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


if __name__ == "__main__":
    part, told, *files = sys.argv[1:]
    trials = Trials(files, part)
    options = ["-q", "-n0", "-p", "no:cacheprovider", "-k", "not postgresql", "--tb=short"]
    ended = pytest.main([*options, *kept().tests_of(files[0])], plugins=[trials])
    outcome = {
        file: {"unsure": trials.unsure[str(ROOT / file)], "tests": trials.tests.get(str(ROOT / file), [])} for file in files
    }
    Path(told).write_text(json.dumps(outcome), encoding="utf-8")
    sys.exit(ended)
