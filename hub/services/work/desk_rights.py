"""Whose desk it is: what of the things that people work off is a caller's to see to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from auth.principals import Principal, Role
from auth.rules import may_post
from auth.scopes import OPERATE
from hub.domain.record_kinds import RecordKind
from hub.domain.words.divisions import PROVINCE
from hub.domain.words.errors import ErrorCode, HubError


class Chosen(Protocol):
    """Which things are meant: by whose they are, and of which kinds."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def kinds(self) -> Collection[str] | None: ...
    @property
    def department(self) -> str | None: ...
    @property
    def client_id(self) -> str | None: ...


C = TypeVar("C", bound=Chosen)


def within(caller: Principal, choice: C) -> C:
    """What of a choice is the caller's to see to; FORBIDDEN for who has no desk here."""
    if caller.role is Role.OPERATOR:
        if OPERATE not in caller.scopes:
            raise HubError(ErrorCode.FORBIDDEN, OPERATE)
        return choice
    kinds = [kind.value for kind in RecordKind if may_post(caller, kind)]
    if caller.role is Role.BANK or not kinds:
        raise HubError(ErrorCode.FORBIDDEN)
    of_all = caller.role is Role.DEPARTMENT and caller.division_code == PROVINCE and caller.department is not None
    own: dict[str, Any] = (
        {"department": caller.department.value} if of_all and caller.department else {"client_id": caller.client_id}
    )
    wanted = {name: getattr(choice, name) for name in own}
    if any(wanted[name] not in (None, own[name]) for name in own):
        raise HubError(ErrorCode.FORBIDDEN, ", ".join(own.values()))
    return replace(choice, kinds=kinds, **own)
