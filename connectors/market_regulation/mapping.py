"""The register's elements, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, declared
from connectors.mapping import WAN, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

_STAMP = {"lastModified": "moment of change; the cursor"}

ENTERPRISES = declared.mapped(
    RecordKind.ENTERPRISE,
    Envelope("uniScid"),
    {
        "uniScid": "uscc",
        "entName": "name",
        "leRep": "legalRepresentative",
        "entType": "enterpriseType",
        "regState": "registrationStatus",
        "regCap": Used("registeredCapital", WAN),
        "estDate": "establishedOn",
        "licIssueDate": "businessLicenceIssuedOn",
        "opTo": "businessTermUntil",
        "mergeUniScid": "successorUscc",
        "mergeDate": "succeededOn",
        "regOrg": "registrationAuthority",
        "regOrgCode": "registrationAuthorityCode",
        "regNO": "formerRegistrationNo",
        "orgCode": "organisationCode",
        "dom": "address",
        "domDistrict": "divisionCode",
        "abnormal": "abnormalOperation",
        "abnormalDate": "abnormalSince",
        "illegal": "seriousBreach",
        "illegalDate": "seriousBreachSince",
    },
    _STAMP
    | {"opScope": "business scope; free text that no rule uses", "tel": "telephone; personal data that the hub does not need"},
)

OPINIONS = declared.mapped(
    RecordKind.OPINION,
    Envelope("docNo"),
    {
        "docNo": "documentNumber",
        "licenceNo": "licenceNo",
        "opinionType": "nature",
        "subject": "topics",
        "content": "text",
        "issueDate": "issuedOn",
        "organ": "authorityName",
        "organCode": "authorityCode",
    },
    _STAMP,
)

STANDARDS = declared.mapped(
    RecordKind.LOCAL_STANDARD,
    Envelope("stdNo"),
    {
        "stdNo": "standardNo",
        "stdName": "title",
        "stage": "stage",
        "stageDate": "stageOn",
        "implDate": "effectiveOn",
        "replaceNo": "replaces",
        "draftOrg": "draftedBy",
    },
    _STAMP | {"linkMan": "contact; personal data that the hub does not need"},
)

#: By query, in the order in which they are asked.
RESOURCES: dict[str, Mapped] = {
    "QueryEnterprises": ENTERPRISES,
    "QueryOpinions": OPINIONS,
    "QueryPenalties": credit_standard.penalties(**_STAMP, publicDate="公示日期 of the older interface; GS_RQ says the same"),
    "QueryStandards": STANDARDS,
}
