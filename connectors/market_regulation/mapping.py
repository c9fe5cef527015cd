"""The register's elements, each used or knowingly ignored."""

from __future__ import annotations

from connectors import credit_standard, terms
from connectors.mapping import DAY, FLAG, WAN, Envelope, Mapped, Used
from hub.domain.record_kinds import RecordKind

_STAMP = {"lastModified": "moment of change; the cursor"}

ENTERPRISES = Mapped(
    RecordKind.ENTERPRISE,
    Envelope("uniScid"),
    {
        "uniScid": Used("uscc"),
        "entName": Used("name"),
        "leRep": Used("legalRepresentative"),
        "entType": Used("enterpriseType"),
        "regState": Used("registrationStatus", terms.REGISTRATION),
        "regCap": Used("registeredCapital", WAN),
        "estDate": Used("establishedOn", DAY),
        "licIssueDate": Used("businessLicenceIssuedOn", DAY),
        "opTo": Used("businessTermUntil", DAY),
        "regOrg": Used("registrationAuthority"),
        "regNO": Used("formerRegistrationNo"),
        "orgCode": Used("organisationCode"),
        "dom": Used("address"),
        "domDistrict": Used("divisionCode"),
        "abnormal": Used("abnormalOperation", FLAG),
        "abnormalDate": Used("abnormalSince", DAY),
        "illegal": Used("seriousBreach", FLAG),
        "illegalDate": Used("seriousBreachSince", DAY),
    },
    _STAMP
    | {"opScope": "business scope; free text that no rule uses", "tel": "telephone; personal data that the hub does not need"},
)

OPINIONS = Mapped(
    RecordKind.OPINION,
    Envelope("docNo"),
    {
        "docNo": Used("documentNumber"),
        "licenceNo": Used("licenceNo"),
        "opinionType": Used("nature", terms.NATURE),
        "subject": Used("topics", terms.TOPICS),
        "content": Used("text"),
        "issueDate": Used("issuedOn", DAY),
        "organ": Used("authorityName"),
        "organCode": Used("authorityCode"),
    },
    _STAMP,
)

PENALTIES = credit_standard.penalties(**_STAMP, publicDate="公示日期 of the older interface; GS_RQ says the same")
