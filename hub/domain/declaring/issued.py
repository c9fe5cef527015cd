"""What most kinds have in common: an organ issued a document, and it is about a mine."""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload


@dataclass(frozen=True, kw_only=True)
class Issued(Payload):
    """A document of an organ."""

    document_number: str = fields.document_number("文号", "document number", find=True, sort=True)
    authority_name: str = fields.text(200, "出具机关", "issuing authority")
    authority_code: str = fields.uscc(
        "出具机关统一社会信用代码", "credit code of the issuing authority", find=True, link=fields.AUTHORITY
    )


@dataclass(frozen=True, kw_only=True)
class AboutMine(Issued):
    """A document of an organ about one mine."""

    licence_no: str = fields.licence_no("采矿许可证号", "the mine that it is about", find=True, link=fields.MINE)
