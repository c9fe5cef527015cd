"""What is sealed opens with the keys that the hub has, for the row that it is of, and with nothing else."""

from __future__ import annotations

from hub.services.sealing import Sealing


def sealing(*secrets: bytes, purpose: str = "webhooks") -> Sealing:
    return Sealing(purpose, lambda: secrets)


def test_what_is_sealed_opens_for_whom_it_is_of_alone() -> None:
    sealed = sealing(b"new").seal(b"secret", "row")
    assert "secret" not in sealed
    assert sealing(b"new").open(sealed, "row") == b"secret"
    assert sealing(b"new").open(sealed, "another row") is None
    assert sealing(b"new", purpose="other").open(sealed, "row") is None


def test_an_older_key_opens_until_it_is_gone_and_only_the_newest_seals() -> None:
    sealed = sealing(b"old").seal(b"secret", "row")
    both = sealing(b"new", b"old")
    assert both.open(sealed, "row") == b"secret"
    assert not both.is_newest(sealed, "row")
    assert both.is_newest(both.seal(b"secret", "row"), "row")
    assert sealing(b"new").open(sealed, "row") is None
