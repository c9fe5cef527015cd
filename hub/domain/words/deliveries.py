"""Delivery 报送: what of a record's versions goes out to another system, and how far it has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hub.domain.words.worded import Words


class DeliveryState(Words):
    """报送状态 / state of a delivery."""

    WAITING = "WAITING", "待报送", "waiting"
    SENT = "SENT", "已发出", "sent, and not answered"
    ACKNOWLEDGED = "ACKNOWLEDGED", "已确认", "acknowledged"
    REFUSED = "REFUSED", "被退回", "refused"
    DEAD = "DEAD", "停止重试", "given up"


#: What is still to be done by the hub itself.
OPEN = (DeliveryState.WAITING, DeliveryState.SENT)


class DeliveryAction(Words):
    """报送内容 / what is told of a version."""

    REPORT = "REPORT", "报送", "told, or told anew with corrections"
    WITHDRAW = "WITHDRAW", "撤回报送", "taken back"


#: What people must see to: it ended, and has not arrived.
ENDED_BADLY = (DeliveryState.REFUSED, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChoice:
    """Which of the deliveries that may be sent anew are meant: all that is given must hold."""

    ids: Collection[str] | None = None
    destination: str | None = None
    department: str | None = None
    client_id: str | None = None
    kind: str | None = None
    kinds: Collection[str] | None = None
    state: str | None = None
