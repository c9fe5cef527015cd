"""Visits, cases handed to other departments, and answers to theirs."""

from __future__ import annotations

from connectors.natural_resources.mapping.platform import ABOUT_MINE, ISSUED, resource
from hub.domain.record_kinds import RecordKind

VISITS = resource(
    RecordKind.SUPERVISION_VISIT,
    {
        **ABOUT_MINE,
        "jcrq": "visitedOn",
        "jcsx": "topics",
        "jcqk": "findings",
        "jcjg": "result",
        "zgqx": "rectificationDueOn",
        "zgwc": "rectifiedOn",
    },
    jcry="inspectors; personal data that the hub does not need",
)

TRANSFERS = resource(
    RecordKind.CASE_TRANSFER,
    {
        **ABOUT_MINE,
        "jsbm": "toDepartment",
        "jsjgdm": "toAuthorityCode",
        "qy_xydm": "partyUscc",
        "wtlx": "matter",
        "wtss": "facts",
        "zjcl": "evidence",
        "fxrq": "foundOn",
        "yjrq": "transferredOn",
        "dfqx": "answerDueOn",
        "bjqx": "handlingDueOn",
    },
)

ANSWERS = resource(
    RecordKind.TRANSFER_ANSWER,
    {
        **ISSUED,
        "yjbm": "fromDepartment",
        "yjjgdm": "fromAuthorityCode",
        "yjwh": "transferNumber",
        "df": "step",
        "dfrq": "answeredOn",
        "ly": "reason",
        "bljg": "outcome",
        "blqk": "outcomeText",
        "cfwh": "penaltyNumber",
    },
)
