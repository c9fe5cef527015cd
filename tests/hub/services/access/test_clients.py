"""The register of clients."""

from __future__ import annotations

import asyncio
import logging

import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey, OctKey

from auth.principals import PROVEN, Principal, Role
from auth.scopes import default_scopes
from auth.secrets import matches
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.clients import Clients
from hub.storage.engine.database import Database
from tests.conftest import NOW


@pytest.fixture
def clients(database: Database) -> Clients:
    return Clients(database, clock=lambda: NOW)


async def wrong(clients: Clients, field: str, *values: object) -> None:
    with pytest.raises(HubError) as caught:
        await clients.add(*values)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, field)
    assert await clients.list() == []


async def test_a_new_client_can_prove_who_it_is(clients: Clients) -> None:
    client_id, secret = await clients.add("生态环境系统", Role.DEPARTMENT, Department.ECOLOGY, "530100")
    found = await clients.find(client_id)
    assert found is not None
    scopes = frozenset(default_scopes(Role.DEPARTMENT, Department.ECOLOGY))
    assert found.principal == Principal(client_id, Role.DEPARTMENT, scopes, Department.ECOLOGY, "530100")
    assert found.secret_hash is not None
    assert matches(secret, found.secret_hash)
    assert not matches(f"{secret}x", found.secret_hash)


async def test_another_hash_takes_the_place_of_the_one_that_was_seen_and_of_no_other(clients: Clients) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK)
    found = await clients.find(client_id)
    assert found is not None
    assert found.secret_hash is not None
    await clients.rehash(client_id, "another", "wrong")
    await clients.rehash(client_id, found.secret_hash, "right")
    changed = await clients.find(client_id)
    assert changed is not None
    assert changed.secret_hash == "right"


async def test_the_secret_is_neither_stored_nor_logged_nor_shown(
    clients: Clients, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client_id, secret = await clients.add("示例银行", Role.BANK)
    async with database.connection() as connection:
        (row,) = (await connection.execute(sa.text("SELECT * FROM clients"))).all()
    (listed,) = await clients.list()
    found = await clients.find(client_id)
    assert secret not in repr(row)
    assert secret not in caplog.text
    for shown in (repr(listed), repr(found)):
        assert secret not in shown
        assert str(listed.secret_hash) not in shown


async def test_clients_are_listed_with_what_they_are(clients: Clients) -> None:
    client_id, _ = await clients.add("  示例银行 ", Role.BANK)
    (row,) = await clients.list()
    assert (row.client_id, row.name, row.role, row.department, row.scopes) == (client_id, "示例银行", "BANK", None, ("read",))
    assert (row.division_code, row.created_at, row.revoked_at) == ("530000", NOW, None)


async def test_ids_tell_the_kind_of_client_and_never_repeat(clients: Clients) -> None:
    first, _ = await clients.add("一", Role.CREDIT_DISCLOSURE)
    second, _ = await clients.add("一", Role.CREDIT_DISCLOSURE)
    assert first != second
    assert first.startswith("credit-disclosure-")


async def test_a_client_may_be_given_less_than_its_role_allows(clients: Clients) -> None:
    client_id, _ = await clients.add("只读", Role.DEPARTMENT, Department.ECOLOGY, scopes=["read", "read"])
    found = await clients.find(client_id)
    assert found is not None
    assert found.principal.scopes == {"read"}


@pytest.mark.parametrize("scopes", [["penalty:post"], ["read", "hub:operate"], ["everything"], []])
async def test_a_client_is_never_given_more_than_its_role_allows(clients: Clients, scopes: list[str]) -> None:
    await wrong(clients, "scopes", "示例银行", Role.BANK, None, "530000", scopes)


async def test_a_departments_client_needs_its_department(clients: Clients) -> None:
    await wrong(clients, "department", "某部门", Role.DEPARTMENT)


async def test_nobody_is_registered_as_the_public(clients: Clients) -> None:
    await wrong(clients, "role", "社会公众", Role.PUBLIC)


@pytest.mark.parametrize("role", [role for role in PROVEN if role is not Role.DEPARTMENT])
async def test_other_clients_have_no_department(clients: Clients, role: Role) -> None:
    await wrong(clients, "department", "某机构", role, Department.ECOLOGY)


@pytest.mark.parametrize("division", ["110000", "", "530", "\x00"])
async def test_the_division_must_be_known(clients: Clients, division: str) -> None:
    await wrong(clients, "division", "某部门", Role.DEPARTMENT, Department.ECOLOGY, division)


async def test_a_renumbered_division_is_kept_under_its_present_code(clients: Clients) -> None:
    await clients.add("澄江", Role.DEPARTMENT, Department.ECOLOGY, "530422")
    assert [row.division_code for row in await clients.list()] == ["530481"]


async def test_what_is_as_long_as_it_may_be_or_as_short_is_taken(clients: Clients) -> None:
    everything = default_scopes(Role.DEPARTMENT, Department.ECOLOGY)
    for length in (1, 200):
        await clients.add("字" * (length // 2 or 1), Role.BANK, external="x" * length)
    client_id, _ = await clients.add("一", Role.DEPARTMENT, Department.ECOLOGY, scopes=everything)
    await clients.set_keys(client_id, [jwk() for _ in range(5)])
    found = await clients.find(client_id)
    assert found is not None
    assert (len(found.keys), found.principal.scopes) == (5, frozenset(everything))


async def test_only_a_client_that_is_there_must_bind_its_tokens(clients: Clients) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK)
    for must_bind in (True, False):
        await clients.set_must_bind(client_id, must_bind)
        found = await clients.find(client_id)
        assert found is not None
        assert found.must_bind is must_bind
    with pytest.raises(HubError) as caught:
        await clients.set_must_bind("bank-0", True)
    assert caught.value.code is ErrorCode.NOT_FOUND


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\nb", "\ud800"], ids=ascii)
async def test_a_name_is_short_and_printable(clients: Clients, name: str) -> None:
    await wrong(clients, "name", name, Role.BANK)


async def test_a_revoked_client_is_not_found_but_stays_listed(clients: Clients) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK)
    await clients.revoke(client_id)
    assert await clients.find(client_id) is None
    assert [row.revoked_at for row in await clients.list()] == [NOW]


async def test_revoking_does_not_touch_the_others(clients: Clients) -> None:
    first, _ = await clients.add("一", Role.BANK)
    second, _ = await clients.add("二", Role.BANK)
    await clients.revoke(first)
    assert await clients.find(second) is not None


async def test_what_is_not_there_or_not_any_more_cannot_be_revoked(clients: Clients) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK)
    await clients.revoke(client_id)
    for gone in (client_id, "bank-0"):
        with pytest.raises(HubError) as caught:
            await clients.revoke(gone)
        assert caught.value.code is ErrorCode.NOT_FOUND


def jwk(**more: object) -> dict[str, object]:
    return dict(ECKey.generate_key("P-256").as_dict(private=False)) | more


async def test_a_client_that_registers_keys_has_them_and_no_secret_any_more(clients: Clients) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK)
    await clients.set_keys(client_id, [jwk(kid="mine", x5c=["MIIB"]), jwk()])
    found = await clients.find(client_id)
    assert found is not None
    assert found.secret_hash is None
    assert found.keys[0].kid == "mine"
    assert found.keys[1].kid == found.keys[1].thumbprint()
    assert "x5c" not in found.keys[0].as_dict()


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{}],
        ["x"],
        [ECKey.generate_key("P-256").as_dict(private=True)],
        [ECKey.generate_key("P-384").as_dict(private=False)],
        [{"kty": "RSA", "n": "v" * 171, "e": "AQAB"}],
        [OctKey.generate_key(256).as_dict(private=True)],
        [jwk(use="enc")],
        [jwk(alg="ES512")],
        [jwk(y="AAAA")],
        [jwk(kid="same"), jwk(kid="same")],
        [jwk() for _ in range(6)],
    ],
)
async def test_only_a_few_public_keys_of_known_sorts_are_taken(clients: Clients, keys: list[object]) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK)
    with pytest.raises(HubError) as caught:
        await clients.set_keys(client_id, keys)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "keys")
    found = await clients.find(client_id)
    assert found is not None
    assert found.keys == ()


async def test_only_a_client_that_is_there_gets_keys(clients: Clients) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK)
    await clients.revoke(client_id)
    for gone in (client_id, "bank-0"):
        with pytest.raises(HubError) as caught:
            await clients.set_keys(gone, [jwk()])
        assert caught.value.code is ErrorCode.NOT_FOUND


async def test_nobody_is_not_found(clients: Clients) -> None:
    assert await clients.find("bank-0") is None


async def test_a_client_is_known_by_what_the_outside_provider_calls_it(clients: Clients) -> None:
    client_id, _ = await clients.add("示例银行", Role.BANK, external="azp-1")
    later, _ = await clients.add("示例银行", Role.BANK)
    await clients.set_external(later, "azp 2")
    for external, expected in (("azp-1", client_id), ("azp 2", later)):
        found = await clients.find_outside(external)
        assert found is not None
        assert found.principal.client_id == expected
    for nobody in ("azp-3", "AZP-1", client_id, ""):
        assert await clients.find_outside(nobody) is None


async def test_a_name_at_the_provider_is_one_clients_until_it_is_revoked(clients: Clients) -> None:
    first, _ = await clients.add("示例银行", Role.BANK, external="azp-1")
    second, _ = await clients.add("示例银行", Role.BANK)
    with pytest.raises(HubError) as caught:
        await clients.set_external(second, "azp-1")
    assert (caught.value.code, caught.value.field) == (ErrorCode.CONFLICT, "external")
    with pytest.raises(HubError) as caught:
        await clients.add("示例银行", Role.BANK, external="azp-1")
    assert caught.value.code is ErrorCode.CONFLICT
    assert len(await clients.list()) == 2
    await clients.set_external(first, "azp-1")
    await clients.revoke(first)
    assert await clients.find_outside("azp-1") is None
    await clients.set_external(second, "azp-1")
    assert await clients.find_outside("azp-1") is not None


async def test_of_many_who_claim_a_name_at_once_one_gets_it(clients: Clients) -> None:
    taken = await asyncio.gather(
        *(clients.add(f"示例{n}", Role.BANK, external="azp-1") for n in range(5)), return_exceptions=True
    )
    refused = [one.code for one in taken if isinstance(one, HubError)]
    assert refused == [ErrorCode.CONFLICT] * 4
    assert len(await clients.list()) == 1


@pytest.mark.parametrize("external", ["", "x" * 201, "示例", "a\nb"])
async def test_what_is_no_name_at_a_provider_is_refused(clients: Clients, external: str) -> None:
    with pytest.raises(HubError) as caught:
        await clients.add("示例银行", Role.BANK, external=external)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "external")
