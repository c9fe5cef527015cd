"""The fictional province that all sandboxes tell of, one noun a file: mines, enterprises and what departments say of them.

Everything follows from the seed and a number, so any part can be told without the rest, and a province of any size costs no
memory.  All names say that they are examples; all codes have valid check digits.
"""

from __future__ import annotations

from connectors.world.province import TODAY, World

__all__ = ["TODAY", "World"]
