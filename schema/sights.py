"""Which documents each client has asked by before: it pays for reading and planning those that it asks by for the first time.

What was read for one serves all.  Were it free for who comes second, whoever sees what is left of its budget could try which
documents others ask by, and so which mines they look up that write numbers into them.
"""

from __future__ import annotations

from collections import OrderedDict

_MOST_CLIENTS = 10_000
_MOST_OF_ONE = 1_000


class Sights:
    """Remembers so many documents of so many clients, by the hashes of their texts; what is forgotten is paid for once more."""

    def __init__(self, *, most_clients: int = _MOST_CLIENTS, most_of_one: int = _MOST_OF_ONE) -> None:
        self._most_clients = most_clients
        self._most_of_one = most_of_one
        self._seen: OrderedDict[str, OrderedDict[int, None]] = OrderedDict()

    def is_first(self, client: str, text: str) -> bool:
        """Whether a client has not asked by a document before."""
        seen = self._seen.get(client)
        return seen is None or hash(text) not in seen

    def note(self, client: str, text: str) -> None:
        """Remember that it has."""
        if (seen := self._seen.get(client)) is None:
            seen = self._seen[client] = OrderedDict()
            if len(self._seen) > self._most_clients:
                self._seen.popitem(last=False)
        seen[hash(text)] = None
        if len(seen) > self._most_of_one:
            seen.popitem(last=False)
