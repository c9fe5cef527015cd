"""All findings, in the order in which they are told, and the version of what they say."""

from __future__ import annotations

from hub.domain.findings import departments, duties, holder, penalties, right
from hub.domain.findings.declaring import Finding
from hub.domain.findings.words import FindingCode as Code
from hub.domain.findings.words import Severity
from hub.domain.rules.timelines import Rule
from hub.domain.words.departments import Department

#: Changes with every change of what a finding says: an answer names the set that it was given by.
RULE_SET = "2026-12-3"

#: What is found of sources and not of records.
OF_SOURCES: tuple[Finding, ...] = (
    Finding(
        code=Code.SOURCE_SILENT,
        severity=Severity.UNKNOWN,
        chinese="{label}的数据从未取得或已过时，相关事项无法确认",
        english="nothing is known, or nothing new, from {label}: what it would say is unknown",
        section="政务数据共享条例",
    ),
    Finding(
        code=Code.QUARANTINED,
        severity=Severity.UNKNOWN,
        chinese="{label}关于该矿山的数据有误待处理，相关事项无法确认",
        english="records of {label} about this mine wait in quarantine: what they would say is unknown",
        section="政务数据共享条例",
    ),
)

FINDINGS: tuple[Finding, ...] = (
    *right.FINDINGS,
    *holder.FINDINGS,
    *departments.FINDINGS,
    *penalties.FINDINGS,
    *duties.FINDINGS,
    *OF_SOURCES,
)

BY_CODE: dict[Code, Finding] = {one.code: one for one in FINDINGS}

RULES: tuple[Rule, ...] = tuple(one.rule for one in FINDINGS if one.rule is not None)

#: The departments whose silence makes any answer unknown.
NEEDED: frozenset[Department] = frozenset().union(*(one.needs for one in FINDINGS))
