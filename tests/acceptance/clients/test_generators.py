"""What generators make of the schema for five typical operations compiles, and knows the type of every scalar."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from auth.principals import Role
from schema.federation import subgraph
from schema.root import build_schema
from tests.acceptance.clients.packages import HERE, NODE, begun, said
from tests.acceptance.clients.test_examples import NAME, PAGE, example
from tests.acceptance.conftest import Client
from tests.makers import licence

pytestmark = pytest.mark.asyncio(loop_scope="module")

MADE = """
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";
import { readFileSync, writeFileSync } from "node:fs";

const { config, generates } = JSON.parse(readFileSync("codegen.json", "utf8"));
const [{ plugins }] = Object.values(generates);
const read = (name) => parse(readFileSync(name, "utf8"));
const text = await codegen({
  filename: "graph.ts",
  schema: read("schema.graphql"),
  documents: [{ location: "operations.graphql", document: read("operations.graphql") }],
  config,
  plugins: plugins.map((plugin) => ({ [plugin]: {} })),
  pluginMap: { "typescript-operations": operations },
});
writeFileSync("graph.ts", text);
"""
USED = """
import type { FollowSubscription, MineQuery, PenaltiesQuery, PostMutationVariables } from "./graph";

export const fine = (answer: PenaltiesQuery): string | null | undefined => answer.penalties.nodes[0]?.fine;
export const decided = (answer: PenaltiesQuery): string | undefined => answer.penalties.nodes[0]?.decidedOn;
export const name = (answer: MineQuery): string | undefined => answer.mine?.name;
export const cursor = (answer: FollowSubscription): string | undefined => answer.recordPosted?.cursor;
export const key = (given: PostMutationVariables): string | null | undefined => given.key;
"""


def filled(folder: Path) -> Path:
    """A folder with the schema and the operations."""
    folder.mkdir()
    (folder / "schema.graphql").write_text(build_schema().as_str(), encoding="utf-8")
    shutil.copy(HERE / "operations.graphql", folder)
    return folder


def block(title: str, language: str) -> str:
    """The first block in a language of a section of the page."""
    section = next(part for part in PAGE.split("\n## ") if part.startswith(title))
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


async def test_typescript_types_compile_and_no_scalar_is_unknown(packages: Path) -> None:
    folder = filled(packages / "codegen")
    told = json.loads(block("graphql-codegen", "json"))
    scalars = set(re.findall(r"^scalar (\w+)", (folder / "schema.graphql").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(told["config"]["scalars"]) == scalars
    for name, text in {"codegen.json": json.dumps(told), "made.mjs": MADE, "used.ts": USED}.items():
        (folder / name).write_text(text, encoding="utf-8")
    await said(await begun(NODE, "made.mjs", folder=folder))
    options = (
        "--noEmit",
        "--strict",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--types",
        "",
    )
    compiler = packages / "node_modules" / "typescript" / "bin" / "tsc"
    await said(await begun(NODE, compiler, *options, "graph.ts", "used.ts", folder=folder))


async def test_every_scalar_of_the_schema_is_in_the_table_of_the_page() -> None:
    scalars = set(re.findall(r"^scalar (\w+)(.*)$", build_schema().as_str(), re.MULTILINE))
    for name, directives in scalars:
        if name != "_Any":
            assert f"| `{name}` |" in PAGE, name
            assert "@specifiedBy" in directives, name


async def own_environment(folder: Path, title: str, extra: str = "") -> Path:
    """The interpreter of an environment of its own, with the package of a section of the page."""
    python, uv = folder / "own" / "bin" / "python", Path(sys.executable).parent / "uv"
    await said(await begun(uv, "venv", "--quiet", "--python", sys.executable, "own", folder=folder))
    version = re.search(rf"^## {title} ([\d.]+)", PAGE, re.MULTILINE)
    assert version is not None
    wanted = f"{title}{extra}=={version[1]}.*"
    await said(await begun(uv, "pip", "install", "--quiet", "--python", python, wanted, folder=folder))
    return python


async def test_gql_asks_and_checks_against_the_schema(lobby: Client, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("gql")
    (folder / "ask.py").write_text(example("gql"), encoding="utf-8")
    python = await own_environment(folder, "gql", "[httpx]")
    token = await lobby.token(Role.BANK)
    asked = await begun(python, "ask.py", folder=folder, HUB=lobby.address, TOKEN=token, NO=licence(1), PYTHONPATH="")
    assert await said(asked) == [NAME]


async def test_a_python_client_is_made_and_asks(lobby: Client, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = filled(tmp_path_factory.mktemp("python") / "client")
    (folder / "pyproject.toml").write_text(block("ariadne-codegen", "toml"), encoding="utf-8")
    (folder / "ask.py").write_text(example("ariadne-codegen"), encoding="utf-8")
    python = await own_environment(folder, "ariadne-codegen")
    await said(await begun(python.parent / "ariadne-codegen", folder=folder))
    assert "Optional[Decimal]" in (folder / "graph" / "penalties.py").read_text(encoding="utf-8")
    token = await lobby.token(Role.BANK)
    asked = await begun(python, "ask.py", folder=folder, HUB=lobby.address, TOKEN=token, NO=licence(1), PYTHONPATH="")
    assert await said(asked) == [NAME]


async def test_a_gateway_joins_the_hub_to_another_graph_in_both_directions(lobby: Client, packages: Path) -> None:
    (packages / "subgraph.graphql").write_text(subgraph(build_schema()._schema), encoding="utf-8")
    shutil.copy(HERE / "gateway.mjs", packages)
    told = {"HUB": lobby.address, "TOKEN": await lobby.token(Role.BANK), "NO": licence(1)}
    answers = list(map(json.loads, await said(await begun(NODE, "gateway.mjs", folder=packages, **told))))
    # Once as Apollo's composer puts them together, once as the Guild's does.
    assert len(answers) == 4
    for into, out in zip(answers[::2], answers[1::2], strict=True):
        assert into["data"] == {
            "loans": [{"id": "loan-1", "mine": {"name": NAME, "standing": into["data"]["loans"][0]["mine"]["standing"]}}]
        }
        assert out["data"] == {"mine": {"name": NAME, "loans": [{"id": "loan-1"}]}}
    # What the gateway asked for stands in the ledger, under whoever asked it.
    await lobby.hub.reads.write()
    kept = await lobby.ask(await lobby.token(Role.OPERATOR), "{ mineReads { nodes { purpose licenceNo } } }")
    assert {"purpose": "POST_LOAN_MONITORING", "licenceNo": licence(1)} in kept.json()["data"]["mineReads"]["nodes"]
