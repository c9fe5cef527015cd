"""What can go wrong with a department's system, typed by how one recovers.

ConnectorError
├── OperatorMustAct   settings or credentials are wrong; retrying is useless until somebody mends them
│   └── TooMuchAtOnce more rows changed at one moment than the system tells in one answer
├── TryAgain          the system is down, slow or busy; the same call may work later
├── RefusedForGood    the system understood and said no; the same call will never work
├── Incomplete        the system says that there is more than it gave; what came is stored
└── BadRecord         one item cannot be mapped; the others can
"""

from __future__ import annotations

from collections.abc import Mapping


class ConnectorError(Exception):
    """`str()` is a plain line for operators; it never holds a secret."""


class OperatorMustAct(ConnectorError):
    """Settings or credentials are wrong."""


class TooMuchAtOnce(OperatorMustAct):
    """The system cannot be asked for the rest; its page must be made larger."""


class TryAgain(ConnectorError):
    """Down, slow or busy.  `retry_after` is in seconds where the system named a time."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedForGood(ConnectorError):
    """Understood and refused."""


class Incomplete(ConnectorError):
    """Not all came that the system says is there.  `missing` counts it by resource."""

    def __init__(self, missing: Mapping[str, int]) -> None:
        super().__init__("; ".join(f"{name}: {count} did not come" for name, count in missing.items()))
        self.missing = missing


class BadRecord(ConnectorError):
    """One item that cannot be mapped.  `field` is the upstream field at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
