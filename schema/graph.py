"""What all nouns of the graph share: nodes, records, pages, and how a relation is declared in one line."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.scalars import JSON

from schema.scalars import Department

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """A field of a type in one line: what it is, and what is said of it.  `graph_type` and `declared` make it a field."""

    kind: Any
    description: str


def to_one(module: str, name: str, description: str) -> Any:
    """A relation to at most one row of another noun."""
    return Told(lazy(module, name) | None, description)


def to_all(module: str, name: str, description: str) -> Any:
    """A relation to all rows of another noun: for short lists only."""
    return Told(list[lazy(module, name)], description)  # type: ignore[misc]


def described(kind: Any, description: str) -> Any:
    """A field whose type is made at run time, such as an enum."""
    return Told(kind, description)


def on_day(kind: Any, description: str) -> Any:
    """A field that is asked for a day in the world."""
    return field_with({"on": date | None}, kind, f"{description}；on 默认为今天", optional=("on",))


def one_on(module: str, name: str, description: str) -> Any:
    """A relation to at most one row of another noun, as of a day in the world."""
    return on_day(lazy(module, name) | None, description)


def all_on(module: str, name: str, description: str) -> Any:
    """A relation to all rows of another noun, as of a day in the world: for short lists only."""
    return on_day(list[lazy(module, name)], description)  # type: ignore[misc]


def settle(cls: type) -> None:
    """Turn the lines of a class into annotated fields, in their order."""
    annotations = dict(inspect.get_annotations(cls))
    for name, line in list(vars(cls).items()):
        if isinstance(line, Told):
            annotations[name] = line.kind
            setattr(cls, name, strawberry.field(description=line.description))
    cls.__annotations__ = annotations


def graph_type(description: str) -> Callable[[type[T]], type[T]]:
    """Decorate a class into a GraphQL type."""

    def make(cls: type[T]) -> type[T]:
        settle(cls)
        return strawberry.type(cls, description=description)

    return make


def graph_interface(description: str) -> Callable[[type[T]], type[T]]:
    """Decorate a class into a GraphQL interface."""

    def make(cls: type[T]) -> type[T]:
        settle(cls)
        return strawberry.interface(cls, description=description)

    return make


def lazy(module: str, name: str) -> Any:
    """A type of another noun's module, so that nouns can name one another."""
    return Annotated[name, strawberry.lazy(f"schema.{module}")]


@strawberry.interface(description="有全局标识的对象 / whatever has a global id")
class Node:
    id: strawberry.ID = strawberry.field(
        description="全局标识；历史版本的标识带版本号 / global id; earlier versions have ids of their own"
    )


@graph_interface("部门提交的记录 / a record that a department posted, with the envelope that all records have")
class PostedRecord(Node):
    record_id: strawberry.ID = strawberry.field(
        description="记录标识，各版本相同 / the record's id, the same for all its versions"
    )
    version: int = strawberry.field(description="版本号，自 1 起 / version, from 1")
    department = described(Department, "所属部门 / whose record it is")
    source: str | None = strawberry.field(description="来源通道 / the way by which it came")
    posted_by: str | None = strawberry.field(description="提交方客户端 / client that posted it")
    recorded_at: datetime = strawberry.field(description="入库时间（UTC） / when the hub recorded this version")
    superseded_at: datetime | None = strawberry.field(description="被新版本替代的时间 / when a newer version took its place")
    payload_hash: str = strawberry.field(
        description="内容摘要（加盐的 SHA-256，盐不公开；同一内容的不同版本摘要不同） / "
        "salted SHA-256 of the canonical JSON content; the salt is not told, equal content of two versions has two hashes"
    )
    changed_at: datetime | None = strawberry.field(
        description="来源系统中的变更时刻（如来源提供） / when this version changed at its source, where that was told"
    )
    sent_forms: JSON | None = strawberry.field(
        description="以其他写法提交的编号和代码的原写法，按字段名（个人信息不保存） / numbers and codes that were sent in "
        "another way of writing than they are kept in, as they were sent, by field name; of personal ones nothing is kept"
    )
    withdrawn: bool = strawberry.field(description="是否已撤回 / whether this version takes the record back")
    withdrawn_at: datetime | None = strawberry.field(description="撤回时间 / when it was taken back")
    withdrawal_reason: str | None = strawberry.field(description="撤回或恢复的理由 / why it was taken back, or stands again")
    log_position: int | None = strawberry.field(
        description="日志位次，连续无缺；提交后给出 / gapless position in the log, given after commit"
    )
    posting_department = to_one("departments", "DepartmentInfo", "部门信息 / the department and its sources' freshness")


@strawberry.type(description="分页信息 / where a page lies")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="一条记录及其游标 / a row and its cursor")
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type(description="一页记录 / a page of rows")
class Connection(Generic[T]):
    nodes: list[T]
    edges: list[Edge[T]]
    page_info: PageInfo
    total_count: int = strawberry.field(description="符合条件的总数 / how many rows match")


#: Rows of a page when neither `first` nor `last` is given, and the most that may be asked for.
DEFAULT_SIZE = 50
MOST_SIZE = 500


def page_of(connection: Any, filters: Any, orders: Any, description: str) -> Any:
    """A connection to a noun's rows, with the noun's filter and order."""
    arguments = {
        "filter": filters | None,
        "order_by": list[orders] | None,
        "first": int | None,
        "after": str | None,
        "last": int | None,
        "before": str | None,
    }
    return field_with(
        arguments,
        connection,
        f"{description}（默认 {DEFAULT_SIZE} 条，最多 {MOST_SIZE} 条）",
        optional=tuple(arguments),
    )


def one_by(kind: Any, description: str, **arguments: Any) -> Any:
    """A root field that finds one row by its arguments, or null."""
    return field_with(arguments, kind | None, description)


#: The argument of every mutation by which its client marks what is to be done once.
IDEMPOTENCY_KEY = "idempotency_key"


def does(
    arguments: dict[str, Any],
    result: Any,
    description: str,
    *,
    optional: tuple[str, ...] = (),
    defaults: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """A mutation: a field with arguments, and with the key under which it is done once."""
    arguments = {**arguments, IDEMPOTENCY_KEY: str | None}
    return field_with(arguments, result, description, optional=(*optional, IDEMPOTENCY_KEY), defaults=defaults)


def field_with(
    arguments: dict[str, Any],
    result: Any,
    description: str,
    *,
    optional: tuple[str, ...] = (),
    defaults: Mapping[str, Any] = MappingProxyType({}),
    name: str | None = None,
) -> Any:
    """A field with arguments; what is `optional` is null by default.  Its name is that under which it is declared, unless it
    has another (`name`).

    Its resolver never runs: reads are planned, and posts go to the posting service.
    """
    given = {**dict.fromkeys(optional), **defaults}

    def resolver(**_: Any) -> Any:
        raise NotImplementedError(description)

    parameters = [
        inspect.Parameter(
            argument,
            inspect.Parameter.KEYWORD_ONLY,
            default=given.get(argument, inspect.Parameter.empty),
            annotation=kind,
        )
        for argument, kind in arguments.items()
    ]
    resolver.__signature__ = inspect.Signature(parameters, return_annotation=result)  # type: ignore[attr-defined]
    resolver.__annotations__ = {**arguments, "return": result}
    return strawberry.field(resolver=resolver, description=description, name=name)
