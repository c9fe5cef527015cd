"""GraphQL types from the kinds' declarations: a field's name, type and description stand in the domain, once."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import new_class
from typing import Any, Generic, TypeVar

import strawberry
from strawberry import UNSET

from auth.rules import is_masked
from hub.domain.declaring import checks, fields
from hub.domain.declaring.fields import Field, Payload, english, fields_of, inputs_of, snake
from hub.domain.words.worded import Words
from schema.graph import Connection, field_with, settle
from schema.scalars import Department, enum, output_type

T = TypeVar("T")

#: GraphQL types of the parts that live inside records, by their payload class.
PARTS: dict[type[Any], Any] = {}


def _annotate(cls: type, attribute: str, kind: Any, description: str, **more: Any) -> None:
    cls.__annotations__[attribute] = kind
    setattr(cls, attribute, strawberry.field(description=description, **more))


def declared(payload: type[Payload]) -> Callable[[type[T]], type[T]]:
    """Decorate a class into the GraphQL type of a kind: its declared fields, and what the class adds.

    A field that some callers may not see can be null, whatever its declaration says.
    """

    def make(cls: type[T]) -> type[T]:
        noun = snake(cls.__name__)
        settle(cls)
        for field in fields_of(payload):
            if field.name in cls.__annotations__ or hasattr(cls, field.name):
                continue
            kind = output_type(field.spec.check, PARTS)
            optional = field.nullable or is_masked(noun, field.name)
            _annotate(cls, field.name, kind | None if optional else kind, field.spec.description)
        return strawberry.type(cls, description=f"{payload.chinese} / {english(payload)}")

    return make


def part(payload: type[Payload]) -> Callable[[type[T]], type[T]]:
    """Decorate a class into the GraphQL type of a part, known to all kinds that hold such parts."""

    def make(cls: type[T]) -> type[T]:
        made = declared(payload)(cls)
        PARTS[payload] = made
        return made

    return make


def input_type(payload: type[Payload], name: str, *, envelope: bool = True) -> Any:
    """The GraphQL input of a kind: every field that a sender fills, and the envelope's `department`,
    `expectedVersion` and `changedAt`."""
    cls = type(name, (), {"__annotations__": {}})
    for field in inputs_of(payload).values():
        kind = _input_kind(field.spec.check)
        if field.required:
            _annotate(cls, field.name, kind, f"{field.spec.description}【必填】")
        else:
            _annotate(cls, field.name, kind | None, field.spec.description, default=None)
    if envelope:
        _annotate(cls, "department", Department | None, "所属部门（默认为本部门） / whose record it is", default=None)
        _annotate(
            cls,
            "expected_version",
            int | None,
            "期望的当前版本 / the version that this one follows; 0 for a first",
            default=None,
        )
        _annotate(
            cls,
            "changed_at",
            datetime | None,
            "来源系统中的变更时刻；早于已提交内容的不作改动（STALE） / when it changed at its source; "
            "what is older than what the same client has said since changes nothing",
            default=None,
        )
    return strawberry.input(cls, description=f"{payload.chinese}（提交） / what is posted")


def _input_kind(check: checks.Check) -> Any:
    match check:
        case checks.Several(each=fields.Nested(part=inner)):
            return list[input_type(inner, f"{inner.__name__}Input", envelope=False)]  # type: ignore[misc]
    return output_type(check, {})


def _is_null() -> Any:
    """What every condition may ask besides; null is no condition anywhere."""
    return strawberry.field(description="true：为空；false：不为空 / whether there is no value", default=UNSET)


@strawberry.input(description="文本条件 / a condition on text; all that are given must hold")
class TextFilter:
    eq: str | None = UNSET
    in_: list[str] | None = strawberry.field(name="in", default=UNSET)
    contains: str | None = UNSET
    starts_with: str | None = UNSET
    is_null: bool | None = _is_null()


@strawberry.input(description="日期范围，含首尾 / a range of dates, both ends included")
class DateRange:
    from_: date | None = strawberry.field(name="from", default=UNSET)
    to: date | None = UNSET
    is_null: bool | None = _is_null()


@strawberry.input(description="时刻范围，含首尾 / a range of instants, both ends included")
class InstantRange:
    from_: datetime | None = strawberry.field(name="from", default=UNSET)
    to: datetime | None = UNSET
    is_null: bool | None = _is_null()


@strawberry.input(description="数值范围，含首尾 / a range of numbers, both ends included")
class DecimalRange:
    from_: Decimal | None = strawberry.field(name="from", default=UNSET)
    to: Decimal | None = UNSET
    is_null: bool | None = _is_null()


@strawberry.input(description="整数范围，含首尾 / a range of whole numbers, both ends included")
class IntRange:
    eq: int | None = UNSET
    from_: int | None = strawberry.field(name="from", default=UNSET)
    to: int | None = UNSET
    is_null: bool | None = _is_null()


@strawberry.input(description="是否条件 / a condition on a yes or no")
class Is:
    eq: bool | None = UNSET
    is_null: bool | None = _is_null()


@strawberry.input(description="选项条件 / a condition on a word of a closed list")
class Choice(Generic[T]):
    eq: T | None = UNSET
    in_: list[T] | None = strawberry.field(name="in", default=UNSET)
    is_null: bool | None = _is_null()


@strawberry.input(description="列表条件 / a condition on a list of words")
class Holding(Generic[T]):
    has: T | None = UNSET
    is_null: bool | None = _is_null()


def _filter_kind(check: checks.Check) -> Any:
    match check:
        case checks.Text():
            return TextFilter
        case checks.Day():
            return DateRange
        case checks.Number():
            return DecimalRange
        case checks.Whole():
            return IntRange
        case checks.Flag():
            return Is
        case checks.Word():
            return Choice[enum(check.words)]  # type: ignore[misc]
        case checks.Several(each=checks.Word(words=words)):
            return Holding[enum(words)]  # type: ignore[misc]
    raise TypeError(check)


def _found(payload: type[Payload], what: Callable[[Field], bool]) -> list[Field]:
    return [field for field in fields_of(payload) if what(field)]


def filter_type(name: str, payload: type[Payload] | None, **more: Any) -> Any:
    """The GraphQL filter of a noun: its `find` fields, what is given in `more`, and `and`, `or`, `not`."""
    cls: Any = type(name, (), {"__annotations__": {}, "__module__": __name__})
    for field in _found(payload, lambda f: f.spec.find) if payload else []:
        _annotate(cls, field.name, _filter_kind(field.spec.check) | None, field.spec.description, default=UNSET)
    for extra, kind in more.items():
        _annotate(cls, extra, kind | None, "", default=UNSET)
    if payload:
        _annotate(cls, "department", Choice[Department] | None, "所属部门 / whose record", default=UNSET)
        _annotate(cls, "recorded_at", InstantRange | None, "入库时间 / when the hub recorded this version", default=UNSET)
        _annotate(
            cls, "withdrawn", bool | None, "true：只列已撤回的记录 / true lists the withdrawn records only", default=UNSET
        )
    globals()[name] = cls
    for logic, kind in (("and", f"list[{name}]"), ("or", f"list[{name}]"), ("not", name)):
        _annotate(cls, f"{logic}_", f"{kind} | None", f"逻辑 {logic}", default=UNSET, name=logic)
    made = strawberry.input(
        cls, description="筛选条件；各项须同时满足 / what a list is filtered by; all that is given must hold"
    )
    globals()[name] = made
    return made


def _said(some: list[Field]) -> dict[str, str]:
    """What is said of fields, by the words for them."""
    return {field.name.upper(): field.spec.description for field in some}


class Direction(Words):
    """方向 / direction."""

    ASC = "ASC", "升序", "ascending"
    DESC = "DESC", "降序", "descending"


def order_type(name: str, payload: type[Payload] | None, *more: str) -> Any:
    """The GraphQL order of a noun: its `sort` fields and those named in `more`."""
    sorts = _found(payload, lambda f: f.spec.sort) if payload else []
    choices = StrEnum(f"{name}Field", {n.upper(): n.upper() for n in [*(f.name for f in sorts), *more]})  # type: ignore[misc]
    choices.__doc__ = "可排序的字段 / what can be ordered by"
    cls = type(name, (), {"__annotations__": {}})
    _annotate(cls, "field", enum(choices, _said(sorts)), "字段 / field")
    _annotate(cls, "direction", enum(Direction), "方向 / direction", default=Direction.ASC)
    return strawberry.input(cls, description="排序 / one key of an order; the id always comes last")


def connection_type(payload: type[Payload], node: Any) -> Any:
    """The GraphQL connection to a kind's rows, with a sum where the kind declares numbers that add."""
    amounts = _found(payload, lambda f: f.spec.adds)
    if not amounts:
        return Connection[node]
    choices = StrEnum(f"{payload.__name__}Amount", {f.name.upper(): f.name.upper() for f in amounts})  # type: ignore[misc]
    choices.__doc__ = "可合计的数值 / numbers that add"
    cls: Any = new_class(f"{payload.__name__}Connection", (Connection[node],))
    cls.sum = field_with(
        {"of": enum(choices, _said(amounts)) | None},
        Decimal | None,
        "符合条件的全部记录合计，未填的不计，没有记录时为 0；无权查看该数值的、未指明 of 的为空"
        " / the sum over all rows that match; 0 of none, null to those who may not see the number, and of nothing",
        # Tools that select whatever there is give no arguments.
        optional=("of",),
    )
    return strawberry.type(cls, description="一页记录及其合计 / a page of rows, and what they add up to")
