"""Closed lists of words, each declared once with what people call it: `AGREE = "AGREE", "同意", "agree"`."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Words(StrEnum):
    """A list of words; its own Chinese and English name are the first line of its docstring.

    A word is its value, and equal to it; `chinese` is the official term, `english` what it means.
    """

    # That of the text, to which it is equal; an enumeration's own costs a call wherever a word is looked up.
    __hash__ = str.__hash__

    _value_: str
    chinese: str
    english: str

    def __new__(cls, value: str, chinese: str = "", english: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.chinese, word.english = chinese, english
        return word
