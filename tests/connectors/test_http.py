"""The one maker of HTTP calls: deadlines, sizes, tries, recovery, and no secret in anything it says."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import secrets
import time
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connectors import mapping
from connectors.credentials import (
    ClientCredentials,
    GatewaySignature,
    PlatformSignature,
    gateway_headers,
    gateway_nonce,
    gateway_signed,
    signature,
)
from connectors.errors import BadRecord, ConnectorError, OperatorMustAct, RefusedForGood, TryAgain
from connectors.http import ConnectorLimits, Http, UpstreamAnswer
from hub.domain.calendar.moments import Clock
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS, RecordKind
from tests.conftest import NOW

BASE = "http://department.example/api"
SECRET = "s3cr3t-of-ours"
Handler = Callable[[httpx.Request], httpx.Response]


def http(handler: Handler, auth: httpx.Auth | None = None, base: str = BASE, **limits: Any) -> Http:
    given = {"seconds": 2.0, "attempts": 3, "first_wait": 0.001, **limits}
    return Http(base, auth=auth, limits=ConnectorLimits(**given), transport=httpx.MockTransport(handler))


def in_turn(*answers: httpx.Response) -> tuple[Handler, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1]

    return handle, asked


class Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces: Callable[[], Any]) -> None:
        self.pieces = pieces
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces():
            self.sent += len(piece)
            yield piece


async def test_a_busy_system_is_asked_again() -> None:
    handler, asked = in_turn(httpx.Response(503), httpx.Response(429), httpx.Response(200, json=[1]))
    assert (await http(handler).get("/x")).json() == [1]
    assert len(asked) == 3
    assert str(asked[0].url) == "http://department.example/api/x"


async def test_what_is_refused_for_good_is_asked_once() -> None:
    handler, asked = in_turn(httpx.Response(404))
    with pytest.raises(RefusedForGood, match="404"):
        await http(handler).get("/x")
    assert len(asked) == 1


async def test_a_call_that_is_not_repeatable_is_made_once() -> None:
    handler, asked = in_turn(httpx.Response(503))
    with pytest.raises(TryAgain):
        await http(handler).post("/x", json={})
    assert len(asked) == 1
    with pytest.raises(TryAgain):
        await http(handler).post("/x", repeatable=True, json={})
    assert len(asked) == 4


async def test_a_short_wait_that_the_system_asks_for_is_kept() -> None:
    handler, asked = in_turn(httpx.Response(429, headers={"Retry-After": "0.2"}), httpx.Response(200, json={}))
    began = time.monotonic()
    await http(handler).get("/x")
    assert time.monotonic() - began >= 0.2
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("60", 60),
        ("999999", 3600),
        ("Wed, 21 Oct 2093 07:28:00 GMT", 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("soon", None),
        ("nan", None),
    ],
)
async def test_a_long_wait_goes_up_with_the_error(told: str, kept: float | None) -> None:
    handler, asked = in_turn(httpx.Response(503, headers={"Retry-After": told}))
    with pytest.raises(TryAgain) as caught:
        await http(handler).get("/x")
    assert caught.value.retry_after == kept
    assert len(asked) == (1 if kept else 3)


async def test_a_wait_until_a_moment_is_counted_by_the_clock_of_the_system_that_says_it() -> None:
    said = {"Date": "Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2015 07:29:30 GMT"}
    handler, _ = in_turn(httpx.Response(503, headers=said))
    with pytest.raises(TryAgain) as caught:
        await http(handler).get("/x")
    assert caught.value.retry_after == 90


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.ConnectTimeout]
)
async def test_lost_connections_may_work_later(error: type[httpx.TransportError]) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error(f"to http://user:{SECRET}@host/")

    with pytest.raises(TryAgain) as caught:
        await http(handler=handle).get("/x", {"key": SECRET})
    assert SECRET not in repr(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("base", ["", "ftp://x", "department", "http://", "http://[", "http://x:port", "http://x:0"])
def test_an_address_that_is_none_is_for_the_operator(base: str) -> None:
    with pytest.raises(OperatorMustAct):
        Http(base)


@pytest.mark.parametrize(
    ("base", "path"),
    [
        (BASE, "http://elsewhere.example/"),
        (BASE, "//elsewhere.example/x"),
        (BASE, "https://department.example/x"),
        (BASE, "http://department.example:8080/x"),
        (BASE, "http://department.example@elsewhere.example/x"),
        (BASE, "http://department.example\\@elsewhere.example/x"),
        (BASE, "http://department.example%2eelsewhere.example/x"),
        (BASE, "http://department.example./x"),
        ("https://部门.example/api", "https://xn--ig4am2h.example.elsewhere.example/x"),
        ("https://department.example/api", "http://department.example/api/x"),
        ("https://department.example/api", "http://department.example:443/api/x"),
        ("https://department.example:8443/api", "https://department.example/api/x"),
    ],
)
async def test_no_other_origin_is_asked_nor_shown_our_credentials(base: str, path: str) -> None:
    handler, asked = in_turn(httpx.Response(200))
    with pytest.raises((RefusedForGood, OperatorMustAct)):
        await http(handler, GatewaySignature("hub", SECRET), base).get(path)
    assert asked == []


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://department.example/api", "https://department.example:443/api/x"),
        ("https://department.example:443/api", "https://department.example/api/x"),
        ("https://department.example/api", "HTTPS://Department.Example/api/x"),
        (BASE, "http://department.example:80/api/x"),
        ("https://部门.example/api", "https://xn--ig4am2h.example/api/x"),
        ("https://部门.example/api", "https://部门。example/api/x"),
        ("https://[2001:db8::1]/api", "https://[2001:DB8::1]:443/api/x"),
    ],
)
async def test_the_same_origin_spelled_otherwise_is_asked(base: str, path: str) -> None:
    handler, asked = in_turn(httpx.Response(200, json=[]))
    await http(handler, None, base).get(path)
    assert [request.url.path for request in asked] == ["/api/x"]


async def test_a_bomb_of_packed_zeros_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Pieces(lambda: [bomb]))

    with pytest.raises(RefusedForGood, match="larger than 1000000 bytes"):
        await http(handle, most_bytes=1_000_000).get("/x")


async def test_an_answer_without_end_is_cut_off_in_a_refusal_too() -> None:
    stream = Pieces(lambda: itertools.repeat(bytes(65_536)))

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(401, stream=stream)

    auth = ClientCredentials(Http(BASE, transport=httpx.MockTransport(_token)), "/token", "hub", SECRET)
    with pytest.raises(ConnectorError):
        await http(handle, auth, most_bytes=1_000_000, attempts=1).get("/x")
    assert stream.sent < 3_000_000


@pytest.mark.parametrize(
    ("packing", "body", "error"),
    [
        ("gzip", b"not packed", TryAgain),
        ("gzip", gzip.compress(b"[1]" * 1000, mtime=0)[:-12], TryAgain),
        ("br", b"x", RefusedForGood),
        ("gzip, gzip", b"x", RefusedForGood),
    ],
)
async def test_what_cannot_be_unpacked_is_told_so(packing: str, body: bytes, error: type[ConnectorError]) -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": packing}, stream=Pieces(lambda: [body]))

    with pytest.raises(error):
        await http(handle, attempts=1).get("/x")


@pytest.mark.parametrize(("packing", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)])
async def test_packed_answers_are_unpacked(packing: str, pack: Callable[[bytes], bytes]) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        body = pack(b"[1, 2]")
        return httpx.Response(200, headers={"Content-Encoding": packing}, stream=Pieces(lambda: [body[:3], body[3:]]))

    assert (await http(handle).get("/x")).json() == [1, 2]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaNs}', b"[" * 100_000])
def test_what_is_no_json_may_be_a_passing_fault(body: bytes) -> None:
    with pytest.raises(TryAgain):
        UpstreamAnswer({}, body).json()


def test_a_member_that_an_object_has_twice_is_told_whole_and_is_the_value_of_nothing() -> None:
    told = UpstreamAnswer({}, b'{"rows": [{"WH": "1", "NR": "a", "WH": "2", "X": {"a": 1, "a": 2, "b": 3}}]}').json()
    assert told == {"rows": [{"WH": ("1", "2"), "NR": "a", "X": {"a": (1, 2), "b": 3}}]}
    for codec in (mapping.TEXT, mapping.LIST, mapping.SEVERAL, mapping.DAY, mapping.WAN, mapping.FLAG, mapping.parts({})):
        with pytest.raises(BadRecord):
            codec.read(("1", "2"))


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "Infinity", "9" * 5000, "1e999"])
def test_a_number_that_is_none_costs_its_own_row(number: str) -> None:
    one, other = UpstreamAnswer({}, f'[{{"n": {number}}}, {{"n": 1}}]'.encode()).json()
    assert other == {"n": 1}
    for codec in (
        mapping.TEXT,
        mapping.WHOLE,
        mapping.DECIMAL,
        mapping.LIST,
        mapping.SEVERAL,
        mapping.DAY,
        mapping.WAN,
        mapping.FLAG,
    ):
        with pytest.raises((BadRecord, ArithmeticError, ValueError)):
            codec.read(one["n"])
    outline = {"type": "Point", "coordinates": [one["n"], 25]}
    _, problems = validate(KINDS[RecordKind.MINE].payload, {"boundary": outline}, NOW.date())
    assert "boundary" in {problem.path for problem in problems}


@pytest.mark.parametrize("cut", [1, 30, 47, 60])
async def test_an_answer_packed_in_several_members_is_read_whole(cut: int) -> None:
    body = gzip.compress(b"[1, ") + gzip.compress(b"2]") + b"\0" * 8

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Pieces(lambda: [body[:cut], body[cut:]]))

    assert (await http(handle).get("/x")).json() == [1, 2]


@pytest.mark.parametrize(
    ("stated", "characters"),
    [
        ("application/json", "utf-8"),
        ("application/json", "utf-16"),
        ("application/json; charset=UTF-8", "utf-8"),
        ("application/json;charset=GBK", "gbk"),
        ('text/json; charset="gb2312"', "gbk"),
        ("application/json; charset=GB18030", "gb18030"),
        ("application/json; charset=x-gbk", "gbk"),
        ("application/json; charset=CP936", "gbk"),
        ("application/json; charset=UTF-16LE", "utf-16-le"),
        ("application/json; charset=utf-16", "utf-16"),
    ],
)
def test_json_is_read_in_the_characters_that_it_says(stated: str, characters: str) -> None:
    body = '{"名称": "示例矿业"}'.encode(characters)
    assert UpstreamAnswer({"content-type": stated}, body).json() == {"名称": "示例矿业"}


@pytest.mark.parametrize(("charset", "characters"), [("UTF-16LE", "utf-16-le"), ("UTF-16BE", "utf-16-be"), ("GBK", "gb18030")])
def test_a_mark_before_json_is_none_of_its_characters(charset: str, characters: str) -> None:
    body = '\ufeff{"名称": "示例矿业"}'.encode(characters)
    assert UpstreamAnswer({"content-type": f"application/json; charset={charset}"}, body).json() == {"名称": "示例矿业"}


def test_characters_that_nobody_knows_are_refused_for_good() -> None:
    with pytest.raises(RefusedForGood, match="big5"):
        UpstreamAnswer({"content-type": "application/json; charset=Big5"}, b"{}").json()


@pytest.mark.parametrize("characters", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gbk", "gb18030"])
def test_json_that_does_not_say_its_characters_is_read_in_what_they_are(characters: str) -> None:
    told = {"名称": "示例矿业有限公司"}
    body = json.dumps(told, ensure_ascii=False).encode(characters)
    assert UpstreamAnswer({"content-type": "application/json"}, body).json() == told


def test_json_in_other_characters_than_it_says_is_refused_and_not_asked_for_again() -> None:
    body = '{"名称": "示例矿业有限公司"}'.encode("gbk")
    with pytest.raises(RefusedForGood, match="utf-8"):
        UpstreamAnswer({"content-type": "application/json; charset=utf-8"}, body).json()


def test_json_with_damaged_characters_is_not_read_as_others() -> None:
    whole = '{"名称": "示例矿业有限公司"}'.encode()
    for place, byte in enumerate(whole):
        if byte >= 0x80:
            with pytest.raises((RefusedForGood, TryAgain)):
                UpstreamAnswer({"content-type": "application/json"}, whole[:place] + whole[place + 1 :]).json()
    with pytest.raises(RefusedForGood):
        UpstreamAnswer({"content-type": "application/json"}, b"\xff").json()


def test_a_page_in_other_characters_that_is_no_json_may_pass() -> None:
    with pytest.raises(TryAgain):
        UpstreamAnswer({"content-type": "text/html"}, "<html>系统维护中</html>".encode("gbk")).json()


@pytest.mark.parametrize("head", ["", "GBK", "gb2312", "GB18030"])
@pytest.mark.parametrize("stated", ["text/xml", "text/xml; charset=GBK", "text/xml;charset=gb2312"])
def test_xml_is_read_in_the_characters_that_it_says_or_was_said_to_be_in(head: str, stated: str) -> None:
    """What is called GB 2312 has names in it that only GBK has."""
    declared = f'<?xml version="1.0" encoding="{head}"?>' if head else '<?xml version="1.0"?>'
    body = f"\r\n{declared}<a>示例镕堃矿业有限公司</a>".encode("gbk")
    assert UpstreamAnswer({"content-type": stated}, body).xml().text == "示例镕堃矿业有限公司"


@pytest.mark.parametrize(
    ("head", "stated", "characters"),
    [
        ("GBK", "utf-8", "gbk"),
        ("UTF-8", "GBK", "gbk"),
        ("GBK", "utf-8", "utf-8"),
        ("UTF-8", "gb2312", "utf-8"),
        ("", "", "utf-8-sig"),
        ("", "utf-16", "utf-16-le"),
        ("", "utf-16", "utf-16"),
        ("", "utf-16le", "utf-8"),
        ("", "", "utf-16-be"),
        ("Big5", "", "big5"),
    ],
)
def test_xml_of_which_two_things_are_said_is_read_in_what_it_is(head: str, stated: str, characters: str) -> None:
    declared = f'<?xml version="1.0" encoding="{head}"?>' if head else ""
    body = f"{declared}<a>示例有限公司</a>".encode(characters)
    assert UpstreamAnswer({"content-type": f"text/xml; charset={stated}"}, body).xml().text == "示例有限公司"


def test_xml_in_other_characters_than_it_says_is_refused_and_not_asked_for_again() -> None:
    body = "<a>示例矿业有限公司</a>".encode("gbk")
    with pytest.raises(RefusedForGood, match="utf-8"):
        UpstreamAnswer({"content-type": "text/xml; charset=utf-8"}, body).xml()
    damaged = "<a>示例矿业有限公司</a>".encode()
    with pytest.raises(RefusedForGood, match="damaged"):
        UpstreamAnswer({"content-type": "text/xml"}, damaged[:4] + damaged[5:]).xml()


def test_a_document_type_is_refused() -> None:
    with pytest.raises(RefusedForGood):
        UpstreamAnswer({}, b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>').xml()
    assert UpstreamAnswer({}, b"<a>b</a>").xml().text == "b"


def test_an_answer_does_not_show_its_body() -> None:
    assert SECRET not in repr(UpstreamAnswer({}, SECRET.encode()))


def _token(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})


async def test_a_token_is_kept_and_fetched_anew_when_it_is_refused() -> None:
    given = itertools.count(1)
    fetched: list[int] = []

    def token(request: httpx.Request) -> httpx.Response:
        fetched.append(next(given))
        return httpx.Response(200, json={"access_token": f"t{fetched[-1]}", "expires_in": 3600})

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if request.headers["authorization"] == "Bearer t2" else 401, json={})

    auth = ClientCredentials(Http(BASE, transport=httpx.MockTransport(token)), "/token", "hub", SECRET)
    asking = http(handle, auth)
    await asking.get("/x")
    await asking.get("/x")
    assert fetched == [1, 2]


@pytest.mark.parametrize("answer", [httpx.Response(200, json={}), httpx.Response(200, text="x"), httpx.Response(200, json=[])])
async def test_a_token_endpoint_that_answers_nonsense_may_work_later(answer: httpx.Response) -> None:
    handler, _ = in_turn(answer)
    auth = ClientCredentials(Http(BASE, transport=httpx.MockTransport(handler)), "/token", "hub", SECRET)
    with pytest.raises(TryAgain):
        await http(lambda _: httpx.Response(200), auth, attempts=1).get("/x")


async def test_the_platform_is_told_who_asks_for_what_and_when() -> None:
    handler, asked = in_turn(httpx.Response(200))
    await http(handler, PlatformSignature("rid", "sid", SECRET, lambda: NOW)).get("/x")
    told = asked[0].headers
    assert told["gjgxjhpt_rtime"] == str(int(NOW.timestamp() * 1000))
    assert (told["gjgxjhpt_rid"], told["gjgxjhpt_sid"]) == ("rid", "sid")
    assert told["gjgxjhpt_sign"] == signature(SECRET, "sid", "rid", told["gjgxjhpt_rtime"])
    assert SECRET not in str(told)


async def test_the_gateway_checks_what_we_sign() -> None:
    handler, asked = in_turn(httpx.Response(200), httpx.Response(200))
    await http(handler, GatewaySignature("hub", SECRET)).get("/x")
    await http(handler, GatewaySignature("hub", SECRET, lambda: NOW)).get("/x")
    assert gateway_signed(asked[0].headers, "hub", SECRET)
    assert gateway_signed(asked[1].headers, "hub", SECRET, clock=lambda: NOW)
    assert not gateway_signed(asked[1].headers, "hub", SECRET)
    assert not gateway_signed(asked[0].headers, "hub", "another")
    assert not gateway_signed({}, "hub", SECRET)


@pytest.mark.parametrize("length", [1, 32, 64])
def test_a_signature_is_of_one_nonce_and_one_body(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts stand in a row: what is signed with a body ends in its digest, and so might the nonce of a message without."""
    monkeypatch.setattr(secrets, "token_hex", lambda _: "n" * length)
    headers = {name.lower(): value for name, value in gateway_headers("hub", SECRET, b"body").items()}
    assert gateway_signed(headers, "hub", SECRET, b"body")
    digest = hashlib.sha256(b"body").hexdigest()
    joined = headers | {"x-nonce": headers["x-nonce"] + digest}
    assert headers["x-signature"] == signature(SECRET, "hub", headers["x-timestamp"], joined["x-nonce"])
    assert not gateway_signed(joined, "hub", SECRET)
    assert gateway_nonce(headers | {"x-nonce": "n" * 65}, "hub") is None


@pytest.mark.parametrize("side", [-1, 1])
def test_a_signature_is_good_for_ten_minutes_before_and_after_by_the_clock_that_is_given(side: int) -> None:
    def clock(seconds: float) -> Clock:
        return lambda: NOW + side * timedelta(seconds=seconds)

    signed = gateway_headers("hub", SECRET, b"body", clock(0))
    headers = {name.lower(): value for name, value in signed.items()}
    assert gateway_signed(headers, "hub", SECRET, b"body", clock(600))
    assert not gateway_signed(headers, "hub", SECRET, b"body", clock(600.001))
    assert not gateway_signed(headers, "hub", SECRET, b"body")


async def test_a_secret_that_no_header_can_carry_is_for_the_operator() -> None:
    class Key(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["X-API-Key"] = "\udcff"
            yield request

    handler, _ = in_turn(httpx.Response(200))
    with pytest.raises(OperatorMustAct) as caught:
        await http(handler, Key()).get("/x")
    assert "\udcff" not in repr(caught.value)
