"""Cursors as clients hold them: sealed, so that they tell nothing of the row that they stand at and nobody can make one.

A cursor holds the kind and the order of its list and the row's values in it.  It is sealed the same way each time (AES-SIV, RFC
5297), so that a page that is asked for again has the same cursors, by a key of the hub's signing keys: it is good in every
process, and as long as that key is kept with its private half.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.statements.marks import CURSOR

#: What the keys of cursors are derived for.
PURPOSE = "cursors"
_KEY_BYTES = 64
#: Values are filled up with blanks to a multiple of this, so that the length of a cursor tells little.
_BLOCK = 32
#: Room for ten keys of the longest text.
_LONGEST = 20_000
_TOLD = re.compile(f"{CURSOR}([^{CURSOR}]*){CURSOR}".encode())


class Cursors:
    """Seals and opens.  `secrets` gives what keys are made from: the first seals, all of them open."""

    def __init__(self, secrets: Callable[[], Sequence[bytes]]) -> None:
        self._secrets = secrets
        self._known: dict[bytes, AESSIV] = {}

    def seal_all(self, answer: bytes, moment: str = "") -> bytes:
        """An answer whose cursors stand between marks, with each of them sealed; they are good for this moment alone."""
        cipher = self._cipher(self._secrets()[0])
        return _TOLD.sub(lambda found: _sealed(cipher, found[1], moment), answer)

    def seal(self, told: str, moment: str = "") -> str:
        """A cursor, from the JSON list of its list's name and the row's values."""
        return _sealed(self._cipher(self._secrets()[0]), told.encode(), moment).decode()

    def open(self, text: str, name: str, moment: str = "") -> list[Any]:
        """What a cursor holds.  Raises INVALID_INPUT naming the argument for what is none of ours, or of another moment."""
        try:
            sealed = base64.b64decode(text.encode("ascii"), b"-_", validate=True) if len(text) <= _LONGEST else b""
        except ValueError:
            sealed = b""
        # Unused bits of its last letter would be another spelling of the same.
        if sealed and base64.urlsafe_b64encode(sealed) == text.encode():
            for secret in self._secrets():
                try:
                    held: list[Any] = json.loads(self._cipher(secret).decrypt(sealed, _bound_to(moment)))
                except InvalidTag:
                    continue
                return held
        raise HubError(ErrorCode.INVALID_INPUT, f"{name}: not a cursor of this list, order and moment", field=name)

    def _cipher(self, secret: bytes) -> AESSIV:
        if (cipher := self._known.get(secret)) is None:
            key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=PURPOSE.encode()).derive(secret)
            cipher = self._known[secret] = AESSIV(key)
        return cipher


def _sealed(cipher: AESSIV, told: bytes, moment: str) -> bytes:
    filled = told.ljust(-(-len(told) // _BLOCK) * _BLOCK)
    return base64.urlsafe_b64encode(cipher.encrypt(filled, _bound_to(moment)))


def _bound_to(moment: str) -> list[bytes] | None:
    """The moment that is asked about is sealed in without being told (RFC 5297, associated data); the present is none."""
    return [moment.encode()] if moment else None
