"""Settings, read once from `HUB_*` variables; only the composition and `hub.cli` read this module, and
pass values down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from auth.origins import in_ascii
from hub.domain.words.errors import ErrorCode, HubError


def _setting(default: Any, description: str) -> Any:
    return field(default=default, metadata={"description": description})


_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _flag(given: str) -> bool:
    if given.lower() not in _FLAGS:
        raise ValueError(given)
    return _FLAGS[given.lower()]


_READERS: dict[type, Callable[[str], object]] = {str: str, int: int, float: float, bool: _flag}


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set.  The variable of `database_url` is HUB_DATABASE_URL, and so on."""

    database_url: str = _setting("sqlite:///var/hub.db", "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    replica_urls: str = _setting("", "streaming copies of the PostgreSQL database that answer reads, by commas")
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8720, "port to listen on")
    work: bool = _setting(True, "do the standing work too (pulls, deliveries, removals); off: serve only, `hub work` does it")
    workers: int = _setting(1, "processes that serve; more than one wants PostgreSQL")
    head_seconds: float = _setting(10.0, "time for the head of a request to come, in seconds")
    tls_certificate: str = _setting("", "file of the certificate chain (PEM), to serve HTTPS without a proxy")
    tls_key: str = _setting("", "file of the certificate's key (PEM)")
    insecure: bool = _setting(False, "listen beyond this machine without TLS, or have an address that is not https; for trials")
    issuer: str = _setting("", "public address of the hub, issuer of its tokens; default http://HOST:PORT")
    key_file: str = _setting("var/signing-keys.json", "file of the signing keys; made at first start")
    allowed_hosts: str = _setting("", "more host names to answer to than those of the issuer and of HUB_HOST, by commas")
    allowed_origins: str = _setting(
        "", "origins whose pages may ask with tokens (CORS, websockets), by commas; never with cookies"
    )
    max_body_bytes: int = _setting(4 * 1024 * 1024, "greatest body of a GraphQL request in bytes")
    max_push_bytes: int = _setting(
        16 * 1024 * 1024, "greatest body of a push by a department's system, or of a bank's file, in bytes"
    )
    body_seconds: float = _setting(20.0, "time for a request body to come, in seconds")
    cost_per_operation: int = _setting(500_000, "most that one operation may cost: fields of its answer, see limits.md")
    cost_per_minute: int = _setting(20_000_000, "most that a client's operations may cost in a minute, in each process")
    public_access: bool = _setting(False, "let anybody ask /graphql/public, without signing in, for what the public may see")
    public_cost_per_minute: int = _setting(
        5_000_000, "most that one address's operations there may cost in a minute, in each process"
    )
    operations_at_once: int = _setting(64, "operations of one client at the same time, in each process")
    subscriptions_at_once: int = _setting(100, "subscriptions of one client at the same time, in each process")
    sockets_at_once: int = _setting(20, "websockets of one client at the same time, in each process")
    write_seconds: float = _setting(60.0, "deadline of a mutation in seconds")
    introspection: str = _setting(
        "DEPARTMENT,BANK,CREDIT_DISCLOSURE,OPERATOR",
        "roles that may ask for the schema and are told what a misspelt name may mean",
    )
    draft_status_codes: bool = _setting(False, "HTTP status codes of the GraphQL over HTTP draft of August 2026 (422, 294)")
    must_bind_roles: str = _setting("", "roles whose tokens must be bound to a key (DPoP) or a certificate, by commas")
    trusted_proxy: str = _setting(
        "", "addresses or networks, by commas, whose headers Client-Cert (RFC 9440) and X-Forwarded-For are believed"
    )
    token_endpoint: bool = _setting(True, "the hub gives tokens itself; off leaves that to the identity provider alone")
    identity_issuer: str = _setting("", "issuer of an identity provider whose access tokens are taken, by its exact address")
    identity_audience: str = _setting("", "the hub's name in the provider's tokens; default the hub's public address")
    identity_client_claim: str = _setting("client_id", "claim of the provider's tokens that names the client")
    identity_token_seconds: int = _setting(3600, "longest life of a provider's token that is taken, in seconds")
    identity_plain_jwt: bool = _setting(False, "take the provider's tokens also when their typ is JWT or missing, not at+jwt")
    sign_in_issuer: str = _setting("", "issuer of the OpenID provider at which people sign in; without it nobody can")
    sign_in_client_id: str = _setting("", "what that provider calls the hub")
    sign_in_client_secret_file: str = _setting(
        "", "file that holds the hub's secret at that provider; none for a public client"
    )
    sign_in_claim: str = _setting("roles", "claim of ID tokens, or path with dots, that holds the words that give a role here")
    session_idle_seconds: int = _setting(1800, "a person's session ends after this time without use, in seconds")
    session_seconds: int = _setting(28_800, "a person's session ends after this time, in seconds")
    ledger_days: int = _setting(1825, "days for which the read ledger is kept; 0 is for ever")
    webhook_networks: str = _setting(
        "", "private networks, by commas, to which webhooks may send; 127.0.0.0/8 lets them send by http on this machine"
    )
    read_seconds: float = _setting(10.0, "deadline of a read in seconds")
    pool_size: int = _setting(10, "connections to PostgreSQL, each for reads and for writes")

    @property
    def public_address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return in_ascii(self.issuer or f"http://{host}:{self.port}").rstrip("/")

    @property
    def key_path(self) -> Path:
        return Path(self.key_file)

    @property
    def must_bind(self) -> frozenset[str]:
        return frozenset(_words(self.must_bind_roles))

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(in_ascii(origin) for origin in _words(self.allowed_origins))

    @property
    def replicas(self) -> tuple[str, ...]:
        return _words(self.replica_urls)

    @property
    def proxies(self) -> tuple[str, ...]:
        return _words(self.trusted_proxy)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings in an environment; INVALID_INPUT naming the variable that cannot be read."""
        values: dict[str, object] = {}
        for known in fields(cls):
            name = f"HUB_{known.name.upper()}"
            if (given := environment.get(name)) is not None:
                try:
                    values[known.name] = _READERS[type(known.default)](given)
                except ValueError:
                    raise HubError(ErrorCode.INVALID_INPUT, f"{name}={given[:40]}", field=name) from None
        return cls(**values)  # type: ignore[arg-type]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def connector_settings(code: str, names: list[str], environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings of one connector: `base_url` of `ecology` is HUB_CONNECTOR_ECOLOGY_BASE_URL."""
    prefix = f"HUB_CONNECTOR_{code.upper()}_"
    return {name: environment[prefix + name.upper()] for name in names if prefix + name.upper() in environment}
