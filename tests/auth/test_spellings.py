"""A token has one spelling, and is told from others by what was signed: its text can be changed by whoever holds it."""

from __future__ import annotations

import base64
import string
from typing import Any

import pytest

from auth.errors import SignedObjectError
from auth.jose import public_key
from tests.acceptance.provider import signed
from tests.auth.forging import ECOLOGY, NOW, new_key, office, refused
from tests.auth.test_provider_tokens import KEY, Desk, claims, header

LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
#: The order of P-256.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def respelled(good: str) -> list[str]:
    """Other texts that careless readers take for the same bytes."""
    head, body, signature = good.split(".")
    last = LETTERS.index(signature[-1])
    unused = [signature[:-1] + LETTERS[last & ~15 | bits] for bits in range(16) if bits != last & 15]
    padded = [signature + "==", signature + "=", signature + "A==", signature[:9] + "~" + signature[9:], signature + "~"]
    other = [signature.translate(str.maketrans("-_", "+/"))] if set("-_") & set(signature) else []
    return [f"{head}.{body}.{each}" for each in [*unused, *padded, *other]] + [f"{head}=.{body}.{signature}"]


def other_signature(good: str) -> str:
    """The same token under the second signature that ECDSA has for whatever was signed once."""
    text, _, signature = good.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    second = raw[:32] + (_ORDER - int.from_bytes(raw[32:])).to_bytes(32)
    return f"{text}.{base64.urlsafe_b64encode(second).decode().rstrip('=')}"


def test_a_token_of_our_own_has_one_spelling() -> None:
    tokens = office()
    good = tokens.issue(ECOLOGY)
    assert tokens.verify(good)
    for other in respelled(good):
        refused(other, tokens)


def theirs(**more: Any) -> str:
    """A good token of the provider's, of the plain sort, which needs no id."""
    return signed(header(typ="JWT"), claims(**more), KEY)


async def test_a_token_of_the_provider_has_one_spelling() -> None:
    desk, good = Desk(plain=True), theirs(jti=None)
    assert await desk.tokens.verify(good)
    for other in respelled(good):
        await desk.refuses(other)


@pytest.mark.parametrize("jti", ["7", None])
async def test_what_was_revoked_is_not_good_again_under_another_signature(jti: str | None) -> None:
    desk, good = Desk(plain=True), theirs(jti=jti)
    assert other_signature(good) != good
    assert (await desk.tokens.verify(good)).id == (await desk.tokens.verify(other_signature(good))).id


async def test_two_tokens_without_ids_are_two() -> None:
    desk = Desk(plain=True)
    assert len({(await desk.tokens.verify(theirs(jti=None, exp=NOW + lasts))).id for lasts in (100, 200)}) == 2


def test_a_key_has_one_spelling_and_so_one_thumbprint() -> None:
    good = new_key().as_dict(private=False)
    for name in ("x", "y"):
        for other in (f"{good[name]}=", f"~{good[name]}"):
            with pytest.raises(SignedObjectError):
                public_key({**good, name: other})
