"""ID tokens (OpenID Connect Core, 3.1.3.7): who has signed in, said by the provider, to us, in answer to what we asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from auth.errors import SignedObjectError
from auth.jose import LEEWAY_SECONDS, PROVIDERS_ALGORITHMS, opened
from auth.provider import Provider
from auth.provider_tokens import HEADER

#: A token that is not of now answers an older question.
_OLDEST_SECONDS = 600


async def read(
    token: str, provider: Provider, client_id: str, *, nonce: str, access_token: str | None, now: float
) -> Mapping[str, Any]:
    """The claims of an ID token that came in exchange for a code.

    Raises SignedObjectError, or UNAVAILABLE where the provider's keys are not to be had.
    """
    received = opened(token, HEADER, ("JWT", None), PROVIDERS_ALGORITHMS)
    if received.text("iss") != provider.issuer:
        raise SignedObjectError("iss")
    kid = received.key_name()
    known = await provider.known(kid)
    if not any(received.is_signed_by(key) for key in known.named(kid)):
        raise SignedObjectError("signature")
    claims = CodeIDToken(
        dict(received.claims),
        dict(received.header),
        options={"aud": {"value": client_id}},
        params={"client_id": client_id, "nonce": nonce, "access_token": access_token},
    )
    try:
        claims.validate(now=int(now), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise SignedObjectError(str(error)) from None
    received.moment("exp")
    if received.moment("iat") < now - _OLDEST_SECONDS or not received.text("sub"):
        raise SignedObjectError("iat, sub")
    return received.claims
