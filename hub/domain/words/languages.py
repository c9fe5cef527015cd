"""In which language people are told what is wrong: in Chinese and in English, unless they ask for one of them."""

from __future__ import annotations

from contextvars import ContextVar
from enum import StrEnum
from functools import lru_cache

_LONGEST = 500


class Language(StrEnum):
    """The languages of the hub, by the primary tags of BCP 47."""

    CHINESE = "zh"
    ENGLISH = "en"


#: The language of the request that is being answered; None is both.
ASKED: ContextVar[Language | None] = ContextVar("language", default=None)


# Clients send the same header again and again.
@lru_cache(maxsize=256)
def preferred(header: bytes) -> Language | None:
    """The language that an Accept-Language header (RFC 9110, 12.5.4) likes best; None where it likes none of ours, or any."""
    if len(header) > _LONGEST:
        return None
    found: list[tuple[float, int, Language | None]] = []
    for place, part in enumerate(header.decode("latin-1").lower().split(",")):
        tag, _, parameter = part.partition(";")
        primary = tag.strip().partition("-")[0]
        quality = _quality(parameter)
        if quality > 0 and primary in (*_TAGS, "*"):
            found.append((quality, -place, _TAGS.get(primary)))
    return max(found)[2] if found else None


_TAGS = {language.value: language for language in Language}


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if name.strip() == "q" and 0 <= quality <= 1 else 0.0
