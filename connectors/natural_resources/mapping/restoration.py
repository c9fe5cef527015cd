"""How well the resource is used, and what is restored while mining goes on."""

from __future__ import annotations

from connectors.declared import Parts
from connectors.mapping import WAN, Used
from connectors.natural_resources.mapping.platform import ABOUT_MINE, resource
from hub.domain.record_kinds import RecordKind

RATES = resource(
    RecordKind.RECOVERY_RATES,
    {
        "ckxkzh": "licenceNo",
        "nd": "year",
        "kchcl": "mining",
        "kchcl_yq": "miningRequired",
        "xkhsl": "processing",
        "xkhsl_yq": "processingRequired",
        "zhlyl": "utilisation",
        "zhlyl_yq": "utilisationRequired",
        "bz": "standard",
        "hddw": "verifiedBy",
    },
    "jlbh",
)

PLANS = resource(
    RecordKind.RESTORATION_PLAN,
    {
        **ABOUT_MINE,
        "pzrq": "approvedOn",
        "syqz": "validUntil",
        "jjjt": Used("fundAccrued", WAN),
        "ndrw": Parts("years", {"nd": "year", "yxf": "duty", "yxfwc": "done"}),
    },
)
