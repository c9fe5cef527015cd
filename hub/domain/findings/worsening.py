"""What was said of a mine in an answer, held against what its records say now: whether any of it is greener than they are.

A statement is shown piece by piece: whoever is shown the standing alone does not see that the answer was bad already.  So it is
not enough that the answer as a whole is no worse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.domain.findings.finding_set import BY_CODE
from hub.domain.findings.words import FindingCode, LoanAnswer, Severity, answer_of, is_worse
from hub.domain.records.standing import Standing

#: The standings that are green, the greener last.
_GREEN = (Standing.LISTED_PROVINCIAL, Standing.LISTED_NATIONAL)


def by_records(told: Mapping[str, Any]) -> LoanAnswer:
    """What the records alone said of a mine in an answer that was told: whatever was not known then, and whoever wanted to
    borrow."""
    if told["name"] is None:
        return LoanAnswer.UNKNOWN
    return answer_of(_gravity(one) for one in told["findings"] if _is_of_records(one["code"]))


def worsened(said: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """What is worse by the records now, in a few words: the answer, the standing, something that blocks and did not, or that
    the borrower, who held the licence, does no more.  None where nothing is."""
    answer, today = by_records(said), LoanAnswer(now["answer"])
    if is_worse(today, answer):
        return f"{answer} → {today}"
    if _green(now["standing"]) < _green(said["standing"]):
        return f"{said['standing']} → {now['standing']}"
    if more := _blocking(now) - _blocking(said):
        return min(code for code, _ in more)
    was, holds = said["holder"], now["holder"]
    if was and was["isBorrower"] and (holds is None or holds["uscc"] != was["uscc"]):
        return FindingCode.BORROWER_DIFFERS.value
    return None


def _green(standing: str | None) -> int:
    return _GREEN.index(Standing(standing)) if standing in _GREEN else -1


def _blocking(told: Mapping[str, Any]) -> set[tuple[str, str | None]]:
    return {(one["code"], one["about"]) for one in told["findings"] if _gravity(one) is Severity.BLOCKING}


def _gravity(finding: Mapping[str, Any]) -> Severity:
    """How grave a finding is by the records, be their source silent or not."""
    return Severity(finding["lastKnown"] or finding["severity"])


def _is_of_records(code: str) -> bool:
    # What was told by a rule set of before may be told no more.
    is_told = code in set(FindingCode)
    return code != FindingCode.BORROWER_DIFFERS and not (is_told and BY_CODE[FindingCode(code)].rule is None)
