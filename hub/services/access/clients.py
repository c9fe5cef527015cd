"""Clients: who may ask for tokens, and whether they still may."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from auth.clients import Client
from auth.errors import SignedObjectError, UnfitClaimError
from auth.jose import Key, public_key
from auth.principals import PROVEN, Principal, Role
from auth.scopes import default_scopes
from auth.secrets import hashed, new_secret
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE, current_code
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.access import clients
from hub.storage.access.clients import ClientRow
from hub.storage.engine.database import Connection, Database, Unreachable

_LONGEST_NAME = 100
_LONGEST_EXTERNAL = 200
_MOST_KEYS = 5


class Clients:
    """The register of clients."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self,
        name: str,
        role: Role,
        department: Department | None = None,
        division: str = PROVINCE,
        scopes: Sequence[str] | None = None,
        *,
        external: str | None = None,
    ) -> tuple[str, str]:
        """Register a client; its id, and its secret, which nobody can ever read again.

        `scopes` narrows what its role may do; `external` is what the outside identity provider calls it.  Raises INVALID_INPUT
        naming the field, CONFLICT where the provider's name is another client's already.
        """
        _check_department(role, department)
        client_id = f"{(department or role).value.lower().replace('_', '-')}-{uuid.uuid4().hex[:12]}"
        secret = new_secret()
        row = ClientRow(
            client_id=client_id,
            name=_checked_name(name),
            role=role.value,
            department=department.value if department else None,
            division_code=_checked_division(division),
            authority_code=None,
            scopes=_checked_scopes(scopes, default_scopes(role, department)),
            secret_hash=hashed(secret),
            created_at=self._clock(),
            external_id=_checked_external(external) if external is not None else None,
        )

        async def store(connection: Connection) -> None:
            await _check_free(connection, row.external_id)
            await clients.insert(connection, row)

        await self._database.commit(store)
        return client_id, secret

    async def set_external(self, client_id: str, external: str) -> None:
        """Let a client be known by what the outside identity provider calls it.

        Raises INVALID_INPUT, CONFLICT where the name is another client's already, NOT_FOUND where there is no such client.
        """
        name = _checked_external(external)

        async def store(connection: Connection) -> None:
            await _check_free(connection, name, client_id)
            if not await clients.set_outside(connection, client_id, name):
                raise HubError(ErrorCode.NOT_FOUND, client_id)

        await self._database.commit(store)

    async def set_keys(self, client_id: str, keys: Sequence[Any]) -> None:
        """Let a client prove itself by these public keys (JWK) and no longer by what it had.

        Raises INVALID_INPUT for what are no such keys, NOT_FOUND where there is no such client.
        """
        known = _checked_keys(keys)
        async with self._database.transaction() as connection:
            if not await clients.set_keys(connection, client_id, known):
                raise HubError(ErrorCode.NOT_FOUND, client_id)

    async def set_must_bind(self, client_id: str, must_bind: bool) -> None:
        """Say whether a client gets only tokens that are bound to a key or a certificate of its own.

        Raises NOT_FOUND where there is no such client.
        """
        async with self._database.transaction() as connection:
            if not await clients.set_must_bind(connection, client_id, must_bind):
                raise HubError(ErrorCode.NOT_FOUND, client_id)

    async def list(self) -> Sequence[ClientRow]:
        """Every client, revoked ones included, in the order of their making."""
        async with self._database.connection() as connection:
            return await clients.list_all(connection)

    async def revoke(self, client_id: str) -> None:
        """End a client: it gets no more tokens, and those it has stop soon (`hub.services.access.revocations`).

        Raises NOT_FOUND where there is no such client, or none any more.
        """
        async with self._database.transaction() as connection:
            if not await clients.revoke(connection, client_id, self._clock()):
                raise HubError(ErrorCode.NOT_FOUND, client_id)

    async def find(self, client_id: str) -> Client | None:
        """A client that may ask for tokens."""
        async with self._database.connection() as connection:
            row = await clients.get(connection, client_id)
        return client_of(row) if row and row.revoked_at is None else None

    async def rehash(self, client_id: str, old: str, new: str) -> None:
        """Keep another hash of a client's secret, unless it has another already."""

        async def store(connection: Connection) -> None:
            await clients.set_secret_hash(connection, client_id, old, new)

        await self._database.commit(store)

    async def find_outside(self, external: str) -> Client | None:
        """The client that the outside identity provider calls so.  UNAVAILABLE where nobody can tell."""
        try:
            async with self._database.connection() as connection:
                row = await clients.get_outside(connection, external)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None
        return client_of(row) if row else None


async def _check_free(connection: Connection, external: str | None, client_id: str | None = None) -> None:
    known = await clients.get_outside(connection, external) if external is not None else None
    if known is not None and known.client_id != client_id:
        raise HubError(ErrorCode.CONFLICT, known.client_id, field="external")


def principal_of(row: ClientRow) -> Principal:
    """Who a client is."""
    return Principal(
        client_id=row.client_id,
        role=Role(row.role),
        scopes=frozenset(row.scopes),
        department=Department(row.department) if row.department else None,
        division_code=row.division_code,
    )


def client_of(row: ClientRow) -> Client:
    """A client as the authorization server knows it."""
    return Client(principal_of(row), row.secret_hash, tuple(map(public_key, row.keys)), row.must_bind)


def _wrong(field: str, detail: str) -> HubError:
    return HubError(ErrorCode.INVALID_INPUT, detail, field=field)


def _check_department(role: Role, department: Department | None) -> None:
    if role not in PROVEN:
        raise _wrong("role", ", ".join(PROVEN))
    if role is Role.DEPARTMENT and department is None:
        raise _wrong("department", "DEPARTMENT 须注明部门 / a DEPARTMENT client needs its department")
    if role is not Role.DEPARTMENT and department is not None:
        raise _wrong("department", f"{role.value} 不得注明部门 / a {role.value} client has no department")


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise _wrong("name", f"1–{_LONGEST_NAME} 个可见字符 / 1 to {_LONGEST_NAME} printable characters")
    return name


def _checked_external(external: str) -> str:
    """The provider compares its names letter by letter, so nothing is mended here."""
    if not 0 < len(external) <= _LONGEST_EXTERNAL or not external.isascii() or not external.isprintable():
        raise _wrong("external", f"1–{_LONGEST_EXTERNAL} 个 ASCII 字符 / 1 to {_LONGEST_EXTERNAL} printable ASCII characters")
    return external


def _checked_division(division: str) -> str:
    code = current_code(division)
    if code is None:
        raise _wrong("division", "行政区划代码不存在 / not a known administrative division")
    return code


def _checked_keys(keys: Sequence[Any]) -> tuple[dict[str, Any], ...]:
    """Public keys as they are kept, each with an id of its own."""
    checked = {}
    try:
        for jwk in keys:
            key: Key = public_key(jwk)
            key.ensure_kid()
            checked[key.kid] = dict(key.as_dict(private=False))
    except UnfitClaimError as error:
        raise _wrong("keys", error.said) from None
    except SignedObjectError:
        checked = {}
    if not 0 < len(checked) == len(keys) <= _MOST_KEYS:
        raise _wrong(
            "keys", f"1–{_MOST_KEYS} 个公钥 / 1 to {_MOST_KEYS} public JWKs: Ed25519, P-256, or RSA of 2048 bits and more"
        )
    return tuple(checked.values())


def _checked_scopes(scopes: Sequence[str] | None, allowed: tuple[str, ...]) -> tuple[str, ...]:
    if scopes is None:
        return allowed
    if not scopes or not set(scopes) <= set(allowed):
        raise _wrong("scopes", f"可选 / choose from: {', '.join(allowed)}")
    return tuple(word for word in allowed if word in scopes)
