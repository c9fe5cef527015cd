"""What a version is held to without telling its content: a digest with a random salt.

Content that is masked for a reader has few possible values (the identity number of a person in a county), so a plain digest of
it would tell them by trial.  The salt is told to nobody, and goes where the content goes.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

_SALT_BYTES = 16


class Commitment(NamedTuple):
    """SHA-256 of salt and digest, both in hex; only the hash is shown."""

    salt: str
    hash: str

    def covers(self, digest: str) -> bool:
        """Whether it is content with this digest that was committed to."""
        return self.hash == _hash(self.salt, digest)


def commit(digest: str) -> Commitment:
    """Commit to content by its digest: twice to the same content is two hashes that tell nothing of one another."""
    salt = secrets.token_hex(_SALT_BYTES)
    return Commitment(salt, _hash(salt, digest))


def _hash(salt: str, digest: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt + digest)).hexdigest()
