"""Samples of a system, as its connector reads them."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from connectors.errors import OperatorMustAct
from connectors.manifests import FOLDER
from connectors.registry import CONNECTORS, resources, sandbox
from connectors.trying import tried
from connectors.world import World
from tests.connectors.conftest import BASE


@pytest.mark.parametrize("code", list(CONNECTORS))
def test_every_sample_is_read(code: str) -> None:
    for name in resources(code):
        (item,) = tried(code, FOLDER / code / "samples" / f"{name}.json")
        assert (item.error, item.kind) == ("", resources(code)[name].kind)


@pytest.mark.parametrize("code", ["finance", "financial_regulation"])
async def test_a_file_of_a_shelf_is_read_as_it_lies_there(code: str, tmp_path: Path) -> None:
    folder, settings = next(iter(resources(code))), sandbox(code).settings(BASE)
    path = f"/{CONNECTORS[code].path}/{folder}"  # type: ignore[attr-defined]
    over = httpx.ASGITransport(sandbox(code).make_app(World(16, 1)))
    user = (settings["username"], settings["password"])
    async with httpx.AsyncClient(transport=over, base_url=BASE, auth=user) as client:
        name = (await client.get(path)).json()["files"][0]["name"]
        file = tmp_path / name
        file.write_bytes((await client.get(f"{path}/{name}")).content)
    items = tried(code, file, folder)
    assert len(items) > 1
    assert {item.error for item in items} == {""}


@pytest.mark.parametrize(
    ("text", "name", "resource", "said"),
    [
        ("{", "hbyj.json", None, "no JSON"),
        ("[1]", "hbyj.json", None, "neither a row"),
        ("{}", "x.json", None, "--resource"),
        ("{}", "hbyj.json", "nothing", "--resource"),
        (None, "hbyj.json", None, "No such file"),
    ],
)
def test_what_is_no_sample_is_said_in_one_line(
    text: str | None, name: str, resource: str | None, said: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(OperatorMustAct, match=said):
        tried("ecology", tmp_path / name, resource)


def test_a_row_that_cannot_be_mapped_says_why_beside_one_that_can(tmp_path: Path) -> None:
    row = json.loads((FOLDER / "ecology" / "samples" / "hbyj.json").read_text(encoding="utf-8"))
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([row, row | {"CJRQ": "??", "NEU": 1}]), encoding="utf-8")
    good, bad = tried("ecology", file, "hbyj")
    assert (good.error, bad.data, bad.drift) == ("", None, ("NEU",))
    assert bad.error.startswith("CJRQ: ")
