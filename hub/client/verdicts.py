"""What a check of an attestation comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """真实, 已被篡改或格式有误, 密钥不明, 签发方不符, 受众不符, 尚未生效, 已过期, 已撤销, 撤销状态不明."""

    GENUINE = "GENUINE"
    ALTERED = "ALTERED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    WRONG_ISSUER = "WRONG_ISSUER"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"


TEXTS: dict[Verdict, tuple[str, str]] = {
    Verdict.GENUINE: ("真实有效", "Genuine"),
    Verdict.ALTERED: ("已被篡改或格式有误", "Altered, or no attestation"),
    Verdict.UNKNOWN_KEY: ("签名密钥不属于本平台", "Signed by a key that is not the hub's"),
    Verdict.WRONG_ISSUER: ("签发方不符", "Issued by somebody else"),
    Verdict.WRONG_AUDIENCE: ("不是签发给该机构的", "Issued for somebody else"),
    Verdict.NOT_YET_VALID: ("尚未生效", "Not valid yet"),
    Verdict.EXPIRED: ("已过期", "Expired"),
    Verdict.REVOKED: ("已撤销", "Revoked"),
    Verdict.STATUS_UNKNOWN: ("撤销状态不明", "Whether it was revoked is not known"),
}


@dataclass(frozen=True, slots=True)
class Verified:
    """A verdict, and what the holder shows; nothing of what is not the hub's word.  `reason` says what was wrong, in a word."""

    verdict: Verdict
    shown: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def is_genuine(self) -> bool:
        return self.verdict is Verdict.GENUINE


class RefusedError(Exception):
    """Ends a check."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(verdict, reason)
        self.verdict = verdict
        self.reason = reason
