"""What graphql-core says is wrong with a document or with variables, in Chinese and in English.

Its messages repeat what was sent, in the way of Python; that is left out: where it stands is told beside.
"""

from __future__ import annotations

import re

_Q = r"'([^']*)'"
_HINT = re.compile(r" Did you mean (.+?)\?(?= |$)")
_WITHIN = re.compile(r"Variable '(\$\w+)' has (invalid value|invalid default value)(?: at ('[^']*'|\S+))?: (.*)", re.DOTALL)
_ARGUMENT = re.compile(r"Argument '([^']*)' has invalid value(?: at ('[^']*'|\S+))?: (.*)", re.DOTALL)

_KINDS = {
    "Int": (" 32 位整数", "an integer of 32 bits"),
    "Float": ("数字", "a number"),
    "String": ("文本", "text"),
    "Boolean": ("true 或 false", "true or false"),
    "ID": ("标识（文本或整数）", "an id, text or an integer"),
    "Decimal": ("普通写法的十进制数", "a number in plain decimal notation"),
    "Date": ("日期 YYYY-MM-DD", "a day, YYYY-MM-DD"),
    "DateTime": ("带时区的时刻（RFC 3339）", "an instant with its offset (RFC 3339)"),
}

#: A message, what it is in Chinese, and in English where graphql-core's own words are not used.  In order: the first that fits.
_TABLE: tuple[tuple[re.Pattern[str], str, str | None], ...] = tuple(
    (re.compile(pattern, re.DOTALL), chinese, english)
    for pattern, chinese, english in (
        # values
        (rf"Expected a value of non-null type {_Q} to be provided\.", "必须给出类型为 {0} 的值", None),
        (
            rf"Expected value of non-null type {_Q} not to be None\.",
            "类型为 {0} 的值不能为 null",
            "Expected value of non-null type '{0}' not to be null.",
        ),
        (
            rf"Expected variable {_Q} provided to non-null type {_Q} not to be None\.",
            "用于非空类型 {1} 的变量 {0} 不能为 null",
            "Expected variable '{0}' provided to non-null type '{1}' not to be null.",
        ),
        (rf"Expected variable {_Q} provided to type {_Q} to provide a runtime value\.", "变量 {0}（用于类型 {1}）须有值", None),
        (
            rf"Expected variable {_Q} provided to field {_Q} for OneOf Input Object type {_Q} .*",
            "{2} 的字段 {1} 所用变量 {0} 须有非空值",
            "Expected variable '{0}' provided to field '{1}' of '{2}' to have a value that is not null.",
        ),
        (rf"Expected value of type {_Q} to be an object.*", "{0} 须为对象", "Expected value of type '{0}' to be an object."),
        (
            rf"Expected value of type {_Q} to include required field {_Q}.*",
            "{0} 缺少必填字段 {1}",
            "Expected value of type '{0}' to include required field '{1}'.",
        ),
        (
            rf"Expected value of type {_Q} not to include unknown field {_Q}.*",
            "{0} 没有字段 {1}",
            "Expected value of type '{0}' not to include unknown field '{1}'.",
        ),
        (rf"Within OneOf Input Object type {_Q}, exactly one field.*", "{0} 须恰好给出一个非空字段", None),
        (
            rf"Enum {_Q} cannot represent .*",
            "不是 {0} 的可选值",
            "The value is not one of the enum '{0}'.",
        ),
        (rf"Value {_Q} does not exist in {_Q} enum\.", "{1} 没有可选值 {0}", None),
        (r"Variable values are nested too deeply\.", "变量嵌套过深", None),
        (r"Too many errors processing variables.*", "变量错误过多", None),
        (rf"Argument {_Q} of required type {_Q} was not provided\.", "缺少必填参数 {0}（类型 {1}）", None),
        # documents
        (rf"Cannot query field {_Q} on type {_Q}\.", "类型 {1} 没有字段 {0}", None),
        (rf"Unknown argument {_Q} on (?:field|directive|fragment) {_Q}\.", "{1} 没有参数 {0}", None),
        (rf"Unknown type {_Q}\.", "没有类型 {0}", None),
        (rf"Unknown directive {_Q}\.", "没有指令 {0}", None),
        (rf"Directive {_Q} may not be used on (.+)\.", "指令 {0} 不能用于 {1}", None),
        (rf"The directive {_Q} can only be used once at this location\.", "指令 {0} 在此处只能用一次", None),
        (rf"Unknown fragment {_Q}\.", "没有片段 {0}", None),
        (rf"Fragment {_Q} is never used\.", "片段 {0} 未被使用", None),
        (rf"Cannot spread fragment {_Q} within itself.*", "片段 {0} 不能包含自身", None),
        (rf"Fragment {_Q} cannot condition on non composite type {_Q}\.", "片段 {0} 不能以 {1} 为条件", None),
        (rf"Fragment cannot condition on non composite type {_Q}\.", "片段不能以 {0} 为条件", None),
        (
            rf"Fragment(?: {_Q})? cannot be spread here as objects of type {_Q} can never be of type {_Q}\.",
            "此处的 {1} 不可能是 {2}，片段无法展开",
            None,
        ),
        (rf"Variable {_Q} is not defined(?: by operation {_Q})?\.", "变量 {0} 未定义", None),
        (rf"Variable {_Q} is never used(?: in (?:operation|fragment) {_Q})?\.", "变量 {0} 未被使用", None),
        (rf"Variable {_Q} cannot be non-input type {_Q}\.", "变量 {0} 不能为类型 {1}", None),
        (
            rf"Variable {_Q} of type {_Q} used in position expecting type {_Q}\.",
            "变量 {0} 的类型 {1} 与所需类型 {2} 不符",
            None,
        ),
        (rf"Variable {_Q} is of type {_Q} but must be non-nullable.*", "变量 {0} 的类型 {1} 须为非空", None),
        (rf"There can be only one variable named {_Q}\.", "变量 {0} 重复", None),
        (rf"There can be only one argument named {_Q}\.", "参数 {0} 重复", None),
        (rf"There can be only one input field named {_Q}\.", "输入字段 {0} 重复", None),
        (rf"There can be only one operation named {_Q}\.", "操作 {0} 重复", None),
        (rf"There can be only one fragment named {_Q}\.", "片段 {0} 重复", None),
        (r"This anonymous operation must be the only defined operation\.", "未命名的操作须是唯一的操作", None),
        (r"The (\w+) operation is not supported by the schema\.", "不支持 {0} 操作", None),
        (r"The (.+) definition is not executable\.", "{0} 的定义不能执行", None),
        (rf"Argument {_Q} of type {_Q} is required, but it was not provided\.", "缺少必填参数 {0}（类型 {1}）", None),
        (rf"Fragment {_Q} argument {_Q} of type {_Q} is required.*", "片段 {0} 缺少参数 {1}", None),
        (rf"Field {_Q} must not have a selection since type {_Q} has no subfields\.", "字段 {0}（{1}）没有下级字段", None),
        (rf"Field {_Q} of type {_Q} must have a selection of subfields\.", "字段 {0}（{1}）须选择下级字段", None),
        (rf"Field {_Q} of type {_Q} must have at least one field selected\.", "字段 {0}（{1}）须选择下级字段", None),
        (
            rf"Fields {_Q} conflict because .*",
            "字段 {0} 前后不一致，请用不同的别名",
            None,
        ),
        (rf"Spreads {_Q} conflict because .*", "片段 {0} 前后参数不一致", None),
        (r".*[Ss]ubscription(?: '[^']*')? must .*", "一次订阅只能有一个顶层字段，且不带条件", None),
        (r"Maximum introspection depth exceeded", "内省嵌套过深", None),
        (r"(?:Defer|Stream|defer|stream) directive .*|Defer/Stream .*", "此处不能用 @defer、@stream", None),
        # text
        (r"Syntax Error: Expected (.+), found (.+)\.", "语法错误：应为 {0}，却是 {1}", None),
        (r"Syntax Error: Unexpected (.+)\.", "语法错误：意外的 {0}", None),
        (r"Syntax Error: Unterminated string\.", "语法错误：字符串未结束", None),
        (r"Syntax Error: (Invalid .+)", "语法错误：无效的字符或数字", None),
        (r"Syntax Error: (?:Document|Source) contains more than (.+?)\. .*", "查询文本过长：多于 {0}", None),
        (r"Syntax Error: (.+)", "语法错误", None),
    )
)


def worded(message: str) -> tuple[str, str]:
    """A message in Chinese and in English."""
    if (within := _WITHIN.fullmatch(message)) is not None:
        chinese, english = worded(within[4])
        place = f"{within[1]}{(within[3] or '').strip(chr(39))}"
        return f"变量 {place} 的值无效：{chinese}", f"Variable '{place}': {english}"
    if (within := _ARGUMENT.fullmatch(message)) is not None:
        chinese, english = worded(within[3])
        return f"参数 {within[1]} 的值无效：{chinese}", f"Argument '{within[1]}': {english}"
    hint = _HINT.search(message)
    chinese, english = _worded(_HINT.sub("", message) if hint else message)
    if hint is not None:
        chinese, english = f"{chinese}；是否指 {hint[1].replace(' or ', ' 或 ')}？", f"{english} Did you mean {hint[1]}?"
    return chinese, english


def _worded(message: str) -> tuple[str, str]:
    name, _, rest = message.partition(" cannot represent ")
    if name in _KINDS and rest:
        chinese, english = _KINDS[name]
        return f"须为{chinese}", f"Expected {english}."
    for pattern, chinese, own in _TABLE:
        if (match := pattern.fullmatch(message)) is not None:
            parts = [part or "" for part in match.groups()]
            return chinese.format(*parts), message if own is None else own.format(*parts)
    # What is left of values: the type that was expected.
    if message.startswith("Expected value of type '"):
        of = message.split("'")[1].rstrip("!")
        chinese, english = _KINDS.get(of, (f"类型 {of} 的值", f"a value of type '{of}'"))
        return f"须为{chinese}", f"Expected {english}."
    return message, message
