"""The manifests of all systems, found by their folders: what a system carries is said there and nowhere else."""

from __future__ import annotations

from pathlib import Path

from connectors.base import Manifest
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department

FOLDER = Path(__file__).parent

_RANK = {kind: place for place, kind in enumerate(RecordKind)}
_DEPARTMENTS = list(Department)


def _order(manifest: Manifest) -> tuple[int, int, str]:
    """What a kind is held against comes before it in the list of kinds, so whoever carries the first of them is pulled first;
    what is nobody's own comes last."""
    rank = _DEPARTMENTS.index(manifest.department) if manifest.department else len(_DEPARTMENTS)
    return min((_RANK[kind] for kind in manifest.kinds), default=len(_RANK)), rank, manifest.code


def read_all() -> dict[str, Manifest]:
    """The manifests as they lie in the folders now."""
    manifests = [Manifest.read(path) for path in FOLDER.glob("*/manifest.toml")]
    return {manifest.code: manifest for manifest in sorted(manifests, key=_order)}


#: By code, in the order of a first pull.
MANIFESTS: dict[str, Manifest] = read_all()


def carried(kind: RecordKind) -> frozenset[Department]:
    """The departments whose own systems bring records of a kind."""
    return frozenset(m.department for m in MANIFESTS.values() if m.department and kind in m.kinds)
