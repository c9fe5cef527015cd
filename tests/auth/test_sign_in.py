"""Signing in, edge by edge: how long a person may take, how many come at once, and what a provider's answer must say."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import pytest

from auth.errors import UnansweredError
from auth.principals import Role
from auth.sign_in import Registration, local_path
from hub.domain.words.errors import ErrorCode, HubError
from tests.auth.forging import NOW
from tests.auth.signing_in import CLIENT, FORGED, HUB, ISSUER, SECRET, Door, Held

FAILED, LIMITED, AWAY = ErrorCode.SIGN_IN_FAILED, ErrorCode.RATE_LIMITED, ErrorCode.UNAVAILABLE


@pytest.fixture
def door() -> Door:
    return Door()


async def refused(door: Door, why: ErrorCode = FAILED, *, address: str = "", **more: str | None) -> None:
    query, kept = await door.returned(**more)
    with pytest.raises(HubError) as caught:
        await door.finish(query, kept, address)
    assert caught.value.code is why


async def passes(door: Door, *, address: str = "", **more: str | None) -> None:
    query, kept = await door.returned(**more)
    person, back = await door.finish(query, kept, address)
    assert (person.principal.role, back) == (Role.OPERATOR, "/mines")


async def tried(door: Door, *, is_good: bool, **more: Any) -> None:
    await (passes(door, **more) if is_good else refused(door, **more))


async def test_the_provider_is_asked_by_code_with_a_challenge_that_only_the_hub_can_meet(door: Door) -> None:
    asked, kept = await door.begin()
    derived = {name: asked.pop(name) for name in ("state", "nonce", "code_challenge")}
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": f"{HUB}/sign-in/callback",
        "scope": "openid profile",
        "code_challenge_method": "S256",
    }
    assert len(set(derived.values())) == 3
    door.site.nonces["1"] = derived["nonce"]
    await door.finish({"state": derived["state"], "code": "1"}, kept)
    [form] = door.site.forms
    verifier = form.pop("code_verifier")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert digest == derived["code_challenge"]
    assert form == {"grant_type": "authorization_code", "redirect_uri": f"{HUB}/sign-in/callback", "code": "1"}


@pytest.mark.parametrize(("seconds", "is_in_time"), [(-1, False), (0, True), (599, True), (600, False)])
async def test_a_person_has_ten_minutes(door: Door, seconds: int, is_in_time: bool) -> None:
    query, kept = await door.returned()
    door.now.at += seconds
    if is_in_time:
        await door.finish(query, kept)
        # A state that was used is known as long as it could come again.
        assert door.register.used == {("sign-in", query["state"]): NOW + 600}
        return
    with pytest.raises(HubError):
        await door.finish(query, kept)
    assert door.site.forms == []


async def test_what_the_browser_kept_is_the_hubs_own_word_for_word(door: Door) -> None:
    query, kept = await door.returned()
    made, seed, back, seal = kept.split(".")
    others = (await door.begin("/me"))[1].split(".")
    for forged in (
        None,
        "",
        f"{int(made, 16) + 1:08x}.{seed}.{back}.{seal}",
        f"{made}.{others[1]}.{back}.{seal}",
        f"{made}.{seed}.{others[2]}.{seal}",
        f"{made}.{seed}.{back}.{others[3]}",
        f"{kept}.",
    ):
        with pytest.raises(HubError):
            await door.finish(query, forged)
    assert (door.site.forms, door.register.used) == ([], {})
    assert (await door.finish(query, kept))[1] == "/mines"


async def test_four_from_one_address_and_twenty_in_all_are_answered_at_once(door: Door) -> None:
    async def held(address: str) -> tuple[asyncio.Event, asyncio.Task[Any]]:
        query, kept = await door.returned()
        code = door.site.held[query["code"]] = Held()
        task = asyncio.create_task(door.finish(query, kept, address))
        await code.came.wait()
        return code.may_go, task

    waiting = [await held("a") for _ in range(4)]
    await refused(door, AWAY, address="a")
    # One of them is answered, and leaves its place to one.
    waiting[0][0].set()
    await waiting[0][1]
    waiting[0] = await held("a")
    await refused(door, AWAY, address="a")
    for address in "bcde":
        waiting += [await held(address) for _ in range(3)]
    waiting += [await held(address) for address in "bcd"]
    # The twentieth is let in, and not one more.
    await passes(door, address="f")
    waiting.append(await held("e"))
    await refused(door, AWAY, address="f")
    for gate, _ in waiting:
        gate.set()
    await asyncio.gather(*(task for _, task in waiting))
    await passes(door, address="a")


async def test_who_comes_to_nothing_again_and_again_is_told_to_wait_and_others_are_not(door: Door) -> None:
    # What costs the provider nothing is not counted.
    for _ in range(20):
        await refused(door, address="a", state="x")
    for _ in range(11):
        await refused(door, address="a", code=FORGED)
    asked = len(door.site.forms)
    await refused(door, LIMITED, address="a")
    assert len(door.site.forms) == asked
    await passes(door, address="b")
    door.ticks.at += 60
    await passes(door, address="a")
    door.site.fault = UnansweredError("down")
    for _ in range(11):
        await refused(door, AWAY, address="c")
    await refused(door, LIMITED, address="c")


async def test_two_hundred_from_wherever_they_come_are_enough(door: Door) -> None:
    for number in range(201):
        await refused(door, address=f"{number}", code=FORGED)
    await refused(door, LIMITED, address="another")


async def test_few_who_go_on_shut_out_nobody_who_comes_for_the_first_time(door: Door) -> None:
    """From twenty-one addresses come as many failures as all together have; a person comes from another."""
    for number in range(11):
        for stranger in range(21):
            query, kept = await door.returned(code=FORGED)
            with pytest.raises(HubError) as caught:
                await door.finish(query, kept, f"{stranger}")
            assert caught.value.code is (LIMITED if 1 + (number - 1) * 21 + stranger > 201 else FAILED)
    asked = len(door.site.forms)
    await refused(door, LIMITED, address="1")
    assert len(door.site.forms) == asked == 21 + 201
    await passes(door, address="another")


@pytest.mark.parametrize(("length", "is_one"), [(1, True), (4096, True), (4097, False)])
async def test_a_code_has_a_length(door: Door, length: int, is_one: bool) -> None:
    await tried(door, is_good=is_one, code="c" * length)
    assert len(door.site.forms) == is_one


@pytest.mark.parametrize("more", [{"code": None}, {"code": ""}, {"error": "access_denied"}, {"error": ""}, {"state": None}])
async def test_without_a_code_and_the_browsers_state_nothing_is_asked(door: Door, more: dict[str, str | None]) -> None:
    query, kept = await door.returned()
    query = {name: value for name, value in (query | more).items() if value is not None}
    with pytest.raises(HubError):
        await door.finish(query, kept)
    assert door.site.forms == []


async def test_a_parameter_that_is_repeated_is_none(door: Door) -> None:
    query, kept = await door.returned()
    with pytest.raises(HubError):
        await door.sign_in.finish(kept, [("code", "x"), *query.items()])
    assert door.site.forms == []


@pytest.mark.parametrize(
    ("says", "named", "is_ours"),
    [
        (None, None, True),
        (None, ISSUER, True),
        (None, "https://evil.example", False),
        (False, None, True),
        (True, None, False),
        (True, ISSUER, True),
        ("true", None, True),
    ],
)
async def test_an_answer_that_names_its_provider_or_should_is_this_ones(
    door: Door, says: Any, named: str | None, is_ours: bool
) -> None:
    door.site.says["authorization_response_iss_parameter_supported"] = says
    await tried(door, is_good=is_ours, iss=named)


@pytest.mark.parametrize(
    ("answers", "is_good"),
    [
        ({"access_token": None}, True),
        ({"access_token": 7}, False),
        ({"id_token": None}, False),
        ({"id_token": 7}, False),
        ({"access_token": None, "id_token": None}, False),
    ],
)
async def test_for_a_code_comes_an_id_token(door: Door, answers: dict[str, Any], is_good: bool) -> None:
    door.site.answers = answers
    await tried(door, is_good=is_good)


@pytest.mark.parametrize(
    ("claims", "is_good"),
    [
        ({"iat": NOW - 600}, True),
        ({"iat": NOW - 601}, False),
        ({"sub": ""}, False),
        ({"iss": "https://evil.example"}, False),
        ({"aud": "another"}, False),
        ({"aud": None}, False),
        ({"aud": [CLIENT]}, True),
        ({"exp": True}, False),
        ({"exp": None}, False),
        ({"nonce": "another"}, False),
    ],
    ids=repr,
)
async def test_an_id_token_is_this_providers_for_us_and_of_now(door: Door, claims: dict[str, Any], is_good: bool) -> None:
    if "iat" in claims:
        claims = claims | {"exp": NOW + 1}
    door.site.claims = claims
    await tried(door, is_good=is_good)


BASIC = "Basic " + base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()


@pytest.mark.parametrize(
    ("secret", "offered", "header", "form"),
    [
        (SECRET, None, BASIC, {}),
        (SECRET, ["client_secret_basic", "client_secret_post"], BASIC, {}),
        (SECRET, ["private_key_jwt"], BASIC, {}),
        (SECRET, [], BASIC, {}),
        (SECRET, "client_secret_post", BASIC, {}),
        (SECRET, ["client_secret_post"], None, {"client_id": CLIENT, "client_secret": SECRET}),
        ("", ["client_secret_post"], None, {"client_id": CLIENT}),
    ],
)
async def test_the_hub_proves_itself_as_the_provider_takes_it(
    secret: str, offered: Any, header: str | None, form: dict[str, str]
) -> None:
    door = Door(secret)
    door.site.says["token_endpoint_auth_methods_supported"] = offered
    await passes(door)
    told = {name.lower(): value for name, value in door.site.headers[0].items()}
    assert told.get("authorization") == header
    assert {name: value for name, value in door.site.forms[0].items() if name.startswith("client")} == form


def test_its_secret_stands_in_no_trace() -> None:
    assert SECRET not in repr(Registration(CLIENT, SECRET, "roles"))


async def test_a_provider_that_is_down_is_no_refusal_and_one_without_an_address_cannot_be_asked(door: Door) -> None:
    await door.begin()
    door.site.fault = UnansweredError("down")
    await refused(door, AWAY)
    for name in ("authorization_endpoint", "token_endpoint"):
        other = Door()
        other.site.says[name] = "http://login.example/x"
        if name == "token_endpoint":
            await refused(other, AWAY)
        else:
            with pytest.raises(HubError) as caught:
                await other.begin()
            assert caught.value.code is AWAY


async def test_who_signs_out_goes_by_the_provider_where_that_has_a_place_for_it(door: Door) -> None:
    url = await door.sign_in.leaving()
    assert url is not None
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/logout"
    assert dict(parse_qsl(parts.query)) == {"client_id": CLIENT, "post_logout_redirect_uri": f"{HUB}/me"}
    for says in (None, "http://login.example/logout"):
        other = Door()
        other.site.says["end_session_endpoint"] = says
        assert await other.sign_in.leaving() is None
    down = Door()
    down.site.fault = UnansweredError("down")
    assert await down.sign_in.leaving() is None


async def test_who_has_no_role_here_is_told_so(door: Door) -> None:
    door.site.claims = {"roles": "offline_access"}
    await refused(door, ErrorCode.NO_ROLE)


@pytest.mark.parametrize(
    ("path", "page"),
    [("/", "/"), ("/mines?x=1", "/mines?x=1"), ("/" + "a" * 500, "/" + "a" * 500), ("/" + "a" * 501, "/")]
    + [(path, "/") for path in (None, "", "mines", "//evil.example", "/\\evil.example", "/mines\n", "/#x")],
)
def test_one_goes_back_to_a_page_of_ours(path: str | None, page: str) -> None:
    assert local_path(path) == page
