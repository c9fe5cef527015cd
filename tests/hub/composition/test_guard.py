"""What no door answered is answered once, told once, and without what it says."""

from __future__ import annotations

import logging

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from hub.composition.guard import Guard
from hub.domain.words.errors import ErrorCode, HubError


async def answer(error: Exception) -> httpx.Response:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(Guard(app)), base_url="http://hub") as client:
        return await client.get("/")


@pytest.mark.parametrize("code", [ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED])
async def test_what_can_be_tried_again_is_503(code: ErrorCode, caplog: pytest.LogCaptureFixture) -> None:
    told = await answer(HubError(code))
    assert (told.status_code, told.json()["errors"][0]["extensions"]["code"]) == (503, code)
    assert told.headers["connection"] == "close"
    assert told.headers.get("retry-after") == ("1" if code is ErrorCode.UNAVAILABLE else None)
    assert not [record for record in caplog.records if record.name == "hub"]


async def test_whatever_else_is_500_and_its_trace_holds_no_message(caplog: pytest.LogCaptureFixture) -> None:
    try:
        try:
            raise ValueError("示例密语")
        except ValueError as cause:
            raise RuntimeError("示例密语") from cause
    except RuntimeError as error:
        told = await answer(error)
    assert (told.status_code, told.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")
    assert told.headers["connection"] == "close"
    [record] = [record for record in caplog.records if record.name == "hub"]
    line = logging.Formatter().format(record)
    assert "示例密语" not in line
    assert line.startswith("unexpected: RuntimeError\n")
    assert "\nfrom\nValueError\n" in line
    assert f"{__file__}:" in line
