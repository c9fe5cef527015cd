"""The Chinese terms that departments write for the words of the domain."""

from __future__ import annotations

from connectors import mapping
from hub.domain.directory import DirectoryLevel, DirectoryStep
from hub.domain.enterprises import RegistrationStatus
from hub.domain.mines import LifeCycle, MineralClass, MineScale, MiningMethod
from hub.domain.opinions import OpinionNature, OpinionTopic, Verdict

DEPARTMENT = mapping.word(mapping.DEPARTMENT_TERMS)
NATURE = mapping.word({"审核意见": OpinionNature.AUDIT, "其他意见": OpinionNature.COMMENT, "意见": OpinionNature.COMMENT})
VERDICT = mapping.word(
    {
        "同意": Verdict.AGREE,
        "通过": Verdict.AGREE,
        "有条件同意": Verdict.AGREE_WITH_CONDITIONS,
        "原则同意": Verdict.AGREE_WITH_CONDITIONS,
        "不同意": Verdict.DISAGREE,
        "不通过": Verdict.DISAGREE,
    }
)
TOPICS = mapping.words(
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
    }
)
SCALE = mapping.word({"大型": MineScale.LARGE, "中型": MineScale.MEDIUM, "小型": MineScale.SMALL})
METHOD = mapping.word(
    {
        "露天开采": MiningMethod.OPEN_PIT,
        "露天": MiningMethod.OPEN_PIT,
        "地下开采": MiningMethod.UNDERGROUND,
        "地下": MiningMethod.UNDERGROUND,
        "露天/地下开采": MiningMethod.COMBINED,
        "其他": MiningMethod.OTHER,
    }
)
MINERAL_CLASS = mapping.word(
    {
        "能源矿产": MineralClass.ENERGY,
        "金属矿产": MineralClass.METAL,
        "非金属矿产": MineralClass.NON_METAL,
        "水气矿产": MineralClass.WATER_GAS,
    }
)
LIFE_CYCLE = mapping.word(
    {
        "新建": LifeCycle.NEW,
        "改扩建": LifeCycle.EXPANSION,
        "生产": LifeCycle.PRODUCING,
        "停产": LifeCycle.SUSPENDED,
        "闭坑": LifeCycle.CLOSING,
        "关闭": LifeCycle.CLOSED,
    }
)
REGISTRATION = mapping.word(
    {
        "存续": RegistrationStatus.IN_OPERATION,
        "在业": RegistrationStatus.IN_OPERATION,
        "停业": RegistrationStatus.SUSPENDED,
        "吊销": RegistrationStatus.REVOKED,
        "注销": RegistrationStatus.CANCELLED,
        "迁出": RegistrationStatus.MOVED_OUT,
    }
)
LEVEL = mapping.word({"省级": DirectoryLevel.PROVINCIAL, "国家级": DirectoryLevel.NATIONAL})
STEP = mapping.word(
    {
        "推荐": DirectoryStep.PROPOSED,
        "公示": DirectoryStep.PUBLIC_NOTICE,
        "列入": DirectoryStep.LISTED,
        "限期整改": DirectoryStep.RECTIFICATION,
        "移出": DirectoryStep.REMOVED,
    }
)
