"""`/verify` and `hub attest verify`: anybody learns whether a statement is genuine, and no more than its holder shows."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from typer.testing import CliRunner

from hub.cli import hub
from hub.client.attestations import presenting
from hub.composition.verifying import Verifying, presented_in
from hub.domain.calendar.moments import utc_now
from hub.domain.record_kinds import RecordKind
from hub.services.banks.attestations import TTL_SECONDS
from tests.hub.services.banks.conftest import Bank, bank
from tests.hub.services.banks.test_attestations import FORGERIES, ISSUER, ONCE, Desk, resigned
from tests.makers import ECOLOGY, licence, penalty

__all__ = ["bank"]


@pytest.fixture
def desk(bank: Bank, tmp_path: Path) -> Desk:
    return Desk(bank, tmp_path)


@pytest.fixture
async def door(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=Verifying(desk.attestations, desk.keys, lambda: desk.bank.now).routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ISSUER) as client:
        yield client


@ONCE
async def test_anybody_verifies_by_code_by_text_and_by_file(desk: Desk, door: httpx.AsyncClient) -> None:
    one = await desk.attested()
    by_code = await door.get(one["verifyAt"])
    by_text = await door.post("/verify", data={"p": one["sdJwt"]})
    by_file = await door.post("/verify", files={"file": ("a.txt", one["sdJwt"].encode()), "p": (None, b"")})
    plain = await door.post("/verify", content=one["sdJwt"], headers={"content-type": "text/plain"})
    for answer in (by_code, by_text, by_file, plain):
        assert answer.status_code == 200
        assert "真实有效" in answer.text
        assert licence(1) in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "findings" in by_text.text
    assert "findings" not in by_code.text, "what the code does not show is not shown"
    hidden = await door.post("/verify", data={"p": presenting(one["sdJwt"], ["standing"])})
    assert "LISTED_PROVINCIAL" in hidden.text
    assert licence(1) not in hidden.text


@ONCE
async def test_what_is_altered_shows_nothing_and_what_is_revoked_says_so(desk: Desk, door: httpx.AsyncClient) -> None:
    one = await desk.attested()
    altered = await door.post("/verify", data={"p": one["sdJwt"][:-3] + "~"})
    assert "篡改" in altered.text
    assert licence(1) not in altered.text
    assert "篡改" in (await door.post("/verify", data={"p": "<script>alert(1)</script>"})).text
    assert "<form" in (await door.get("/verify")).text
    assert (await door.post("/verify", content=b"x" * 300_000)).status_code == 413
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    await desk.settle()
    assert "已撤销" in (await door.get(one["verifyAt"])).text


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na.b.c~\r\n--x--\r\n', "a.b.c~"),
        (b'--x\r\nA: b\r\n\r\n\r\n--x\r\nContent-Disposition: form-data; name="p"\r\n\r\na.b.c~\r\n--x--', "a.b.c~"),
        (b"--x\r\nA: b\r\n\r\na\r\n--y\r\nb\r\n--x--", "a\r\n--y\r\nb"),
        (b"before\r\n--x\r\nA: b\r\n\r\na.b.c~\r\n--x--", "a.b.c~"),
        (b"--x\r\nA: b\r\n\r\n\r\n" * 3 + b"--x\r\nA: b\r\n\r\nthe fourth\r\n--x--", "the fourth"),
        (b"--x\r\nA: b\r\n\r\n\r\n" * 4 + b"--x\r\nA: b\r\n\r\nthe fifth\r\n--x--", ""),
        (b"", ""),
        (b"--x--", ""),
        (b"nothing of a form", ""),
    ],
)
def test_what_a_form_holds_is_its_first_part_that_is_not_empty(body: bytes, found: str) -> None:
    for kind in ("multipart/form-data; boundary=x", 'multipart/form-data; charset=utf-8; boundary="x"'):
        assert presented_in(body, kind) == found
    assert presented_in(body, "multipart/form-data") == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\n\r\na\r\n" * 20_000 + b"--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"a: b\r\n" * 40_000 + b"\r\nq\r\n--x--", "multipart/form-data; boundary=x"),
        (b"p=" + b"%41" * 80_000, "application/x-www-form-urlencoded"),
    ],
    ids=["parts", "heads", "escapes"],
)
def test_no_form_takes_long_to_read(body: bytes, kind: str) -> None:
    began = time.thread_time()
    presented_in(body, kind)
    assert time.thread_time() - began < 0.1


@ONCE
async def test_the_list_may_be_kept_for_a_while(desk: Desk, door: httpx.AsyncClient) -> None:
    one = await desk.attested()
    listed = await door.get(one["statusList"])
    assert listed.headers["content-type"].startswith("application/statuslist+jwt")
    assert listed.headers["cache-control"] == f"public, max-age={TTL_SECONDS}"
    assert (await door.get("/status-lists/9")).status_code == 404


@ONCE
async def test_the_command_verifies_offline_from_what_was_saved(desk: Desk, tmp_path: Path) -> None:
    # The command goes by the machine's clock.
    desk.bank.now = utc_now()
    one = await desk.attested()
    listed = await desk.attestations.status_list(0)
    saved = {"a.txt": one["sdJwt"], "keys.json": json.dumps(desk.keys.public()), "list.txt": listed}
    for name, text in saved.items():
        (tmp_path / name).write_text(str(text))
    asked = ["attest", "verify", str(tmp_path / "a.txt"), "--keys", str(tmp_path / "keys.json"), "--issuer", ISSUER]
    told = CliRunner().invoke(hub, [*asked, "--status-list", str(tmp_path / "list.txt")])
    assert (told.exit_code, told.output.partition(":")[0]) == (0, "GENUINE"), told.output
    told = CliRunner().invoke(hub, asked)
    assert (told.exit_code, told.output.partition(":")[0]) == (1, "STATUS_UNKNOWN")
    asked += ["--status-list", str(tmp_path / "list.txt")]
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    for name, forge in FORGERIES.items():
        (tmp_path / "a.txt").write_text(forge(one["sdJwt"], stranger))
        told = CliRunner().invoke(hub, asked)
        assert (told.exit_code, told.output.partition(":")[0] in ("ALTERED", "UNKNOWN_KEY")) == (1, True), (name, told.output)
        assert licence(1) not in told.output, "of what is forged nothing is shown"
    (tmp_path / "a.txt").write_text(one["sdJwt"])
    # A list of another key, and one of the day before yesterday, say nothing; one that is newer says that it is revoked.
    (tmp_path / "list.txt").write_text(resigned(str(listed), stranger, {"typ": "statuslist+jwt"}))
    assert CliRunner().invoke(hub, asked).output.startswith("STATUS_UNKNOWN")
    (tmp_path / "list.txt").write_text(resigned(str(listed), desk.keys.signer, {"typ": "statuslist+jwt"}, exp=int(time.time())))
    assert CliRunner().invoke(hub, asked).output.startswith("STATUS_UNKNOWN")
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    await desk.settle()
    (tmp_path / "list.txt").write_text(str(await desk.attestations.status_list(0)))
    told = CliRunner().invoke(hub, asked)
    assert (told.exit_code, told.output.partition(":")[0]) == (1, "REVOKED")
