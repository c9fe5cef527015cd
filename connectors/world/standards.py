"""Local standards, one at each stage."""

from __future__ import annotations

from connectors.world.province import Data
from connectors.world.shelves import Shelf, every
from hub.domain.records.standards import StandardStage

_SUBJECTS = ("磷矿", "铜矿", "铅锌矿", "锡矿", "砂石", "煤矿")


def standard(place: int) -> Data:
    """A standard by its place."""
    stage = list(StandardStage)[place]
    published = stage in (StandardStage.PUBLISHED, StandardStage.ABOLISHED)
    return {
        "standardNo": f"DB53/T 示例{place + 1}" if published else f"示例计划2026-{place + 1}",
        "title": f"示例·{_SUBJECTS[place]}绿色矿山建设规范",
        "stage": stage.value,
        "stageOn": f"2026-{place + 2:02d}-15",
        "draftedBy": "示例标准化研究院、示例地质调查院",
        **({"effectiveOn": "2026-09-01", "replaces": f"DB53/T 示例{place + 90}"} if published else {}),
    }


def standards() -> Shelf:
    """All standards."""
    return every(standard(place) for place in range(len(StandardStage)))
