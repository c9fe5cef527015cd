"""Whether a hub may listen where it is told to: what it tells and is told is not for everybody on the way."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from hub.composition.authorization import trusted_peers
from hub.domain.words.errors import UnfitError
from hub.settings import Settings

_WAY_OUT = "or accept that everybody on the way can read and change all with HUB_INSECURE=on"


def check_exposure(settings: Settings, host: str) -> None:
    """That what listens at `host` speaks TLS or has a proxy before it that does, and that its public address is https.

    On this machine alone neither is needed.  Raises UnfitError.
    """
    if settings.insecure:
        return
    stays_here = _is_loopback(host)
    if not (stays_here or settings.tls_certificate or trusted_peers(settings).are_named):
        raise UnfitError(
            f"{host or '*'} can be reached from other machines, without TLS: set HUB_TLS_CERTIFICATE and HUB_TLS_KEY, "
            f"name the proxy that ends TLS by HUB_TRUSTED_PROXY, {_WAY_OUT}"
        )
    address = urlsplit(settings.public_address)
    if address.scheme != "https" and not (stays_here and _is_loopback(address.hostname or "")):
        raise UnfitError(f"{settings.public_address} is not https: set HUB_ISSUER to the public https:// address, {_WAY_OUT}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
