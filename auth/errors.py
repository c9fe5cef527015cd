"""What goes wrong with callers and identity providers, a tree of its own: none of it leaves the hub as it is."""

from __future__ import annotations

from hub.domain.words.errors import ErrorCode, HubError


class AuthError(Exception):
    """Somebody, or what somebody shows, cannot be believed."""


class SignedObjectError(AuthError):
    """Why something signed is refused; the reason is for tests and never leaves the hub."""


class UnfitClaimError(SignedObjectError):
    """Why something is refused whose signature is good: its sender is told, in ASCII and in our own words (`said`)."""

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(reason)
        self.said = said


class RefusedTokenError(HubError):
    """A token is refused; `said` is why, in ASCII, where its sender may know: its signature is good."""

    def __init__(self, said: str = "") -> None:
        super().__init__(ErrorCode.UNAUTHENTICATED)
        self.said = said


class NonceNeededError(AuthError):
    """The proof is good, but for a nonce of ours that is still fresh."""


class NoRoleError(AuthError):
    """Nothing, or nothing clear, says what a person may do; the reason is for the log."""


class UnansweredError(AuthError):
    """No answer that can be used; the reason is for the log.  `is_refusal` tells that the provider understood and said no."""

    def __init__(self, reason: str, *, is_refusal: bool = False) -> None:
        super().__init__(reason)
        self.is_refusal = is_refusal
