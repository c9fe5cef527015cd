"""What the database works out of a mine, besides what is declared of it."""

from typing import Any

from hub.domain.records.duties import BuildDuty, ContractState
from hub.domain.records.standing import Standing
from schema.declared import Choice, Holding, Is, TextFilter
from schema.graph import all_on, on_day, one_on, to_all
from schema.scalars import enum

GreenStanding = enum(Standing)
Duty = enum(BuildDuty)
Contracted = enum(ContractState)

WORKED_OUT: dict[str, Any] = {
    "standing": on_day(
        GreenStanding | None, "绿色矿山状态（方案二（二）、五（四）） / where the mine stands (plan, 2.2 and 5.4)"
    ),
    "provincial_entry": one_on("records", "DirectoryEntry", "当日有效的省级名录记录 / its provincial entry in force that day"),
    "national_entry": one_on("records", "DirectoryEntry", "当日有效的国家级名录记录 / its national entry in force that day"),
    "open_assessment": one_on("records", "Assessment", "当日进行中的评估 / its assessment that goes on that day"),
    "contract_in_force": one_on("records", "Contract", "当日有效的合同 / its contract in force that day"),
    "supports": to_all("supports", "SupportEligibility", "可享受的支持（方案三） / supports that it may have (plan, 3)"),
    "conflicts": to_all("conflicts", "Conflict", "部门间冲突 / what departments' records say against one another"),
    "closure_duties": to_all(
        "closure", "ClosureDuty", "闭坑前管理任务（方案二（二）） / closure duties, for mines that are held to them (plan, 2.2)"
    ),
    "licence_history": to_all(
        "licences",
        "LicencePeriod",
        "采矿许可证号沿革，先者在前；含并入本矿者，以及并入或分出本矿者的证号 / its licence numbers, the first one first, with "
        "those of mines that went into it, and of the one that it went into or came out of",
    ),
    "sources": to_all(
        "departments",
        "Source",
        "所依据的系统及其时效：凡报送矿山信息的系统，包括未报送本矿的 / the systems on which its answer stands: "
        "all that tell of mines, be it nothing of this one",
    ),
    "timeline": all_on(
        "following",
        "TimelineSpan",
        "当日状态、创建义务、合同义务与合同状态的起止与依据 / of that day's standing, duty to build, duty to contract and "
        "state of the contract: since when, until when, by which records",
    ),
    "build_duty": on_day(
        Duty | None, "是否应当创建及理由（方案一、二（二）） / must it be built, or why not (plan, 1 and 2.2)"
    ),
    "must_contract": on_day(
        bool | None, "是否应当签订绿色矿山建设合同（方案二（二）） / whether it must have a construction contract (plan, 2.2)"
    ),
    "contract_state": on_day(
        Contracted | None,
        "绿色矿山合同履行状态（方案二（二）、四（一）） / how far its contract is, or whether it is missing (plan, 2.2, 4.1)",
    ),
}

#: What of its mines the lists of every kind that is about some are filtered by.
OF_MINES: dict[str, Any] = {
    "licence_no": TextFilter,
    "division_code": TextFilter,
    "prefecture_code": TextFilter,
    "lies_in": Holding[str],
}

FILTERS: dict[str, Any] = {
    "lies_in": Holding[str],
    "standing": Choice[GreenStanding],  # type: ignore[valid-type]
    "build_duty": Choice[Duty],  # type: ignore[valid-type]
    "must_contract": Is,
    "contract_state": Choice[Contracted],  # type: ignore[valid-type]
}
