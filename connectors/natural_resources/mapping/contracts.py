"""Contracts with green-mine duties."""

from __future__ import annotations

from connectors.declared import Parts
from connectors.natural_resources.mapping.platform import ABOUT_MINE, resource
from hub.domain.record_kinds import RecordKind

CONTRACTS = resource(
    RecordKind.CONTRACT,
    {
        **ABOUT_MINE,
        "htlx": "contractKind",
        "yf_xydm": "partyUscc",
        "qdrq": "signedOn",
        "jcsx": "dueOn",
        "rw": Parts("milestones", {"nr": "task", "sx": "dueOn", "jd": "progress", "wcrq": "doneOn"}),
        "yq": "requirements",
        "wyzr": "liability",
        "lxwbrq": "fulfilledOn",
        "wyrq": "breachedOn",
        "wyqx": "breach",
        "jcrq": "terminatedOn",
    },
    htfj="scanned contract; the hub keeps no files",
)
