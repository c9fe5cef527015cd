"""Whether a webhook is the hub's (Standard Webhooks): signed with a secret that both know, and young."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping, Sequence

_PREFIX = "whsec_"
_SECONDS = 300


def is_genuine(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], *, now: float | None = None) -> bool:
    """Whether any of the secrets has signed it, within five minutes; while a secret is changed there are two."""
    told = {name.lower(): value for name, value in headers.items()}
    try:
        name, stamp = told["webhook-id"], told["webhook-timestamp"]
        keys = [base64.b64decode(secret.removeprefix(_PREFIX), validate=True) for secret in secrets]
        signatures = [one.partition(",")[2] for one in told["webhook-signature"].split() if one.startswith("v1,")]
        young = abs((time.time() if now is None else now) - int(stamp)) <= _SECONDS
    except (KeyError, ValueError, binascii.Error):
        return False
    signed = f"{name}.{stamp}.".encode() + body
    wanted = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys if key]
    return young and any(hmac.compare_digest(one, other) for one in wanted for other in signatures)
