"""Loan checks: what the records say of a mine to a bank, finding by finding, with evidence."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from auth.principals import Principal
from hub.domain.findings import words
from hub.domain.records.assessments import AssessmentResult
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.duties import ContractState
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.mines import LifeCycle, MineScale
from hub.domain.records.opinions import Verdict
from hub.domain.records.penalties import PublicationClass
from hub.domain.records.standing import Standing
from hub.domain.records.supports import Eligibility
from hub.domain.words.gone import Gone
from hub.domain.words.purposes import Purpose, PurposeWord
from hub.services.banks.loan_checks import MOST_MINES, LoanChecks, Question
from hub.services.evidence.asked import Found
from schema.graph import described, field_with, graph_type
from schema.posting import Problem
from schema.scalars import Department, enum
from schema.told import Teller, Tellers, codes_named, numbers_named

LoanAnswer = enum(words.LoanAnswer)
Severity = enum(words.Severity)
FindingCode = enum(words.FindingCode)


@graph_type("依据 / a record by which something was found, as of the check")
class FindingEvidence:
    record_id: strawberry.ID = strawberry.field(description="记录标识 / the record's id")
    version: int = strawberry.field(description="版本号 / its version")
    kind: str = strawberry.field(description="记录种类 / its kind")
    document_number: str | None = strawberry.field(description="文号或编号 / number of its document")
    department = described(Department, "所属部门 / whose record it is")


@graph_type("核查发现 / what was found of a mine")
class Finding:
    code = described(FindingCode, "发现代码 / code")
    severity = described(Severity, "程度 / how grave it is; UNKNOWN where its source is silent or has records in quarantine")
    last_known = described(Severity | None, "来源失联前的程度 / how grave it was when its source was last heard")
    chinese: str = strawberry.field(description="中文说明 / in Chinese")
    english: str = strawberry.field(description="英文说明 / in English")
    section: str = strawberry.field(description="依据条款 / section of the law or plan")
    day: date | None = strawberry.field(description="相关日期 / the day that matters")
    about: str | None = strawberry.field(description="所指 / what it is about: a record, a department, why a source is silent")
    departments = described(list[Department], "信息来源部门 / whose word it is")
    gone = described(
        enum(Gone) | None,
        "所指处罚现不再公示的原因（留存的核查如实重现）；否则为空 / why the penalty that it is about may be shown no more "
        "by now, though the check is told as it was; null where it may",
    )
    evidence: list[FindingEvidence] = strawberry.field(description="依据 / by which records")


@graph_type("采矿权人 / who holds the mine")
class LoanHolder:
    uscc: str = strawberry.field(description="统一社会信用代码 / credit code")
    name: str | None = strawberry.field(description="名称；未登记时为空 / name; null where nothing is known of it")
    registration_status = described(enum(RegistrationStatus) | None, "登记状态 / state of registration")
    serious_breach: bool | None = strawberry.field(description="严重违法失信 / on the list of serious breach")
    abnormal_operation: bool | None = strawberry.field(description="经营异常 / on the list of abnormal operation")
    is_borrower: bool | None = strawberry.field(description="是否为借款人 / whether it is the borrower that was named")


@graph_type("部门审核结论 / a department's last audit opinion")
class LoanVerdict:
    department = described(Department, "部门 / department")
    verdict = described(enum(Verdict) | None, "结论 / verdict")
    issued_on: date = strawberry.field(description="出具日期 / issued on")
    valid_until: date | None = strawberry.field(description="有效期至 / valid until")
    document_number: str | None = strawberry.field(description="文号 / document number")


@graph_type("最近一次评估 / the last assessment")
class LoanAssessment:
    assessment_no: str = strawberry.field(description="评估编号 / number")
    indicator_system_code: str = strawberry.field(description="评价指标体系 / version of the indicators")
    total_points: Decimal | None = strawberry.field(description="总得分 / points")
    result = described(enum(AssessmentResult), "结果 / result")
    passed_on: date | None = strawberry.field(description="核查通过日期 / passed on")


@graph_type("按类别汇总的处罚 / penalties of one class")
class LoanPenaltyClass:
    publication_class = described(enum(PublicationClass) | None, "失信信息类别 / class; null where none was stated")
    count: int = strawberry.field(description="件数 / how many")
    fines: Decimal = strawberry.field(description="罚款合计（元） / sum of fines, in yuan")


@graph_type("公示期内的处罚 / penalties in publication, of the mine, of its holder and of whom that took over")
class LoanPenalties:
    count: int = strawberry.field(description="件数 / how many")
    fines: Decimal = strawberry.field(description="罚款合计（元） / sum of fines, in yuan")
    confiscated: Decimal = strawberry.field(description="没收合计（元） / sum of what was confiscated, in yuan")
    by_class: list[LoanPenaltyClass] = strawberry.field(description="按类别 / by class")


@graph_type("未办结的问题移交 / cases handed over that are open: that they are there, and since when")
class LoanTransfers:
    count: int = strawberry.field(description="件数 / how many")
    oldest_on: date | None = strawberry.field(description="最早移交日期 / the oldest, handed over on")


@graph_type("一座矿山的核查结果 / what the records say of one mine")
class MineCheck:
    licence_no: str = strawberry.field(description="采矿许可证号（未查到的为所填号码） / licence number, or what was named")
    answer = described(LoanAnswer, "结论 / answer")
    problem: Problem | None = strawberry.field(description="未能核查的原因 / why it could not be checked")
    name: str | None = strawberry.field(description="矿山名称 / name")
    mineral: str | None = strawberry.field(description="主矿种 / main mineral")
    scale = described(enum(MineScale) | None, "规模 / scale")
    life_cycle = described(enum(LifeCycle) | None, "矿山状态 / state in its life")
    licence_valid_from: date | None = strawberry.field(description="许可证有效期起 / licence valid from")
    licence_valid_until: date | None = strawberry.field(description="许可证有效期止 / licence valid until")
    mining_right_until: date | None = strawberry.field(description="采矿权终止日期 / end of the right")
    remaining_years: Decimal | None = strawberry.field(description="剩余可采年限 / years of reserves left")
    standing = described(enum(Standing) | None, "绿色矿山状态 / standing")
    standing_since: date | None = strawberry.field(description="自 / since")
    directory_level = described(enum(DirectoryLevel) | None, "名录级别 / level of the directory")
    directory_step = described(enum(DirectoryStep) | None, "名录状态 / step")
    directory_batch: str | None = strawberry.field(description="批次 / batch")
    directory_document: str | None = strawberry.field(description="公告文号 / document")
    directory_since: date | None = strawberry.field(description="生效日期 / in effect since")
    certificate_no: str | None = strawberry.field(description="证书编号 / certificate")
    holder: LoanHolder | None = strawberry.field(description="采矿权人 / holder")
    verdicts: list[LoanVerdict] = strawberry.field(description="各部门最近的审核结论 / departments' last audit opinions")
    assessment: LoanAssessment | None = strawberry.field(description="最近一次评估 / last assessment")
    penalties: LoanPenalties | None = strawberry.field(description="公示期内的处罚 / penalties in publication")
    open_transfers: LoanTransfers | None = strawberry.field(description="未办结的移交 / open cases")
    contract_state = described(enum(ContractState) | None, "合同状态 / state of the contract")
    support_eligibility = described(enum(Eligibility) | None, "可否享受支持政策 / whether it may be supported")
    findings: list[Finding] = strawberry.field(description="核查发现 / findings")


@graph_type("贷款核查；平台只陈述记录，不作贷款决定 / a loan check: the hub states records and decides no loan")
class LoanCheck:
    id: strawberry.ID = strawberry.field(description="核查标识，按此留存 / the id by which it is kept")
    asked_at: datetime = strawberry.field(description="核查时间 / when")
    asked_by: str = strawberry.field(description="核查方客户端 / by which client")
    purpose = described(enum(PurposeWord) | None, "用途 / why")
    reference: str | None = strawberry.field(description="业务编号 / what the bank calls the matter")
    on: date = strawberry.field(description="所问日期 / the day that was asked about")
    known_at: datetime | None = strawberry.field(description="所知时刻；为空即当时 / as known at; null for what was known then")
    log_position: int = strawberry.field(description="所依据的日志位次 / it stands on this position of the log, or a later one")
    log_cursor: str = strawberry.field(
        description="日志游标，含摘要 / the same place as a cursor, with a digest of what the log says"
    )
    rule_set: str = strawberry.field(description="规则集版本 / version of the findings' rules")
    notice: str = strawberry.field(description="声明 / what the hub does not do")
    answer = described(LoanAnswer, "结论（各矿山中最差者） / the worst of the mines' answers")
    mines: list[MineCheck] = strawberry.field(description="各矿山 / mine by mine")


@graph_type("一项变化 / how one finding changed")
class FindingChange:
    licence_no: str = strawberry.field(description="采矿许可证号 / the mine")
    change = described(enum(words.ChangeOfFinding), "变化 / change")
    before: Finding | None = strawberry.field(description="原先 / before")
    now: Finding | None = strawberry.field(description="现在 / now")
    evidence: list[FindingEvidence] = strawberry.field(description="由哪些记录 / by which records")


@graph_type("再次核查 / the same question today, and what changed")
class Recheck:
    before: LoanCheck = strawberry.field(description="原核查 / as it was told then")
    now: LoanCheck = strawberry.field(description="现核查 / now")
    changes: list[FindingChange] = strawberry.field(description="逐项变化 / finding by finding")


#: As what the ledger knows them.
_ASKED = "loan_check"
_WHEN = {"on": date | None, "known_at": datetime | None}


def reads() -> dict[str, Any]:
    """The fields of the root by which checks are made and told."""
    return {
        "loan_check": field_with(
            {"licence_no": str | None, "uscc": str | None, **_WHEN},
            LoanCheck,
            "贷款核查：按许可证号（可同时给出借款人信用代码），或按企业信用代码查其全部矿山 / check a mine, with its "
            "borrower's credit code where that is told, or all mines of an enterprise",
            optional=("licence_no", "uscc", *_WHEN),
        ),
        "loan_checks": field_with(
            {"licence_nos": list[str] | None, "usccs": list[str] | None, **_WHEN},
            LoanCheck,
            f"批量贷款核查，最多 {MOST_MINES} 座；逐矿给出结果 / check many mines; one that cannot be checked fails alone",
            optional=("licence_nos", "usccs", *_WHEN),
        ),
        "loan_check_made": field_with(
            {"id": strawberry.ID}, LoanCheck, "已作的核查（本行与审计） / a check as it was told then"
        ),
        "recheck": field_with({"id": strawberry.ID}, Recheck, "再次核查并逐项比较 / ask again, and say what changed"),
    }


def _named(licence_nos: Iterable[Any], usccs: Iterable[Any]) -> tuple[Found, ...]:
    return (*numbers_named(_ASKED, licence_nos), *codes_named(_ASKED, usccs))


def tellers(checks: LoanChecks) -> Tellers:
    """How these fields are told."""

    async def one(given: Mapping[str, Any], caller: Principal, purpose: Purpose | None) -> Any:
        number, uscc = given.get("licence_no"), given.get("uscc")
        # What is blank is named all the same, and is no number and no code.
        of_mine = {"licence_nos": [] if number is None else [number], "borrower": uscc}
        named: dict[str, Any] = {"usccs": [uscc]} if number is None and uscc is not None else of_mine
        return await checks.make(Question(**named, **_when(given)), caller, purpose)

    async def many(given: Mapping[str, Any], caller: Principal, purpose: Purpose | None) -> Any:
        named = {"licence_nos": given.get("licence_nos", ()), "usccs": given.get("usccs", ())}
        return await checks.make(Question(**named, **_when(given), is_single=False), caller, purpose)

    async def made(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return await checks.told_then(given["id"], caller)

    async def again(given: Mapping[str, Any], caller: Principal, purpose: Purpose | None) -> Any:
        return await checks.again(given["id"], caller, purpose)

    return {
        "loanCheck": Teller(one, _found, _mines, lambda given: _named([given.get("licence_no")], [given.get("uscc")])),
        "loanChecks": Teller(many, _found, _mines, lambda given: _named(given.get("licence_nos", ()), given.get("usccs", ()))),
        "loanCheckMade": Teller(made, _found),
        "recheck": Teller(again, lambda value: _found(value["now"]), lambda value: _mines(value["now"])),
    }


def _when(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _WHEN if name in given}


def _found(check: Mapping[str, Any]) -> tuple[Found, ...]:
    """The mines that a check tells of, for the read ledger."""
    return tuple((_ASKED, None, one["licenceNo"]) for one in check["mines"] if one["problem"] is None)


def _mines(check: Mapping[str, Any]) -> int:
    return len(check["mines"])
