"""Commands for clients: registering, listing, revoking, and a token to try things out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from auth.principals import Role
from hub.cli.console import AsJson, err, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.clients import principal_of
from hub.storage.access.clients import ClientRow

commands = typer.Typer()
clients = typer.Typer(help="Clients that may ask for tokens.", no_args_is_help=True)
commands.add_typer(clients, name="clients")

ClientId = Annotated[str, typer.Argument(help="Its id, as `hub clients list` names it.")]


async def active_client(opened: Hub, client_id: str) -> ClientRow:
    """A client that is not revoked; INVALID_INPUT where there is none."""
    row = next((row for row in await opened.clients.list() if row.client_id == client_id and not row.revoked_at), None)
    if row is None:
        raise HubError(ErrorCode.INVALID_INPUT, f"no client {client_id}")
    return row


Keys = Annotated[
    Path | None, typer.Option("--keys", help="Its public keys, a JWK or a JWK set: it proves itself by them, without a secret.")
]


def _read_keys(path: Path) -> list[Any]:
    try:
        key_set = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        key_set = None
    if not isinstance(key_set, dict):
        raise HubError(ErrorCode.INVALID_INPUT, f"{path}: a JWK or a JWK set", field="keys")
    return list(key_set.get("keys", [key_set]))


@clients.command("add")
def clients_add(  # noqa: PLR0917 - each is an option of the command
    name: Annotated[str, typer.Argument(help="What people call it.")],
    role: Annotated[Role, typer.Option(help="What kind of caller it is.")],
    department: Annotated[Department | None, typer.Option(help="For role DEPARTMENT: whose system it is.")] = None,
    division: Annotated[
        str, typer.Option(help="Division within which it may post, and a department's client read, GB/T 2260.")
    ] = PROVINCE,
    scope: Annotated[list[str] | None, typer.Option(help="Narrow what it may do; may be repeated.")] = None,
    keys: Keys = None,
    external: Annotated[
        str | None, typer.Option(help="What the outside identity provider calls it: it needs no proof of the hub's.")
    ] = None,
) -> None:
    """Register a client; print its id and, unless it has keys or comes by the identity provider, its secret, once."""

    async def work(opened: Hub) -> None:
        client_id, secret = await opened.clients.add(name, role, department, division, scope, external=external)
        if keys:
            await opened.clients.set_keys(client_id, _read_keys(keys))
        if keys or external:
            out.print(json.dumps({"client_id": client_id}), markup=False)
            return
        out.print(json.dumps({"client_id": client_id, "client_secret": secret}), markup=False)
        err.print("The secret is shown this once; only a hash of it is kept.")

    with_hub(work)


@clients.command("set-keys")
def clients_set_keys(
    client_id: ClientId, keys: Annotated[Path, typer.Argument(help="Its public keys: a JWK or a JWK set.")]
) -> None:
    """Let a client prove itself by a key (private_key_jwt), and no longer by its secret or its earlier keys."""

    async def work(opened: Hub) -> None:
        await opened.clients.set_keys(client_id, _read_keys(keys))
        out.print(f"{client_id} proves itself by the keys of {keys}", markup=False)

    with_hub(work)


@clients.command("set-external")
def clients_set_external(
    client_id: ClientId, external: Annotated[str, typer.Argument(help="What the outside identity provider calls it.")]
) -> None:
    """Let a client come with tokens of the outside identity provider (HUB_IDENTITY_ISSUER) as well."""

    async def work(opened: Hub) -> None:
        await opened.clients.set_external(client_id, external)
        out.print(f"{client_id} is {external} at the identity provider", markup=False)

    with_hub(work)


@clients.command("must-bind")
def clients_must_bind(
    client_id: ClientId, off: Annotated[bool, typer.Option("--off", help="Let it have plain bearer tokens again.")] = False
) -> None:
    """Give a client only tokens that are bound to a key (DPoP) or a certificate of its own, from its next token on."""

    async def work(opened: Hub) -> None:
        await opened.clients.set_must_bind(client_id, not off)
        out.print(f"{client_id} {'may have' if off else 'gets no'} plain bearer tokens", markup=False)

    with_hub(work)


@clients.command("list")
def clients_list(as_json: AsJson = False) -> None:
    """All clients, revoked ones included."""

    async def work(opened: Hub) -> None:
        columns = ("client_id", "name", "role", "department", "division", "proof", "external", "scopes", "revoked")
        told = []
        for row in await opened.clients.list():
            revoked = row.revoked_at.isoformat(timespec="seconds") if row.revoked_at else ""
            proof = ("keys" if row.keys else "secret") + (", bound" if row.must_bind else "")
            division = row.division_code
            scopes, external = " ".join(row.scopes), row.external_id or ""
            told.append((row.client_id, row.name, row.role, row.department, division, proof, external, scopes, revoked))
        tell_list(columns, told, as_json=as_json)

    with_hub(work)


@clients.command("revoke")
def clients_revoke(client_id: ClientId) -> None:
    """End a client; its tokens stop within five seconds."""

    async def work(opened: Hub) -> None:
        await opened.clients.revoke(client_id)
        out.print(f"{client_id} is revoked", markup=False)

    with_hub(work)


@commands.command()
def token(client_id: ClientId) -> None:
    """Print an access token for a client, for trying things out on the hub's own machine; it lives ten minutes."""

    async def work(opened: Hub) -> None:
        print(opened.tokens.issue(principal_of(await active_client(opened, client_id))))

    with_hub(work)
