"""Commands for what could not be taken: the quarantine's desk at the hub's own machine."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.console import AsJson, operator, out, tell_list, with_hub
from hub.composition.hub import Hub
from hub.domain.calendar.moments import china_time
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import Choice, RejectionState
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.refusals import kept_payload

quarantine = typer.Typer(help="What departments' systems sent and could not be taken.", no_args_is_help=True)

_COLUMNS = ("id", "received (China)", "source", "kind", "reference", "place", "what is wrong")

Ids = Annotated[list[str] | None, typer.Argument(help="Their ids; all that is meant by the options when none is named.")]
Of = Annotated[Department | None, typer.Option("--department", help="Whose systems sent it.")]
Source = Annotated[str | None, typer.Option("--source", help="The connector's code.")]
Kind = Annotated[RecordKind | None, typer.Option("--kind", help="What kind of record it is.")]
Wrong = Annotated[ErrorCode | None, typer.Option("--problem", help="A code among its problems.")]
Older = Annotated[float, typer.Option("--older-than", help="Waiting for at least so many days.", min=0)]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept with who did it.")]


def _choice(  # noqa: PLR0917 - each is an option of the commands
    ids: list[str] | None,
    department: Department | None,
    source: str | None,
    kind: RecordKind | None,
    problem: ErrorCode | None,
    state: RejectionState | None = RejectionState.WAITING,
) -> Choice:
    return Choice(
        ids=ids or None,
        department=department,
        source=f"connector:{source}" if source and ":" not in source else source,
        kind=kind,
        problem=problem,
        state=state,
    )


def _waiting(made: Hub, choice: Choice, days: float) -> Choice:
    """What of it came so many days ago, by the clock by which its coming was noted."""
    return replace(choice, received_to=made.database.clock.now() - timedelta(days=days)) if days else choice


@quarantine.command("list")
def quarantine_list(  # noqa: PLR0917 - each is an option of the command
    department: Of = None,
    source: Source = None,
    kind: Kind = None,
    problem: Wrong = None,
    older_than: Older = 0,
    state: Annotated[RejectionState, typer.Option(help="What became of it.")] = RejectionState.WAITING,
    most: Annotated[int, typer.Option(help="How many lines.", min=1, max=10_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """What waits, the longest first: how long, from where, what kind, under what name, and what is wrong with it."""
    said = _choice(None, department, source, kind, problem, state)

    async def work(made: Hub) -> None:
        choice = _waiting(made, said, older_than)
        rows = await made.rejections.listed(choice, most)
        told = []
        for row in rows:
            place = " ".join(str(row[name]) for name in ("file", "sheet", "cell") if row[name])
            wrong = ", ".join(f"{one['path']} {one['code']}".strip() for one in json.loads(row["problems"]))
            since = f"{china_time(row['received_at']):%Y-%m-%d %H:%M}"
            told.append((row["id"], since, row["source"], row["kind"], row["reference"], place, wrong))
        tell_list(_COLUMNS, told, as_json=as_json)
        if not as_json:
            out.print(f"{len(rows)} of {await made.rejections.count(choice)}")

    with_hub(work)


@quarantine.command("show")
def quarantine_show(rejection_id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """All that is kept of it: what was received beside what is wrong, and what people did with it."""

    async def work(made: Hub) -> None:
        found = await made.rejections.listed(Choice(ids=[rejection_id]), 1)
        if not found:
            raise HubError(ErrorCode.NOT_FOUND, rejection_id)
        [row] = found
        hidden = ("problems", "payload", "outline", "digest", "claim", "is_raw")
        for name, value in row.items():
            if name not in hidden and value is not None:
                out.print(f"{name.replace('_', ' ')}: {_told(value)}", markup=False)
        out.print("wrong:")
        for one in json.loads(row["problems"]):
            out.print(f"  {one.get('cell') or one['path'] or '-'}: {one['code']}: {one['message']}", markup=False)
        out.print("received:")
        out.print(json.dumps(kept_payload(row["payload"]), ensure_ascii=False, indent=2), markup=False)
        for act in await made.rejections.acts(rejection_id):
            said = " ".join(str(act[name]) for name in ("act", "done_by", "reason", "record_id") if act[name])
            out.print(f"{_told(act['done_at'])}: {said}", markup=False)

    with_hub(work)


@quarantine.command("repair")
def quarantine_repair(
    rejection_id: Annotated[str, typer.Argument(help="Its id.")],
    reason: Why,
    changes: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE: a member as it ought to be.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="JSON object of such members.")] = None,
) -> None:
    """Post it with some members said otherwise, in its system's name.  VALUE is JSON, else text; null takes a member away.

    Ends with 1 when it is refused again.
    """
    members = _members(file, changes or [])

    async def work(made: Hub) -> None:
        told = await made.rejections.repair(operator(), rejection_id, members, reason, as_system=True)
        for problem in told.problems:
            out.print(f"{problem.path or '-'}: {problem.code.value}: {problem.message}", markup=False)
        out.print(f"{told.outcome.value} {told.record_id or ''}".strip(), markup=False)
        if told.record_id is None:
            raise typer.Exit(1)

    with_hub(work)


@quarantine.command("retry")
def quarantine_retry(  # noqa: PLR0917 - each is an option of the command
    ids: Ids = None,
    department: Of = None,
    source: Source = None,
    kind: Kind = None,
    problem: Wrong = None,
    older_than: Older = 0,
) -> None:
    """Try again all that is meant and waits, by the mappings as they are now."""
    choice = _choice(ids, department, source, kind, problem)

    async def work(made: Hub) -> None:
        meant = replace(_waiting(made, choice, older_than), tried_before=made.database.clock.now())
        done, taken, left, before = 0, 0, -1, 0
        while left and left != before:
            told = await made.rejections.retry(operator(), meant)
            done, taken, left, before = done + told.done, taken + told.taken, told.left, left
        out.print(f"{taken} of {done} were taken" + (f"; {left} are just being tried by another" if left else ""))

    with_hub(work)


@quarantine.command("dismiss")
def quarantine_dismiss(  # noqa: PLR0917 - each is an option of the command
    reason: Why,
    ids: Ids = None,
    department: Of = None,
    source: Source = None,
    kind: Kind = None,
    problem: Wrong = None,
    older_than: Older = 0,
    every: Annotated[bool, typer.Option("--all", help="Everything that waits, where nothing else is said.")] = False,
) -> None:
    """Decide that it is not to be taken.  What its source tells again in the same words stays dismissed."""
    choice = _choice(ids, department, source, kind, problem)
    if choice == Choice(state=RejectionState.WAITING) and not older_than and not every:
        raise HubError(ErrorCode.INVALID_INPUT, "say which, or --all")

    async def work(made: Hub) -> None:
        told = await made.rejections.dismiss(operator(), _waiting(made, choice, older_than), reason)
        out.print(f"{told.done} are dismissed; {told.left} more wait")

    with_hub(work)


def _members(file: Path | None, changes: list[str]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if file is not None:
        try:
            read = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise HubError(ErrorCode.INVALID_INPUT, f"{file}: {error.strerror}", field="--file") from None
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise HubError(ErrorCode.INVALID_INPUT, f"{file}: no JSON object", field="--file")
        members = read
    for change in changes:
        name, separator, text = change.partition("=")
        if not name or not separator:
            raise HubError(ErrorCode.INVALID_INPUT, f"{change}: NAME=VALUE", field="--set")
        try:
            members[name] = json.loads(text)
        except ValueError:
            members[name] = text
    if not members:
        raise HubError(ErrorCode.INVALID_INPUT, "--set NAME=VALUE or --file", field="--set")
    return members


def _told(value: object) -> str:
    return f"{china_time(value):%Y-%m-%d %H:%M:%S} (China)" if isinstance(value, datetime) else str(value)
