"""Systems of indicators, experts, assessors, and the assessments that name them."""

from __future__ import annotations

from connectors.declared import Parts
from connectors.natural_resources.mapping.platform import resource
from hub.domain.record_kinds import RecordKind

SYSTEMS = resource(
    RecordKind.INDICATOR_SYSTEM,
    {
        "txbh": "code",
        "txmc": "name",
        "yjwj": "basis",
        "sxrq": "effectiveOn",
        "fzrq": "endsOn",
        "zf": "totalPoints",
        "hgf": "passPoints",
        "yjzdl": "firstLevelShare",
        "zjrs": "leastExperts",
        "xjtj": Parts("preconditions", {"bh": "code", "nr": "text"}),
        "zbs": Parts("indicators", {"bh": "code", "sjbh": "parent", "jc": "level", "mc": "name", "fz": "points"}),
    },
    "txbh",
)

EXPERTS = resource(
    RecordKind.EXPERT,
    {
        "zjbh": "expertNo",
        "xm": "name",
        "zy": "specialities",
        "zc": "title",
        "gzdw": "employer",
        "gzdw_xydm": "employerUscc",
        "hbdw": "avoids",
        "rkrq": "joinedOn",
        "ckrq": "leftOn",
    },
    "zjbh",
    sfzh="identity number; personal data that the hub does not need",
    lxdh="telephone; personal data that the hub does not need",
)

ASSESSORS = resource(
    RecordKind.ASSESSOR,
    {
        "tyshxydm": "uscc",
        "jgmc": "name",
        "jglb": "category",
        "dlfr": "independentLegalPerson",
        "jsry": "technicalStaff",
        "gjzc": "seniorStaff",
        "rkrq": "registeredOn",
        "ztqx": "suspendedUntil",
        "ywwl": Parts("dealings", {"xydm": "uscc", "ksrq": "beganOn", "jsrq": "endedOn", "sx": "subject"}),
        "bljl": Parts("misconduct", {"jlrq": "notedOn", "sy": "text"}),
    },
    "tyshxydm",
    lxr="contact; personal data that the hub does not need",
)

ASSESSMENTS = resource(
    RecordKind.ASSESSMENT,
    {
        "pgbh": "assessmentNo",
        "ckxkzh": "licenceNo",
        "sbrq": "appliedOn",
        "txbh": "indicatorSystemCode",
        "pgjg_xydm": "assessorUscc",
        "zjbh": "expertNos",
        "hj": Parts("steps", {"hjmc": "stage", "jl": "outcome", "rq": "on", "bldw": "by", "bz": "remarks"}),
        "xjtj": Parts("preconditions", {"bh": "code", "mz": "met", "yj": "evidence"}),
        "df": Parts("scores", {"bh": "code", "fs": "points", "sm": "remarks"}),
    },
    "pgbh",
    zdf="points in all; the hub adds them up",
)
