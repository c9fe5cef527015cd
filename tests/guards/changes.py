"""What a guard shows of a generated file that is not as it should be."""

from __future__ import annotations

from difflib import unified_diff


def changes(stored: str, due: str) -> str:
    """The lines that would go and come, each with the heading or type that it stands under; nothing where there are none."""
    lines = unified_diff(stored.strip().splitlines(), due.strip().splitlines(), "stored", "due", n=1, lineterm="")
    return "\n".join(lines)
