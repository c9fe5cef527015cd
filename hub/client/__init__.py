"""The client of the Green Mine Hub for a bank.  It uses httpx and joserfc, and imports nothing of the server.

`Bank` waits for its answers, `AsyncBank` does not; both check, attest, verify offline, put portfolios and
follow the feed.
"""

from hub.client.attestations import presenting, verify
from hub.client.bank import AsyncBank, Bank
from hub.client.credentials import PrivateKey, Secret
from hub.client.errors import HubRefusedError, HubUnreachableError
from hub.client.results import Attestation, Event, Finding, LoanCheck, MineCheck, PortfolioPut
from hub.client.verdicts import Verdict, Verified
from hub.client.webhooks import is_genuine

__all__ = [
    "AsyncBank",
    "Attestation",
    "Bank",
    "Event",
    "Finding",
    "HubRefusedError",
    "HubUnreachableError",
    "LoanCheck",
    "MineCheck",
    "PortfolioPut",
    "PrivateKey",
    "Secret",
    "Verdict",
    "Verified",
    "is_genuine",
    "presenting",
    "verify",
]
