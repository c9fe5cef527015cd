"""Which penalties go to the credit-disclosure system, and what of a version is told there.

Penalties that concern enterprises are collected under the enterprise's name; what is MINOR (simple procedure, a warning or
public criticism alone) is not published in principle, only where the organ does publish it.  What was annulled or withdrawn is
withdrawn there too; what was repaired, or whose publication has ended, is not told anew.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.domain.records.penalties import PartyCategory, Penalty, PenaltyKind, PublicationClass, repaired_from
from hub.domain.words.deliveries import DeliveryAction
from hub.domain.words.gone import Gone

#: Kinds that, alone and without a stated class, are minor (市场监督管理行政处罚信息公示规定: 仅受到警告的不公示).
MINOR_KINDS = frozenset({PenaltyKind.WARNING, PenaltyKind.PUBLIC_CRITICISM})

ANNULLED = "变更、撤销、确认违法或无效 / changed, revoked, held unlawful or invalid"
NOT_PUBLISHED = "不再属于应公示范围 / is not to be published any more"


def is_minor(penalty: Penalty) -> bool:
    """Whether a penalty is not published in principle: by its class, or by its kinds where no class is stated."""
    if penalty.publication_class is not None:
        return penalty.publication_class is PublicationClass.MINOR
    return MINOR_KINDS.issuperset(penalty.kinds)


def is_collected(penalty: Penalty) -> bool:
    """Whether a penalty belongs there at all, whatever has become of it."""
    if penalty.party_category is PartyCategory.NATURAL_PERSON:
        return False
    return not is_minor(penalty) or penalty.published_on is not None


def why_hidden(penalty: Any, on: date) -> Gone | None:
    """Why those to whom penalties are published do not see this one on a day; None where they do.

    What is annulled or repaired is hidden on every day, but for a repair that came too early, which hides nothing before its
    time; the last day of publication still counts, and a dispute hides nothing (Administrative Penalty Law, art. 48 and 73;
    信用修复管理办法).
    """
    if penalty.annulled_on is not None:
        return Gone.ANNULLED
    repaired = repaired_from(penalty)
    if repaired is not None and (repaired == penalty.repaired_on or repaired <= on):
        return Gone.REPAIRED
    if penalty.published_on is None or penalty.published_on > on:
        return Gone.UNPUBLISHED
    return Gone.EXPIRED if penalty.publication_latest_end < on else None


def is_to_be_taken_back(penalty: Penalty) -> bool:
    """Whether a penalty that stands there is to be withdrawn there, though it stands here."""
    return penalty.annulled_on is not None or not is_collected(penalty)


def is_to_be_told(penalty: Penalty, on: date) -> bool:
    """Whether a penalty that is not there yet is to be told on a day: in force, neither annulled nor repaired, and in
    publication.  The last day of each still counts."""
    if not is_collected(penalty) or penalty.annulled_on is not None:
        return False
    if penalty.repaired_on is not None and repaired_from(penalty) == penalty.repaired_on:
        return False
    return penalty.valid_until >= on and penalty.publication_latest_end >= on


def told(
    penalty: Penalty, on: date, *, withdrawn: str | None, before: DeliveryAction | None
) -> tuple[DeliveryAction, str] | None:
    """What of a version is told, and why where it is withdrawn; None where nothing is.

    `withdrawn` is why the version takes the record back; `before` is what was told last of the record.
    """
    stands_there = before is DeliveryAction.REPORT
    reason = withdrawn or (ANNULLED if penalty.annulled_on else "" if is_collected(penalty) else NOT_PUBLISHED)
    if reason:
        return (DeliveryAction.WITHDRAW, reason) if stands_there else None
    # What stands there is kept up to date, to its repair and to the end of its publication.
    return (DeliveryAction.REPORT, "") if stands_there or is_to_be_told(penalty, on) else None
