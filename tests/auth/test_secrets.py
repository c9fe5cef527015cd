"""Client secrets: kept so that nobody can read them back."""

from __future__ import annotations

import base64
import hashlib

import pytest

from auth.secrets import hashed, is_slow, matches, matches_nothing, new_secret


def test_secrets_have_at_least_256_bits_and_never_repeat() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert min(len(secret) for secret in made) >= 43


def test_only_the_secret_itself_matches() -> None:
    kept = hashed("秘密")
    assert matches("秘密", kept)
    assert not any(matches(other, kept) for other in ("", "秘", "秘密 ", kept, "\ud800"))


def test_what_is_kept_differs_each_time_and_does_not_hold_the_secret() -> None:
    first, second = hashed("secret-word"), hashed("secret-word")
    assert first != second
    assert "secret-word" not in first


def test_letters_that_are_none_are_not_passed_over_in_what_is_kept() -> None:
    kept = hashed("secret-word")
    assert matches("secret-word", kept)
    assert not matches("secret-word", f"{kept[:-4]}!{kept[-4:]}")


def slowly_hashed(secret: str, log2_n: int = 4) -> str:
    """What the hub kept of a secret before, at less cost than it took."""
    key = hashlib.scrypt(secret.encode(), salt=b"salt", n=1 << log2_n, r=8, p=1, dklen=64)
    return f"scrypt${log2_n}$8$1${base64.b64encode(b'salt').decode()}${base64.b64encode(key).decode()}"


def test_a_hash_of_the_slow_kind_is_still_known() -> None:
    kept = slowly_hashed("秘密")
    assert is_slow(kept)
    assert not is_slow(hashed("秘密"))
    assert matches("秘密", kept)
    assert not matches("秘", kept)


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "x",
        "scrypt$14$8$1$$",
        "md5$14$8$1$AAAA$AAAA",
        "scrypt$x$8$1$AAAA$AAAA",
        "scrypt$14$8$1$!$!",
        "scrypt$30$8$1$AAAA$AAAA",
        "hmac-sha256$AAAA$",
        "hmac-sha256$!$AAAA",
        "hmac-sha256$AAAA",
    ],
)
def test_a_damaged_hash_matches_nothing(kept: str) -> None:
    assert not matches("", kept)


def test_the_decoy_matches_nothing_and_has_the_shape_and_cost_of_any() -> None:
    decoy = matches_nothing()
    assert not matches("", decoy)
    assert [len(part) for part in decoy.split("$")] == [len(part) for part in hashed("x").split("$")]
    assert decoy.split("$")[0] == hashed("x").split("$")[0]
