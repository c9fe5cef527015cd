"""What clients say of their consumers and webhooks, and how a webhook's subscription is read when it is delivered."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import OperationType

from auth.principals import Principal
from auth.rules import needs_purpose
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose, purpose_wanted
from hub.services.access.trusted_documents import TrustedDocuments, sha256
from hub.services.evidence.read_ledger import Read
from hub.services.log.consumers import Consumers
from hub.services.log.followers import Followers
from hub.services.work.webhooks import Registration, WebhookRow, Webhooks
from schema.admission import Admission
from schema.answers import Operation
from schema.budgets import Charge
from schema.limits import Limits
from schema.subscriptions import ENTRIES_FOR_ONE, Subscriptions, Telling

#: What an act of a client is told: by whom, the arguments by their Python names, and why the client reads.
Act = Callable[[Principal, Mapping[str, Any], Purpose | None], Awaitable[dict[str, Any]]]
_PING = 5_000


class WebhookDocuments:
    """Reads the subscriptions of webhooks.  Clients that are held to their registered documents register those alone."""

    def __init__(
        self, admission: Admission, subscriptions: Subscriptions, limits: Limits, documents: TrustedDocuments | None
    ) -> None:
        self._admission = admission
        self._subscriptions = subscriptions
        self._limits = limits
        self._documents = documents

    async def read(self, document: str, purpose: Purpose | None, caller: Principal) -> Telling:
        """What a subscription tells a caller, as things stand.  Raises what is said of an operation that cannot be run."""
        if self._documents is not None and await self._documents.is_held(caller):
            try:
                await self._documents.find(sha256(document), caller)
            except HubError:
                raise HubError(ErrorCode.DOCUMENT_NOT_TRUSTED, field="document") from None
        operation = Operation(document, None, {}, purpose)
        measured = await self._admission.measured(operation, caller)
        if measured.kind is not OperationType.SUBSCRIPTION:
            raise HubError(ErrorCode.INVALID_INPUT, "subscription", field="document")
        if measured.cost > self._limits.cost:
            raise measured.too_much(self._limits.cost, "document")
        if needs_purpose(caller) and purpose is None:
            raise purpose_wanted()
        telling = self._subscriptions.telling(measured, Read(caller, purpose, measured.document.digest), caller)
        await telling.settle()
        return telling


class Receiving:
    """The mutations of consumers and webhooks, by their wire names.  `charge` may refuse what it is told, `owe` may not."""

    def __init__(
        self,
        consumers: Consumers,
        webhooks: Webhooks | None,
        documents: WebhookDocuments,
        following: Followers,
        *,
        charge: Charge,
        owe: Charge,
    ) -> None:
        self._consumers = consumers
        self._webhooks = webhooks
        self._documents = documents
        self._following = following
        self._charge = charge
        self._owe = owe
        self.acts: dict[str, Act] = {
            "acknowledge": self._acknowledge,
            "forgetConsumer": self._forget,
            "registerWebhook": self._register,
            "rotateWebhookSecret": self._rotate,
            "pauseWebhook": self._pause,
            "resumeWebhook": self._resume,
            "pingWebhook": self._ping,
            "removeWebhook": self._remove,
        }

    async def _acknowledge(self, caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        row = await self._consumers.acknowledge(caller, given["consumer"], given["cursor"])
        return {"name": row.name, "position": row.cursor.position, "cursor": str(row.cursor)}

    async def _forget(self, caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        row = await self._consumers.forget(caller, given["consumer"])
        return {"name": row.name, "position": row.cursor.position, "cursor": str(row.cursor)}

    async def _register(self, caller: Principal, given: Mapping[str, Any], purpose: Purpose | None) -> dict[str, Any]:
        telling = await self._documents.read(given["document"], purpose, caller)
        if telling.after is not None or telling.consumer is not None or telling.shows_progress:
            raise HubError(ErrorCode.INVALID_INPUT, "after, consumer, progress", field="document")
        asked = Registration(given["name"], given["url"], given["document"], purpose, given.get("secret"), given.get("after"))
        await telling.note_watched()
        row, secret = await self._register_of_webhooks.register(caller, asked)
        await self._owe_replay(caller, row)
        return _standing(row) | {"secret": secret}

    async def _owe_replay(self, caller: Principal, row: WebhookRow) -> None:
        """Take what it costs to look through the log from where a webhook begins, whatever it tells of it."""
        passed = (await self._following.last()).position - row.cursor.position
        self._owe(caller.client_id, math.ceil(max(passed, 0) / ENTRIES_FOR_ONE))

    async def _rotate(self, caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        row, secret = await self._register_of_webhooks.rotate(caller, given["name"], given.get("secret"))
        return _standing(row) | {"secret": secret}

    async def _pause(self, caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        return _standing(await self._register_of_webhooks.pause(caller.client_id, given["name"]))

    async def _resume(self, caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        row = await self._register_of_webhooks.resume(caller.client_id, given["name"], given.get("after"))
        if given.get("after") is not None:
            await self._owe_replay(caller, row)
        return _standing(row)

    async def _ping(self, caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        self._charge(caller.client_id, _PING)
        attempt = await self._register_of_webhooks.ping(caller.client_id, given["name"])
        return {"delivered": attempt.is_good, "status": attempt.status, "error": attempt.error}

    async def _remove(self, caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        return _standing(await self._register_of_webhooks.remove(caller.client_id, given["name"]))

    @property
    def _register_of_webhooks(self) -> Webhooks:
        if self._webhooks is None:
            raise HubError(ErrorCode.UNAVAILABLE)
        return self._webhooks


def _standing(row: WebhookRow) -> dict[str, Any]:
    return {"name": row.name, "state": row.state, "reason": row.reason, "cursor": str(row.cursor)}
