"""HUB_DATABASE_URL takes what libpq takes, in the same way for those who write and for those who read."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import sqlalchemy as sa

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.address import PostgresAddress, async_url
from hub.storage.engine.database import Database

#: What a client says that wants TLS: PostgreSQL's protocol, SSLRequest.
TLS = bytes.fromhex("0000000804d2162f")


def read(query: str) -> PostgresAddress:
    return PostgresAddress.read(async_url(f"postgresql://hub:pw@db.example/hub?{query}"), 5.0)


def test_what_the_driver_spells_the_same_is_passed_on() -> None:
    address = read("sslmode=verify-full&sslrootcert=/etc/ca.pem&target_session_attrs=read-write")
    assert address.dsn.startswith("postgresql://hub:pw@db.example/hub?")
    for part in ("sslmode=verify-full", "sslrootcert=", "target_session_attrs=read-write"):
        assert part in address.dsn
    assert (dict(address.settings), address.connect_seconds) == ({"application_name": "greenmine-hub"}, 5.0)


@pytest.mark.parametrize(
    ("said", "hosts"),
    [
        ("postgresql://hub:p,w@a.example:5432,b.example:5433/hub?sslmode=require", "a.example:5432,b.example:5433"),
        ("postgres://a.example,[::1]:5433", "a.example,[::1]:5433"),
        ("postgresql:///hub?host=a.example&host=b.example&port=1&port=2", "a.example,b.example"),
        ("postgresql:///hub?host=a.example,b.example", "a.example,b.example"),
    ],
)
def test_several_hosts_are_passed_on_in_their_order(said: str, hosts: str) -> None:
    told = dict(parse_qsl(urlsplit(PostgresAddress.read(async_url(said), 5.0).dsn).query))
    assert told["host"] == hosts
    assert told.get("port", "1,2") == "1,2"
    assert ("sslmode" in told) == ("sslmode" in said)


def test_what_it_spells_otherwise_is_translated() -> None:
    address = read(
        r"application_name=mine&connect_timeout=3&options=-c%20work_mem%3D64MB%20--search_path%3Da%5C%20b&ssl=require"
    )
    assert address.settings == {"application_name": "mine", "work_mem": "64MB", "search_path": "a b"}
    assert address.connect_seconds == 3
    assert address.dsn.endswith("?sslmode=require")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("foo=1&keepalives=1", "foo, keepalives"),
        *((f"connect_timeout={word}", "connect_timeout") for word in ("x", "nan", "inf")),
        ("options=x", "options"),
        ("host=a,,b", "host"),
        ("host=a,", "host"),
    ],
)
def test_what_cannot_be_taken_is_named(query: str, named: str) -> None:
    with pytest.raises(HubError) as refused:
        read(query)
    assert refused.value.code is ErrorCode.INVALID_INPUT
    assert refused.value.field == "HUB_DATABASE_URL"
    assert named in refused.value.detail


@pytest.mark.parametrize(("said", "meant"), [("1", 1), ("0", 5), ("-1", 5)])
def test_to_wait_for_no_time_is_to_say_nothing(said: str, meant: int) -> None:
    assert read(f"connect_timeout={said}").connect_seconds == meant


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("options=-c%20nonsense%3D1", ErrorCode.INVALID_INPUT),
        ("options=-c%20work_mem%3Dmuch", ErrorCode.INVALID_INPUT),
        ("options=-c%20max_connections%3D1", ErrorCode.INVALID_INPUT),
        ("sslmode=some", ErrorCode.INVALID_INPUT),
        ("target_session_attrs=some", ErrorCode.INVALID_INPUT),
        # While a standby takes over there is none of the sort that is wanted.
        ("target_session_attrs=standby", ErrorCode.UNAVAILABLE),
        ("port=99999", ErrorCode.INVALID_INPUT),
    ],
)
async def test_what_the_server_or_the_driver_cannot_take_is_told_to_writers_and_to_readers(
    postgres_server: str, more: str, code: ErrorCode
) -> None:
    address = "postgresql://hub@127.0.0.1:99999/hub" if more.startswith("port") else f"{postgres_server}&{more}"
    opened = Database(address)
    with pytest.raises(HubError) as writing:
        async with opened.connection():
            pass
    with pytest.raises(HubError) as reading:
        await opened.start()
    await opened.close()
    assert [one.value.code for one in (writing, reading)] == [code] * 2
    assert code is ErrorCode.UNAVAILABLE or writing.value.detail.startswith("HUB_DATABASE_URL: ")


async def test_writers_and_readers_are_given_the_same(postgres_server: str) -> None:
    more = "&" if "?" in postgres_server else "?"
    opened = Database(f"{postgres_server}{more}application_name=mine&options=-c%20work_mem%3D7MB&sslmode=prefer")
    await opened.start()
    asked = "SELECT current_setting('application_name') || ' ' || current_setting('work_mem')"
    assert await opened.fetch_json(asked, []) == b"mine 7MB"
    async with opened.connection() as connection:
        assert await connection.scalar(sa.text(asked)) == "mine 7MB"
    await opened.close()


@pytest.mark.parametrize(
    "form", ["postgresql://postgres@{dead},{quoted}/postgres", "postgresql:///postgres?user=postgres&host={dead}&host={folder}"]
)
async def test_of_several_hosts_the_first_that_answers_is_taken(postgres_server: str, form: str) -> None:
    folder = urlsplit(postgres_server).query.partition("host=")[2]
    opened = Database(form.format(dead="127.0.0.1:1", folder=folder, quoted=quote(folder, safe="")))
    await opened.start()
    async with opened.connection() as connection:
        assert await connection.scalar(sa.text("SELECT current_database()")) == "postgres"
    assert await opened.fetch_json("SELECT to_json(current_database())::text", []) == b'"postgres"'
    await opened.close()


async def test_tls_can_be_demanded_by_those_who_write_and_by_those_who_read() -> None:
    heard: list[bytes] = []
    left = asyncio.Semaphore(0)

    async def without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readexactly(len(TLS)))
        writer.write(b"N")
        if more := await reader.read():
            heard.append(more)
        writer.close()
        left.release()

    async with await asyncio.start_server(without_tls, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        opened = Database(f"postgresql://hub@127.0.0.1:{port}/hub?sslmode=require")
        with pytest.raises(HubError):
            await opened.start()
        with pytest.raises(HubError):
            async with opened.connection():
                pass
        await opened.close()
        for _ in range(2):
            await left.acquire()
    assert heard == [TLS] * 2
