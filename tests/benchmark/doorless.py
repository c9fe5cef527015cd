"""The hub without its door: the same server, planner, statements and database, and a caller who is believed.

What is left out is what the door does: host names, headers and negotiation, authentication, budgets and limits on bodies,
trusted documents, purposes, and the read ledger.  `POST /DEPARTMENT` and `POST /BANK` answer as to such a caller.
"""

from __future__ import annotations

import os
from typing import Any

from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.answers import Operation
from schema.execution import Graph
from schema.requests import read_request
from schema.root import build_schema
from tests.makers import BANK, ECOLOGY, LOAN

_CALLERS = {"/DEPARTMENT": ECOLOGY, "/BANK": BANK}


class App:
    """One path for each class of callers."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            database = Database(os.environ["BENCH_DATABASE_URL"])
            await database.start()
            self._graph = Graph(build_schema(), Reading(database), Posting(database))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await database.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        caller = _CALLERS.get(scope["path"])
        answer = b""
        if caller is not None:
            asked = read_request(body)
            answer = (await self._graph.run(Operation(asked.document or "", asked.name, asked.variables, LOAN), caller)).body
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200 if caller else 404, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


app = App()
