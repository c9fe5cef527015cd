"""Does a rule die when its line is changed?  `make mutants FILES="auth/rules.py …"` changes one thing after another in a copy
of the project and runs the tests that tests/README.md names for the file: a change that leaves them green is told.

Not part of `make test`: each change costs a run of its tests.  With `PART=2/5` every fifth change is tried, from the second on.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
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
            # An annotation's `|` decides nothing at run time.
            if any(old in ast.walk(hint) for hint in _annotations(tree)):
                continue
            new = list(changes(old))[number]
            yield (
                getattr(node, "lineno", 0),
                ast.unparse(changed),
                ast.unparse(ast.fix_missing_locations(_Replace(old, new).visit(tree))),
            )


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if (hint := getattr(node, name, None)) is not None:
                yield hint


def survivors(file: str, first: int, step: int) -> tuple[int, list[str]]:
    """How many changes were tried, and those that left the tests green."""
    tests = [test for test in near([file]) if test != "tests/guards"]
    tried, alive = 0, []
    with TemporaryDirectory(prefix="hub-mutants-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "var"))
        place = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        words = [sys.executable, "-m", "pytest", "-x", "-q", *tests]

        def green() -> bool:
            return subprocess.run(words, cwd=copy, env=place, capture_output=True, check=False).returncode == 0

        if not green():
            sys.exit(f"the tests of {file} are not green as it is: {' '.join(tests)}")
        for number, (line, change, source) in enumerate(mutants((ROOT / file).read_text(encoding="utf-8"))):
            if number % step != first:
                continue
            (copy / file).write_text(source, encoding="utf-8")
            tried += 1
            if green():
                alive.append(f"{file}:{line}: {change}")
                print(alive[-1], flush=True)
    return tried, alive


if __name__ == "__main__":
    first, _, step = os.environ.get("PART", "1/1").partition("/")
    for name in sys.argv[1:]:
        count, living = survivors(name, int(first) - 1, int(step))
        print(f"{name}: {count - len(living)} of {count} changes were found")
