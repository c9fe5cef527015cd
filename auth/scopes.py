"""The scope words: `read`, `<kind>:post` for every kind of record, and `hub:operate` for running the hub itself."""

from __future__ import annotations

from auth.principals import Role
from auth.rules import kinds_to_post
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department

READ = "read"
OPERATE = "hub:operate"


def post_scope(kind: RecordKind) -> str:
    """The word that lets a client post records of a kind."""
    return f"{kind.value}:post"


ALL: tuple[str, ...] = (READ, *(post_scope(kind) for kind in RecordKind), OPERATE)


def default_scopes(role: Role, department: Department | None = None) -> tuple[str, ...]:
    """All that the access rules let such a client do; no client is ever given more."""
    allowed = {READ} | {post_scope(kind) for kind in kinds_to_post(role, department)}
    if role is Role.OPERATOR:
        allowed.add(OPERATE)
    return tuple(word for word in ALL if word in allowed)
