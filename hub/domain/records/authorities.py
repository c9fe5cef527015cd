"""Authority 机关: an organ of a department in a division, with a credit code of its own (11…)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Word
from hub.domain.declaring.fields import Payload
from hub.domain.words.departments import Department
from hub.domain.words.divisions import DIVISIONS, DivisionLevel


@dataclass(frozen=True, kw_only=True)
class Authority(Payload):
    chinese: ClassVar[str] = "机关"

    code: str = fields.uscc("机关统一社会信用代码", "credit code of the organ", find=True, sort=True)
    name: str = fields.text(200, "机关名称", "name of the organ", find=True)
    belongs_to: Department = fields.word(Department, "所属部门", "department that it is an organ of", find=True)
    division_code: str = fields.division(
        "所在行政区划代码", "division in which it acts, GB/T 2260", find=True, link=fields.DIVISION
    )
    level: DivisionLevel = fields.derived(
        Word(DivisionLevel), "层级", "province, prefecture or county", lambda a: DIVISIONS[a.division_code].level
    )
