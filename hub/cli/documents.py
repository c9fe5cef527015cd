"""Commands for trusted documents: registering, importing, listing, removing, and holding callers to theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auth.principals import Role
from hub.cli.clients import active_client
from hub.cli.console import AsJson, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.trusted_documents import read_manifest

documents = typer.Typer(help="Documents that clients have registered to ask by.", no_args_is_help=True)

Owner = Annotated[str, typer.Argument(help="A client's id, or a role: all clients of it.")]


async def _owner(opened: Hub, owner: str) -> str:
    if owner not in set(Role):
        await active_client(opened, owner)
    return owner


async def _register(opened: Hub, owner: str, named: dict[str, str]) -> None:
    for name, body in named.items():
        if problem := opened.graph.problem(body):
            raise HubError(ErrorCode.INVALID_INPUT, f"{name}: {problem}")
    for row in await opened.documents.add(await _owner(opened, owner), named):
        out.print(f"sha256:{row.sha256} {row.name}", markup=False)


@documents.command("add")
def add(owner: Owner, files: Annotated[list[Path], typer.Argument(help="Files, each with one GraphQL document.")]) -> None:
    """Register documents and print the ids to ask by."""
    with_hub(lambda opened: _register(opened, owner, {file.stem: file.read_text(encoding="utf-8") for file in files}))


@documents.command("import")
def import_manifest(
    owner: Owner, manifest: Annotated[Path, typer.Argument(help="An Apollo persisted-query manifest or a Relay map.")]
) -> None:
    """Register every document of a manifest."""
    with_hub(lambda opened: _register(opened, owner, read_manifest(manifest.read_text(encoding="utf-8"))))


@documents.command("list")
def list_documents(as_json: AsJson = False) -> None:
    """All documents, and who is held to its own."""

    async def work(opened: Hub) -> None:
        rows, held = await opened.documents.list()
        told = [(row.owner, row.name, f"sha256:{row.sha256}", "yes" if row.owner in held else "") for row in rows]
        tell_list(("owner", "name", "id", "held"), told, as_json=as_json)
        for owner in sorted(held) if not as_json else ():
            out.print(f"held to its documents: {owner}", markup=False)

    with_hub(work)


@documents.command("remove")
def remove(owner: Owner, document_id: Annotated[str, typer.Argument(help="sha256:…")]) -> None:
    """Forget a document; it is refused within five seconds."""
    with_hub(lambda opened: opened.documents.remove(owner, document_id.removeprefix("sha256:")))


@documents.command("hold")
def hold(owner: Owner, release: Annotated[bool, typer.Option("--release", help="Let it ask anything again.")] = False) -> None:
    """Hold a client or a role to its documents alone."""

    async def work(opened: Hub) -> None:
        await opened.documents.hold(await _owner(opened, owner), on=not release)

    with_hub(work)
