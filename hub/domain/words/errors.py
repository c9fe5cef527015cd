"""The one list of error codes, with what each says to people, and the two shapes in which errors travel.

A `Problem` is one thing wrong with one field of an item; a batch may carry many.  A `HubError` ends a whole request.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.domain.words.languages import ASKED, Language


class ErrorCode(StrEnum):
    """错误代码 / every error that the hub can answer, in requests (`extensions.code`) and in items (`problems.code`)."""

    # the request as a whole
    UNAUTHENTICATED = "UNAUTHENTICATED"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    NO_ROLE = "NO_ROLE"
    FORBIDDEN = "FORBIDDEN"
    PURPOSE_REQUIRED = "PURPOSE_REQUIRED"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    INVALID_INPUT = "INVALID_INPUT"
    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    INVALID_REQUEST = "INVALID_REQUEST"
    DOCUMENT_UNREADABLE = "DOCUMENT_UNREADABLE"
    DOCUMENT_INVALID = "DOCUMENT_INVALID"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    WRONG_HOST = "WRONG_HOST"
    BATCH_TOO_LARGE = "BATCH_TOO_LARGE"
    LOG_CHANGED = "LOG_CHANGED"
    CURSOR_TOO_OLD = "CURSOR_TOO_OLD"
    NOT_AS_OF = "NOT_AS_OF"
    BEFORE_THE_LOG = "BEFORE_THE_LOG"
    BEYOND_THE_LOG = "BEYOND_THE_LOG"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    UNAVAILABLE = "UNAVAILABLE"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL = "INTERNAL"
    # one field of one item
    REQUIRED = "REQUIRED"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    WRONG_TYPE = "WRONG_TYPE"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    FORBIDDEN_CHARACTER = "FORBIDDEN_CHARACTER"
    NOT_A_CHOICE = "NOT_A_CHOICE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NEGATIVE = "NEGATIVE"
    TOO_PRECISE = "TOO_PRECISE"
    NOT_A_DATE = "NOT_A_DATE"
    IN_THE_FUTURE = "IN_THE_FUTURE"
    DATES_OUT_OF_ORDER = "DATES_OUT_OF_ORDER"
    DUPLICATE = "DUPLICATE"
    BAD_CREDIT_CODE = "BAD_CREDIT_CODE"
    BAD_LICENCE_NUMBER = "BAD_LICENCE_NUMBER"
    UNKNOWN_DIVISION = "UNKNOWN_DIVISION"
    BAD_GEOMETRY = "BAD_GEOMETRY"
    UNKNOWN_MINE = "UNKNOWN_MINE"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    ALREADY_SUCCEEDED = "ALREADY_SUCCEEDED"
    LICENCE_NUMBER_IN_USE = "LICENCE_NUMBER_IN_USE"
    SUCCESSION_CYCLE = "SUCCESSION_CYCLE"
    NOT_ALLOWED_HERE = "NOT_ALLOWED_HERE"
    STEP_NOT_ALLOWED = "STEP_NOT_ALLOWED"
    NOT_INDEPENDENT = "NOT_INDEPENDENT"
    PUBLICATION_TOO_SHORT = "PUBLICATION_TOO_SHORT"
    REPAIR_WITHOUT_DOCUMENT = "REPAIR_WITHOUT_DOCUMENT"
    MONEY_WITHOUT_KIND = "MONEY_WITHOUT_KIND"
    WRONG_DEPARTMENT = "WRONG_DEPARTMENT"
    OUTSIDE_DUTIES = "OUTSIDE_DUTIES"
    OUTSIDE_LEVEL = "OUTSIDE_LEVEL"
    UNKNOWN_AUTHORITY = "UNKNOWN_AUTHORITY"
    OUTSIDE_JURISDICTION = "OUTSIDE_JURISDICTION"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    WITHDRAWN = "WITHDRAWN"
    STALE = "STALE"
    COPY_DIFFERS = "COPY_DIFFERS"
    UNREADABLE_ITEM = "UNREADABLE_ITEM"


TEXTS: dict[ErrorCode, tuple[str, str]] = {
    ErrorCode.UNAUTHENTICATED: ("请先取得有效的访问令牌", "A valid access token is needed"),
    ErrorCode.SIGN_IN_FAILED: ("登录未完成，请重新登录", "The sign-in was not completed, please try again"),
    ErrorCode.NO_ROLE: ("该账号未被授予本系统的角色", "This account has been given no role here"),
    ErrorCode.FORBIDDEN: ("无权进行此操作", "You may not do this"),
    ErrorCode.PURPOSE_REQUIRED: ("须说明查询用途", "The purpose of this read must be named"),
    ErrorCode.NOT_FOUND: ("未找到", "Not found"),
    ErrorCode.CONFLICT: ("与现有数据冲突", "Conflicts with what is stored"),
    ErrorCode.INVALID_INPUT: ("输入无效", "The input is not valid"),
    ErrorCode.MALFORMED_REQUEST: ("请求格式有误", "The request cannot be read"),
    ErrorCode.INVALID_REQUEST: ("请求不符合 GraphQL over HTTP 格式", "The body is no GraphQL request"),
    ErrorCode.DOCUMENT_UNREADABLE: ("查询文本无法解析", "The GraphQL document cannot be parsed"),
    ErrorCode.DOCUMENT_INVALID: ("查询文本无效", "The GraphQL document is not valid"),
    ErrorCode.QUERY_TOO_COMPLEX: ("查询过于复杂", "The query asks for more than is allowed"),
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: ("查询未登记", "No such document is registered"),
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: ("未登记任何查询，请发送全文", "Nothing is registered for you: send the document"),
    ErrorCode.DOCUMENT_NOT_TRUSTED: ("只能使用已登记的查询", "Only registered documents may be asked"),
    ErrorCode.METHOD_NOT_ALLOWED: ("不支持该请求方法", "This HTTP method is not allowed"),
    ErrorCode.NOT_ACCEPTABLE: ("无法以所要求的格式应答", "No acceptable answer format"),
    ErrorCode.PAYLOAD_TOO_LARGE: ("请求体过大", "The request body is too large"),
    ErrorCode.REQUEST_TIMEOUT: ("请求体未按时收全", "The request body did not come in time"),
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: ("不支持该内容类型", "This content type is not supported"),
    ErrorCode.WRONG_HOST: ("请求的主机名不属于本枢纽", "This hub goes by another host name"),
    ErrorCode.BATCH_TOO_LARGE: ("一次提交的条数过多", "Too many items in one batch"),
    ErrorCode.LOG_CHANGED: (
        "日志已不是此游标所属的日志（曾恢复到较早的副本），请重新读取后从新的游标续传",
        "The log is no longer the one of this cursor (an older copy was restored): read anew, and go on from a new cursor",
    ),
    ErrorCode.CURSOR_TOO_OLD: (
        "此游标之后的日志已不再保留，请重新读取后从新的游标续传",
        "What came after this cursor is no longer kept: read anew, and go on from a new cursor",
    ),
    ErrorCode.NOT_AS_OF: (
        "不能按过去的时点查询此项（只保留现状）",
        "This cannot be asked as of a moment: nothing of before is kept of it",
    ),
    ErrorCode.BEFORE_THE_LOG: ("早于日志的第一条，当时本枢纽一无所知", "Lies before the log begins: nothing was known then"),
    ErrorCode.BEYOND_THE_LOG: ("日志尚未到达此位次", "The log has not come to this position yet"),
    ErrorCode.DEADLINE_EXCEEDED: ("处理超时", "The operation took too long"),
    ErrorCode.UNAVAILABLE: ("服务暂不可用，请稍后再试", "Temporarily unavailable, try again later"),
    ErrorCode.RATE_LIMITED: ("请求过于频繁，请稍后再试", "Too much at once, try again later"),
    ErrorCode.INTERNAL: ("系统内部错误", "Internal error"),
    ErrorCode.REQUIRED: ("必填", "is required"),
    ErrorCode.UNKNOWN_FIELD: ("没有此字段", "is not a field"),
    ErrorCode.WRONG_TYPE: ("类型不符", "has the wrong type"),
    ErrorCode.TOO_LONG: ("超过长度上限", "is too long"),
    ErrorCode.TOO_MANY: ("条数超过上限", "has too many items"),
    ErrorCode.FORBIDDEN_CHARACTER: ("含有不允许的字符", "holds a character that is not allowed"),
    ErrorCode.NOT_A_CHOICE: ("不在可选范围内", "is not one of the choices"),
    ErrorCode.OUT_OF_RANGE: ("超出允许范围", "is out of range"),
    ErrorCode.NEGATIVE: ("不能为负数", "must not be negative"),
    ErrorCode.TOO_PRECISE: ("小数位过多", "has too many decimals"),
    ErrorCode.NOT_A_DATE: ("不是有效日期（YYYY-MM-DD）", "is not a date (YYYY-MM-DD)"),
    ErrorCode.IN_THE_FUTURE: ("不能晚于今天", "must not lie in the future"),
    ErrorCode.DATES_OUT_OF_ORDER: ("日期先后有误", "dates are out of order"),
    ErrorCode.DUPLICATE: ("重复", "is repeated"),
    ErrorCode.BAD_CREDIT_CODE: ("统一社会信用代码校验不通过", "is not a valid unified social credit code"),
    ErrorCode.BAD_LICENCE_NUMBER: ("采矿许可证号格式不符", "is not a mining-licence number"),
    ErrorCode.UNKNOWN_DIVISION: ("行政区划代码不存在", "is not a known administrative division"),
    ErrorCode.BAD_GEOMETRY: ("图形无效", "is not a valid polygon"),
    ErrorCode.UNKNOWN_MINE: ("采矿许可证号未登记", "no mine with this licence number is registered"),
    ErrorCode.UNKNOWN_REFERENCE: (
        "所引用的记录不存在或不在有效期",
        "names a record that the hub does not have or that does not stand",
    ),
    ErrorCode.ALREADY_SUCCEEDED: (
        "该采矿许可证号已被新证号承继，请用新号",
        "this licence number has been succeeded by another: use that",
    ),
    ErrorCode.LICENCE_NUMBER_IN_USE: ("该采矿许可证号属于另一矿山", "is the licence number of another mine"),
    ErrorCode.SUCCESSION_CYCLE: ("该采矿许可证号是本矿曾用号，沿革不能循环", "is a former number of the same mine"),
    ErrorCode.STEP_NOT_ALLOWED: ("程序环节不符", "this step may not follow the ones before it"),
    ErrorCode.NOT_ALLOWED_HERE: ("与其他字段不符", "does not go with the other fields"),
    ErrorCode.WRONG_DEPARTMENT: ("只能以本部门名义提交", "a department posts only as itself"),
    ErrorCode.NOT_INDEPENDENT: ("不具备独立性", "is not independent"),
    ErrorCode.PUBLICATION_TOO_SHORT: (
        "早于该失信类别的最短公示期止",
        "is before the shortest publication of its class is over",
    ),
    ErrorCode.REPAIR_WITHOUT_DOCUMENT: ("信用修复须有决定文号", "is required with a repair"),
    ErrorCode.MONEY_WITHOUT_KIND: ("有金额但无相应处罚种类", "is money that no kind of this penalty carries"),
    ErrorCode.OUTSIDE_DUTIES: ("不属该部门职责", "is not among the department's duties"),
    ErrorCode.OUTSIDE_LEVEL: ("不属该层级机关的权限", "is not for an organ of this level to say"),
    ErrorCode.UNKNOWN_AUTHORITY: ("机关未登记", "no organ with this credit code is registered"),
    ErrorCode.OUTSIDE_JURISDICTION: ("不在管辖区域内", "lies outside the poster's jurisdiction"),
    ErrorCode.WITHDRAWN: ("该记录已撤回，须先恢复（reinstateRecord）", "was withdrawn: reinstate it first (reinstateRecord)"),
    ErrorCode.STALE: (
        "早于该来源已提交的内容，未作改动",
        "is older than what the same source has said since, and changes nothing",
    ),
    ErrorCode.COPY_DIFFERS: (
        "与作出部门提交的内容不一致，以作出部门为准，差异已登记（discrepancies）",
        "differs from what the deciding department has posted, whose word stands; kept in discrepancies",
    ),
    ErrorCode.VERSION_CONFLICT: ("版本已变更", "the expected version no longer holds"),
    ErrorCode.UNREADABLE_ITEM: ("无法识别该条数据", "the item cannot be read"),
}


def told(code: ErrorCode, detail: str | tuple[str, str] = "", *, path: str = "", language: Language | None = None) -> str:
    """What to tell people of an error: in one language, else Chinese and English beside it.  The detail may be in both."""
    chinese, english = TEXTS[code]
    more, also = detail if isinstance(detail, tuple) else (detail, detail)
    name = f"{path}: " if path else ""
    in_english = f"{english} ({also})" if also else english
    in_chinese = f"{chinese}（{more}）" if more else chinese
    match language:
        case Language.CHINESE:
            return name + in_chinese
        case Language.ENGLISH:
            return name + in_english
    return f"{name}{chinese if more == also else in_chinese} / {in_english}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field of an item.  `path` is the field's wire name, dotted (`mines.0`); `` is the item."""

    path: str
    code: ErrorCode
    detail: str = ""

    @property
    def message(self) -> str:
        """What to tell people: Chinese first, English beside it."""
        return told(self.code, self.detail, path=self.path)

    def as_dict(self) -> dict[str, str | None]:
        """All of it, and its parts apart for who shows them in one language beside the field."""
        chinese, english = TEXTS[self.code]
        return {
            "path": self.path,
            "code": self.code.value,
            "message": self.message,
            "chinese": chinese,
            "english": english,
            "detail": self.detail or None,
        }


class HubError(Exception):
    """Ends a request.  `detail` is for the caller and never holds internals; `retry_after` is in whole seconds."""

    def __init__(self, code: ErrorCode, detail: str = "", *, field: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(code, detail)
        self.retry_after = 1 if retry_after is None and code is ErrorCode.UNAVAILABLE else retry_after
        self.code = code
        self.detail = detail
        self.field = field
        #: The keys under which the answer would hold what is refused, where it is a field of an answer.
        self.at: tuple[str, ...] = ()
        #: Whether it is of all that is asked together, though it was noticed at one field.
        self.is_of_all = False
        #: The number of the parameter that cannot be taken, where that is known and not yet where it stands.
        self.parameter: int | None = None

    @property
    def message(self) -> str:
        return Problem("", self.code, self.detail).message

    @property
    def extensions(self) -> dict[str, str]:
        """What stands beside the message in GraphQL's errors: the code, the field, and the parts of the message."""
        chinese, english = TEXTS[self.code]
        more = {name: value for name, value in (("field", self.field), ("detail", self.detail)) if value}
        return {"code": self.code.value, **more, "chinese": chinese, "english": english}

    @property
    def payload(self) -> dict[str, Any]:
        """The error as an answer tells it, in the language of the request."""
        return {"message": told(self.code, self.detail, language=ASKED.get()), "extensions": self.extensions}

    def __str__(self) -> str:
        return self.message


class UnfitError(Exception):
    """Why a hub cannot work with its database, its files or where it is to listen, and what to do about it, in one line."""
