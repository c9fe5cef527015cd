"""How long the answer of one planned read may be, on either database."""

from __future__ import annotations

from hub.domain.words.errors import ErrorCode, HubError

MOST_BYTES = 16 * 1024 * 1024


def too_long() -> HubError:
    """Why an answer is not given."""
    return HubError(ErrorCode.QUERY_TOO_COMPLEX, f"answer ≤ {MOST_BYTES // 2**20} MiB", field="query")
