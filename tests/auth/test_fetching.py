"""A provider that misbehaves, over real sockets: always one error, in time and in bounded memory."""

from __future__ import annotations

import time

import pytest

from auth.errors import UnansweredError
from auth.fetching import Fetch
from tests.connectors.test_hostile import BEHAVIOURS, Behave, answering, drips, system

SECONDS = 0.5


def redirecting(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("name", ["hangs", "drips", "sends 1 GB", "resets", "answers half", "broken JSON", "XML bomb"])
async def test_what_is_no_answer_in_time_and_size_is_one_error(name: str) -> None:
    async with system(BEHAVIOURS[name]) as address:
        began = time.monotonic()
        with pytest.raises(UnansweredError):
            await Fetch(seconds=SECONDS, most_bytes=100_000).get(address)
        assert time.monotonic() - began < SECONDS + 2


async def test_a_form_is_timed_as_a_whole_too() -> None:
    async with system(drips) as address:
        with pytest.raises(UnansweredError, match="no full answer"):
            await Fetch(seconds=SECONDS).post(address, {}, "a=b")


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"', b"", b"{}x", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_json_object_is_no_answer(body: bytes) -> None:
    async with system(answering(body)) as address:
        with pytest.raises(UnansweredError, match="no JSON object"):
            await Fetch(seconds=5).get(address)


async def test_redirects_are_not_followed() -> None:
    followed = []

    async def watches(_reader: object, _writer: object) -> None:
        followed.append(1)

    async with system(watches) as elsewhere:

        async def redirects(_reader: object, writer: object) -> None:
            writer.write(redirecting(elsewhere))  # type: ignore[attr-defined]

        behave: Behave = redirects
        async with system(behave) as address:
            with pytest.raises(UnansweredError, match="302"):
                await Fetch(seconds=5).get(address)
    assert followed == []


@pytest.mark.parametrize(
    "url", ["http://login.example/", "file:///etc/passwd", "https://u:p@login.example/", "", "x", "https://"]
)
async def test_addresses_without_tls_are_not_asked(url: str) -> None:
    with pytest.raises(UnansweredError, match="TLS"):
        await Fetch().get(url)
