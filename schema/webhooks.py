"""Webhooks: receivers to which the hub sends by itself."""

from datetime import datetime
from typing import Any

import strawberry

from hub.domain.words import webhooks
from hub.domain.words.purposes import PurposeWord
from schema.graph import described, does, graph_type
from schema.scalars import Cursor, enum

WebhookState = enum(webhooks.WebhookState)
PauseReason = enum(webhooks.PauseReason)

_SECRET = "密钥只显示这一次（whsec_…） / the secret is shown this once"  # noqa: S105 - words for people


@graph_type("主动推送的接收方（Standard Webhooks） / a receiver to which the hub sends by itself")
class Webhook:
    id: strawberry.ID = strawberry.field(description="标识 / id")
    name: str = strawberry.field(
        description="名称，同名的具名接收方保存其位置 / its name; the consumer of that name keeps its place"
    )
    client_id: str = strawberry.field(description="所属客户端 / whose it is")
    url: str = strawberry.field(description="接收地址 / where it is sent")
    document: str = strawberry.field(
        description="所订阅的内容（GraphQL subscription） / the subscription whose events are sent"
    )
    purpose = described(enum(PurposeWord) | None, "用途 / the purpose that was named")
    reference: str | None = strawberry.field(description="接收方业务编号 / what the receiver calls the matter")
    state = described(WebhookState, "状态 / whether the hub sends")
    reason = described(PauseReason | None, "暂停原因 / why it does not")
    created_at: datetime = strawberry.field(description="登记时间 / when it was registered")
    delivered: int = strawberry.field(description="已送达条数 / how many messages were received")
    failures: int = strawberry.field(description="连续失败次数 / failures in a row")
    failing_since: datetime | None = strawberry.field(description="自何时起失败 / since when nothing gets through")
    next_at: datetime | None = strawberry.field(description="下次尝试时间 / when it is tried again")
    last_at: datetime | None = strawberry.field(description="最近一次发送 / when it was last sent to")
    last_status: int | None = strawberry.field(description="接收方的 HTTP 状态码 / the receiver's status")
    last_error: str | None = strawberry.field(description="未得到答复的原因 / why there was none, in one word")
    position: int = strawberry.field(description="已送达的日志位次 / position in the log up to which it was delivered")
    cursor: Cursor = strawberry.field(description="已送达的位置 / the place up to which it was delivered")
    behind: int = strawberry.field(
        description="其后日志条数（不论是否可见） / how many entries the log has after it, seen or not"
    )


@graph_type("推送接收方及其密钥 / a webhook and its secret")
class WebhookSecret:
    name: str = strawberry.field(description="名称 / its name")
    state = described(WebhookState, "状态 / whether the hub sends")
    cursor: Cursor = strawberry.field(description="自此之后发送 / what comes after it is sent")
    secret: str = strawberry.field(description=_SECRET)


@graph_type("推送接收方的状态 / how a webhook stands")
class WebhookStanding:
    name: str = strawberry.field(description="名称 / its name")
    state = described(WebhookState, "状态 / whether the hub sends")
    reason = described(PauseReason | None, "暂停原因 / why it does not")
    cursor: Cursor = strawberry.field(description="已送达的位置 / the place up to which it was delivered")


@graph_type("测试消息的结果 / what came of a message that was sent for a try")
class WebhookPing:
    delivered: bool = strawberry.field(description="接收方是否以 2xx 确认 / whether the receiver took it")
    status: int | None = strawberry.field(description="接收方的 HTTP 状态码 / the receiver's status")
    error: str | None = strawberry.field(description="未得到答复的原因 / why there was none, in one word")


def changes() -> dict[str, Any]:
    """The mutations of webhooks."""
    named = {"name": str}
    return {
        "register_webhook": does(
            {"name": str, "url": str, "document": str, "secret": str | None, "after": Cursor | None},
            WebhookSecret,
            "登记推送接收方：document 为一个订阅（不含变量），其每个事件按 Standard Webhooks 签名后发往 url；"
            "自 after 起，省略则自当前起 / register a webhook: each event of the subscription `document`, "
            "which has no variables, is signed and sent to the url, from `after` or from now on.  A secret of your own has "
            "at least 24 bytes",
            optional=("secret", "after"),
        ),
        "rotate_webhook_secret": does(
            {"name": str, "secret": str | None},
            WebhookSecret,
            "更换密钥，旧密钥并用 24 小时（同时至多 4 个） / "
            "a new secret; those before sign beside it, each for a day, at most four at once",
            optional=("secret",),
        ),
        "pause_webhook": does(named, WebhookStanding, "暂停推送，保留位置 / send no more; it keeps its place"),
        "resume_webhook": does(
            {"name": str, "after": Cursor | None},
            WebhookStanding,
            "恢复推送，自原位置或 after 起 / send again, from its place or from a cursor",
            optional=("after",),
        ),
        "ping_webhook": does(named, WebhookPing, "发送一条测试消息 / send a message for a try"),
        "remove_webhook": does(
            named, WebhookStanding, "删除推送接收方；同名的具名接收方保留 / forget a webhook; its consumer stays"
        ),
    }
