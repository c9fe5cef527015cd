"""Prefectures' targets for small mines, and their yearly reports."""

from __future__ import annotations

from connectors.declared import Parts
from connectors.natural_resources.mapping.platform import ISSUED, resource
from hub.domain.record_kinds import RecordKind

TARGETS = resource(
    RecordKind.PREFECTURE_TARGET,
    {**ISSUED, "zzdm": "prefectureCode", "nd": "year", "mbbl": "share", "zdrq": "decidedOn"},
)

REPORTS = resource(
    RecordKind.PROGRESS_REPORT,
    {
        **ISSUED,
        "zzdm": "prefectureCode",
        "nd": "year",
        "jd": Parts("figures", {"scgm": "scale", "zczs": "producing", "dbs": "atStandard", "jhs": "plannedNext"}),
        "cg": "results",
        "jh": "nextPlan",
        "qfr": "signedOffBy",
        "qfrq": "signedOffOn",
    },
)
