"""Checking attestations offline, with a saved key set and a saved status list."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.console import out
from hub.client.attestations import verify
from hub.client.verdicts import TEXTS
from hub.domain.words.errors import ErrorCode, HubError

attest = typer.Typer(help="Attestations of loan checks: verify one offline.", no_args_is_help=True)


@attest.command("verify")
def attest_verify(
    file: Annotated[
        Path, typer.Argument(help="The attestation, an SD-JWT as it was issued or as it is presented.", exists=True)
    ],
    keys: Annotated[Path, typer.Option(help="The hub's key set, saved from /.well-known/jwks.json.", exists=True)],
    issuer: Annotated[str, typer.Option(help="The hub's own address, as attestations name it.")],
    status_list: Annotated[Path | None, typer.Option(help="Its status list, saved from /status-lists/N.", exists=True)] = None,
    audience: Annotated[str | None, typer.Option(help="The bank for which it must have been issued.")] = None,
) -> None:
    """Say whether an attestation is genuine, without asking anybody; ends with 0 only if it is."""
    found = verify(
        file.read_text("ascii", "replace"),
        keys=_key_set(keys),
        issuer=issuer,
        now=time.time(),
        status_list=status_list.read_text("ascii", "replace") if status_list else None,
        audience=audience,
    )
    chinese, english = TEXTS[found.verdict]
    reason = f" ({found.reason})" if found.reason else ""
    out.print(f"{found.verdict.value}: {chinese} / {english}{reason}", markup=False)
    if found.shown:
        out.print_json(json.dumps(found.shown, ensure_ascii=False))
    raise typer.Exit(0 if found.is_genuine else 1)


def _key_set(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("keys"), list):
        raise HubError(ErrorCode.INVALID_INPUT, "--keys: /.well-known/jwks.json", field="--keys")
    return told
