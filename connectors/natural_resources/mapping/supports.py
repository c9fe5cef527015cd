"""Policies on land and mining rights for green mines, and what was granted by them."""

from __future__ import annotations

from connectors.mapping import WAN, Used
from connectors.natural_resources.mapping.platform import ABOUT_MINE, ISSUED, resource
from hub.domain.record_kinds import RecordKind

POLICIES = resource(
    RecordKind.SUPPORT_POLICY,
    {**ISSUED, "zclb": "support", "zcmc": "title", "zcnr": "text", "sxrq": "effectiveOn", "yxqz": "endsOn"},
)

GRANTS = resource(
    RecordKind.SUPPORT_GRANT,
    {
        **ABOUT_MINE,
        "zclb": "support",
        "zcwh": "policyNumber",
        "pzrq": "grantedOn",
        "yxqz": "endsOn",
        "je": Used("amount", WAN),
        "nr": "text",
    },
)
