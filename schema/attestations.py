"""Attestations of loan checks: signed, selectively shown, revocable, and printed."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from auth.principals import Principal
from hub.domain.words.purposes import Purpose
from hub.services.banks.attestations import Attestations
from hub.services.evidence.asked import Found
from schema.graph import does, field_with, graph_type
from schema.told import Teller, Tellers


@graph_type("核查证明（SD-JWT VC） / a signed statement of what a check said of a mine, for one bank")
class Attestation:
    id: strawberry.ID = strawberry.field(description="证明标识 / id")
    check_id: strawberry.ID = strawberry.field(description="所依据的核查 / the check that it states")
    licence_no: str = strawberry.field(description="采矿许可证号 / the mine")
    sd_jwt: str = strawberry.field(
        description="SD-JWT（RFC 9901），各项可选择出示 / the statement; each piece may be shown or not"
    )
    issued_at: datetime = strawberry.field(description="签发时间 / issued at")
    ends_at: datetime = strawberry.field(description="有效至（最长 30 日） / good until, 30 days at most")
    status_list: str = strawberry.field(description="状态清单地址 / address of its Token Status List")
    verify_at: str = strawberry.field(description="在线核验地址（只出示结论） / where to verify it, showing the standing alone")
    revoked_at: datetime | None = strawberry.field(description="撤销时间 / revoked at")
    revoked_for: str | None = strawberry.field(description="撤销原因：WORSE 或 EVIDENCE_WITHDRAWN / why it was revoked")


def reads() -> dict[str, Any]:
    """The fields of the root that tell of attestations."""
    return {
        "attestation": field_with(
            {"id": strawberry.ID}, Attestation, "核查证明（本行与审计） / an attestation that was issued"
        ),
        "attestation_statement": field_with(
            {"id": strawberry.ID}, str, "可打印的证明（PDF，Base64） / the printed statement, a PDF in Base64"
        ),
    }


def acts() -> dict[str, Any]:
    """The mutation that issues them."""
    return {
        "attest": does(
            {"check": strawberry.ID, "licence_no": str | None},
            Attestation,
            "签发核查证明；同一核查同一矿山只签发一份 / "
            "attest a check; of a mine of a check there is one, however often it is asked for",
            optional=("licence_no",),
        )
    }


def tellers(attestations: Attestations) -> Tellers:
    """How these fields are told."""

    async def attest(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return await attestations.attest(given["check"], caller, given.get("licence_no"))

    async def made(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return attestations.shown(await attestations.made(given["id"], caller))

    async def statement(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        one = await attestations.made(given["id"], caller)
        return {"licenceNo": one.licence_no, "pdf": await attestations.statement(one.id, caller)}

    def found(told: Mapping[str, Any]) -> tuple[Found, ...]:
        return (("attestation", None, told["licenceNo"]),)

    return {
        "attest": Teller(attest, found),
        "attestation": Teller(made, found),
        "attestationStatement": Teller(statement, found, shown=lambda told: base64.b64encode(told["pdf"]).decode()),
    }
