"""The Chinese terms that departments write for the words of the domain.  Of several for one word the first is written."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from connectors.mapping import DEPARTMENT_TERMS
from hub.domain.records.assessments import AssessmentStage, StepOutcome
from hub.domain.records.assessors import AssessorCategory
from hub.domain.records.budgets import BudgetPurpose
from hub.domain.records.commendations import RecipientKind
from hub.domain.records.contracts import ContractKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.experts import ProfessionalTitle, Speciality
from hub.domain.records.forest_land import LandCover, LandUse
from hub.domain.records.innovations import CommunityField, InnovationField
from hub.domain.records.mines import LifeCycle, MineralClass, MineScale, MiningMethod
from hub.domain.records.mining_right_listings import BlackList
from hub.domain.records.opinions import OpinionNature, OpinionTopic, Verdict
from hub.domain.records.pollution import Medium, PermitCategory
from hub.domain.records.standards import StandardStage
from hub.domain.records.supports import Support
from hub.domain.records.transfers import AnswerStep, HandlingOutcome
from hub.domain.records.visits import VisitResult
from hub.domain.records.zones import ZoneKind

_TABLES: tuple[Mapping[str, StrEnum], ...] = (
    DEPARTMENT_TERMS,
    {"审核意见": OpinionNature.AUDIT, "其他意见": OpinionNature.COMMENT, "意见": OpinionNature.COMMENT},
    {
        "同意": Verdict.AGREE,
        "通过": Verdict.AGREE,
        "有条件同意": Verdict.AGREE_WITH_CONDITIONS,
        "原则同意": Verdict.AGREE_WITH_CONDITIONS,
        "不同意": Verdict.DISAGREE,
        "不通过": Verdict.DISAGREE,
    },
    {
        "三率": OpinionTopic.RECOVERY_RATES,
        "矿山地质环境保护与土地复垦": OpinionTopic.RESTORATION_PLAN,
        "生态保护红线": OpinionTopic.ECOLOGICAL_RED_LINE,
        "生态环境监督": OpinionTopic.ENVIRONMENTAL_SUPERVISION,
        "污染防治": OpinionTopic.POLLUTION_PREVENTION,
        "占用林地草地": OpinionTopic.FOREST_LAND_USE,
        "植被恢复": OpinionTopic.VEGETATION_RESTORATION,
        "自然保护地": OpinionTopic.PROTECTED_AREA,
        "综合": OpinionTopic.GENERAL,
    },
    {"大型": MineScale.LARGE, "中型": MineScale.MEDIUM, "小型": MineScale.SMALL},
    {
        "露天开采": MiningMethod.OPEN_PIT,
        "露天": MiningMethod.OPEN_PIT,
        "地下开采": MiningMethod.UNDERGROUND,
        "地下": MiningMethod.UNDERGROUND,
        "露天/地下开采": MiningMethod.COMBINED,
        "其他": MiningMethod.OTHER,
    },
    {
        "能源矿产": MineralClass.ENERGY,
        "金属矿产": MineralClass.METAL,
        "非金属矿产": MineralClass.NON_METAL,
        "水气矿产": MineralClass.WATER_GAS,
    },
    {
        "新建": LifeCycle.NEW,
        "改扩建": LifeCycle.EXPANSION,
        "生产": LifeCycle.PRODUCING,
        "停产": LifeCycle.SUSPENDED,
        "闭坑": LifeCycle.CLOSING,
        "关闭": LifeCycle.CLOSED,
    },
    {
        "存续": RegistrationStatus.IN_OPERATION,
        "在业": RegistrationStatus.IN_OPERATION,
        "停业": RegistrationStatus.SUSPENDED,
        "吊销": RegistrationStatus.REVOKED,
        "注销": RegistrationStatus.CANCELLED,
        "迁出": RegistrationStatus.MOVED_OUT,
    },
    {"省级": DirectoryLevel.PROVINCIAL, "国家级": DirectoryLevel.NATIONAL},
    {
        "推荐": DirectoryStep.PROPOSED,
        "公示": DirectoryStep.PUBLIC_NOTICE,
        "列入": DirectoryStep.LISTED,
        "限期整改": DirectoryStep.RECTIFICATION,
        "移出": DirectoryStep.REMOVED,
    },
    {"采矿权出让合同": ContractKind.TRANSFER, "绿色矿山建设合同": ContractKind.CONSTRUCTION},
    {
        "企业申报": AssessmentStage.APPLICATION,
        "县级初审": AssessmentStage.COUNTY_REVIEW,
        "州（市）级复审": AssessmentStage.PREFECTURE_REVIEW,
        "矿山自评": AssessmentStage.SELF_ASSESSMENT,
        "第三方评估": AssessmentStage.THIRD_PARTY_ASSESSMENT,
        "省级核查": AssessmentStage.VERIFICATION,
        "公示": AssessmentStage.PUBLIC_NOTICE,
        "列入名录": AssessmentStage.LISTING,
    },
    {"通过": StepOutcome.PASSED, "不通过": StepOutcome.FAILED},
    {
        "企业单位": AssessorCategory.ENTERPRISE,
        "事业单位": AssessorCategory.INSTITUTION,
        "行业协会": AssessorCategory.ASSOCIATION,
    },
    {
        "地质": Speciality.GEOLOGY,
        "采矿": Speciality.MINING,
        "选矿": Speciality.MINERAL_PROCESSING,
        "生态": Speciality.ECOLOGY,
        "环境": Speciality.ENVIRONMENT,
        "安全": Speciality.SAFETY,
        "经济": Speciality.ECONOMICS,
        "其他": Speciality.OTHER,
    },
    {"初级": ProfessionalTitle.JUNIOR, "中级": ProfessionalTitle.INTERMEDIATE, "高级": ProfessionalTitle.SENIOR},
    {"矿业权人异常名录": BlackList.ABNORMAL, "严重失信主体名单": BlackList.SERIOUS_BREACH},
    {"生态保护红线": ZoneKind.ECOLOGICAL_RED_LINE, "自然保护地": ZoneKind.PROTECTED_AREA},
    {
        "用地保障": Support.LAND,
        "协议出让": Support.MINING_RIGHT,
        "资源税减免": Support.RESOURCE_TAX,
        "绿色信贷": Support.GREEN_CREDIT,
        "产业基金": Support.FUND,
        "上市挂牌": Support.STOCK_LISTING,
    },
    {
        "数字化智能化": InnovationField.DIGITAL,
        "绿色开采工艺": InnovationField.MINING_PROCESS,
        "综合利用技术": InnovationField.UTILISATION,
        "节能减排技术": InnovationField.ENERGY_SAVING,
        "生态修复技术": InnovationField.RESTORATION,
        "联合攻关与成果转化": InnovationField.JOINT_RESEARCH,
    },
    {
        "基础设施": CommunityField.INFRASTRUCTURE,
        "教育": CommunityField.EDUCATION,
        "就业": CommunityField.EMPLOYMENT,
        "生活": CommunityField.LIVING,
        "人居环境": CommunityField.SURROUNDINGS,
    },
    {"单位": RecipientKind.UNIT, "个人": RecipientKind.PERSON},
    {
        "未发现问题": VisitResult.NO_FINDING,
        "责令整改": VisitResult.RECTIFICATION,
        "移交处理": VisitResult.TRANSFERRED,
        "立案": VisitResult.CASE_OPENED,
    },
    {"受理": AnswerStep.ACCEPTED, "退回": AnswerStep.RETURNED, "办结": AnswerStep.HANDLED},
    {
        "行政处罚": HandlingOutcome.PENALTY,
        "责令改正": HandlingOutcome.CORRECTION_ORDERED,
        "移送司法": HandlingOutcome.PROSECUTION,
        "未发现违法": HandlingOutcome.NO_VIOLATION,
        "其他": HandlingOutcome.OTHER,
    },
    {"重点管理": PermitCategory.KEY, "简化管理": PermitCategory.SIMPLIFIED, "登记管理": PermitCategory.REGISTERED},
    {
        "废水": Medium.WASTE_WATER,
        "废气": Medium.WASTE_GAS,
        "噪声": Medium.NOISE,
        "扬尘": Medium.DUST,
        "废石": Medium.WASTE_ROCK,
        "尾矿": Medium.TAILINGS,
        "土壤": Medium.SOIL,
        "地下水": Medium.GROUNDWATER,
    },
    {"永久占用": LandUse.PERMANENT, "临时占用": LandUse.TEMPORARY},
    {"林地": LandCover.FOREST, "草地": LandCover.GRASSLAND},
    {
        "立项": StandardStage.PROPOSED,
        "起草": StandardStage.DRAFTING,
        "征求意见": StandardStage.CONSULTATION,
        "审查": StandardStage.REVIEW,
        "发布": StandardStage.PUBLISHED,
        "废止": StandardStage.ABOLISHED,
    },
    {
        "第三方评估": BudgetPurpose.THIRD_PARTY_ASSESSMENT,
        "实地核查": BudgetPurpose.ON_SITE_VERIFICATION,
        "信息化管理建设": BudgetPurpose.INFORMATISATION,
        "其他工作经费": BudgetPurpose.OTHER,
    },
)

#: The words of a list → its terms.
TERMS: dict[type[StrEnum], Mapping[str, StrEnum]] = {type(next(iter(table.values()))): table for table in _TABLES}
