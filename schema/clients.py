"""The register of clients, for operators."""

from datetime import datetime

import strawberry

from hub.domain.words.departments import Department
from schema.graph import described, graph_type
from schema.scalars import enum


@graph_type("可申请令牌的客户端（密钥与凭据不提供） / a client that may ask for tokens; by what it proves itself is not told")
class Client:
    client_id: strawberry.ID = strawberry.field(description="标识 / id")
    name: str = strawberry.field(description="名称 / what people call it")
    role: str = strawberry.field(description="角色 / what kind of caller it is")
    department = described(enum(Department) | None, "部门（角色为 DEPARTMENT 时） / whose system it is, of role DEPARTMENT")
    division_code: str = strawberry.field(
        description="行政区划代码，在其范围内提交 / division within which it posts, GB/T 2260"
    )
    scopes: list[str] = strawberry.field(description="授权范围 / what it may do: read, KIND:post, hub:operate")
    must_bind: bool = strawberry.field(
        description="是否只签发绑定密钥或证书的令牌 / whether it gets only tokens that are bound to a key or a certificate"
    )
    created_at: datetime = strawberry.field(description="登记时间 / when it was registered")
    last_used_at: datetime | None = strawberry.field(
        description="最近一次通过认证的时间，精确到一分钟 / when it was last let in, true to a minute; null before it was"
    )
    revoked_at: datetime | None = strawberry.field(description="停用时间 / when it was revoked; null while it may ask")
