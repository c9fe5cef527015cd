"""The command line, as an operator meets it, on a fresh database: in this process, but for what tests the process itself."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, get_args
from unittest import mock

import pytest
from pyarrow import parquet
from rich.cells import cell_len
from typer.main import get_group

from auth.persons import Person
from auth.principals import Principal, Role
from connectors.manifests import FOLDER, MANIFESTS
from connectors.registry import resources
from connectors.sandboxes import running
from connectors.world import World
from hub import cli
from hub.cli import COMMANDS, console, loaded, main
from hub.composition.hub import Hub
from hub.domain.discrepancies import LISTED, Difference
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import Choice
from hub.services.posting.discrepancies import Copied, follow_list
from hub.services.posting.pipeline import Posting
from hub.services.work import redelivery
from hub.services.work.quarantine import Quarantine
from hub.services.work.systems import system_of
from hub.services.work.webhooks import Registration
from hub.settings import Settings
from hub.storage.engine.database import Database
from hub.storage.work import deliveries
from tests import duties, makers
from tests.conftest import NOW
from tests.files import make_read_only
from tests.hub.services.work.delivering import a_delivery
from tests.makers import NATURAL_RESOURCES, posted, uscc


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> dict[str, str]:
    """The environment of a hub of one's own, whose database is migrated."""
    shutil.copy(sqlite_template, tmp_path / "hub.db")
    return os.environ | {
        "HUB_DATABASE_URL": f"sqlite:///{tmp_path / 'hub.db'}",
        "HUB_KEY_FILE": str(tmp_path / "keys.json"),
    }


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def hub(place: dict[str, str], *words: str) -> Done:
    """What a command says and how it ends."""
    out, err = StringIO(), StringIO()

    def run() -> int:
        # A command has its own loop, so it runs where none does.
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(_ended).result()

    with (
        mock.patch.dict(os.environ, place, clear=True),
        mock.patch.object(sys, "argv", ["hub", *words]),
        # What is set for the whole process is the tests' own again after it.
        mock.patch.object(sys, "unraisablehook", sys.unraisablehook),
        mock.patch.object(threading, "excepthook", threading.excepthook),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        returncode = run()
    return Done(returncode, out.getvalue(), err.getvalue())


def _ended() -> int:
    # A console reads its width when it is made, which was for an earlier command.
    console.out.width = int(os.environ.get("COLUMNS", "80"))
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def in_a_process(place: dict[str, str], *words: str) -> Done:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", *words], env=place, capture_output=True, text=True, check=False, timeout=60
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_help_is_there_at_once_and_every_command_says_of_itself_what_help_says_of_it(place: dict[str, str]) -> None:
    told = in_a_process(place | {"COLUMNS": "200"}, "--help")
    assert told.returncode == 0
    for name, (_, said) in COMMANDS.items():
        assert said in told.stdout, name
        own = (loaded(name).help or "").split("\n\n")[0].replace("\n", " ")
        assert own == said, f"COMMANDS of hub/cli/__init__.py says of {name} what its module says: {own}"
    heavy = "import hub.cli, sys; print(*{'sqlalchemy', 'strawberry', 'cryptography', 'shapely', 'httpx'} & set(sys.modules))"
    loads = subprocess.run([sys.executable, "-c", heavy], env=place, capture_output=True, text=True, check=True)
    assert not loads.stdout.strip(), (
        f"help waits for {loads.stdout}: import it in a command's module, not in hub/cli/__init__.py"
    )


def test_every_command_of_every_module_has_its_line() -> None:
    for path in sorted(Path(cli.__file__).parent.glob("[!_]*.py")):
        module = import_module(f"hub.cli.{path.stem}")
        commands = get_group(module.commands).commands if hasattr(module, "commands") else {}
        unlisted = commands.keys() - COMMANDS.keys()
        assert not unlisted, f"{unlisted} of hub/cli/{path.name} in COMMANDS of hub/cli/__init__.py"
    assert hub(dict(os.environ), "nothing").returncode == 2


def test_from_a_new_client_to_a_token_and_an_explained_query(place: dict[str, str]) -> None:
    made = json.loads(hub(place, "clients", "add", "示例银行", "--role", "BANK").stdout)
    assert made["client_id"] in hub(place, "clients", "list").stdout
    assert hub(place, "token", made["client_id"]).stdout.count(".") == 2
    told = hub(place, "explain", "{ mines { nodes { name } } }", "--as", made["client_id"]).stdout
    assert told.startswith("SELECT")
    assert "USING COVERING INDEX ix_mines_licence_no" in told
    hub(place, "clients", "revoke", made["client_id"])
    ended = hub(place, "token", made["client_id"])
    assert (ended.returncode, ended.stdout) == (1, "")


def test_documents_are_registered_listed_held_to_and_removed(place: dict[str, str], tmp_path: Path) -> None:
    good, bad, manifest = tmp_path / "Mines.graphql", tmp_path / "Bad.graphql", tmp_path / "relay.json"
    good.write_text("query Mines { mines { totalCount } }", encoding="utf-8")
    bad.write_text("{ nope }", encoding="utf-8")
    made = hub(place, "documents", "add", "BANK", str(good)).stdout.split()[0]
    assert made.startswith("sha256:")
    manifest.write_text(json.dumps({made.removeprefix("sha256:"): good.read_text(encoding="utf-8")}), encoding="utf-8")
    assert made in hub(place, "documents", "import", "OPERATOR", str(manifest)).stdout
    hub(place, "documents", "hold", "BANK")
    listed = hub(place | {"COLUMNS": "200"}, "documents", "list").stdout
    assert listed.count(made) == 2
    assert "held to its documents: BANK" in listed
    assert hub(place, "documents", "remove", "BANK", made).returncode == 0
    for words in (["add", "BANK", str(bad)], ["add", "nobody", str(good)], ["remove", "BANK", made]):
        refused = hub(place, "documents", *words)
        assert (refused.returncode, refused.stderr[:5]) == (1, "hub: ")


def test_lists_are_json_for_scripts_and_never_cut_in_a_pipe(place: dict[str, str]) -> None:
    made = json.loads(hub(place, "clients", "add", "一家名字相当长的示例银行股份有限公司昆明分行", "--role", "BANK").stdout)
    (told,) = json.loads(hub(place, "clients", "list", "--json").stdout)
    assert (told["client_id"], told["role"], told["department"]) == (made["client_id"], "BANK", None)
    lists = [word for word in COMMANDS if "list" in getattr(loaded(word), "commands", {})]
    assert len(lists) > 10
    for word in lists:
        assert isinstance(json.loads(hub(place, word, "list", "--json").stdout), list), word
    piped = in_a_process({name: value for name, value in place.items() if name != "COLUMNS"}, "clients", "list").stdout
    assert "一家名字相当长的示例银行股份有限公司昆明分行" in piped
    # A table of nine columns has no room in a narrow terminal: each row is told line by line, and nothing is cut.
    for width in (30, 40, 60, 80, 200):
        narrow = hub(place | {"COLUMNS": str(width)}, "clients", "list").stdout
        assert made["client_id"] in narrow
        assert all(cell_len(line) <= width for line in narrow.splitlines())
        assert "…" not in narrow
        told_in_lines = "".join(line.strip().rpartition("  ")[2] for line in narrow.splitlines())
        assert width == 200 or "一家名字相当长的示例银行股份有限公司昆明分行" in told_in_lines


def test_every_option_and_argument_says_what_it_is() -> None:
    for word in COMMANDS:
        alone = loaded(word)
        for command in (alone, *getattr(alone, "commands", {}).values()):
            silent = [parameter.name for parameter in command.params if not getattr(parameter, "help", "")]
            assert (command.help, silent) != ("", []), f"{word} {command.name}"
            assert not silent, f"{word} {command.name}"


def test_a_shell_completes_commands_options_and_their_choices(place: dict[str, str]) -> None:
    words = {"_HUB_COMPLETE": "complete_bash", "COMP_WORDS": "hub clients add x --role B", "COMP_CWORD": "5"}
    script = Path(sys.executable).with_name("hub")
    told = subprocess.run([script], env=place | words, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["BANK"]


def test_the_version_is_told(place: dict[str, str]) -> None:
    told = in_a_process(place, "--version")
    assert (told.returncode, told.stdout.split()[0]) == (0, "hub")
    assert told.stdout.split()[1][0].isdigit()


async def test_a_list_becomes_a_file_in_each_format(place: dict[str, str], tmp_path: Path) -> None:
    database = Database(place["HUB_DATABASE_URL"])
    await database.start()
    await makers.a_province(Posting(database))
    await database.close()
    made = json.loads(hub(place, "clients", "add", "示例", "--role", "OPERATOR").stdout)["client_id"]
    piped = hub(place, "export", "mines", "--as", made, "--filter", '{"name": {"contains": "2号"}}')
    head, row = piped.stdout.removeprefix("\ufeff").splitlines()
    assert "licenceNo" in head.split(",")
    assert "示例2号磷矿" in row
    for form in ("csv", "xlsx", "parquet"):
        file = tmp_path / f"penalties.{form}"
        told = hub(place, "export", "penalties", "--as", made, "--format", form, "--out", str(file))
        assert told.returncode == 0, told.stderr
        assert told.stderr.startswith("2 rows"), told.stderr
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".part")]
    rows = parquet.read_table(tmp_path / "penalties.parquet").to_pylist()
    assert rows[0]["fine"] == Decimal("200000")
    assert isinstance(rows[0]["decidedOn"], date)
    with zipfile.ZipFile(tmp_path / "penalties.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    # Texts stand in the rows themselves, as the book is written while it grows.
    assert rows[0]["documentNumber"] in sheet
    assert sheet.count("<row ") == 3
    for words, said in (
        (["export", "nope", "--as", made], "mines"),
        (["export", "mines", "--as", made, "--format", "xlsx"], "--out"),
        (["export", "mines", "--as", made, "--filter", "{"], "--filter"),
        (["export", "mines", "--as", "nobody"], "nobody"),
    ):
        refused = hub(place, *words)
        assert refused.returncode == 1
        assert said in refused.stderr


def test_a_changed_schema_is_judged_by_what_clients_have_registered(place: dict[str, str], tmp_path: Path) -> None:
    document = tmp_path / "Names.graphql"
    document.write_text("query Names { mines { nodes { name } } }", encoding="utf-8")
    hub(place, "documents", "add", "BANK", str(document))
    same, less = tmp_path / "same.graphql", tmp_path / "less.graphql"
    text = hub(place, "schema").stdout
    same.write_text(text, encoding="utf-8")
    assert hub(place, "schema", "check", str(same)).stdout == "1 registered documents, 0 of them broken\n"
    # What no registered document asks for breaks nobody that is known.
    less.write_text(re.sub(r'\n\n  """[^"]*"""\n  remarks: String\n', "\n", text, count=1), encoding="utf-8")
    told = hub(place, "schema", "check", str(less))
    assert told.returncode == 0
    assert ".remarks" in told.stdout
    assert hub(place, "schema", "check", str(less), "--offline", "--against", str(same)).returncode == 1
    less.write_text(
        re.sub(r'(type Mine .*?)\n\n  """[^"]*"""\n  name: String!\n', r"\1\n", text, count=1, flags=re.DOTALL),
        encoding="utf-8",
    )
    told = hub(place, "schema", "check", str(less))
    assert told.returncode == 1
    assert "breaks BANK Names: Cannot query field 'name' on type 'Mine'" in told.stdout


def test_people_are_signed_out_and_clients_known_by_the_providers_names(place: dict[str, str]) -> None:
    made = hub(place, "clients", "add", "示例银行", "--role", "BANK", "--external", "azp-1")
    assert set(json.loads(made.stdout)) == {"client_id"}
    client_id = json.loads(made.stdout)["client_id"]
    assert hub(place, "clients", "set-external", client_id, "azp-2").returncode == 0
    assert "azp-2" in hub(place | {"COLUMNS": "250"}, "clients", "list").stdout
    assert hub(place, "clients", "add", "示例银行", "--role", "BANK", "--external", "azp-2").returncode == 1
    settings = Settings.read(place)

    async def sign_in() -> str:
        made = Hub.make(settings)
        await made.sessions.start(Person(Principal("person:1", Role.OPERATOR, frozenset({"read"})), "示例·科员"))
        (row,) = await made.sessions.list()
        await made.database.close()
        return row.id

    session = asyncio.run(sign_in())
    listed = hub(place | {"COLUMNS": "300"}, "sessions", "list").stdout
    assert session in listed
    assert "示例·科员" in listed
    assert hub(place, "sessions", "end", "person:1").stdout == "ended: 1\n"
    assert session not in hub(place, "sessions", "list").stdout
    again = hub(place, "sessions", "end", session)
    assert (again.returncode, again.stderr[:5]) == (1, "hub: ")


def test_serving_with_a_setting_that_makes_no_sense_ends_in_one_plain_line(place: dict[str, str]) -> None:
    told = hub(place | {"HUB_SIGN_IN_ISSUER": "http://login.example", "HUB_WORKERS": "2"}, "serve")
    assert told.returncode == 1
    assert told.stderr.startswith("hub: ")
    assert "HUB_SIGN_IN_ISSUER" in told.stderr
    assert told.stderr.count("\n") == 1


def test_keys_are_rotated_one_at_a_time(place: dict[str, str]) -> None:
    made = hub(place, "keys", "rotate").stdout
    listed = hub(place, "keys", "list").stdout
    assert made.split()[0] in listed
    assert "signs from" in listed
    assert "waits for its time" in hub(place, "keys", "rotate").stderr


def test_keys_can_be_changed_while_the_database_is_away_by_this_machines_clock(place: dict[str, str]) -> None:
    away = place | {"HUB_DATABASE_URL": "postgresql://hub@127.0.0.1:1/hub"}
    for words in (["rotate"], ["list"]):
        told = hub(away, "keys", *words)
        assert (told.returncode, told.stderr.count("\n")) == (0, 1)
        assert "the database is away: what time it is is told by this machine's clock" in told.stderr
        assert "signs from" in told.stdout


async def test_zones_are_loaded_mines_screened_and_experts_drawn(place: dict[str, str], tmp_path: Path) -> None:
    words = ["--role", "DEPARTMENT", "--department", "NATURAL_RESOURCES"]
    client = json.loads(hub(place, "clients", "add", "示例系统", *words).stdout)["client_id"]
    database = Database(place["HUB_DATABASE_URL"])
    posting = Posting(database)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1, enterpriseUscc=uscc(1)))
    tied = duties.expert(3, employerUscc=uscc(1))
    await posted(posting, NATURAL_RESOURCES, RecordKind.EXPERT, duties.expert(1), duties.expert(2), tied)
    await database.close()
    zone = {"BM": "Z1", "name": "示例红线", "effectiveOn": "2022-10-01"}
    features = [{"type": "Feature", "properties": zone, "geometry": makers.mine()["boundary"]}, {"type": "Feature"}]
    file = tmp_path / "red.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    loaded = hub(place, "zones", "load", str(file), "--kind", "ECOLOGICAL_RED_LINE", "--as", client, "--code", "BM")
    assert loaded.returncode == 1
    assert "1 ACCEPTED" in loaded.stdout
    assert loaded.stderr.startswith("feature 1: properties: ")
    screened = hub(place, "screen", "--as", client)
    assert screened.stdout == "ECOLOGICAL_RED_LINE: 1 mines screened against 1 zones, 1 touch one\n"
    drawing = ["experts", "draw", "--mine", makers.licence(1), "--count", "2", "--speciality", "GEOLOGY", "--as", client]
    drawn = json.loads(hub(place, *drawing).stdout)
    assert {one["expertNo"] for one in drawn["drawn"]} == {"E1", "E2"}
    assert drawn["tied"] == ["E3"]
    assert json.loads(hub(place, *drawing, "--seed", drawn["seed"]).stdout) == drawn


def test_years_of_working_days_are_told_and_added(place: dict[str, str], tmp_path: Path) -> None:
    assert hub(place, "calendar", "list").stdout == "working days are known until 2026-12-31\n"
    notice = tmp_path / "2027.csv"
    notice.write_text("day,working,notice\n2027-01-01,no,示例通知\n", encoding="utf-8")
    assert hub(place, "calendar", "add", str(notice)).stdout == "2027 is known; 0 deadlines counted again\n"
    assert hub(place, "calendar", "list").stdout == (
        "working days are known until 2027-12-31\n2027: 示例通知, 1 days that differ from the week\n"
    )
    notice.write_text("day,working,notice\n2029-01-01,no,示例通知\n", encoding="utf-8")
    refused = hub(place, "calendar", "add", str(notice))
    assert refused.returncode != 0
    assert "2028" in refused.stderr


def test_divisions_that_changed_are_told_and_added(place: dict[str, str]) -> None:
    assert json.loads(hub(place, "divisions", "list", "--json").stdout) == []
    assert hub(place, "divisions", "add", "530116", "--name", "示例区").stdout == "530116 示例区 is known, in 昆明市\n"
    before = ["divisions", "add", "530120", "--now", "530116", "--ended", "2026"]
    assert hub(place, *before).stdout == "530120 is read as 530116 示例区\n"
    assert json.loads(hub(place, "divisions", "list", "--json").stdout) == [
        {"code": "530116", "name": "示例区", "in": "昆明市", "until": None, "today": None},
        {"code": "530120", "name": "示例区", "in": None, "until": "2026", "today": "530116"},
    ]
    refused = hub(place, "divisions", "add", "530117", "--name", "x", "--now", "530116")
    assert refused.returncode != 0
    assert "either --name" in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explain", "{ mines }", "--as", "nobody"], "no client"),
        (["explain", "{", "--as", "x", "--variables", "{"], "variables"),
        (["sync", "nowhere"], "no connector nowhere"),
        (["sync"], "no connector has settings"),
        (["clients", "add", "x", "--role", "DEPARTMENT"], "department"),
        (["screen", "--as", "nobody"], "no client"),
        (["zones", "load", __file__, "--kind", "PROTECTED_AREA", "--as", "x"], "not JSON"),
    ],
)
def test_what_goes_wrong_is_told_in_one_plain_line(place: dict[str, str], words: list[str], said: str) -> None:
    told = hub(place, *words)
    assert told.returncode == 1
    assert said in told.stderr
    assert told.stderr.startswith("hub: ")
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("words", [["serve"], ["clients", "list"], ["sync"]])
def test_without_a_database_every_command_says_what_to_do(place: dict[str, str], words: list[str], tmp_path: Path) -> None:
    (tmp_path / "hub.db").unlink()
    told = hub(place, *words)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"hub: there is no database at {tmp_path / 'hub.db'}: make it with `hub migrate`\n"
    assert not (tmp_path / "hub.db").exists()


OPENING = [
    ["serve"],
    ["clients", "list"],
    ["clients", "add", "示例银行", "--role", "BANK"],
    ["sync"],
    ["migrate"],
    ["keys", "list"],
]


@pytest.mark.parametrize("words", OPENING)
@pytest.mark.parametrize("text", ["", "garbage", "{}", None])
def test_a_key_file_that_cannot_be_used_is_one_line(
    place: dict[str, str], words: list[str], tmp_path: Path, text: str | None
) -> None:
    keys = tmp_path / "keys.json"
    if text is None:
        keys.mkdir(0o700)
    else:
        keys.write_text(text)
        keys.chmod(0o600)
    tmp_path.chmod(0o700)
    told = hub(place, *words)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert told.stderr.startswith(f"hub: {keys}: ")


@pytest.mark.parametrize("words", [words for words in OPENING if words[0] != "keys"])
def test_a_database_that_cannot_be_opened_is_one_line(place: dict[str, str], words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    file.unlink()
    file.mkdir(0o700)
    tmp_path.chmod(0o700)
    told = hub(place, *words)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert "the database cannot be used: [Errno 21] Is a directory" in told.stderr


@pytest.mark.parametrize("words", [["serve"], ["clients", "list"], ["migrate"]])
@pytest.mark.parametrize("url", ["garbage", "mysql://x/y", "postgresql://h/hub?keepalives=1", "postgresql://h:99999/hub"])
def test_an_address_of_a_database_that_cannot_be_is_one_line(place: dict[str, str], words: list[str], url: str) -> None:
    told = hub(place | {"HUB_DATABASE_URL": url}, *words)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert "HUB_DATABASE_URL" in told.stderr


#: Commands that use no database of the hub's: they work whatever it is, or make one of their own.
ALONE = {
    *(("keys", one) for one in ("list", "rotate", "retire")),
    *(("connectors", one) for one in ("list", "new", "sample", "document")),
    ("access", "matrix"),
    ("attest", "verify"),
    ("demo",),
    ("portfolios", "put"),
    ("sandbox",),
    ("schema",),
}
#: What a command is given besides what it must be given.
MORE = {
    ("connectors", "try"): ["natural_resources", "--sample", str(FOLDER / "natural_resources" / "samples" / "organs.json")],
    ("deliveries", "redeliver"): ["delivery_1"],
    ("divisions", "add"): ["530116", "--name", "示例区"],
    ("quarantine", "dismiss"): ["--reason", "示例", "--all"],
    ("quarantine", "repair"): ["rejection_1", "--reason", "示例", "--set", "a=1"],
    ("export",): ["mines", "--as", "x"],
    ("schema", "check"): [str(FOLDER.parent / "schema" / "schema.graphql")],
    ("clients", "set-keys"): ["x", "{}"],
}


def opening(folder: Path) -> Iterator[tuple[str, ...]]:
    """Every command that opens the database, with the least that it must be given."""
    file = folder / "some.json"
    file.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    notice = folder / "2027.csv"
    notice.write_text("day,working,notice\n2027-01-01,no,示例通知\n", encoding="utf-8")
    more = MORE | {("calendar", "add"): [str(notice)]}
    for word in COMMANDS:
        group = loaded(word)
        below: dict[tuple[str, ...], Any] = {(word, name): command for name, command in getattr(group, "commands", {}).items()}
        if not below or group.invoke_without_command:
            below[word,] = group
        for words, command in below.items():
            if words not in ALONE:
                yield (*words, *more.get(words, _least(command, file)))


def _least(command: Any, file: Path) -> Iterator[str]:
    for parameter in command.params:
        if parameter.required:
            yield from parameter.opts[:1] if parameter.param_type_name == "option" else ()
            kind = parameter.type_descriptor.annotation
            inner = next(iter(get_args(kind)), kind)
            yield str(next(iter(inner))) if issubclass(inner, Enum) else str(file) if inner is Path else "1"


@pytest.mark.parametrize("state", ["newer", "another's", "no database"])
def test_every_command_ends_in_one_line_on_a_database_that_is_not_fit(
    place: dict[str, str], tmp_path: Path, state: str
) -> None:
    file = tmp_path / "hub.db"
    walked = list(opening(tmp_path))
    if state != "newer":
        file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        if state == "newer":
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        elif state == "another's":
            connection.execute("CREATE TABLE clients (name TEXT)")
    if state == "no database":
        file.write_bytes(b"no database" * 1000)
    file.chmod(0o600)
    tmp_path.chmod(0o700)
    before = file.read_bytes()
    said = {"newer": "use a newer version", "no database": "file is not a database"}.get(
        state, "bring it up to date with `hub migrate`"
    )
    if state == "another's":
        told = hub(place, "migrate")
        assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
        assert "the database is another's (table clients already exists): give the hub one of its own" in told.stderr
        walked.remove(("migrate",))
    for words in walked:
        told = hub(place, *words)
        assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1), (words, told)
        assert told.stderr.startswith("hub: "), words
        assert said in told.stderr, words
    # It may be somebody else's: not even how it is kept is another.
    assert file.read_bytes() == before


def test_what_nobody_foresaw_is_told_by_its_kind_and_its_place_alone(place: dict[str, str], tmp_path: Path) -> None:
    hub(place, "clients", "add", "示例银行", "--role", "BANK")
    with closing(sqlite3.connect(tmp_path / "hub.db")) as connection, connection:
        connection.execute("UPDATE clients SET created_at = '示例密语'")
    told = hub(place, "clients", "list")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("hub: 意外错误 / unexpected: ValueError\n  ")
    assert "示例密语" not in told.stderr


def test_what_a_command_did_beside_itself_and_failed_is_told_so_too(
    place: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> None:
        raise RuntimeError("示例密语")

    async def work(_: Hub) -> None:
        task = asyncio.create_task(fails())
        await asyncio.wait([task])

    for name, value in place.items():
        monkeypatch.setenv(name, value)
    console.with_hub(work)
    gc.collect()
    assert "unexpected, beside all requests: RuntimeError" in caplog.text
    assert "示例密语" not in caplog.text


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("ALTER TABLE clients RENAME TO others", "the database is not whole (no such table: clients): restore it"),
        ("INSERT INTO alembic_version VALUES ('0001')", "the database is newer than this version of the hub (revision 0001, "),
    ],
)
def test_a_database_that_is_not_whole_is_one_line(place: dict[str, str], tmp_path: Path, broken: str, said: str) -> None:
    with closing(sqlite3.connect(tmp_path / "hub.db")) as connection, connection:
        connection.execute(broken)
    told = hub(place, "clients", "list")
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert said in told.stderr


@pytest.mark.parametrize("words", [["clients", "add", "示例银行", "--role", "BANK"], ["serve"], ["work"]])
def test_a_database_that_takes_no_writes_is_one_line(place: dict[str, str], words: list[str], tmp_path: Path) -> None:
    make_read_only(tmp_path / "hub.db")
    tmp_path.chmod(0o700)
    told = hub(place, *words)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert "attempt to write a readonly database" in told.stderr


@pytest.mark.parametrize("words", [["serve", "--host", "0.0.0.0"], ["serve"], ["demo", "--once"]])  # noqa: S104
def test_a_hub_that_others_would_reach_in_clear_does_not_start(place: dict[str, str], words: list[str]) -> None:
    told = hub(place | ({} if "--host" in words else {"HUB_HOST": "0.0.0.0"}), *words)  # noqa: S104
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("hub: 0.0.0.0 can be reached from other machines, without TLS: ")
    assert told.stderr.count("\n") == 1


async def test_a_sync_writes_how_it_went_for_a_machine(place: dict[str, str], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    async with running(World(4, 1)) as addresses:
        joined = {
            f"HUB_CONNECTOR_{code.upper()}_{name.upper()}": value
            for code in ("natural_resources", "ecology")
            for name, value in addresses[code].items()
        }
        done = await asyncio.to_thread(hub, place | joined, "sync", "--report", str(report))
        told = json.loads(report.read_text(encoding="utf-8"))
        assert done.returncode == 0
        assert list(told) == ["began", "ended", "settled", "sources"]
        assert {code: one["outcome"] for code, one in told["sources"].items()} == {
            "natural_resources": "OK",
            "ecology": "OK",
        }
        one = told["sources"]["ecology"]
        assert one["taken"] == one["new"] == one["told"] > 0
        assert (one["unchanged"], one["quarantined"], one["missing"], one["drift"], one["error"]) == (0, 0, {}, [], None)
        gone = joined | {"HUB_CONNECTOR_ECOLOGY_BASE_URL": "http://127.0.0.1:9"}
        done = await asyncio.to_thread(hub, place | gone, "sync", "--report", str(report))
    told = json.loads(report.read_text(encoding="utf-8"))
    assert done.returncode == 2
    assert {code: one["outcome"] for code, one in told["sources"].items()} == {"natural_resources": "OK", "ecology": "FAILED"}
    assert told["sources"]["ecology"]["error"].startswith("TryAgain: ")
    assert "the connection failed" in told["sources"]["ecology"]["error"]
    shown = await asyncio.to_thread(hub, place, "connectors", "show", "ecology")
    assert "items accepted" in shown.stdout
    assert "the connection failed" in shown.stdout
    done = await asyncio.to_thread(hub, place | joined, "sync", "--report", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Is a directory" in done.stderr


async def test_a_sample_is_tried_row_by_row_and_nothing_is_posted(place: dict[str, str], tmp_path: Path) -> None:
    row = json.loads((FOLDER / "natural_resources" / "samples" / "organs.json").read_text(encoding="utf-8"))
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([row, {}]), encoding="utf-8")
    words = ("connectors", "try", "natural_resources", "--sample", str(file), "--resource", "organs")
    for _ in range(2):
        told = await asyncio.to_thread(hub, place, *words)
        assert told.returncode == 1
        assert "1. " in told.stdout
        assert ": ACCEPTED" in told.stdout
        assert "2. ?: REJECTED\n   " in told.stdout
        assert ": UNREADABLE_ITEM: " in told.stdout
        assert "1 of 2 rows would be taken; nothing was posted" in told.stdout
    file.write_text(json.dumps(row), encoding="utf-8")
    assert (await asyncio.to_thread(hub, place, *words)).returncode == 0


async def test_a_source_that_nobody_knows_is_not_shown(place: dict[str, str]) -> None:
    told = await asyncio.to_thread(hub, place, "connectors", "show", "nowhere")
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)


async def test_standing_work_is_done_shown_and_given_back(place: dict[str, str]) -> None:
    assert hub(place, "work", "run", "settle").stdout == "settle: OK: 0 taken after all\n"
    assert "settle, expiry, retention, screenings" in hub(place, "work", "run", "nothing").stderr
    alone = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.cli", "work", env=place, stderr=asyncio.subprocess.PIPE
    )
    assert alone.stderr is not None
    assert await alone.stderr.readline() == b"works: settle, expiry, retention, screenings\n"
    async with asyncio.timeout(20):
        while "screenings" not in (shown := hub(place, "work", "list").stdout):  # noqa: ASYNC110 - seen in the database
            await asyncio.sleep(0.1)
        alone.terminate()
        assert await alone.wait() == 0
    shown = hub(place, "work", "list").stdout
    assert "WAITING" in shown
    assert "RUNNING" not in shown


async def test_what_ended_badly_goes_out_again_one_by_one_or_all_of_a_system(place: dict[str, str]) -> None:
    """Of a system: three that were given up, one that was refused, and one that it lost after it had taken it."""
    again = partial(hub, place, "deliveries", "redeliver")
    made = Hub.make(Settings.read(place))
    states = dict(zip(range(1, 6), ("DEAD", "DEAD", "DEAD", "REFUSED", "ACKNOWLEDGED"), strict=True))
    lost = Copied("penalty_5", "ECOLOGY", "530000", "示例5号", [Difference(LISTED, own=True, copied=False)])
    async with made.database.transaction() as connection:
        await deliveries.add(connection, [a_delivery(10 * number, state) for number, state in states.items()])
        await follow_list(connection, system_of(MANIFESTS["credit_disclosure"]), [lost], NOW)
    await made.database.close()

    told = hub(place, "deliveries", "list").stdout
    assert "credit_disclosure: DEAD 3" in told
    assert "delivery_50" not in told
    listed = json.loads(hub(place, "deliveries", "list", "--state", "ACKNOWLEDGED", "--json").stdout)
    assert [row["id"] for row in listed] == ["delivery_50"]
    for words in ((), ("delivery_10", "--dead", "credit_disclosure"), ("--dead", "x", "--lost", "x")):
        assert (again(*words).returncode, "--dead DESTINATION" in again(*words).stderr) == (1, True)
    assert again("delivery_10", "--reason", "节点已恢复").stdout == "delivery_10 is sent anew\n"
    assert [again("delivery_99").returncode, again("delivery_10").returncode] == [1, 1]
    assert again("--dead", "nowhere").stdout == "0 are sent anew\n"
    with mock.patch.object(redelivery, "MOST", 1):
        assert again("--dead", "credit_disclosure").stdout == "2 are sent anew\n"
    assert [again("--lost", "credit_disclosure").stdout for _ in range(2)] == ["1 are sent anew\n", "0 are sent anew\n"]
    left = json.loads(hub(place, "deliveries", "list", "--json").stdout)
    assert [(row["id"], row["state"]) for row in left] == [("delivery_40", "REFUSED")]


async def test_a_system_that_is_left_alone_is_resumed(place: dict[str, str]) -> None:
    refused = hub(place, "connectors", "resume", "nowhere")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    made = Hub.make(Settings.read(place))
    await made.ingest.declare(MANIFESTS["ecology"])
    await made.database.close()
    assert (
        hub(place, "connectors", "resume", "ecology").stdout == "ecology is pulled again at once, or at the next `hub sync`\n"
    )


def test_webhooks_are_seen_paused_tried_resumed_and_removed(place: dict[str, str]) -> None:
    place |= {"HUB_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    client = json.loads(hub(place, "clients", "add", "示例银行", "--role", "BANK").stdout)["client_id"]

    async def register() -> None:
        opened = Hub.make(Settings.read(place))
        document = "subscription { recordPosted { position } }"
        bank = Principal(client, Role.BANK, frozenset({"read"}))
        # Nobody listens there.
        await opened.webhooks.register(bank, Registration("desk", "http://127.0.0.1:9/x", document, None, None, None))
        await opened.database.close()

    asyncio.run(register())
    assert "127.0.0.1:9" in hub(place | {"COLUMNS": "300"}, "webhooks", "list").stdout
    assert "paused at 0" in hub(place, "webhooks", "pause", client, "desk").stdout
    (told,) = json.loads(hub(place, "webhooks", "list", "--json").stdout)
    assert (told["name"], told["client"], told["state"], told["again_at"]) == ("desk", client, "PAUSED (BY_HAND)", None)
    tried = hub(place, "webhooks", "ping", client, "desk")
    assert (tried.returncode, "UNREACHABLE" in tried.stdout) == (1, True)
    assert "LOG_CHANGED" not in hub(place, "webhooks", "resume", client, "desk").stderr
    assert hub(place, "webhooks", "resume", client, "desk", "--after", "7.AbCdEfGhIjKl").returncode == 1
    assert "had come to 0" in hub(place, "webhooks", "remove", client, "desk").stdout
    assert hub(place, "webhooks", "ping", client, "desk").returncode == 1


async def test_what_could_not_be_taken_is_listed_shown_tried_again_corrected_and_dismissed(place: dict[str, str]) -> None:
    row = json.loads((FOLDER / "market_regulation" / "samples" / "QueryEnterprises.json").read_text(encoding="utf-8"))
    mapped = resources("market_regulation")["QueryEnterprises"]
    items = [mapped.item(row | {"estDate": "??"}), mapped.item(row | {"estDate": "?", "uniScid": uscc(7)})]

    async def unfenced(_: object) -> None: ...

    made = Hub.make(Settings.read(place))
    quarantine = Quarantine(made.database, made.posting)
    await quarantine.set_aside(MANIFESTS["market_regulation"], RecordKind.ENTERPRISE, items, unfenced)
    first, second = [str(one["id"]) for one in await made.rejections.listed(Choice(), 9)]
    if str((await made.rejections.listed(Choice(ids=[first]), 1))[0]["reference"]) == uscc(7):
        first, second = second, first
    await made.database.close()
    waiting = ("quarantine", "list", "--department", "MARKET_REGULATION", "--problem", "UNREADABLE_ITEM")
    shown = hub(place | {"COLUMNS": "300"}, *waiting).stdout
    assert first in shown
    assert "estDate UNREADABLE_ITEM" in shown
    assert {row["id"] for row in json.loads(hub(place, *waiting, "--json").stdout)} == {first, second}
    assert "2 of 2" in shown
    assert "0 of 0" in hub(place, "quarantine", "list", "--older-than", "1").stdout
    assert '"estDate": "??"' in hub(place, "quarantine", "show", first).stdout
    assert hub(place, "quarantine", "retry", first).stdout == "0 of 1 were taken\n"
    refused = hub(place, "quarantine", "repair", first, "--reason", "核实", "--set", "establishedOn=2999-01-01")
    assert refused.returncode == 1
    assert "establishedOn: " in refused.stdout
    members = ("--set", "establishedOn=2010-05-04", "--set", "registrationAuthorityCode=null")
    taken = hub(place, "quarantine", "repair", first, "--reason", "电话核实", *members)
    assert (taken.returncode, taken.stdout.partition(" ")[0]) == (0, "ACCEPTED"), taken.stdout
    assert hub(place, "quarantine", "dismiss", "--reason", "示例").returncode == 1
    assert hub(place, "quarantine", "dismiss", second, "--reason", "重复").stdout == "1 are dismissed; 0 more wait\n"
    done = hub(place, "quarantine", "show", first).stdout
    assert "settled: REPAIRED" in done
    assert "REPAIRED cli:" in done
    assert "电话核实" in done
    assert hub(place, "quarantine", "repair", first, "--reason", "核实", "--set", "x").stderr.count("\n") == 1
    assert hub(place, "quarantine", "show", "nothing").returncode == 1
