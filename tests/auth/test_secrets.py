"""Client secrets: kept so that nobody can read them back."""

from __future__ import annotations

import pytest

from auth.secrets import hashed, matches, matches_nothing, new_secret


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
    ],
)
def test_a_damaged_hash_matches_nothing(kept: str) -> None:
    assert not matches("", kept)


def test_the_decoy_matches_nothing_and_has_the_shape_and_cost_of_any() -> None:
    decoy = matches_nothing()
    assert not matches("", decoy)
    assert [len(part) for part in decoy.split("$")] == [len(part) for part in hashed("x").split("$")]
    assert decoy.split("$")[:4] == hashed("x").split("$")[:4]
