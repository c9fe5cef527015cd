"""Signing keys: ES256 keys in one file, the newest first; the newest that has begun signs, and all of them verify.

The file holds a JWK set, a single JWK, or PEM.  `rotate` puts a new key in front that is published at once and signs only when
whoever keeps a copy of the published keys has seen it (`hub_from`, seconds since 1970).  Running processes see a changed file
within `RELOAD_SECONDS`.  Tokens and receipts signed with an old key stay good as long as it stays in the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from hub import private_files
from hub.domain.words.errors import ErrorCode, HubError, UnfitError

ALGORITHM = "ES256"
#: A running process sees that the file has changed after this long at the latest.
RELOAD_SECONDS = 5.0
#: How long before its first use a new key is published: others may keep a copy of the published keys for ten minutes.
LEAD_SECONDS = 900
#: How long after its last use a key may still be needed: the life of a token, with time to spare.
TAIL_SECONDS = 660
#: How long it must be published: the life of an attestation, with a day to spare.
KEPT_SECONDS = 31 * 86_400
_CURVE = "P-256"
_USE: dict[str, str | list[str]] = {"use": "sig", "alg": ALGORITHM}
_BEGINS = "hub_from"
_MEMBERS = ("kty", "crv", "x", "y", "d", "kid")
_PEM = re.compile(r"-----BEGIN ([A-Z ]*KEY)-----.+?-----END \1-----", re.DOTALL)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, and from when it signs, in seconds since 1970."""

    key: ECKey
    begins: int = 0

    def written(self) -> dict[str, Any]:
        """The key as it stands in the file."""
        return self.key.as_dict(private=self.key.is_private) | ({_BEGINS: self.begins} if self.begins else {})


class SigningKeys:
    """The hub's keys, as the file has them.  `repr` shows none of them.  `now` gives seconds since 1970, `ticks` such as only
    go forward."""

    def __init__(
        self, path: Path, *, now: Callable[[], float] = time.time, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._now = now
        self._ticks = ticks
        self._looks_at = ticks() + RELOAD_SECONDS
        self._seen = _stamp(path)
        self._every: dict[str, tuple[Sequence[SigningKey], ECKey | None, tuple[bytes, ...]]] = {}
        self._take(_read(path))

    def __repr__(self) -> str:
        return f"SigningKeys({self.signer.kid})"

    @classmethod
    def load_or_create(cls, path: Path, *, now: Callable[[], float] = time.time) -> SigningKeys:
        """The keys in a file; made with one new key, readable by its owner only, where there is no file yet.  From when a key
        signs is read by every machine that has the file, so `now` is the database's.

        Raises UnfitError, naming the file, for one that holds no such keys, and for one that cannot be opened or made.
        """
        try:
            if not path.exists():
                _create(path)
            private_files.tell_if_open(path, "签名密钥文件", "the signing keys are")
            return cls(path, now=now)
        except OSError as error:
            raise _out_of_reach(path, error) from None

    @property
    def signer(self) -> ECKey:
        """The key that signs now."""
        return self._signing(self.keys).key

    @property
    def verifiers(self) -> KeySet:
        """All keys.  The same object as long as the file is the same."""
        if self._ticks() >= self._looks_at:
            self._look()
        return self._verifiers

    @property
    def keys(self) -> Sequence[SigningKey]:
        """All keys, the newest first."""
        if self._ticks() >= self._looks_at:
            self._look()
        return self._keys

    def public(self) -> dict[str, Any]:
        """The public keys as a JWK set (RFC 7517)."""
        return dict(self.verifiers.as_dict(private=False))

    def derived(self, purpose: str) -> bytes:
        """A secret for another purpose, the same in every process that signs with the same key."""
        return self.every_derived(purpose)[0]

    def every_derived(self, purpose: str) -> tuple[bytes, ...]:
        """Such secrets of all keys that are still private, the signer's first."""
        keys = self.keys
        if self._every.get(purpose, ((), None, ()))[:2] != (keys, signer := self.signer):
            others = [one.key for one in keys if one.key.is_private and one.key is not signer]
            self._every[purpose] = (keys, signer, tuple(_derived(key, purpose) for key in (signer, *others)))
        return self._every[purpose][2]

    def waits(self, one: SigningKey) -> bool:
        """Whether a key does not sign yet."""
        return one.begins > self._now()

    def rotate(self) -> SigningKey:
        """Put a new key in front: published now, signing after `LEAD_SECONDS`.  Keys that cannot have signed a token that is
        still good keep their public half only.  Raises CONFLICT while another new key waits."""
        now = int(self._now())
        if self.waits(self._keys[0]):
            raise HubError(ErrorCode.CONFLICT, f"{self._keys[0].key.kid} waits for its time already")
        fresh = SigningKey(_new_key(), now + LEAD_SECONDS)
        spent = self._spent(now)
        kept = [replace(one, key=_public_half(one.key)) if one in spent else one for one in self._keys]
        _replace(self._path, [fresh, *kept])
        self._take([fresh, *kept])
        return fresh

    def retire(self, kid: str) -> None:
        """Drop a key: nothing that it signed is good any more.

        Raises NOT_FOUND, and CONFLICT for a key that signs, will sign, or signed a token that may still be good.
        """
        gone = next((one for one in self._keys if one.key.kid == kid), None)
        if gone is None:
            raise HubError(ErrorCode.NOT_FOUND, kid)
        if gone not in self._spent(int(self._now()), KEPT_SECONDS):
            raise HubError(ErrorCode.CONFLICT, f"{kid} is still needed")
        kept = [one for one in self._keys if one is not gone]
        _replace(self._path, kept)
        self._take(kept)

    def _signing(self, keys: Sequence[SigningKey]) -> SigningKey:
        private = [one for one in keys if one.key.is_private]
        now = self._now()
        return next((one for one in private if one.begins <= now), private[-1])

    def _spent(self, now: int, tail: int = TAIL_SECONDS) -> list[SigningKey]:
        """The keys whose successor has signed for so long that nothing that they signed is good still."""
        signing = self._signing(self._keys)
        return [] if signing.begins > now - tail else list(self._keys[self._keys.index(signing) + 1 :])

    def _look(self) -> None:
        self._looks_at = self._ticks() + RELOAD_SECONDS
        try:
            if (stamp := _stamp(self._path)) != self._seen:
                self._seen = stamp
                self._take(_read(self._path))
        except (UnfitError, OSError) as error:
            # Whoever is served goes on being served with the keys that were good.
            _log.warning("签名密钥文件无法重新读取 / the signing keys could not be read again: %s", error)

    def _take(self, keys: Sequence[SigningKey]) -> None:
        self._keys = tuple(keys)
        self._verifiers = KeySet([one.key for one in keys])


def _derived(key: ECKey, purpose: str) -> bytes:
    private = str(key.as_dict(private=True)["d"]).encode()
    return hmac.digest(private, purpose.encode(), hashlib.sha256)


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> list[SigningKey]:
    try:
        keys = list(_keys_in(path.read_text(encoding="utf-8")))
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise _unusable(path) from None
    # Two keys of one id would make it a matter of chance which one verifies.
    if not keys or not keys[0].key.is_private or len({one.key.kid for one in keys}) < len(keys):
        raise _unusable(path)
    return keys


def _unusable(path: Path) -> UnfitError:
    return UnfitError(f"{path}: 须为 ES256 私钥 / ES256 (P-256) keys as JWK or PEM, a private one first")


def _out_of_reach(path: Path, error: OSError) -> UnfitError:
    return UnfitError(f"{path}: 签名密钥文件无法读写 / the signing keys cannot be read or written: {error.strerror}")


def _keys_in(text: str) -> Sequence[SigningKey]:
    if blocks := [found[0] for found in _PEM.finditer(text)]:
        return [SigningKey(_signing_key(ECKey.import_key(block))) for block in blocks]
    found = json.loads(text)
    return [SigningKey(_signing_key(ECKey.import_key(key)), int(key.get(_BEGINS, 0))) for key in found.get("keys", [found])]


def _signing_key(key: ECKey) -> ECKey:
    """The key with the hub's own use and algorithm, and its thumbprint (RFC 7638) for an id unless it has one."""
    if key.curve_name != _CURVE:
        raise ValueError(_CURVE)
    members = key.as_dict(private=key.is_private)
    kept: dict[str, str | list[str]] = {name: str(members[name]) for name in _MEMBERS if name in members}
    mended = ECKey.import_key(kept | _USE)
    mended.ensure_kid()
    return mended


def _public_half(key: ECKey) -> ECKey:
    return ECKey.import_key(key.as_dict(private=False))


def _new_key() -> ECKey:
    return ECKey.generate_key(_CURVE, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def _create(path: Path) -> None:
    private_files.make_folder(path.parent)
    draft = _draft(path, [SigningKey(_new_key())])
    try:
        # A link fails where the file is there already: of processes that start at once, all use the first one's key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _replace(path: Path, keys: Sequence[SigningKey]) -> None:
    """Write the file anew in one step, open to whom it was open to."""
    try:
        draft = _draft(path, keys)
    except OSError as error:
        raise _out_of_reach(path, error) from None
    try:
        was = path.stat()
        if os.name == "posix":
            os.chown(draft, was.st_uid, was.st_gid)
        draft.chmod(stat.S_IMODE(was.st_mode))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path, keys: Sequence[SigningKey]) -> Path:
    return private_files.draft(path, json.dumps({"keys": [one.written() for one in keys]}))
