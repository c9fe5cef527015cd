"""Signing keys: ES256 keys in one file, the newest first; it signs, and all of them verify.

The file holds a JWK set, a single JWK, or PEM.  To rotate, put a new key before the old one, which may then be reduced to its
public half; tokens and receipts signed with it stay good as long as it stays in the file.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from hub.domain.errors import ErrorCode, HubError

ALGORITHM = "ES256"
_CURVE = "P-256"
_USE: dict[str, str | list[str]] = {"use": "sig", "alg": ALGORITHM}
_MEMBERS = ("kty", "crv", "x", "y", "d", "kid")
_PEM = re.compile(r"-----BEGIN ([A-Z ]*KEY)-----.+?-----END \1-----", re.DOTALL)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The hub's keys.  `repr` shows none of them."""

    signer: ECKey
    verifiers: KeySet

    def __repr__(self) -> str:
        return f"SigningKeys({self.signer.kid})"

    def public(self) -> dict[str, Any]:
        """The public keys as a JWK set (RFC 7517)."""
        return dict(self.verifiers.as_dict(private=False))

    @classmethod
    def load_or_create(cls, path: Path) -> SigningKeys:
        """The keys in a file; made with one new key, readable by its owner only, where there is no file yet.

        Raises INVALID_INPUT, naming the file, for a file that holds no such keys.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            _create(path)
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise _unusable(path) from None
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o007:
            _log.warning("签名密钥文件可被其他用户访问 / the signing keys are open to every user of this machine: %s", path)
        try:
            keys = [_signing_key(key) for key in _keys_in(text)]
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            raise _unusable(path) from None
        # Two keys of one id would make it a matter of chance which one verifies.
        if not keys or not keys[0].is_private or len({key.kid for key in keys}) < len(keys):
            raise _unusable(path)
        return cls(keys[0], KeySet([*keys]))


def _unusable(path: Path) -> HubError:
    return HubError(ErrorCode.INVALID_INPUT, f"{path}: 须为 ES256 私钥 / ES256 (P-256) keys as JWK or PEM, a private one first")


def _keys_in(text: str) -> Sequence[ECKey]:
    if blocks := [found[0] for found in _PEM.finditer(text)]:
        return [ECKey.import_key(block) for block in blocks]
    found = json.loads(text)
    return [ECKey.import_key(key) for key in found.get("keys", [found])]


def _signing_key(key: ECKey) -> ECKey:
    """The key with the hub's own use and algorithm, and its thumbprint (RFC 7638) for an id unless it has one."""
    if key.curve_name != _CURVE:
        raise ValueError(_CURVE)
    members = key.as_dict(private=key.is_private)
    kept: dict[str, str | list[str]] = {name: str(members[name]) for name in _MEMBERS if name in members}
    mended = ECKey.import_key(kept | _USE)
    mended.ensure_kid()
    return mended


def _create(path: Path) -> None:
    key = ECKey.generate_key(_CURVE, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"keys": [key.as_dict(private=True)]}, file)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where the file is there already: of processes that start at once, all use the first one's key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
