"""What the log tells those who follow it: each posting, in order, as far as the follower may see its record."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import strawberry

from hub.domain.log import EVENT_TYPES, Action, Posted, Wanted
from hub.domain.read_plan import Visibility
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department as DepartmentWord
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.gone import Gone
from hub.domain.words.identifiers import clean_licence_no, version_id
from hub.domain.words.notation import written
from schema.graph import PageInfo, PostedRecord, described, field_with, graph_type, to_all
from schema.scalars import Cursor, Department, enum

Kind = enum(RecordKind)
LogAction = enum(Action)
WhyGone = enum(Gone)

MOST_MINES = 1000
_MOST_TYPES = len(EVENT_TYPES)


@graph_type(
    "记录事件：新提交、新版本、撤回、恢复、不再可见 / that a record was posted, revised, taken back or reinstated, or that the "
    "receiver, who could see it, may see it no more"
)
class RecordEvent:
    position: int = strawberry.field(description="日志位次，连续无缺 / position in the log, which is gapless")
    cursor: Cursor = strawberry.field(description="此事件之后的位置，断线后自此续传 / the place after it, to go on from")
    type: str = strawberry.field(description="事件类型，如 penalty.posted / the one word for it, such as penalty.posted")
    action = described(LogAction, "事由 / whether it is new, a new version, or taken back")
    kind = described(Kind, "记录种类 / kind of record")
    record_id: strawberry.ID = strawberry.field(description="记录标识，各版本相同 / the record's id, the same for all versions")
    version: int = strawberry.field(description="版本号，自 1 起 / version, from 1")
    department = described(Department, "所属部门 / whose record it is")
    licence_nos: list[str] = strawberry.field(
        description="关联矿山采矿许可证号，含上一版本所关联者；移交答复为其移交所涉矿山 / licence numbers of the mines "
        "concerned, and of those that the version before concerned; of an answer to a transfer, that of the transfer"
    )
    recorded_at: datetime = strawberry.field(description="入库时间（UTC） / when the hub recorded it")
    gone = described(
        WhyGone | None,
        "不再可见的原因；此后应删除或更正副本 / why the receiver may see the record no more, so that its copy goes too; "
        "null in all other events",
    )
    record: PostedRecord | None = strawberry.field(
        description="该版本的记录；不再可见时为空 / the record as of this version; null where it may be seen no more"
    )


@graph_type("矿山变更事件 / that something was posted about a mine that is watched")
class MineEvent(RecordEvent):
    mines = to_all(
        "records",
        "Mine",
        "所关注的相关矿山，按送达时的现状 / those of the mines that are watched, as they stand now",
    )


@strawberry.type(description="一个事件及其游标 / an event and its cursor")
class RecordEventEdge:
    cursor: Cursor
    node: RecordEvent


@strawberry.type(
    description="一页事件；endCursor 为已查看到的位置，其后的事件由下一页给出 / a page of events; endCursor is the place up to "
    "which the log was looked through, also where nothing was found, and good for ever"
)
class RecordEventConnection:
    nodes: list[RecordEvent]
    edges: list[RecordEventEdge]
    page_info: PageInfo


@strawberry.input(description="事件条件；各项须同时满足 / which events; all that is given must hold")
class RecordEventFilter:
    types: list[str] | None = strawberry.field(default=None, description="事件类型，如 penalty.posted / such as penalty.posted")
    kinds: list[Kind] | None = strawberry.field(default=None, description="记录种类 / kinds of records")  # type: ignore[valid-type]
    departments: list[Department] | None = strawberry.field(default=None, description="所属部门 / departments")
    licence_nos: list[str] | None = strawberry.field(default=None, description="采矿许可证号 / mines, by licence number")
    watch: strawberry.ID | None = strawberry.field(
        default=None,
        description="本银行的关注名单标识，按读取时的名单 / the bank's own portfolio: its mines, as it holds them then",
    )


#: What the subscriptions are filtered by, each an argument of its own.
_FILTERS: dict[str, Any] = {
    "types": list[str] | None,
    "kinds": list[Kind] | None,  # type: ignore[valid-type]
    "departments": list[Department] | None,
}
_HOW: dict[str, Any] = {"after": Cursor | None, "consumer": str | None, "progress": bool | None}
_FROM = (
    "after 为游标，先补传其后的事件再续新，不缺不重，省略则自当前起；"
    "所订种类的记录不再可见时一并告知（类型 ….gone）；"
    "consumer 为具名接收方，自其已确认处续传；progress 为真时另以空事件告知自何处起、已查看到何处"
    "（extensions.log） / after a cursor, what was missed comes first and then what is new, without a gap or "
    "a repeat; else from now on.  Whichever types of a kind are wanted, it is told too when one of its records may be seen no "
    "more (….gone), by a post or by the passing of a day.  With progress, messages without an event tell from where it listens "
    "and how far it has looked (extensions.log).  A consumer, by its name, goes on where it has acknowledged"
)


def follows() -> dict[str, Any]:
    """The root fields by which the log is followed."""
    posted = _FILTERS | {"licence_nos": list[str] | None} | _HOW
    changed = {"licence_nos": list[str] | None, "watch": strawberry.ID | None} | _FILTERS | _HOW
    return {
        "record_posted": field_with(
            posted,
            RecordEvent | None,
            "订阅记录事件；送达时逐条核对权限 / what is posted, of these types, kinds, departments and mines alone where any "
            f"are named; each event is told only if its record may be seen at that moment.  {_FROM}",
            optional=tuple(posted),
        ),
        "mine_changed": field_with(
            changed,
            MineEvent | None,
            "订阅所关注矿山的变更；watch 为本银行的关注名单标识，按送达时的名单 / what is posted about these mines, with the "
            "mines as they stand then; watch is the bank's own portfolio, whose mines are those that it holds then.  "
            f"{_FROM}",
            optional=tuple(changed),
        ),
    }


#: Events of a page of the feed when `first` is not given, and the most that may be asked for.
DEFAULT_EVENTS = 100
MOST_EVENTS = 1000


def feed() -> Any:
    """The root field by which the log is pulled."""
    return field_with(
        {"after": Cursor | None, "consumer": str | None, "first": int | None, "where": RecordEventFilter | None},
        RecordEventConnection,
        f"事件流：自 after 之后（省略则自始）逐页读取，默认 {DEFAULT_EVENTS} 条，最多 {MOST_EVENTS} 条；"
        "一页可不足所求条数 / the log, page by page, after a cursor or from its beginning; "
        "a page may hold less than was asked for while there is more.  A consumer goes on where it has acknowledged, "
        "and to come with a later cursor is to acknowledge",
        optional=("after", "consumer", "first", "where"),
    )


def event(posted: Posted, watched: Mapping[str, str] = MappingProxyType({}), gone: Gone | None = None) -> dict[str, Any]:
    """A posting under the names of `RecordEvent`, without the record, which is known by `versionId`; and of its mines those
    that are watched, by their ids.  What is `gone` has no version that may be looked up."""
    return {
        "position": posted.position,
        "cursor": str(posted.cursor),
        "type": posted.type,
        "action": posted.action.name,
        "kind": posted.kind.name,
        "recordId": posted.record_id,
        "version": posted.version,
        "versionId": "" if gone else version_id(posted.record_id, posted.version),
        "gone": gone and gone.name,
        "department": posted.department.name,
        "licenceNos": list(posted.mines),
        "recordedAt": written(posted.recorded_at),
        "mines": list(dict.fromkeys(watched[number] for number in posted.mines if number in watched)),
    }


def wanted(values: Mapping[str, Any], visibility: Visibility, prefix: str = "") -> Wanted:
    """Which postings are wanted, by values under the names of `RecordEventFilter`.

    Raises INVALID_INPUT naming the argument, and FORBIDDEN for a kind that the caller may not see.
    """
    types = _types(values.get("types"), f"{prefix}types")
    kinds = [RecordKind(word) for word in values.get("kinds") or ()]
    for name, named in (("kinds", kinds), ("types", [kind for kind, _ in types])):
        for place, kind in enumerate(named):
            if kind.value not in visibility.nouns:
                raise HubError(ErrorCode.FORBIDDEN, kind.value, field=f"{prefix}{name}.{place}")
    chosen = frozenset(types)
    if kinds:
        all_of = frozenset((kind, action) for kind in kinds for action in Action)
        chosen = chosen & all_of if types else all_of
        if not chosen:
            raise HubError(ErrorCode.INVALID_INPUT, "kinds, types", field=f"{prefix}types")
    departments = frozenset(DepartmentWord(word) for word in values.get("departments") or ())
    fading = frozenset(kind for kind in RecordKind if visibility.may_fade(kind.value))
    return Wanted(chosen, departments, _mines(values.get("licence_nos"), f"{prefix}licenceNos"), fading)


def _types(words: Iterable[str] | None, field: str) -> list[tuple[RecordKind, Action]]:
    named = list(words or ())
    if len(named) > _MOST_TYPES:
        raise HubError(ErrorCode.INVALID_INPUT, f"≤ {_MOST_TYPES}", field=field)
    for place, word in enumerate(named):
        if word not in EVENT_TYPES:
            raise HubError(ErrorCode.INVALID_INPUT, "penalty.posted, …", field=f"{field}.{place}")
    return [EVENT_TYPES[word] for word in named]


def _mines(licence_nos: list[str] | None, field: str) -> frozenset[str] | None:
    """The mines whose events are wanted; None for all."""
    if licence_nos is None:
        return None
    if len(licence_nos) > MOST_MINES:
        raise HubError(ErrorCode.INVALID_INPUT, f"≤ {MOST_MINES}", field=field)
    numbers = [clean_licence_no(number) for number in licence_nos]
    if None in numbers:
        raise HubError(ErrorCode.INVALID_INPUT, ErrorCode.BAD_LICENCE_NUMBER, field=f"{field}.{numbers.index(None)}")
    return frozenset(number for number in numbers if number)
