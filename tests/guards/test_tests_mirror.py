"""Every module has a test of its name, or a line in tests/README.md that says which test holds it."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("auth", "connectors", "hub", "schema")
#: Where the tests of a noun may lie that hold its modules in the layers below.
ABOVE = {
    "auth": ("tests/auth", "tests/acceptance"),
    "connectors": ("tests/connectors",),
    "hub": ("tests/hub", "tests/schema", "tests/acceptance"),
    "schema": ("tests/schema", "tests/acceptance"),
}


def modules() -> list[str]:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    code = [path for path in paths if path.name not in ("__init__.py", "__main__.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in code)


def lines() -> list[tuple[str, list[str]]]:
    """The table: a pattern of modules, and the tests that hold them."""
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    cells = [row.split("|")[1:3] for row in text.splitlines() if row.startswith("| `")]
    return [(pattern.strip(" `"), re.findall("`([^`]+)`", held)) for pattern, held in cells]


def own_tests(module: str) -> list[Path]:
    """The tests of its name: mirrored, or of the same noun in a layer above."""
    name = Path(module).stem
    above = [ROOT / folder for folder in ABOVE[module.partition("/")[0]]]
    folders = [folder for outer in above for folder in (outer, *outer.rglob("*/"))]
    return [path for folder in folders for path in (*folder.glob(f"test_{name}.py"), *folder.glob(f"test_{name}_*.py"))]


def covers(pattern: str, module: str) -> bool:
    """A star does not cross folders, but that a system's folder may have some of its own."""
    deep = pattern.startswith("connectors/") and "*/" in pattern
    return fnmatch(module, pattern) and (deep or module.count("/") == pattern.count("/"))


def test_every_module_is_held_by_a_test() -> None:
    table = lines()
    for module in modules():
        name, folder = Path(module).stem, Path(module).parent
        cure = f"write tests/{folder}/test_{name}.py, or give it a line in the table of tests/README.md"
        assert own_tests(module) or any(covers(pattern, module) for pattern, _ in table), f"nothing tests {module}: {cure}"


def test_every_line_of_the_table_holds_something_and_names_tests_that_are_there() -> None:
    untested = [module for module in modules() if not own_tests(module)]
    for pattern, tests in lines():
        assert tests, f"the line `{pattern}` of tests/README.md names no test"
        for test in tests:
            assert (ROOT / test).is_file(), f"the line `{pattern}` of tests/README.md names {test}, which is not there"
        held = [module for module in untested if covers(pattern, module)]
        assert held, f"strike the line `{pattern}` from tests/README.md: it holds nothing that has no test of its own name"
