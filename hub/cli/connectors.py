"""Commands for connectors."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from auth.rules import POSTED_BY
from connectors.base import Manifest
from connectors.errors import OperatorMustAct
from connectors.manifests import FOLDER, MANIFESTS, read_all
from connectors.registry import sandbox
from connectors.scaffold import Interface, scaffold, write_samples
from connectors.trying import tried
from hub.cli.console import AsJson, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.calendar.moments import china_time
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department

connectors = typer.Typer(help="The connectors to the departments' systems.", no_args_is_help=True)

DOCUMENT = Path(__file__).parents[1] / "docs" / "connectors.md"
_HEAD = "| connector | speaks | carries |\n|---|---|---|\n"


@connectors.command("list")
def connectors_list(as_json: AsJson = False) -> None:
    """All connectors and what they speak."""
    told = [(m.code, m.department, " ".join(m.directions), " ".join(m.kinds), m.interface) for m in MANIFESTS.values()]
    tell_list(("code", "department", "directions", "kinds", "interface"), told, as_json=as_json)


@connectors.command("show")
def connectors_show(code: Annotated[str, typer.Argument(help="The connector's code.")]) -> None:
    """Where a system stands: what came of it, what did not, since when, and who pulls it just now."""

    async def work(made: Hub) -> None:
        table = Table("", code)
        for name, value in (await made.ingest.shown(code)).items():
            told = f"{china_time(value):%Y-%m-%d %H:%M:%S} (China)" if isinstance(value, datetime) else value
            table.add_row(name.replace("_", " "), "" if told is None else str(told))
        out.print(table, markup=False)

    with_hub(work)


@connectors.command("new")
def connectors_new(
    code: Annotated[str, typer.Argument(help="Its code, which is also its folder: letters, digits and underscores.")],
    department: Annotated[Department, typer.Option(help="Whose system it is.")],
    kind: Annotated[list[RecordKind], typer.Option(help="A kind of record that it tells; may be given several times.")],
    interface: Annotated[
        Interface,
        typer.Option(
            prompt="How is it asked: REST by moments of change, numbered pages, OGC API Features, SOAP, or files on a shelf",
            help="How it is asked: by moments of change, by numbered pages, OGC API Features, SOAP, or as files on a shelf.",
        ),
    ],
) -> None:
    """Make a connector with a mapping, a sandbox and samples, that passes every test at once."""
    for word in kind:
        if department not in POSTED_BY.get(word, frozenset()):
            raise OperatorMustAct(f"{department} does not post {word}: POSTED_BY of auth/rules.py says who does")
    folder = scaffold(code, department, kind, interface=interface)
    write_samples(sandbox(code), folder / "samples")
    document(read_all())
    out.print(
        f"made {folder}, and its row in {DOCUMENT.name}: it is found by its folder, and its tests pass as it is", markup=False
    )
    out.print("  hub/docs/connectors.md says how it becomes the real thing", markup=False)


@connectors.command("try")
def connectors_try(
    code: Annotated[str, typer.Argument(help="The connector's code.")],
    sample: Annotated[Path, typer.Option("--sample", help="JSON of a row or of a list of rows; or a file of the system's.")],
    resource: Annotated[str | None, typer.Option(help="Of what they are rows, where the file is not named like it.")] = None,
) -> None:
    """Show row by row what would be posted and what not, and why.  Nothing is posted.

    Ends with 1 when a row would not be taken.
    """
    items = tried(code, sample, resource)

    async def work(made: Hub) -> None:
        results = await made.ingest.rehearse(MANIFESTS[code], items)
        for place, (item, result) in enumerate(zip(items, results, strict=True), start=1):
            outcome = "WITHDRAWN" if item.withdrawn and result.record_id else result.outcome.value
            refused = result.record_id is None
            out.print(f"{place}. {item.reference or '?'}: {outcome}", style="red" if refused else "green", markup=False)
            for problem in result.problems:
                out.print(f"   {problem.path or '-'}: {problem.code.value}: {problem.message}", markup=False)
            if item.drift:
                out.print(f"   neither mapped nor ignored: {', '.join(item.drift)}", markup=False)
            out.print(f"   {json.dumps(item.data, ensure_ascii=False, default=str)}", markup=False)
        taken = sum(result.record_id is not None for result in results)
        out.print(f"{taken} of {len(results)} rows would be taken; nothing was posted")
        if taken < len(results):
            raise typer.Exit(1)

    with_hub(work)


@connectors.command("resume")
def connectors_resume(code: Annotated[str, typer.Argument(help="The connector's code.")]) -> None:
    """Pull a system again that is left alone after failures: at once, or at the next `hub sync`."""

    async def work(made: Hub) -> None:
        await made.ingest.resume(code)
        out.print(f"{code} is pulled again at once, or at the next `hub sync`", markup=False)

    with_hub(work)


@connectors.command("sample")
def connectors_sample(code: Annotated[str, typer.Argument(help="The connector's code.")]) -> None:
    """Write a connector's samples anew: one row of each resource as its sandbox tells it."""
    if code not in MANIFESTS:
        raise OperatorMustAct(f"no connector {code}; there are {', '.join(MANIFESTS)}")
    for path in write_samples(sandbox(code), FOLDER / code / "samples"):
        out.print(str(path), markup=False)


@connectors.command("document")
def connectors_document() -> None:
    """Write the table of hub/docs/connectors.md anew, from the manifests."""
    document(MANIFESTS)
    out.print(str(DOCUMENT), markup=False)


def document(manifests: dict[str, Manifest]) -> None:
    """Put the table of these connectors into the document, in place of what is there."""
    before, _, _ = DOCUMENT.read_text(encoding="utf-8").partition(_HEAD)
    DOCUMENT.write_text(before + documented(manifests), encoding="utf-8")


def documented(manifests: dict[str, Manifest]) -> str:
    """What each connector speaks and carries, as the document says it."""
    return _HEAD + "".join(f"| {m.code} | {m.interface} | {', '.join(m.kinds)} |\n" for m in manifests.values())
