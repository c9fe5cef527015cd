"""What mines do for science and for their neighbours, and what these complain of."""

from __future__ import annotations

from connectors.mapping import WAN, Used
from connectors.natural_resources.mapping.platform import ABOUT_MINE, resource
from hub.domain.record_kinds import RecordKind

APPEALS = resource(
    RecordKind.APPEAL,
    {
        **ABOUT_MINE,
        "sssx": "topic",
        "ssnr": "text",
        "slrq": "receivedOn",
        "hyqx": "answerDueOn",
        "hyrq": "answeredOn",
        "hynr": "answer",
        "sfmy": "satisfied",
    },
    ssr="complainant; personal data that the hub does not need",
)

INNOVATIONS = resource(
    RecordKind.INNOVATION,
    {
        **ABOUT_MINE,
        "fx": "innovationField",
        "xmmc": "title",
        "nr": "text",
        "hzdw": "partners",
        "yftr": Used("spent", WAN),
        "wcrq": "achievedOn",
    },
)

PROJECTS = resource(
    RecordKind.COMMUNITY_PROJECT,
    {**ABOUT_MINE, "fx": "communityField", "xmmc": "title", "nr": "text", "trje": Used("spent", WAN), "wcrq": "doneOn"},
)
