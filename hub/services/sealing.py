"""Sealing of what must be read again and must not lie open in the database, by a key that is not in it.

The key is of the hub's signing keys: the newest seals, all of them that are still private open.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 64


class Sealing:
    """Seals and opens for one purpose.  `secrets` gives what keys are made from, the newest first."""

    def __init__(self, purpose: str, secrets: Callable[[], Sequence[bytes]]) -> None:
        self._purpose = purpose.encode()
        self._secrets = secrets

    def seal(self, content: bytes, of: str) -> str:
        """Content sealed to whom it is of: moved to another row it does not open."""
        return base64.urlsafe_b64encode(self._cipher(self._secrets()[0]).encrypt(content, [of.encode()])).decode()

    def open(self, sealed: str, of: str) -> bytes | None:
        """What was sealed; None where no key opens it any more."""
        content = base64.urlsafe_b64decode(sealed)
        for secret in self._secrets():
            try:
                return self._cipher(secret).decrypt(content, [of.encode()])
            except InvalidTag:
                continue
        return None

    def is_newest(self, sealed: str, of: str) -> bool:
        """Whether it was sealed by the key that seals now."""
        try:
            self._cipher(self._secrets()[0]).decrypt(base64.urlsafe_b64decode(sealed), [of.encode()])
        except InvalidTag:
            return False
        return True

    def _cipher(self, secret: bytes) -> AESSIV:
        return AESSIV(HKDF(SHA256(), _KEY_BYTES, salt=None, info=self._purpose).derive(secret))
