"""Why a bank reads: a closed list of purposes, and what the bank calls the matter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.worded import Words

HEADER = "Hub-Purpose"
_HEADER = re.compile(r'([A-Z_]+)(?:\s*;\s*ref=(?:"([A-Za-z0-9._/-]{1,64})"|([A-Za-z0-9._/-]{1,64})))?')


class PurposeWord(Words):
    """查询用途 / what a bank may read for."""

    PRE_LOAN_REVIEW = "PRE_LOAN_REVIEW", "贷前审查", "review before a loan"
    CREDIT_LIMIT_REVIEW = "CREDIT_LIMIT_REVIEW", "授信审查", "review of a credit limit"
    POST_LOAN_MONITORING = "POST_LOAN_MONITORING", "贷后管理", "monitoring after a loan"
    COLLATERAL_REVIEW = "COLLATERAL_REVIEW", "押品管理", "review of collateral"
    GREEN_FINANCE_REPORTING = "GREEN_FINANCE_REPORTING", "绿色金融统计", "green-finance reporting"
    CUSTOMER_DISPUTE = "CUSTOMER_DISPUTE", "客户异议核查", "a customer's dispute"


#: Longer headers are not read, so that those which are remembered have a bound.
_MOST_CHARACTERS = 1000
_WORDS = {word.value: word for word in PurposeWord}


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose, and the reference that the reader gives to the matter (1 to 64 letters, digits, `._/-`)."""

    word: PurposeWord
    reference: str | None = None


def purpose_wanted() -> HubError:
    """What a reader is told who must name a purpose and names none that we know."""
    return HubError(ErrorCode.PURPOSE_REQUIRED, f"{HEADER}: {' | '.join(PurposeWord)} [; ref=…]", field=HEADER)


def read_purpose(stated: str) -> Purpose | None:
    """The purpose that a request names in its header; None for any other text, such as several by commas."""
    return _read(stated) if len(stated) <= _MOST_CHARACTERS else None


# Clients name the same purposes again and again.
@lru_cache(maxsize=1000)
def _read(stated: str) -> Purpose | None:
    match = _HEADER.fullmatch(stated.strip())
    word = _WORDS.get(match[1]) if match else None
    return Purpose(word, match[2] or match[3]) if match and word else None
