"""How a department's system posts: as whom, and what it has taken back is taken back here."""

from __future__ import annotations

from collections.abc import Sequence

from auth.principals import Principal, Role
from auth.scopes import default_scopes
from connectors.base import Item, Manifest
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Fence, Posting
from hub.services.posting.receipts import Result
from hub.services.posting.sources import of_system


def system_of(manifest: Manifest) -> Principal:
    """A connector acts as the system of its department, and for no more than it declares."""
    role = Role.DEPARTMENT if manifest.department else Role.CREDIT_DISCLOSURE
    declared = {f"{kind.value}:post" for kind in manifest.kinds}
    scopes = frozenset(scope for scope in default_scopes(role, manifest.department) if scope in declared)
    return Principal(of_system(manifest.code), role, scopes, manifest.department)


def submission_of(item: Item) -> Submission:
    """What is posted of an item that could be mapped."""
    stated = {"department": item.department.value} if item.department else {}
    return Submission({**(item.data or {}), **stated}, item.reference, item.withdrawn, item.changed_at, item.place)


async def submit(
    posting: Posting,
    caller: Principal,
    kind: RecordKind,
    submissions: Sequence[Submission],
    *,
    source: str,
    fence: Fence | None,
    keep_refused: bool,
) -> list[Result]:
    """Post items, and take back those that their system has taken back."""
    results = await posting.post(caller, kind, submissions, source=source, keep_refused=keep_refused, fence=fence)
    for submission, result in zip(submissions, results, strict=True):
        if submission.withdrawn and result.record_id and not result.problems:
            try:
                await posting.withdraw(
                    caller,
                    result.record_id,
                    submission.withdrawn,
                    source=source,
                    changed_at=submission.changed_at,
                    fence=fence,
                )
            except HubError as error:
                # Whether an organ's record stands is no copy's to say; where it says otherwise, that is a discrepancy.
                if caller.role is not Role.CREDIT_DISCLOSURE or error.code is not ErrorCode.FORBIDDEN:
                    raise
    return results
