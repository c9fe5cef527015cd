"""A provider that misbehaves, over real sockets: always one error, in time and in bounded memory."""

from __future__ import annotations

import asyncio
import time

import pytest

from auth.errors import UnansweredError
from auth.fetching import Fetch, is_safe
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


@pytest.mark.parametrize(("size", "is_taken"), [(262_144, True), (262_145, False)])
async def test_an_answer_has_at_most_256_kibibytes(size: int, is_taken: bool) -> None:
    async with system(answering(b"{}".ljust(size))) as address:
        if is_taken:
            assert await Fetch(seconds=5).get(address) == {}
            return
        with pytest.raises(UnansweredError):
            await Fetch(seconds=5).get(address)


@pytest.mark.parametrize(
    ("status", "is_refusal"),
    [
        *((status, False) for status in (201, 399, 408, 429, 500, 503)),
        *((status, True) for status in (400, 407, 409, 428, 430, 499)),
    ],
)
async def test_an_answer_that_says_no_for_good_is_told_apart(status: int, is_refusal: bool) -> None:
    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: 2\r\n\r\n{{}}".encode())

    async with system(behave) as address:
        with pytest.raises(UnansweredError, match=f"answered {status}") as caught:
            await Fetch(seconds=5).get(address)
    assert caught.value.is_refusal is is_refusal


async def test_no_proxy_of_the_environment_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with system(answering(b"{}")) as address:
        assert await Fetch(seconds=5).get(address) == {}


@pytest.mark.parametrize(
    ("url", "may_be"),
    [
        ("https://login.example", True),
        ("https://login.example:8443/x?y=1", True),
        ("http://localhost:1/", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]:8080/", True),
        ("http://login.example/", False),
        ("ftp://127.0.0.1/", False),
        ("https://login.example:0/", False),
        ("https://login.example:99999/", False),
        ("https://login.example/#x", False),
        ("https://login_example/", False),
        ("https:///x", False),
        ("https://[::1", False),
        (None, False),
        (7, False),
    ],
)
def test_an_address_may_be_asked_over_tls_or_on_this_machine(url: object, may_be: bool) -> None:
    assert is_safe(url) is may_be


@pytest.mark.parametrize(
    "url", ["http://login.example/", "file:///etc/passwd", "https://u:p@login.example/", "", "x", "https://"]
)
async def test_addresses_without_tls_are_not_asked(url: str) -> None:
    with pytest.raises(UnansweredError, match="TLS"):
        await Fetch().get(url)
