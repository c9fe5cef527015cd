"""Red lines, and the screenings of mines against them."""

from __future__ import annotations

from connectors.declared import Parts
from connectors.natural_resources.mapping.platform import ABOUT_MINE, resource
from hub.domain.record_kinds import RecordKind

ZONES = resource(
    RecordKind.ZONE,
    {
        "qybh": "zoneCode",
        "qylb": "zoneKind",
        "qymc": "name",
        "jb": "level",
        "sxrq": "effectiveOn",
        "fw": "boundary",
    },
    "qybh",
)

SCREENINGS = resource(
    RecordKind.SCREENING,
    {
        **ABOUT_MINE,
        "sclb": "zoneKind",
        "scrq": "screenedOn",
        "kqmj": "mineArea",
        "bdsl": "zonesLookedAt",
        "cdzmj": "statedOverlapArea",
        "cdqk": Parts("overlaps", {"qybh": "zoneCode", "qymc": "name", "mj": "area", "bl": "share"}),
    },
)
