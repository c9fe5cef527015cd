"""The parts as the hub puts them together: from a registered client to a known caller, and to the end of it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from auth.callers import Callers
from auth.clients import ClientProof
from auth.dpop import Dpop, Nonces
from auth.endpoints import routes
from auth.principals import Role
from auth.server import TokenServer
from auth.status import TokenStatus
from auth.tokens import Tokens
from hub.domain.words.departments import Department
from hub.domain.words.errors import HubError
from hub.services.access.clients import Clients
from hub.services.access.replays import Replays
from hub.services.access.revocations import REVOCATION_SECONDS, Revocations
from hub.signing import SigningKeys
from hub.storage.engine.database import Database
from tests.auth.forging import ISSUER, Hands


async def test_a_client_is_registered_gets_a_token_is_known_and_is_revoked(database: Database, tmp_path: Path) -> None:
    ticks = Hands(0)
    keys = SigningKeys.load_or_create(tmp_path / "signing.json")
    tokens = Tokens(keys, ISSUER)
    clients = Clients(database)
    revocations = Revocations(database, ticks=ticks)
    replays = Replays(database)
    proof = ClientProof(clients.find, replays.first_use, (ISSUER,))
    dpop = Dpop(Nonces(lambda: keys.derived("dpop nonce")), replays.first_use)
    status = TokenStatus(proof, tokens, revocations.is_good, revocations.revoke)
    app = Starlette(routes=routes(TokenServer(proof, tokens, dpop), status, keys.public, ISSUER))
    callers = Callers(tokens.verify, revocations.is_good, dpop, ISSUER)
    client_id, secret = await clients.add("生态环境系统", Role.DEPARTMENT, Department.ECOLOGY, "530100")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as http:
        ask = {"grant_type": "client_credentials"}
        answer = await http.post("/oauth/token", data=ask, auth=(client_id, secret))
        headers = [(b"authorization", f"Bearer {answer.json()['access_token']}".encode())]
        who = (await callers.admit({"type": "websocket", "headers": headers})).principal
        assert (who.client_id, who.role, who.department) == (client_id, Role.DEPARTMENT, Department.ECOLOGY)
        assert who.division_code == "530100"

        await Clients(database).revoke(client_id)
        refused = await http.post("/oauth/token", data=ask, auth=(client_id, secret))
        assert refused.status_code == 401
        ticks.at = REVOCATION_SECONDS
        with pytest.raises(HubError):
            await callers.admit({"type": "http", "headers": headers})
