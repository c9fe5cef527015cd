"""The register of trusted documents: per client and per role, known everywhere within five seconds, from both manifests."""

from __future__ import annotations

import json

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.trusted_documents import REFRESH_SECONDS, TrustedDocuments, read_manifest, sha256
from hub.storage.engine.database import Database
from tests.makers import BANK, ECOLOGY

BODY = "query Mines { mines { totalCount } }"


class Ticks:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def missing(documents: TrustedDocuments, digest: str) -> bool:
    """Whether a bank is told that there is no such document."""
    try:
        return not await documents.find(digest, BANK)
    except HubError as error:
        # Who has no registered document at all need not send any twice.
        return error.code in (ErrorCode.PERSISTED_QUERY_NOT_FOUND, ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED)


async def test_a_document_is_found_by_its_client_or_its_role_and_by_nobody_else(database: Database) -> None:
    documents = TrustedDocuments(database)
    await documents.add(BANK.client_id, {"Mines": BODY})
    await documents.add("DEPARTMENT", {"Types": "{ __typename }"})
    assert await documents.find(sha256(BODY), BANK) == BODY
    assert await documents.find(sha256("{ __typename }"), ECOLOGY) == "{ __typename }"
    assert await missing(documents, sha256("{ __typename }"))
    with pytest.raises(HubError):
        await documents.find(sha256(BODY), ECOLOGY)


async def test_what_another_process_changes_is_known_within_five_seconds(database: Database) -> None:
    ticks = Ticks()
    here, there = TrustedDocuments(database, ticks=ticks), TrustedDocuments(database)
    assert await missing(here, sha256(BODY))
    await there.add("BANK", {"Mines": BODY})
    await there.hold("BANK", on=True)
    # Until then it is not looked again for every operation.
    ticks.now += REFRESH_SECONDS - 1
    assert await missing(here, sha256(BODY))
    assert not await here.is_held(BANK)
    ticks.now += 1
    assert await here.is_held(BANK)
    assert not await here.is_held(ECOLOGY)
    assert await here.find(sha256(BODY), BANK) == BODY
    await there.remove("BANK", sha256(BODY))
    await there.hold("BANK", on=False)
    ticks.now += REFRESH_SECONDS
    assert await missing(here, sha256(BODY))
    assert not await here.is_held(BANK)
    with pytest.raises(HubError, match="Not found"):
        await there.remove("BANK", sha256(BODY))


async def test_registering_again_changes_the_name_only(database: Database) -> None:
    documents = TrustedDocuments(database)
    await documents.add("BANK", {"One": BODY})
    await documents.add("BANK", {"Two": BODY})
    rows, _ = await documents.list()
    assert [(row.name, row.body) for row in rows] == [("Two", BODY)]


def test_manifests_of_apollo_and_of_relay_are_read() -> None:
    apollo = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": sha256(BODY), "name": "Mines", "type": "query", "body": BODY}],
    }
    assert read_manifest(json.dumps(apollo)) == {"Mines": BODY}
    assert read_manifest(json.dumps({sha256(BODY): BODY})) == {sha256(BODY): BODY}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "1", '{"operations": [1]}', '{"operations": {"a": 1}}', '{"abc": "{ mines }"}']
)
def test_other_manifests_and_other_ids_are_refused(text: str) -> None:
    with pytest.raises(HubError, match=r"neither|SHA-256"):
        read_manifest(text)
