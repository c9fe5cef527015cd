"""What graphql-core finds wrong is told in Chinese and in English, without the words of Python and without what was sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, get_variable_values, parse, validate

from schema.root import build_schema
from schema.wording import worded

SCHEMA = build_schema()._schema
#: What tells that a value of Python was written out.
OF_PYTHON = re.compile(r"\bNone\b|\bTrue\b|\bFalse\b|[Ff]ound: |(?<!Syntax )Error\b|\bUndefined\b")

DOCUMENTS = {
    "{ nope }": "类型 Query 没有字段 nope",
    "{ mine }": "缺少必填参数",
    '{ mine(licenceNo: "x") }': "须选择下级字段",
    '{ mine(licenceNo: "x", licence: "y") { name } }': "没有参数 licence",
    '{ mine(licenceNo: "x") { name { x } } }': "没有下级字段",
    "{ mine(licenceNo: 7) { name } }": "须为文本",
    "{ mine(licenceNo: null) { name } }": "不能为 null",
    "{ mines(first: true) { totalCount } }": "须为 32 位整数",
    "{ mines(first: 3000000000) { totalCount } }": "须为 32 位整数",
    "{ mines(filter: 3) { totalCount } }": "须为对象",
    '{ mines(filter: {nam: {eq: "x"}}) { totalCount } }': "没有字段 nam",
    '{ penalties(filter: {decidedOn: {from: "x"}}) { totalCount } }': "须为日期",
    '{ penalties(filter: {fine: {from: "x"}}) { totalCount } }': "须为普通写法的十进制数",
    '{ penalties(filter: {recordedAt: {from: "x"}}) { totalCount } }': None,
    "{ opinions(filter: {nature: {eq: AUDI}}) { totalCount } }": "可选值",
    '{ opinions(filter: {nature: {eq: "AUDIT"}}) { totalCount } }': "可选值",
    "{ opinions(orderBy: [{direction: DESC}]) { totalCount } }": "缺少必填字段 field",
    "query ($x: Nope) { __typename }": "没有类型 Nope",
    "query ($x: Mine) { __typename }": "不能为类型 Mine",
    "query ($x: Int) { __typename }": "变量 $x 未被使用",
    "{ mines(first: $x) { totalCount } }": "变量 $x 未定义",
    "query A($x: String) { mines(first: $x) { totalCount } }": "与所需类型 Int 不符",
    "query ($x: Int, $x: Int) { mines(first: $x) { totalCount } }": "变量 $x 重复",
    "{ mines(first: 1, first: 2) { totalCount } }": "参数 first 重复",
    "{ ...F }": "没有片段 F",
    "{ __typename } fragment F on Mine { name }": "片段 F 未被使用",
    "{ ...F } fragment F on Query { ...F }": "不能包含自身",
    "{ ...F } fragment F on Department { x }": "不能以 Department 为条件",
    "{ ... on Department { x } }": "不能以 Department 为条件",
    "{ ... on Mine { name } }": "不可能是 Mine",
    "{ ...F ...F } fragment F on Query { __typename } fragment F on Query { __typename }": "片段 F 重复",
    "query A { __typename } query A { __typename }": "操作 A 重复",
    "{ __typename } query A { __typename }": "须是唯一的操作",
    "{ __typename @nope }": "没有指令 @nope",
    "query @skip(if: true) { __typename }": "不能用于",
    "{ __typename @skip(if: true) @skip(if: false) }": "只能用一次",
    "{ a: mines { totalCount } a: opinions { totalCount } }": "前后不一致",
    "subscription { a: recordPosted { position } b: recordPosted { position } }": "一次订阅只能有一个顶层字段",
    "type X { y: Int }": "不能执行",
    "{": "语法错误：应为",
    "{ a: }": "语法错误",
    '{ mine(licenceNo: "x) { name } }': "字符串未结束",
    "{ ? }": "语法错误",
    "{ mines(first: 01) { totalCount } }": "语法错误",
}


def errors_of(document: str) -> list[GraphQLError]:
    try:
        return validate(SCHEMA, parse(document, allow_empty_selection_sets=False))
    except GraphQLError as error:
        return [error]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_wrong_with_a_document_is_told_in_both_languages(document: str) -> None:
    found = errors_of(document)
    assert found
    for error in found:
        chinese, english = worded(error.message)
        assert re.search("[\u4e00-\u9fff]", chinese), error.message
        assert not re.search("[\u4e00-\u9fff]", english), english
        assert not OF_PYTHON.search(chinese + english), (chinese, english)
    wanted = DOCUMENTS[document]
    if wanted is not None:
        assert any(wanted in worded(error.message)[0] for error in found), [worded(error.message) for error in found]


@pytest.mark.parametrize(
    ("kind", "value", "chinese"),
    [
        ("Int!", None, "变量 $x 的值无效：类型为 Int! 的值不能为 null"),
        ("Int", 1.5, "变量 $x 的值无效：须为 32 位整数"),
        ("String", True, "变量 $x 的值无效：须为文本"),
        ("ID", {}, "变量 $x 的值无效：须为标识（文本或整数）"),
        ("Boolean", None, None),
        ("Date", "2026-13-01", "变量 $x 的值无效：须为日期 YYYY-MM-DD"),
        ("Decimal", "1e9", "变量 $x 的值无效：须为普通写法的十进制数"),
        ("DateTime", "2026-01-01", "变量 $x 的值无效：须为带时区的时刻（RFC 3339）"),
        ("MineFilter", [], None),
        (
            "MineFilter",
            {"nam": {"eq": "secret"}},
            "变量 $x 的值无效：MineFilter 没有字段 nam；是否指 'name', 'and', 或 'not'？",
        ),
        ("MineFilter", {"name": {"eq": 7}}, "变量 $x.name.eq 的值无效：须为文本"),
        ("[MineOrder!]", [{"direction": "UP"}], "变量 $x[0] 的值无效：MineOrder 缺少必填字段 field"),
        ("Department", "NOBODY", None),
    ],
)
def test_what_is_wrong_with_variables_is_too(kind: str, value: Any, chinese: str | None) -> None:
    operation = parse(f"query ($x: {kind}) {{ __typename }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    found = get_variable_values(SCHEMA, operation.variable_definitions or (), {"x": value})
    if not isinstance(found, list):
        assert chinese is None
        return
    told = [worded(error.message) for error in found]
    for in_chinese, english in told:
        assert re.search("[\u4e00-\u9fff]", in_chinese), in_chinese
        assert not OF_PYTHON.search(in_chinese + english), (in_chinese, english)
        assert "secret" not in in_chinese + english
    if chinese is not None:
        assert chinese in [one for one, _ in told], told


def test_what_is_not_known_is_told_as_it_is() -> None:
    assert worded("≤ 100000 bytes") == ("≤ 100000 bytes", "≤ 100000 bytes")
