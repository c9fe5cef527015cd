"""What follows from a mine's records as one word for each day, whose spans are told with the records that decide them."""

from __future__ import annotations

from hub.domain.words.worded import Words


class Followed(Words):
    """规则 / what follows from a mine's records."""

    STANDING = "STANDING", "绿色矿山状态", "standing as a green mine"
    BUILD_DUTY = "BUILD_DUTY", "创建义务", "duty to build"
    MUST_CONTRACT = "MUST_CONTRACT", "应否签订合同", "whether a contract is due"
    CONTRACT_STATE = "CONTRACT_STATE", "合同履行状态", "state of the contract"
