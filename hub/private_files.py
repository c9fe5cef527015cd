"""Files and folders of the hub's own, which hold names, identity numbers and keys: open to their owner alone, whatever the
umask says."""

from __future__ import annotations

import logging
import os
import secrets
import stat
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700
_log = logging.getLogger(__name__)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, that are not there yet; one that is there stays as it is."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(_FOLDER, exist_ok=True)


def make_file(path: Path) -> None:
    """Make an empty file where none is, and the folder that it lies in."""
    make_folder(path.parent)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, _FILE))


def draft(path: Path, text: str) -> Path:
    """A new file beside a path, on the disk with all of its text, to be put in the path's place in one step."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return made


def tell_if_open(path: Path, chinese: str, english: str) -> None:
    """Warn of a file or folder that every user of the machine can get at.  A group may be meant to share it."""
    if os.name == "posix" and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o007:
        _log.warning("%s可被其他用户访问 / %s open to every user of this machine: %s", chinese, english, path)
