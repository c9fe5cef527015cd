"""What the guides in Chinese tell people to type, to set, to ask for and to follow is there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from graphql import parse, validate

import hub
from auth.principals import Role
from hub.cli import COMMANDS, loaded
from hub.domain.word_lists import WORD_LISTS
from hub.domain.words.errors import TEXTS, ErrorCode
from hub.domain.words.outcomes import Outcome
from hub.settings import Settings
from schema.root import build_schema
from tests.near import ROOT

DOCS = Path(hub.__file__).parent / "docs"
GUIDES = [ROOT / "README.zh-CN.md", *sorted((DOCS / "zh").glob("*.md"))]
EVERY_GUIDE = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
SCHEMA = build_schema()._schema
#: Words of the hub's lists, and of HTTP.
WORDS = {word.name for words in WORD_LISTS.values() for word in words} | set(Role) | {"POST", "GET"}


def text(guide: Path) -> str:
    return guide.read_text(encoding="utf-8")


def test_there_is_one_for_everybody_and_the_front_page_leads_to_it() -> None:
    assert {path.stem for path in GUIDES} == {"README.zh-CN", "official", "bank", "operator", "developer"}
    for guide in GUIDES[1:]:
        assert f"(hub/docs/zh/{guide.name})" in text(GUIDES[0]), guide.name


@EVERY_GUIDE
def test_every_link_leads_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text(guide))
    assert links
    lost = [link for link in links if not link.startswith("http") and not (guide.parent / link).exists()]
    assert not lost, f"{guide.name} leads nowhere by {lost}"


@EVERY_GUIDE
def test_every_command_and_option_is_there(guide: Path) -> None:
    makes = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in re.findall(r"\bmake ([a-z-]+)", text(guide)):
        assert name in makes, f"{guide.name}: make {name}"
    for line in re.findall(r"(?:^|`|/)hub ((?:[a-z]+|--)[^`\n#]*)", text(guide), re.MULTILINE):
        name, *rest = line.split()
        if name.startswith("--"):
            continue
        assert name in COMMANDS, f"{guide.name}: hub {line}"
        command = loaded(name)
        if getattr(command, "commands", None) and rest and re.fullmatch("[a-z-]+", rest[0]):
            assert rest[0] in command.commands, f"{guide.name}: hub {line}"
            command = command.commands[rest.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        unknown = [word for word in rest if word.startswith("--") and word not in options]
        assert not unknown, f"{guide.name}: hub {line}: {unknown}"


@EVERY_GUIDE
def test_every_setting_word_and_code_is_there(guide: Path) -> None:
    settings = {f"HUB_{field.name.upper()}" for field in fields(Settings)}
    for name in re.findall(r"HUB_[A-Z_]+", text(guide)):
        assert name in settings or name.startswith("HUB_CONNECTOR_"), f"{guide.name}: {name}"
    for word in re.findall(r"`([A-Z][A-Z_]{3,})\b", text(guide)):
        assert word in WORDS or word.startswith("HUB_"), f"{guide.name}: {word}"
    for code, said in re.findall(r"`([A-Z_]+)` ([\u4e00-\u9fff]+)", text(guide)):
        if code in set(Outcome):
            assert Outcome(code).chinese == said, f"{guide.name}: {code} is {Outcome(code).chinese}"
        elif code in set(ErrorCode):
            assert TEXTS[ErrorCode(code)][0].startswith(said), f"{guide.name}: {code} says {TEXTS[ErrorCode(code)][0]}"


@EVERY_GUIDE
def test_every_operation_can_be_asked(guide: Path) -> None:
    for document in re.findall(r"```graphql\n(.*?)```", text(guide), re.DOTALL):
        assert validate(SCHEMA, parse(document)) == [], f"{guide.name}: {document}"
