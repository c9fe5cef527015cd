"""A real nginx before the hub, with the configuration of hub/docs/clients.md: what goes through is what it is without one."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from auth.principals import Role
from hub.demo import free_port
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests.acceptance.clients.test_generators import block
from tests.acceptance.conftest import Client, a_client
from tests.acceptance.sockets import opened
from tests.acceptance.test_event_stream import following
from tests.acceptance.test_public import ask as ask_in_public
from tests.makers import ECOLOGY, licence, opinion, posted

pytestmark = pytest.mark.asyncio(loop_scope="module")

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
_PATIENCE_SECONDS = 20
NAME = {"data": {"mine": {"name": "示例1号磷矿"}}}
QUERY = f'{{ mine(licenceNo: "{licence(1)}") {{ name }} }}'
NEXT = "subscription { recordPosted(kinds: [OPINION]) { position } }"


def certificate(folder: Path, name: str) -> None:
    """`name.pem` and `name.key`: a certificate of the hub's address, good for a day, that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.example")])
    names = x509.SubjectAlternativeName([x509.DNSName("hub.example"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    made = made.add_extension(names, critical=False).add_extension(x509.BasicConstraints(True, None), critical=True)
    (folder / f"{name}.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@asynccontextmanager
async def nginx(folder: Path, hub: int, *, of: str = "", instead: str = "") -> AsyncIterator[int]:
    """The port of an nginx before the hub's, with the page's configuration but for the ports, and words instead of others.

    Its temporary folders are none: whatever it would write to the disk cannot be written, which its log tells.
    """
    assert NGINX is not None
    port = free_port(0)
    # What the system holds of an answer is little, so that the proxy has to.
    told = block("nginx", "nginx").replace("listen 443 ", f"listen 127.0.0.1:{port} sndbuf=32k ")
    told = told.replace("127.0.0.1:8720", f"127.0.0.1:{hub}").replace(of, instead)
    assert (str(port) in told, str(hub) in told, instead in told) == (True, True, True)
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    for name in names:
        (folder / name).touch()
    places = "".join(f"{name}_temp_path {folder / name};" for name in names)
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder / 'pid'}; events {{}} http {{ access_log off; {places}\n{told}}}\n"
    )
    log = folder / "error.log"
    words = (NGINX, "-p", folder, "-e", log, "-c", folder / "nginx.conf")
    running = await asyncio.create_subprocess_exec(*words)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                try:
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    break
                except OSError:
                    assert running.returncode is None, log.read_text()
                    await asyncio.sleep(0.02)
        yield port
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()


#: Of a reader who holds little.
_LITTLE = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)]


def through(port: int, folder: Path, shown: str = "", address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client of the proxy, which may show a certificate; `address` is where it asks from."""
    context = ssl.create_default_context(cafile=folder / "hub.pem")
    if shown:
        context.load_cert_chain(folder / f"{shown}.pem", folder / f"{shown}.key")
    transport = httpx.AsyncHTTPTransport(verify=context, local_address=address, socket_options=_LITTLE)
    return httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", transport=transport)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("nginx")
    for name in ("hub", "clients", "stranger"):
        certificate(made, name)
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def behind(sqlite_template: Path, folder: Path) -> AsyncIterator[Client]:
    """A client that reaches the hub by the proxy alone."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    shutil.copy(sqlite_template, folder / "hub.db")
    settings = {
        "trusted_proxy": "127.0.0.1",
        "issuer": "https://hub.example",
        "public_access": True,
        "max_body_bytes": 4_000_000,
    }
    async with (
        a_client(f"sqlite:///{folder / 'hub.db'}", folder, **settings) as direct,
        nginx(folder, direct.hub.settings.port) as port,
        through(port, folder) as http,
    ):
        yield Client(direct.hub, http)


def port_of(behind: Client) -> int:
    port = behind.http.base_url.port
    assert port is not None
    return port


async def test_queries_are_answered_by_post_and_by_get(behind: Client) -> None:
    token = await behind.token(Role.OPERATOR)
    assert (await behind.ask(token, QUERY)).json()["data"] == NAME["data"]
    headers = {"authorization": f"Bearer {token}", "accept-encoding": "gzip"}
    answer = await behind.http.get("/graphql", params={"query": QUERY}, headers=headers)
    assert answer.json()["data"] == NAME["data"]
    assert answer.headers["cache-control"] == "no-store"
    book = await behind.http.get("/export/mines.xlsx", headers=headers)
    assert (book.status_code, book.content[:2]) == (200, b"PK")
    unknown = await behind.http.post("/graphql", json={"query": QUERY})
    assert (unknown.status_code, "www-authenticate" in unknown.headers) == (401, True)


async def test_what_is_posted_comes_at_once_by_server_sent_events(behind: Client) -> None:
    async with following(behind, await behind.token(Role.OPERATOR), NEXT) as stream:
        await posted(behind.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(70))
        name, event = await stream.event()
        assert (name, event["data"]["recordPosted"]["position"] > 0) == ("next", True)


async def test_what_is_posted_comes_at_once_by_a_websocket(
    behind: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "hub.pem"))
    async with opened(behind, await behind.token(Role.OPERATOR)) as socket:
        await socket.init()
        await socket.subscribe("1", NEXT)
        await posted(behind.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(71))
        assert (await socket.event("1"))["position"] > 0


async def test_a_token_that_was_asked_for_with_a_certificate_is_good_with_it_alone(behind: Client, folder: Path) -> None:
    client_id, secret = await behind.hub.clients.add("示例银行", Role.OPERATOR)
    async with through(port_of(behind), folder, "clients") as holder:
        grant = {"grant_type": "client_credentials"}
        told = (await holder.post("/oauth/token", data=grant, auth=(client_id, secret))).json()
        headers = {"authorization": f"Bearer {told['access_token']}"}
        assert (await holder.post("/graphql", json={"query": QUERY}, headers=headers)).json()["data"] == NAME["data"]
    pem = (folder / "clients.pem").read_text()
    der = base64.b64encode(ssl.PEM_cert_to_DER_cert(pem)).decode()
    for forged in (quote(pem, safe="-"), f":{der}:", ""):
        refused = await behind.http.post("/graphql", json={"query": QUERY}, headers=headers | {"client-cert": forged})
        assert refused.status_code == 401, forged
    async with through(port_of(behind), folder, "stranger") as other:
        assert (await other.post("/graphql", json={"query": QUERY}, headers=headers)).status_code == 400


async def test_bounds_of_an_address_are_of_the_one_that_the_proxy_saw(behind: Client, folder: Path) -> None:
    async def left(http: httpx.AsyncClient, claimed: str) -> int:
        answer = await ask_in_public(http, "{ appeals { totalCount } }", **{"x-forwarded-for": claimed})
        assert answer.status_code == 200, json.dumps(answer.json())
        return int(answer.headers["ratelimit"].partition(";r=")[2].partition(";")[0])

    port = port_of(behind)
    async with through(port, folder, address="127.0.0.2") as one, through(port, folder, address="127.0.0.3") as other:
        # Whoever asks a document first pays for reading it.
        await left(other, "203.0.113.9")
        once = await left(one, "203.0.113.9")
        assert await left(one, "203.0.113.10") < once
        assert await left(other, "203.0.113.9") < once
        async with through(port, folder, address="127.0.0.4") as third:
            assert await left(third, "203.0.113.10") == once


_POST = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { accepted } }"
_TEXTS = "{ opinions(first: 400) { nodes { text } } }"
_ALL = 'subscription { recordPosted(kinds: [OPINION], after: "0") { position record { ... on Opinion { text } } } }'


async def read_late(port: int, folder: Path, path: str, *, most: int, **headers: str) -> int:
    """How many bytes come of an answer that is left where it is while others are served; no more are waited for than `most`."""
    async with through(port, folder) as http, http.stream("GET", path, headers=headers, timeout=_PATIENCE_SECONDS) as answer:
        assert answer.status_code == 200
        async with through(port, folder) as others:
            for _ in range(30):
                assert (await others.get("/livez")).status_code == 200
        size = 0
        async for piece in answer.aiter_raw():
            size += len(piece)
            if size >= most:
                break
        return size


async def test_nothing_that_goes_through_is_written_to_the_proxys_disk(behind: Client, folder: Path) -> None:
    token = await behind.token(Role.DEPARTMENT, Department.ECOLOGY)
    items = [opinion(number, text="示例意见" * 1000) for number in range(500, 520)]
    assert (await behind.ask(token, _POST, items=items)).json()["data"] == {"postOpinions": {"accepted": len(items)}}

    asked = {"authorization": f"Bearer {await behind.token(Role.OPERATOR)}", "accept-encoding": "identity"}
    port, hub, least = port_of(behind), behind.hub.settings.port, sum(len(item["text"].encode()) for item in items)
    for path, accept in (
        (f"/graphql?query={_TEXTS}", "*/*"),
        ("/export/opinions.csv", "*/*"),
        (f"/graphql?query={_ALL}", "text/event-stream"),
        (f"/graphql?query={_ALL}", "multipart/mixed;subscriptionSpec=1.0"),
    ):
        assert await read_late(port, folder, path, most=least, accept=accept, **asked) >= least
    log = folder / "error.log"
    assert "[crit]" not in log.read_text()

    # A proxy that does not do as it is told would: the test can see it.
    told = "proxy_set_header Host"
    async with nginx(folder, hub, of=told, instead=f"proxy_ignore_headers X-Accel-Buffering; {told}") as careless:
        with suppress(httpx.HTTPError):
            await read_late(careless, folder, "/export/opinions.csv", most=least, **asked)
        assert f'"{folder / "proxy"}' in log.read_text()
    async with (
        nginx(folder, hub, of="request_buffering off", instead="request_buffering on") as careless,
        through(careless, folder) as http,
    ):
        failed = await http.post("/graphql", json={"query": _POST, "variables": {"items": items}}, headers=asked)
        assert (failed.status_code, f'"{folder / "client_body"}' in log.read_text()) == (500, True)
