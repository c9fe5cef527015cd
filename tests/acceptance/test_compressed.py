"""What is read comes in fewer bytes to those who take it so; what holds secrets, and what was posted, never does."""

from __future__ import annotations

import pytest

from auth.principals import Role
from hub.domain.words.departments import Department
from tests.acceptance.conftest import Client
from tests.acceptance.test_event_stream import following
from tests.makers import opinion

LONG = f"{{ mines {{ nodes {{ {' '.join(f'a{n}: name b{n}: mineral' for n in range(40))} }} }} }}"
POST = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { results { problems { message chinese } } } }"


@pytest.mark.parametrize(
    ("takes", "encoding"), [("gzip", "gzip"), ("gzip, deflate, br, zstd", "zstd"), ("br;q=0.5, zstd;q=0", "br")]
)
async def test_what_is_read_is_compressed_as_the_client_takes_it(door: Client, takes: str, encoding: str) -> None:
    token = await door.token(Role.OPERATOR)
    door.http.headers["accept-encoding"] = "identity"
    plain = await door.ask(token, LONG)
    assert "content-encoding" not in plain.headers
    door.http.headers["accept-encoding"] = takes
    answer = await door.ask(token, LONG)
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == (encoding, "Accept-Encoding")
    assert int(answer.headers["content-length"]) < len(plain.content) / 3
    assert answer.json()["data"] == plain.json()["data"]
    assert answer.headers["cache-control"] == "no-store"
    kinds = await door.http.get("/console/kinds.json")
    # What is the same for all was squeezed before, by Brotli for whoever takes it.
    squeezed = "br" if "br" in takes else encoding
    assert (kinds.headers["content-encoding"], kinds.json()["kinds"]["mine"]["plural"]) == (squeezed, "mines")
    assert (await door.http.get("/console/kinds.json", headers={"if-none-match": kinds.headers["etag"]})).status_code == 304


async def test_secrets_receipts_refusals_and_what_is_short_are_not(door: Client) -> None:
    door.http.headers["accept-encoding"] = "gzip, br, zstd"
    token = await door.token(Role.DEPARTMENT, Department.ECOLOGY)
    posted = await door.ask(token, POST, items=[opinion(number, documentNumber="x" * 200, verdict="?") for number in range(20)])
    refused = await door.ask(token, "{ " + " ".join(f"nope{number}" for number in range(99)) + " }")
    short = await door.ask(token, "{ mines { totalCount } }")
    secret = await door.hub.clients.add("test", Role.BANK)
    given = await door.http.post("/oauth/token", data={"grant_type": "client_credentials", "scope": "read " * 400}, auth=secret)
    assert min(len(posted.content), len(refused.content)) > 1400
    assert [one for one in (posted, refused, short, given) if "content-encoding" in one.headers] == []
    async with following(door, token, after=0) as stream:
        assert "content-encoding" not in stream.answer.headers
