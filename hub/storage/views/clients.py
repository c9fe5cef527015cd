"""Those who may ask for tokens, as operators see them: how they prove who they are is nobody's to read."""

from __future__ import annotations

from hub.domain.read_plan import Order
from hub.storage.access.clients import clients
from hub.storage.views.view import View

_SEEN = (
    *("client_id", "name", "role", "department", "division_code", "scopes", "must_bind"),
    *("created_at", "last_used_at", "revoked_at"),
)

view = View(
    noun="client",
    table=clients,
    fields={name: clients.c[name] for name in _SEEN},
    order=(Order("created_at", descending=False),),
    key="client_id",
)
