"""Does a rule die when its line is changed?  `make mutants FILES="auth/rules.py …"` changes one thing after another in a copy
of the project and runs the tests that are near the file: a change that leaves them green is told.

Not part of `make test`.  The tests are run once as the code is, and it is noted which of them reach which line
(tests/trials.py); a change inside a function is then put into a fork of that process, and the tests that reach its line are run
there, quick ones first, until one fails.  What is said once, as a module is loaded, and what lived there is tried again in a
fresh run of all the tests.  With `PART=2/5` every fifth change is tried, from the second on.  Which tests are run where others
than tests/README.md's are nearer, and which changes may live and why, stands in tests/mutants.toml.  It fails where more than
one change of twenty lives.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
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


@dataclass(frozen=True, slots=True)
class Change:
    """A module with one thing changed: what the changed piece says now, in which statement, and the lines that run it.

    The piece is the `place`-th of the module as it is, and this the `number`-th of its changes.
    """

    told: str
    where: str
    line: int
    lines: frozenset[int]
    as_it_is: str
    place: int
    number: int

    @property
    def names(self) -> tuple[str, str]:
        """How tests/mutants.toml may name it: by what it says, and where that is said in several places, by where too."""
        return self.told, f"{self.told} in {self.where}"

    @property
    def module(self) -> ast.Module:
        """The changed module.  Its lines are kept: what it compiles to stands where the code as it is stood."""
        tree = ast.parse(self.as_it_is)
        old = next(islice(ast.walk(tree), self.place, None))
        new = next(islice(changes(old), self.number, None))
        module = _Replace(old, ast.copy_location(new, old)).visit(tree)
        assert isinstance(module, ast.Module)
        return ast.fix_missing_locations(module)

    @property
    def source(self) -> str:
        return ast.unparse(self.module)


def mutants(source: str) -> Iterator[Change]:
    """Each change of a module."""
    tree = ast.parse(source)
    # An annotation's `|` decides nothing at run time, nor does whether a dataclass has slots; what a column may hold is
    # compared with the migrations.
    beside = {one for hint in _said_beside(tree) for one in ast.walk(hint)}
    statements = _statements(tree)
    for place, node in enumerate(ast.walk(tree)):
        if node in beside:
            continue
        for number, changed in enumerate(changes(node)):
            statement = statements[node]
            where = ast.unparse(statement).partition("\n")[0]
            own = range(getattr(node, "lineno", 0), (getattr(node, "end_lineno", None) or -1) + 1)
            lines = frozenset({*own, statement.lineno})
            yield Change(ast.unparse(changed), where, getattr(node, "lineno", min(lines)), lines, source, place, number)


def _statements(tree: ast.Module) -> dict[ast.AST, ast.stmt]:
    """The statement that each piece stands in: outer ones are walked first, so that the last which holds it is the nearest."""
    return {one: outer for outer in ast.walk(tree) if isinstance(outer, ast.stmt) for one in ast.walk(outer)}


def _said_beside(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from node.decorator_list
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "sa.Column":
            yield from (word.value for word in node.keywords)
        for name in ("annotation", "returns"):
            if (hint := getattr(node, name, None)) is not None:
                yield hint


@dataclass(frozen=True)
class Kept:
    """What tests/mutants.toml says: the tests to run for a file where others than tests/README.md's are near and quick, and the
    changes that may live, each with the reason."""

    tests: dict[str, list[str]]
    living: dict[str, dict[str, str]]

    def tests_of(self, file: str) -> list[str]:
        told = self.tests.get(file) or self.tests.get(f"{Path(file).parent}/*.py")
        return told or [test for test in near([file]) if test != "tests/guards"]

    def may_live(self, file: str, change: Change) -> bool:
        return not self.living.get(file, {}).keys().isdisjoint(change.names)


def kept() -> Kept:
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return Kept(told["tests"], told["living"])


def tried(file: str, known: Kept, part: str) -> list[tuple[int, Change]]:
    """The changes of a file to try, with their numbers: those that may live are not."""
    first, _, step = part.partition("/")
    numbered = enumerate(mutants((ROOT / file).read_text(encoding="utf-8")))
    return [
        (number, change)
        for number, change in numbered
        if number % int(step) == int(first) - 1 and not known.may_live(file, change)
    ]


#: A change that keeps tests waiting for longer (seconds) was found.
_SECONDS = 300


class Copy:
    """A copy of the project, whose files are changed."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        # What was compiled goes along: each fresh run would compile the whole project.
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(".*", "node_modules", "var"))
        self._environment = os.environ | {"PYTHONPATH": str(self.root), "TMPDIR": str(folder)}

    def run(self, words: list[str], seconds: int | None = None) -> bool:
        try:
            run = subprocess.run(
                [sys.executable, *words],
                cwd=self.root,
                env=self._environment,
                capture_output=seconds is not None,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return False
        return run.returncode == 0

    def lives(self, file: str, change: Change, tests: list[str]) -> bool:
        """Whether these tests, begun afresh, are green though the file is changed."""
        path = self.root / file
        as_it_is = path.read_bytes()
        path.write_text(change.source, encoding="utf-8")
        try:
            options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-k", "not postgresql"]
            # Two changes within a second may be of one length: what was compiled of the first would stand for the second.
            return self.run(["-B", "-m", "pytest", *options, *tests], _SECONDS)
        finally:
            path.write_bytes(as_it_is)


def survivors(files: list[str], part: str) -> dict[str, list[str]]:
    """Those changes of files that are held by the same tests which left these green and may not."""
    known = kept()
    alive: dict[str, list[str]] = {file: [] for file in files}
    with TemporaryDirectory(prefix="hub-mutants-") as folder:
        copy, told = Copy(Path(folder)), Path(folder) / "told.json"
        if not copy.run(["-m", "tests.trials", part, str(told), *files]):
            sys.exit(f"the tests of {files} are not green as it is: {' '.join(known.tests_of(files[0]))}")
        outcome = json.loads(told.read_text(encoding="utf-8"))
        for file in files:
            for number, change in tried(file, known, part):
                if number in outcome[file]["unsure"] and copy.lives(file, change, outcome[file]["tests"]):
                    alive[file].append(f"{file}:{change.line}: {change.told}")
                    print(alive[file][-1], flush=True)
    return alive


def main(files: list[str], part: str) -> bool:
    """Whether at most one change of twenty lives."""
    known = kept()
    together: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        together.setdefault(tuple(known.tests_of(file)), []).append(file)
    tried_in_all, alive_in_all = 0, 0
    for group in together.values():
        for file, alive in survivors(group, part).items():
            count = len(tried(file, known, part))
            tried_in_all, alive_in_all = tried_in_all + count, alive_in_all + len(alive)
            print(f"{file}: {count - len(alive)} of {count} changes were found", flush=True)
    return alive_in_all * 20 <= tried_in_all


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:], os.environ.get("PART", "1/1")))
