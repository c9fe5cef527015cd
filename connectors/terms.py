"""The Chinese terms that departments write for the words of the domain.  Of several for one word the first is written.

A word's own term stands beside the word (`hub.domain.words.worded`); here is what systems write in its place, or besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from connectors.mapping import DEPARTMENT_TERMS
from hub.domain.records.budgets import BudgetPurpose
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.mines import LifeCycle, MiningMethod
from hub.domain.records.opinions import OpinionNature, OpinionTopic, Verdict
from hub.domain.word_lists import WORD_LISTS
from hub.domain.words.departments import Department
from hub.domain.words.worded import Words

#: What systems write, for terms that are longer or finer.
_INSTEAD: Mapping[str, Words] = {
    "三率": OpinionTopic.RECOVERY_RATES,
    "矿山地质环境保护与土地复垦": OpinionTopic.RESTORATION_PLAN,
    "闭坑": LifeCycle.CLOSING,
    "关闭": LifeCycle.CLOSED,
}
#: What they write besides.
_BESIDES: tuple[tuple[str, Words], ...] = (
    ("意见", OpinionNature.COMMENT),
    ("通过", Verdict.AGREE),
    ("原则同意", Verdict.AGREE_WITH_CONDITIONS),
    ("不通过", Verdict.DISAGREE),
    ("露天", MiningMethod.OPEN_PIT),
    ("地下", MiningMethod.UNDERGROUND),
    ("在业", RegistrationStatus.IN_OPERATION),
    ("其他", BudgetPurpose.OTHER),
)


def _of(words: type[Words]) -> Mapping[str, StrEnum]:
    first = {term: word for term, word in _INSTEAD.items() if isinstance(word, words)}
    own = {word.chinese: word for word in words}
    return first | own | {term: word for term, word in _BESIDES if isinstance(word, words)}


#: The words of a list → its terms.
TERMS: dict[type[StrEnum], Mapping[str, StrEnum]] = {
    Department: DEPARTMENT_TERMS,
    **{words: _of(words) for words in WORD_LISTS.values() if issubclass(words, Words)},
}
