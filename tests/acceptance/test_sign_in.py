"""People sign in at a provider over real HTTP, use the graph with their session, and sign out everywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from auth.demo_persons import DemoPersons
from auth.persons import Person
from auth.principals import PROVEN, BankOffice, Role
from hub.app import create_app
from hub.composition.hub import Hub
from hub.demo import free_port, serving
from hub.domain.words.departments import Department
from hub.services.access.revocations import REVOCATION_SECONDS
from hub.settings import Settings
from tests.acceptance.browsing import Browser
from tests.acceptance.conftest import Client, a_client, signing_in
from tests.acceptance.provider import Provider
from tests.acceptance.sockets import PATIENCE_SECONDS, opened
from tests.acceptance.test_event_stream import EVENTS, PARTS
from tests.attacks.wire import request
from tests.makers import OPERATOR, licence

MINES = "{ mines { totalCount } }"


async def test_an_official_signs_in_asks_the_graph_and_signs_out(provider: Provider, database_url: str, tmp_path: Path) -> None:
    async with a_client(database_url, tmp_path, **signing_in(provider, tmp_path)) as client, client.browser() as browser:
        assert (await browser.ask(MINES)).status_code == 401
        arrived = await browser.sign_in("/me?x=1")
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/me?x=1")
        assert (await browser.ask(MINES)).json()["data"] == {"mines": {"totalCount": 3}}
        told = (await browser.get("/me", accept="application/json")).json()
        assert {told[name] for name in ("role", "department", "division")} == {"DEPARTMENT", "ECOLOGY", "530100"}
        assert told["name"] == provider.person["name"]
        assert told["clientId"].startswith("person:")
        assert {"opinion", "penalty", "pollutant_permit"} <= set(told["posts"])
        assert "mine" not in told["posts"]
        assert {f"{kind}:post" for kind in told["posts"]} | {"read"} == set(told["scopes"])
        assert told["purposes"] == []
        (row,) = await client.hub.sessions.list()
        assert row.client_id == told["clientId"]
        left = await browser.sign_out()
        assert left.status_code == 303
        assert left.headers["location"].startswith(f"{provider.issuer}/logout?client_id=")
        assert browser.secret is None
        assert (await browser.ask(MINES)).status_code == 401
        assert await client.hub.sessions.list() == []
        back = await browser.http.get(left.headers["location"])
        assert back.headers["location"] == f"{client.address}/me"


async def test_the_page_says_who_is_signed_in_in_plain_html(hall: Client, provider: Provider) -> None:
    provider.person["name"] = "<script>alert(1)</script>&"
    async with hall.browser() as browser:
        await browser.sign_in()
        page = await browser.get("/me")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        root = html.document_fromstring(page.content)
        assert root.get("lang") == "zh-CN"
        assert [heading.text for heading in root.iter("h1")] == ["当前登录 "]
        assert [button.get("formaction") for button in root.iter("button")] == [None, "/sign-out?everywhere=1"]
        assert [(form.get("method"), form.get("action")) for form in root.iter("form")] == [("post", "/sign-out")]
        assert list(root.iter("script")) == []
        for said in ("&lt;script&gt;", "生态环境主管部门", "昆明市 530100", "政府部门"):
            assert said in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert f"form-action 'self' {provider.issuer};" in policy
        assert "unsafe" not in policy
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "no-store"


async def test_who_is_not_signed_in_is_told_how(hall: Client) -> None:
    async with hall.browser() as browser:
        page = await browser.get("/me")
        assert page.status_code == 401
        assert "请先登录" in page.text
        assert 'href="/sign-in"' in page.text
        told = await browser.get("/me", accept="application/json")
        assert (told.status_code, told.json()["error"]) == (401, "UNAUTHENTICATED")


async def test_a_page_that_is_left_while_it_asks_has_sent_nothing_wrong(hall: Client) -> None:
    """A browser drops what it asked when its page is left, often before that was read: it stands on nobody's desk."""
    body = json.dumps({"query": MINES}).encode()
    # What breaks off in the middle does, where its sender finds it.
    for person, cut in (("person:1", None), ("person:2", -3)):
        secret = await hall.hub.sessions.start(Person(replace(OPERATOR, client_id=person), "示例"))
        says = {"content-type": "application/json", "cookie": f"hub-session={secret}", "origin": hall.address}
        for _ in range(5):
            _, writer = await asyncio.open_connection("127.0.0.1", hall.hub.settings.port)
            writer.write(request("/graphql", says, body)[:cut])
            # The session is still looked up when it has gone.
            writer.close()
            await writer.wait_closed()
    operator, found = await hall.token(Role.OPERATOR), list[Any]()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not found:
            answer = await hall.ask(operator, "{ rejections { nodes { clientId problems } } }")
            found = answer.json()["data"]["rejections"]["nodes"]
    assert [(one["clientId"], one["problems"][0]["code"]) for one in found] == [("person:2", "MALFORMED_REQUEST")]


async def test_over_tls_cookies_are_of_this_host_alone(provider: Provider, sqlite_url: str, tmp_path: Path) -> None:
    settings = signing_in(provider, tmp_path) | {"issuer": "https://hub.example"}
    async with a_client(sqlite_url, tmp_path, **settings) as client:
        sent = await client.http.get("/sign-in", headers={"host": "hub.example"})
        (cookie,) = sent.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-hub-sign-in=")
        assert cookie.endswith("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure")


@pytest.mark.parametrize(
    "roles",
    [
        None,
        [],
        "",
        ["offline_access"],
        ["DEPARTMENT:ECOLOGY"],
        ["DEPARTMENT:ECOLOY:530100"],
        ["DEPARTMENT:ECOLOGY:999999"],
        ["OPERATOR:530000"],
        ["OPERATOR", "BANK"],
        {"OPERATOR": True},
        ["operator"],
    ],
    ids=repr,
)
async def test_who_has_no_clear_role_gets_a_clear_page_and_no_session(hall: Client, provider: Provider, roles: object) -> None:
    provider.person["roles"] = roles
    async with hall.browser() as browser:
        refused = await browser.sign_in()
        assert refused.status_code == 403
        assert "该账号未被授予本系统的角色" in refused.text
        assert browser.secret is None
    assert await hall.hub.sessions.list() == []


async def test_a_bank_officer_names_a_purpose_like_any_bank(hall: Client, provider: Provider) -> None:
    provider.person["roles"] = "BANK"
    async with hall.browser() as browser:
        await browser.sign_in()
        told = (await browser.get("/me", accept="application/json")).json()
        assert (told["posts"], "PRE_LOAN_REVIEW" in told["purposes"]) == ([], True)
        assert (await browser.ask(MINES)).json()["errors"][0]["extensions"]["code"] == "PURPOSE_REQUIRED"
        asked = await browser.ask(MINES, **{"hub-purpose": "PRE_LOAN_REVIEW"})
        assert asked.json()["data"] == {"mines": {"totalCount": 3}}


async def test_persons_of_a_bank_work_at_what_is_their_banks_each_in_its_office(hall: Client, provider: Provider) -> None:
    bank, token = await hall.registered(Role.BANK)
    _, stranger = await hall.registered(Role.BANK)
    why = {"hub-purpose": "PRE_LOAN_REVIEW; ref=2026-17"}
    check = f'{{ loanCheck(licenceNo: "{licence(1)}") {{ id askedBy }} }}'

    async def said(browser: Browser, query: str) -> Any:
        told = (await browser.ask(query, **why)).json()
        return told["errors"][0]["extensions"]["code"] if "errors" in told else told["data"]

    async with hall.browser() as officer, hall.browser() as auditor, hall.browser() as manager:
        provider.person["roles"] = [f"BANK:{bank}:OFFICER"]
        await officer.sign_in()
        me = (await officer.get("/me", accept="application/json")).json()
        assert (me["bank"], me["office"]) == (bank, "OFFICER")
        made = (await said(officer, check))["loanCheck"]
        assert made["askedBy"] == me["clientId"]
        provider.person |= {"sub": "auditor", "roles": [f"BANK:{bank}:AUDITOR"]}
        await auditor.sign_in()
        assert "审计员" in (await auditor.get("/me")).text
        again = f'{{ loanCheckMade(id: "{made["id"]}") {{ id askedBy }} }}'
        assert await said(auditor, again) == {"loanCheckMade": made}
        assert await said(auditor, check) == await said(auditor, "{ portfolios { id } }") == "FORBIDDEN"
        assert (await hall.ask(token, again)).json()["data"] == {"loanCheckMade": made}
        assert (await hall.ask(stranger, again)).json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        await hall.hub.reads.write()
        reads = (await said(auditor, "{ mineReads { nodes { clientId asked reference } } }"))["mineReads"]["nodes"]
        assert {"clientId": me["clientId"], "asked": "loan_check", "reference": "2026-17"} in reads
        provider.person |= {"sub": "manager", "roles": [f"BANK:{bank}:PORTFOLIO_MANAGER"]}
        await manager.sign_in()
        door, file = f"{hall.address}/portfolios?name=公司部", f"采矿许可证号\n{licence(1)}\n".encode()
        here, elsewhere = ({"content-type": "text/csv", "origin": one} for one in (hall.address, "https://evil.example"))
        for browser, headers, status in ((officer, here, 403), (manager, elsewhere, 403), (manager, here, 200)):
            assert (await browser.http.post(door, content=file, headers=headers)).status_code == status
        assert [one["name"] for one in (await said(officer, "{ portfolios { name } }"))["portfolios"]] == ["公司部"]
        assert (await hall.ask(stranger, "{ portfolios { name } }")).json()["data"] == {"portfolios": []}


async def test_what_a_person_of_a_bank_has_open_ends_with_the_person_and_with_the_bank(
    hall: Client, provider: Provider
) -> None:
    bank, _ = await hall.registered(Role.BANK)
    provider.person["roles"] = [f"BANK:{bank}:OFFICER"]
    follow = {"query": "subscription { recordPosted { position } }"}
    headers = {"origin": hall.address, "hub-purpose": "POST_LOAN_MONITORING"}
    async with hall.browser() as officer:
        for is_bank in (False, True):
            await officer.sign_in()
            me = (await officer.get("/me", accept="application/json")).json()["clientId"]
            cookie = {"Origin": hall.address, "Cookie": f"hub-session={officer.secret}", "Hub-Purpose": "POST_LOAN_MONITORING"}
            async with AsyncExitStack() as stack:
                streams = [
                    await stack.enter_async_context(
                        officer.http.stream(
                            "POST", f"{hall.address}/graphql", json=follow, headers=headers | {"accept": accept}
                        )
                    )
                    for accept in (EVENTS, PARTS)
                ]
                socket = await stack.enter_async_context(opened(hall, **cookie))
                await socket.init()
                await (hall.hub.clients.revoke(bank) if is_bank else hall.hub.sessions.end_named(me))
                async with asyncio.timeout(REVOCATION_SECONDS + 1):
                    for stream in streams:
                        assert stream.status_code == 200
                        with pytest.raises(httpx.RemoteProtocolError):
                            await stream.aread()
                    assert await socket.closed() == (4403, "Forbidden")
            assert (await officer.ask(MINES)).status_code == 401


async def test_a_token_goes_before_the_session(hall: Client, provider: Provider) -> None:
    operator = await hall.token(Role.OPERATOR)
    provider.person["roles"] = ["DEPARTMENT:ECOLOGY:530300"]
    async with hall.browser() as browser:
        await browser.sign_in()
        assert (await browser.ask(MINES)).json()["data"]["mines"] == {"totalCount": 0}
        by_token = await browser.ask(MINES, authorization=f"Bearer {operator}")
        assert by_token.json()["data"]["mines"] == {"totalCount": 3}
        assert (await browser.ask(MINES, authorization="Bearer x")).status_code == 401


async def test_without_a_provider_there_is_nothing_to_sign_in_at(door: Client) -> None:
    for path in ("/me", "/sign-in", "/sign-in/callback", "/sign-in/demo?code=x", "/sign-out"):
        assert (await door.http.get(path)).status_code == 404
    assert (await door.http.post("/sign-out")).status_code == 404


async def test_signing_out_ends_what_every_tab_and_browser_has_open(hall: Client) -> None:
    follow = {"query": "subscription { recordPosted { position } }"}
    async with hall.browser() as one, hall.browser() as other, hall.browser() as third:
        for browser in (one, other, third):
            await browser.sign_in()
        headers = {"origin": hall.address, "accept": "text/event-stream"}

        async def cuts(browser: Browser, **sent: str) -> None:
            """A stream that the other browser, or tab, has open is cut: who asks again is told why."""
            async with (
                asyncio.timeout(PATIENCE_SECONDS),
                other.http.stream("POST", f"{hall.address}/graphql", json=follow, headers=headers) as stream,
            ):
                assert stream.status_code == 200
                await browser.http.post(f"{hall.address}/sign-out", params=sent, headers={"origin": hall.address})
                with pytest.raises(httpx.RemoteProtocolError):
                    await stream.aread()
            assert (await other.ask(MINES)).status_code == 401

        await cuts(one, everywhere="1")
        assert (await third.ask(MINES)).status_code == 401
        await other.sign_in()
        await third.sign_in()
        await cuts(other)
        assert (await third.ask(MINES)).status_code == 200


async def test_while_the_provider_is_down_nobody_signs_in_and_who_has_stays(hall: Client, provider: Provider) -> None:
    async with hall.browser() as here, hall.browser() as there:
        await here.sign_in()
        back = await there.begin()
        provider.down = True
        assert (await there.http.get(back)).status_code == 503
        assert (await here.ask(MINES)).status_code == 200


@pytest.fixture
async def two_hubs(provider: Provider, database_url: str, tmp_path: Path) -> AsyncIterator[list[Hub]]:
    """Two processes' worth of hub over one database."""
    async with AsyncExitStack() as stack:
        hubs = []
        for _ in range(2):
            settings = Settings(
                database_url=database_url,
                key_file=str(tmp_path / "keys.json"),
                port=free_port(0),
                **signing_in(provider, tmp_path),
            )
            hub = Hub.make(settings)
            await stack.enter_async_context(serving(create_app(hub), "127.0.0.1", settings.port))
            hubs.append(hub)
        yield hubs


async def test_what_one_process_begins_another_finishes_and_ends_everywhere(two_hubs: list[Hub]) -> None:
    first, second = (hub.settings.public_address for hub in two_hubs)
    async with Browser(first) as browser:
        back = (await browser.begin()).replace(first, second)
        # The provider was told the first's address; over one public address there is no other.
        assert (await browser.http.get(back)).status_code == 400
        arrived = await browser.sign_in()
        assert arrived.status_code == 303
        assert browser.secret is not None
        stolen = httpx.Cookies({"hub-session": browser.secret})
        async with httpx.AsyncClient(base_url=second, cookies=stolen, trust_env=False) as other:

            async def ask() -> int:
                answer = await other.post("/graphql", json={"query": MINES}, headers={"origin": second})
                return answer.status_code

            assert await ask() == 200
            session = await two_hubs[0].sessions.find(browser.secret)
            assert session is not None
            await browser.sign_out()
            assert await ask() == 401
            await two_hubs[1].revocations.look()
            assert not await two_hubs[1].revocations.is_good(session.access)


@pytest.fixture
async def demo(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[str, DemoPersons]]:
    """The address of a hub with the demo's persons, and the way in to them."""
    settings = Settings(database_url=sqlite_url, key_file=str(tmp_path / "keys.json"), port=free_port(0))
    persons, hub = DemoPersons(), Hub.make(settings)
    bank, _ = await hub.clients.add("示例银行", Role.BANK, None)
    persons.work_at(bank)
    async with serving(create_app(hub, demo=persons), "127.0.0.1", settings.port):
        yield settings.public_address, persons


async def test_at_the_demos_page_one_signs_in_as_anybody(demo: tuple[str, DemoPersons]) -> None:
    address, persons = demo
    async with Browser(address) as browser:
        root = html.document_fromstring((await browser.get(persons.path)).content)
        [form] = root.iter("form")
        assert (form.get("method"), form.get("action")) == ("post", "/sign-in/demo")
        words = [button.get("value") or "" for button in root.iter("button")]
        hidden = {one.get("name") or "": one.get("value") or "" for one in root.iter("input")}
        assert len(words) == len(Department) + len(PROVEN) - 1 + 4 + len(BankOffice)
        for word in words:
            arrived = await browser.choose(word, **hidden)
            assert (arrived.status_code, arrived.headers["location"]) == (303, "/")
            told = (await browser.get("/me", accept="application/json")).json()
            assert word.startswith((told["department"] or told["role"]).lower())
            assert word.endswith(told["division"]) == (told["division"] != "530000")
            assert word.endswith((told["office"] or "").lower())
        await browser.choose("operator", **hidden)
        assert (await browser.ask(MINES)).status_code == 200
        assert (await browser.sign_out()).headers["location"] == "/me"
        assert (await browser.ask(MINES)).status_code == 401
        assert (await browser.get("/sign-in")).status_code == 404


async def test_the_demos_page_is_opened_by_its_code_and_chosen_on_the_page_itself(demo: tuple[str, DemoPersons]) -> None:
    address, persons = demo
    async with Browser(address) as browser:
        for path in ("/sign-in/demo", "/sign-in/demo?code=None", "/sign-in/demo?code=" + "x" * 43, "/sign-in/demo?code=%ff"):
            assert (await browser.get(path)).status_code == 400, path
        code = persons.code
        assert (await browser.choose("operator", code="x" * 43)).status_code == 400
        assert (await browser.choose("nobody", code=code)).status_code == 400
        assert (await browser.choose("operator", code=code, origin="https://evil.example")).status_code == 403
        assert (await browser.choose("operator", code=code, origin="")).status_code == 403
        assert (await browser.choose("operator", code=code, padding="x" * 3000)).status_code == 400
        assert browser.secret is None
        back = await browser.choose("bank", code=code, **{"return": "//evil.example"})
        assert back.headers["location"] == "/"
        assert (await browser.choose("bank", code=code, **{"return": "/mines?x=1"})).headers["location"] == "/mines?x=1"


def test_the_demos_persons_come_from_this_machine_alone() -> None:
    persons = DemoPersons()
    assert persons.opens(persons.code, "::1")
    assert not persons.opens(persons.code, "192.0.2.1")
    assert not persons.opens(persons.code, "")
    assert persons.chosen(f"person=bank&code={persons.code}".encode(), "192.0.2.1") is None
    assert persons.chosen(f"person=bank&person=operator&code={persons.code}".encode(), "127.0.0.1") is None
