"""A bank's portfolios, put from its own machine over HTTP as any of its systems would."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.console import AsJson, err, tell_list
from hub.client import Bank, HubRefusedError, HubUnreachableError, Secret
from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import number
from hub.domain.words.purposes import PurposeWord

portfolios = typer.Typer(help="What a bank watches: put a portfolio from a file.", no_args_is_help=True)


@portfolios.command("put")
def portfolios_put(
    file: Annotated[Path, typer.Argument(help="A workbook or CSV with a column 采矿许可证号.", exists=True, dir_okay=False)],
    *,
    name: Annotated[str, typer.Option(help="The portfolio's name; one of that name is replaced as a whole.")],
    hub: Annotated[str, typer.Option(help="The hub's address.")],
    client: Annotated[str, typer.Option(help="The bank's client.")],
    secret: Annotated[str, typer.Option(envvar="CLIENT_SECRET", prompt=True, hide_input=True, help="Its secret.")],
    least: Annotated[Severity, typer.Option(help="Findings below it are no events.")] = Severity.ATTENTION,
    digest: Annotated[DigestPeriod | None, typer.Option(help="How often a digest is made; never if not told.")] = None,
    least_fine: Annotated[
        str | None, typer.Option(help="Of a mine whose fines come to this, in yuan, each penalty is an event, however grave.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a portfolio with exactly the mines of a file, and print the rows that are not watched; ends with 0 if none is."""
    try:
        with Bank(hub, Secret(client, secret), PurposeWord.POST_LOAN_MONITORING.value) as bank:
            put = bank.put_portfolio(name, file, least.value, digest.value if digest else None, least_fine=_yuan(least_fine))
    except HubRefusedError as error:
        raise HubError(ErrorCode.INVALID_INPUT, f"{error.code}: {error.args[1]}", field=error.field) from None
    except HubUnreachableError as error:
        raise HubError(ErrorCode.UNAVAILABLE, str(error)) from None
    rows = (
        (str(one.row), one.cell, one.licence_no, one.problem.code, one.problem.chinese, one.problem.english, one.problem.detail)
        for one in put.results
    )
    tell_list(("row", "cell", "licence no", "code", "chinese", "english", "detail"), rows, as_json=as_json)
    err.print(f"{put.portfolio.id}: {put.accepted} watched, {put.rejected} not", markup=False)
    raise typer.Exit(1 if put.rejected else 0)


def _yuan(text: str | None) -> Decimal | None:
    try:
        return None if text is None else number(text)
    except ValueError as error:
        raise HubError(ErrorCode.WRONG_TYPE, str(error), field="--least-fine") from None
