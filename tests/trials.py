"""What `make mutants` runs in its copy of the project: the tests of a file once, then each change of it in a fork of that.

The tests are collected, and what they all share is set up, once: a change costs as much as the first test that finds it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
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
    """The plugin of the run: `unsure` are the numbers of the changes that a fresh run must decide."""

    def __init__(self, file: str, part: str) -> None:
        self._path = str(ROOT / file)
        self._changes = tried(file, kept(), part)
        self._reached: dict[str, set[int]] = {}
        self._took: dict[str, float] = {}
        self.unsure: list[int] = []
        self.tests: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            self._watched(item)
        if session.testsfailed:
            return True
        # A table that is read as a module is loaded is held by whatever reaches the module at all, quick tests first.
        by_cost = sorted(session.items, key=lambda item: self._took[item.nodeid])
        self.tests = [item.nodeid for item in by_cost]
        source = Path(self._path).read_text(encoding="utf-8")
        self._as_it_is = dict(codes(compile(source, self._path, "exec")))
        self._functions: dict[Named, list[FunctionType]] = {}
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename == self._path:
                self._functions.setdefault((one.__code__.co_qualname, one.__code__.co_firstlineno), []).append(one)
        gc.freeze()
        if self._fails({}, by_cost):
            raise pytest.UsageError(f"the tests of {self._path} are green, and in a fork of their process they are not")
        for number, change in self._changes:
            if not self._found(change, [item for item in by_cost if self._reached[item.nodeid] & change.lines]):
                self.unsure.append(number)
        return True

    def _watched(self, item: pytest.Item) -> None:
        lines = self._reached[item.nodeid] = set()

        def enter(frame: FrameType, event: str, argument: Any) -> Any:
            return line if frame.f_code.co_filename == self._path else None

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            lines.add(frame.f_lineno)
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

    def _found(self, change: Change, items: list[pytest.Item]) -> bool:
        """Whether a test fails in a fork where the change is made; where it cannot be made in a running process, no."""
        changed = {
            name: code
            for name, code in codes(compile(change.module, self._path, "exec"))
            if code != self._as_it_is[name] and name in self._functions
        }
        return bool(changed) and bool(items) and self._fails(changed, items)

    def _fails(self, changed: dict[Named, CodeType], items: list[pytest.Item]) -> bool:
        if child := os.fork():
            return os.waitpid(child, 0)[1] != 0
        signal.alarm(_SECONDS)
        session = items[0].session
        session.config.pluginmanager.unregister(name="terminalreporter")
        try:
            for name, code in changed.items():
                for one in self._functions[name]:
                    one.__code__ = code
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
    file, part, told = sys.argv[1:]
    trials = Trials(file, part)
    options = ["-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", "-k", "not postgresql", "--tb=short"]
    ended = pytest.main([*options, *kept().tests_of(file)], plugins=[trials])
    Path(told).write_text(json.dumps({"unsure": trials.unsure, "tests": trials.tests}), encoding="utf-8")
    sys.exit(ended)
