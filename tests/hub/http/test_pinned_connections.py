"""Messages go to the address that was looked at and under the name of its host, over connections that are kept."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.http.pinned_connections import BrokenAnswerError, PinnedConnections, UnreachableError

HOST, HERE = "receiver.example", "127.0.0.1"
TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
MOST = 10_000


@dataclass
class Scripted:
    """A receiver that answers each message with the next of some bytes, and closes the connection after those that say so."""

    answers: list[bytes]
    port: int = 0
    heads: list[list[str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def connections(self) -> int:
        return len(self.tasks)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.current_task())  # type: ignore[arg-type]
        self.writers.append(writer)
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            while self.answers:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().splitlines()[:-1]
                self.heads.append(head)
                length = next(int(line.partition(":")[2]) for line in head if line.startswith("content-length:"))
                self.bodies.append(await reader.readexactly(length))
                writer.write(answer := self.answers.pop(0))
                await writer.drain()
                if b"200" not in answer and answer != TAKEN:
                    break


@asynccontextmanager
async def scripted(*answers: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[Scripted]:
    receiver = Scripted(list(answers))
    async with await asyncio.start_server(receiver.take, HERE, 0, ssl=context) as server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver
        for task in receiver.tasks:
            task.cancel()
        await asyncio.gather(*receiver.tasks, return_exceptions=True)


@asynccontextmanager
async def connected(url: str, context: ssl.SSLContext | None = None) -> AsyncIterator[PinnedConnections]:
    with closing(PinnedConnections(httpx.URL(url), HERE, MOST, context)) as connections:
        yield connections


async def sent(connections: PinnedConnections, *bodies: bytes) -> list[int | str]:
    """The status of each message, sent one after another, or why there is none."""
    found: list[int | str] = []
    for body in bodies:
        try:
            async with asyncio.timeout(5):
                found.append((await connections.post([("webhook-id", "m1")], body)).status)
        except (UnreachableError, BrokenAnswerError) as error:
            found.append(type(error).__name__)
    return found


async def test_a_message_is_sent_under_the_name_of_its_host_and_the_next_goes_over_the_same_connection() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    async with (
        scripted(TAKEN, chunked, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") as receiver,
        connected(f"http://{HOST}:{receiver.port}/hook/a?key=1") as connections,
    ):
        assert await sent(connections, b"one", "二".encode(), b"") == [204, 200, 200]
    assert receiver.heads[0] == [
        "post /hook/a?key=1 http/1.1",
        f"host: {HOST}:{receiver.port}",
        "webhook-id: m1",
        "content-length: 3",
    ]
    assert (receiver.bodies, receiver.connections) == ([b"one", "二".encode(), b""], 1)


def test_by_the_loop_by_which_a_hub_serves_it_goes_the_same() -> None:
    async def send() -> list[int | str]:
        async with scripted(TAKEN, TAKEN) as receiver, connected(f"http://{HOST}:{receiver.port}/") as connections:
            return await sent(connections, b"one", b"two")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(send()) == [204, 204]


async def test_messages_at_the_same_time_have_a_connection_each() -> None:
    async with scripted(*[TAKEN] * 6) as receiver, connected(f"http://{HOST}:{receiver.port}/") as connections:
        await asyncio.gather(*(sent(connections, b"x", b"y") for _ in range(3)))
        assert receiver.connections == 3


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", 500),
        (b"HTTP/1.0 302 Found\r\nlocation: http://127.0.0.1/\r\n\r\nelsewhere", 302),
        # Longer than anybody wants to read; the status stands all the same.
        (b"HTTP/1.1 201 Created\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 1_000_000, 201),
        (b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nhalf", "BrokenAnswerError"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, "BrokenAnswerError"),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\n\r\n", "BrokenAnswerError"),
        (b"HTTP/1.1 204 No Content\r\nx: " + b"y" * 100_000, "BrokenAnswerError"),
        (b"SSH-2.0-none\r\n\r\n", "BrokenAnswerError"),
        (b"", "BrokenAnswerError"),
    ],
    ids=[
        "closed",
        "until the end",
        "long",
        "twice",
        "half",
        "put off",
        "switched",
        "endless head",
        "another protocol",
        "nothing",
    ],
)
async def test_over_a_connection_that_is_of_no_more_use_nothing_further_is_sent(first: bytes, told: int | str) -> None:
    async with scripted(first, TAKEN) as receiver, connected(f"http://{HOST}:{receiver.port}/") as connections:
        assert await sent(connections, b"one", b"two") == [told, 204]
        assert receiver.connections == 2


async def test_a_connection_that_the_receiver_closed_meanwhile_is_not_used_again() -> None:
    async with scripted(TAKEN) as receiver, connected(f"http://{HOST}:{receiver.port}/") as connections:
        assert await sent(connections, b"one") == [204]
        # It has closed it as it had nothing more to say.
        await asyncio.sleep(0.05)
        receiver.answers.append(TAKEN)
        assert await sent(connections, b"two") == [204]
        assert receiver.connections == 2


async def test_what_a_receiver_says_unasked_is_no_answer_to_what_it_is_sent_next() -> None:
    said = b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\ncontent-length: 0\r\n\r\n"
    async with scripted(said, TAKEN) as receiver, connected(f"http://{HOST}:{receiver.port}/") as connections:
        async with asyncio.timeout(5):
            answer = await connections.post([], b"one")
            assert (answer.status, answer.headers[b"retry-after"]) == (200, b"7")
            receiver.writers[0].write(said)
            while connections._idle[0].is_of_use:  # noqa: ASYNC110 - it comes over a socket
                await asyncio.sleep(0.005)
        assert await sent(connections, b"two") == [204]
        assert receiver.connections == 2


async def test_who_is_not_waited_for_any_longer_gets_nothing_more_over_its_connection() -> None:
    async with (
        scripted(b"HTTP/1.1 200 OK\r\n", TAKEN) as receiver,
        connected(f"http://{HOST}:{receiver.port}/") as connections,
    ):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connections.post([], b"one")
        assert await sent(connections, b"two") == [204]
        assert receiver.connections == 2


async def test_where_nobody_listens_there_is_no_connection() -> None:
    async with scripted() as receiver:
        pass
    async with connected(f"http://{HOST}:{receiver.port}/") as connections:
        assert await sent(connections, b"one") == ["UnreachableError"]


def certified(folder: Path, names: Sequence[str]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a receiver with a certificate for these names serves with, and what trusts that certificate."""
    key, name, now = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示例")]),
        datetime.now(UTC),
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    serves = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serves.load_cert_chain(path)
    return serves, ssl.create_default_context(cafile=str(path))


async def test_the_certificate_is_held_against_the_name_of_the_host(tmp_path: Path) -> None:
    serves, trusts = certified(tmp_path, [HOST])
    asked: list[str | None] = []
    serves.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with scripted(TAKEN, TAKEN, context=serves) as receiver:
        for host, told in ((HOST, 204), ("another.example", "UnreachableError")):
            async with connected(f"https://{host}:{receiver.port}/", trusts) as connections:
                assert await sent(connections, b"one") == [told]
        async with connected(f"https://{HOST}:{receiver.port}/") as connections:
            assert await sent(connections, b"untrusted") == ["UnreachableError"]
    assert (receiver.bodies, asked[:2]) == ([b"one"], [HOST, "another.example"])
