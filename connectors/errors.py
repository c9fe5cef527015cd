"""What can go wrong with a department's system, typed by how one recovers.

ConnectorError
├── OperatorMustAct   settings or credentials are wrong; retrying is useless until somebody mends them
├── TryAgain          the system is down, slow or busy; the same call may work later
├── RefusedForGood    the system understood and said no; the same call will never work
└── BadRecord         one item cannot be mapped; the others can
"""

from __future__ import annotations


class ConnectorError(Exception):
    """`str()` is a plain line for operators; it never holds a secret."""


class OperatorMustAct(ConnectorError):
    """Settings or credentials are wrong."""


class TryAgain(ConnectorError):
    """Down, slow or busy.  `retry_after` is in seconds where the system named a time."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedForGood(ConnectorError):
    """Understood and refused."""


class BadRecord(ConnectorError):
    """One item that cannot be mapped.  `field` is the upstream field at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
