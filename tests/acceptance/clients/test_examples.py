"""Each example of hub/docs/clients.md runs as it stands there, with the package itself, against a hub."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from asyncio.subprocess import Process
from pathlib import Path

import pytest

import hub
from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.services.access.trusted_documents import read_manifest
from tests.acceptance.clients.packages import HERE, NODE, PATIENCE_SECONDS, begun, said
from tests.acceptance.conftest import Client
from tests.makers import ECOLOGY, licence, opinion, posted

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = (Path(hub.__file__).parent / "docs" / "clients.md").read_text(encoding="utf-8")
NAME = "示例1号磷矿"


def example(title: str) -> str:
    """The code of a section of the page."""
    section = next(part for part in PAGE.split("\n## ") if part.startswith(title))
    code = re.search(r"```(?:js|python)\n(.*?)```", section, re.DOTALL)
    assert code is not None, title
    assert code[1].count("\n") <= 26, f"{title}: an example is short"
    return code[1]


async def test_the_page_names_the_versions_that_are_tried() -> None:
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    for title, package in {
        "Apollo Client": "@apollo/client",
        "urql": "@urql/core",
        "Relay": "relay-runtime",
        "graphql-request": "graphql-request",
        "graphql-ws": "graphql-ws",
        "graphql-sse": "graphql-sse",
    }.items():
        named = re.search(rf"^## {title} ([\d.]+)", PAGE, re.MULTILINE)
        assert named is not None
        assert wanted[package].startswith(f"{named[1]}."), title


async def run(lobby: Client, packages: Path, title: str, role: Role = Role.BANK, **more: str) -> Process:
    """An example that runs."""
    script = packages / f"{title.partition(' ')[0]}.mjs"
    script.write_text(example(title), encoding="utf-8")
    told = {"HUB": lobby.address, "TOKEN": await lobby.token(role), "NO": licence(1), "AFTER": "0"} | more
    return await begun(NODE, script.name, folder=packages, **told)


async def test_apollo_client_asks_and_follows(lobby: Client, packages: Path) -> None:
    name, position = await said(await run(lobby, packages, "Apollo Client"))
    assert name == NAME
    assert int(position) > 0


@pytest.mark.parametrize("title", ["urql", "graphql-request"])
async def test_it_asks_at_the_first_try(lobby: Client, packages: Path, title: str) -> None:
    assert await said(await run(lobby, packages, title)) == [NAME]


def relay_folder(packages: Path) -> tuple[Path, Path]:
    """A folder with one query of Relay's, and the compiler."""
    folder = packages / "relay"
    folder.mkdir()
    shutil.copy(Path(hub.__file__).parents[1] / "schema" / "schema.graphql", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "ask.js").write_text(
        'import { graphql } from "relay-runtime";\n'
        "export default graphql`query askQuery($no: String!) { mine(licenceNo: $no) { id name } }`;\n"
    )
    (folder / "documents.json").write_text("{}")
    (folder / "relay.config.json").write_text(
        json.dumps(
            {
                "src": ".",
                "schema": "schema.graphql",
                "language": "javascript",
                "eagerEsModules": True,
                "persistConfig": {"file": "documents.json", "algorithm": "MD5"},
            }
        )
    )
    compiler = packages / "node_modules" / "relay-compiler" / "linux-x64" / "relay"
    compiler.chmod(0o755)
    return folder, compiler


async def test_relay_asks_by_the_ids_that_its_compiler_makes(lobby: Client, packages: Path) -> None:
    folder, compiler = relay_folder(packages)
    await said(await begun(compiler, "relay.config.json", folder=folder))
    documents = read_manifest((folder / "documents.json").read_text())
    assert len(documents) == 1
    await lobby.hub.documents.add("BANK", documents)
    query = "./relay/__generated__/askQuery.graphql.js"
    assert await said(await run(lobby, packages, "Relay", QUERY=query)) == [NAME]


class Line:
    """A line to the hub that breaks when a test says so."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []

    async def carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, out = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [back, out]
        await asyncio.gather(self._copy(near, out), self._copy(far, back), return_exceptions=True)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
        writer.close()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


@pytest.mark.parametrize("title", ["graphql-ws", "graphql-sse"])
async def test_what_is_posted_is_followed_over_a_break_without_a_gap(lobby: Client, packages: Path, title: str) -> None:
    last = await lobby.hub.following.last()
    line = Line(lobby.hub.settings.port)
    relay = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{relay.sockets[0].getsockname()[1]}"
    process = await run(lobby, packages, title, Role.OPERATOR, HUB=address, AFTER=str(last.position - 2))
    heard: list[int] = []

    async def hear(count: int) -> None:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(heard) < count:
                heard.append(int(await process.stdout.readline()))

    try:
        await hear(2)
        line.cut()
        await posted(lobby.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(60 + len(title)))
        await hear(3)
    finally:
        process.kill()
        await process.wait()
        line.cut()
        relay.close()
    assert heard == list(range(heard[0], heard[0] + 3))
