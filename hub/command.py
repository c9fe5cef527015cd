"""The command `hub`, which tells who has installed a client alone what else it needs."""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> None:
    """Run the command; end with one plain line where the hub's libraries are not installed."""
    try:
        command = import_module("hub.cli")
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} 未安装 / is not installed: pip install 'greenmine-hub[server]'")
    command.main()
