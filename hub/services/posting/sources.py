"""How versions and copies name the departments' systems that they come from."""

from __future__ import annotations

#: How the sources begin that are departments' systems.
SYSTEMS = "connector:"


def of_system(code: str) -> str:
    """The source of what the connector of this code brings, and the client that posts it."""
    return f"{SYSTEMS}{code}"


def is_of_system(source: str) -> bool:
    """Whether a department's system tells it, which can say again what stands and is tried again from what is kept of it."""
    return source.startswith(SYSTEMS)
