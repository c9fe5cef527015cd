"""Which tests hold which module, by tests/README.md; run as a module, those near what has changed: `make test-near`.

Near is what holds a changed module, what is changed itself, the tests beside what several of them share, those in a browser
where the pages change, and the guards.  Changed is what differs from the branch `main`, or from the commit that is named, and
what is not committed yet.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
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


def near(changed: Iterable[str]) -> list[str]:
    """The tests that are near these files."""
    found = {"tests/guards"}
    code = set(modules())
    for name in changed:
        if name.startswith("tests/"):
            found.update(_beside(name))
        elif name.startswith("hub/console/web/"):
            found.add("tests/console")
        elif name.startswith("migrations/"):
            found.add("tests/migrations")
        elif name in code:
            own = [path.relative_to(ROOT).as_posix() for path in own_tests(name)]
            found.update(own or [test for pattern, tests in lines() if covers(pattern, name) for test in tests])
    return sorted(found)


def _beside(name: str) -> set[str]:
    """A test itself; of what tests share, or read, those of its folder.  What all of them share is near nothing."""
    if Path(name).name.startswith("test_"):
        return {name} if (ROOT / name).exists() else set()
    folder = Path(name).parent
    while not any((ROOT / folder).glob("test_*.py")) and folder != Path("tests"):
        folder = folder.parent
    return {folder.as_posix()} if folder != Path("tests") else set()


def changed_since(commit: str) -> list[str]:
    words = (["diff", "--name-only", commit], ["ls-files", "--others", "--exclude-standard"])
    git = (subprocess.run(["git", *one], cwd=ROOT, capture_output=True, text=True, check=True).stdout for one in words)
    return [name for told in git for name in told.split()]


if __name__ == "__main__":
    tests = near(changed_since(sys.argv[1] if len(sys.argv) > 1 else "main"))
    print("\n".join(tests))
    sys.exit(subprocess.run([sys.executable, "-m", "pytest", "--numprocesses=auto", *tests], cwd=ROOT, check=False).returncode)
