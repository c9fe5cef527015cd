"""Does a rule die when its line is changed?  `make mutants FILES="auth/rules.py …"` changes one thing after another in a copy
of the project and runs the tests that tests/README.md names for the file: a change that leaves them green is told.

Not part of `make test`: each change costs a run of its tests, on SQLite.  With `PART=2/5` every fifth change is tried, from the
second on.  Which tests are run where others are nearer, and which changes may live and why, stands in tests/mutants.toml.  It
fails where more than one change of twenty lives.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.near import ROOT, near

#: What becomes of an operator: the edge moves by one, or to the other side.
_EDGES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What a node may become by one change."""
    match node:
        case ast.Compare(ops=operators):
            for place, operator in enumerate(operators):
                if other := _EDGES.get(type(operator)):
                    changed = deepcopy(node)
                    changed.ops[place] = other()  # type: ignore[call-overload]
                    yield changed
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if other := _EDGES.get(type(operator)):
            changed_operation = deepcopy(node)
            changed_operation.op = other()  # type: ignore[assignment]
            yield changed_operation
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.IfExp(body=body, orelse=other_value):
            yield body
            yield other_value


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Each changed source, with the line and what the changed piece says now."""
    for place, node in enumerate(ast.walk(ast.parse(source))):
        for number, changed in enumerate(changes(node)):
            tree = ast.parse(source)
            old = next(one for at, one in enumerate(ast.walk(tree)) if at == place)
            # An annotation's `|` decides nothing at run time, nor does whether a dataclass has slots.
            if any(old in ast.walk(hint) for hint in _said_beside(tree)):
                continue
            new = list(changes(old))[number]
            yield (
                getattr(node, "lineno", 0),
                ast.unparse(changed),
                ast.unparse(ast.fix_missing_locations(_Replace(old, new).visit(tree))),
            )


def _said_beside(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from node.decorator_list
        for name in ("annotation", "returns"):
            if (hint := getattr(node, name, None)) is not None:
                yield hint


#: Longer than any run of near tests takes; a change that makes them wait for ever was found.
_SECONDS = 300


@dataclass(frozen=True)
class Kept:
    """What tests/mutants.toml says: the tests to run for a file where others than tests/README.md's are near and quick, and the
    changes that may live, each with the reason."""

    tests: dict[str, list[str]]
    living: dict[str, dict[str, str]]

    def tests_of(self, file: str) -> list[str]:
        return self.tests.get(file) or [test for test in near([file]) if test != "tests/guards"]

    def may_live(self, file: str, change: str) -> bool:
        return change in self.living.get(file, {})


def kept() -> Kept:
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return Kept(told["tests"], told["living"])


def survivors(file: str, first: int, step: int) -> tuple[int, list[str]]:
    """How many changes were tried, and those that left the tests green and may not."""
    known = kept()
    tried, alive = 0, []
    with TemporaryDirectory(prefix="hub-mutants-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "var"))
        place = os.environ | {"PYTHONPATH": str(copy)}
        options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-k", "not postgresql"]
        words = [sys.executable, "-m", "pytest", *options, *known.tests_of(file)]

        def green() -> bool:
            try:
                run = subprocess.run(words, cwd=copy, env=place, capture_output=True, check=False, timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                return False
            return run.returncode == 0

        if not green():
            sys.exit(f"the tests of {file} are not green as it is: {' '.join(words[3:])}")
        for number, (line, change, source) in enumerate(mutants((ROOT / file).read_text(encoding="utf-8"))):
            if number % step != first or known.may_live(file, change):
                continue
            (copy / file).write_text(source, encoding="utf-8")
            # Two changes within a second may be of one length: what was compiled of the first would stand for the second.
            for compiled in (copy / file).parent.glob(f"__pycache__/{Path(file).stem}.*"):
                compiled.unlink()
            tried += 1
            if green():
                alive.append(f"{file}:{line}: {change}")
                print(alive[-1], flush=True)
    return tried, alive


if __name__ == "__main__":
    first, _, step = os.environ.get("PART", "1/1").partition("/")
    tried_in_all, alive_in_all = 0, 0
    for name in sys.argv[1:]:
        count, living = survivors(name, int(first) - 1, int(step))
        tried_in_all, alive_in_all = tried_in_all + count, alive_in_all + len(living)
        print(f"{name}: {count - len(living)} of {count} changes were found", flush=True)
    sys.exit(alive_in_all * 20 > tried_in_all)
