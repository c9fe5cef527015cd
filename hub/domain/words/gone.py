"""Gone 不再可见: why somebody who could see a record may see it no more, in one word and nothing else of it."""

from __future__ import annotations

from hub.domain.words.worded import Words


class Gone(Words):
    """不再可见的原因 / why a record may be seen no more"""

    WITHDRAWN = "WITHDRAWN", "记录已撤回", "taken back"
    ANNULLED = "ANNULLED", "处罚决定已变更、撤销、确认违法或无效", "the decision is annulled"
    REPAIRED = "REPAIRED", "信用已修复，终止公示、共享和使用", "credit is repaired: publication, sharing and use have ended"
    EXPIRED = "EXPIRED", "公示期满", "its publication has ended"
    UNPUBLISHED = "UNPUBLISHED", "不再公示", "it is not published any more"
    RESTRICTED = "RESTRICTED", "不再属于接收方可见的范围", "it is none of those any more that the receiver may see"
