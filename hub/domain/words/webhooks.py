"""How webhooks stand, and why they send no more."""

from __future__ import annotations

from hub.domain.words.worded import Words

#: The types of what tells of a portfolio, event by event and in one piece; all else that is sent has the type of an entry of
#: the log.
FINDING, DIGEST = "portfolio.finding", "portfolio.digest"


class WebhookState(Words):
    """推送状态 / whether the hub sends to a webhook."""

    ACTIVE = "ACTIVE", "在用", "active"
    PAUSED = "PAUSED", "已暂停", "paused"


class PauseReason(Words):
    """暂停原因 / why the hub does not send to a webhook."""

    BY_HAND = "BY_HAND", "人工暂停", "paused by hand"
    NOT_DELIVERED = "NOT_DELIVERED", "连续三日未送达", "nothing got through for three days"
    GONE = "GONE", "接收方已停用（410）", "the receiver says that it is gone (410)"
    CLIENT_REVOKED = "CLIENT_REVOKED", "客户端已停用", "its client was revoked"
    NO_RIGHT = "NO_RIGHT", "无权读取", "its client may not read this any more"
    DOCUMENT_INVALID = "DOCUMENT_INVALID", "订阅文本不再有效", "its document is not valid any more"
    LOG_CHANGED = "LOG_CHANGED", "日志已变更", "the log is another one than that of its place"
    CURSOR_TOO_OLD = "CURSOR_TOO_OLD", "其后的日志已不再保留", "what came after its place is no longer kept"
    UNSEALED = "UNSEALED", "密钥已无法读取，须更换", "its secret can no longer be read: give it a new one"
