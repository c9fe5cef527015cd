"""Every word of every closed list has a Chinese term and says in English what it means, once, beside the word."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest
from graphql import GraphQLEnumType

from auth.principals import BankOffice, Role
from hub.console.kinds import described
from hub.domain.word_lists import WORD_LISTS, name_of, terms_of
from schema.root import build_schema

#: Made from the fields of a kind, and described as they are.
MADE = re.compile(r"\w+(OrderField|Amount)")
CHINESE = re.compile("[\u4e00-\u9fff]")
ENUMS = {name: kind for name, kind in build_schema()._schema.type_map.items() if isinstance(kind, GraphQLEnumType)}
SAID: dict[str, type[StrEnum]] = {**WORD_LISTS, "Role": Role, "BankOffice": BankOffice}


@pytest.mark.parametrize("name", sorted(SAID))
def test_every_word_is_said_in_chinese_and_in_english(name: str) -> None:
    words = SAID[name]
    cure = f'WORD = "WORD", "中文", "English" in the class {name}, whose docstring begins "中文 / English"'
    for chinese, english in (name_of(words), *map(terms_of, words)):
        assert CHINESE.search(chinese), f"{name} has a word without a Chinese term: {cure}"
        assert english, f"{name} has a word without English: {cure}"
        assert not CHINESE.search(english.split("(")[0].split("其他")[0]), f"{name}: {cure}"
    terms = [terms_of(word)[0] for word in words]
    assert len(set(terms)) == len(terms), f"two words of {name} are called the same in Chinese"


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_every_enum_of_the_graph_describes_its_values(name: str) -> None:
    values = ENUMS[name].values
    if not MADE.fullmatch(name) and not name.startswith("__") and name != "Direction":
        assert name in WORD_LISTS, f"name {name} in hub/domain/word_lists.py"
        assert [value.description for value in values.values()] == [" / ".join(terms_of(word)) for word in WORD_LISTS[name]]
    bare = [word for word, value in values.items() if not value.description]
    assert not bare or MADE.fullmatch(name), f"{name} does not say what {', '.join(bare)} is"


def test_the_console_is_told_all_of_them() -> None:
    told = described()["words"]
    assert {name: [word["word"] for word in told[name]["words"]] for name in told} == {
        name: [word.name for word in words] for name, words in SAID.items()
    }
