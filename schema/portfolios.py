"""Portfolios: what a bank watches, and what was told of it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from auth.principals import Principal
from hub.domain.findings import words
from hub.domain.words.gone import Gone
from hub.domain.words.purposes import Purpose
from hub.services.banks.digests import MOST_MINES as MOST_TOLD
from hub.services.banks.portfolios import (
    MOST_DIGESTS,
    MOST_EVENTS,
    MOST_MINES,
    MOST_PORTFOLIOS,
    MOST_REFERENCE,
    Portfolios,
    Row,
)
from hub.services.evidence.asked import Found
from schema.graph import described, does, field_with, graph_type
from schema.posting import Problem
from schema.scalars import Department, enum
from schema.told import Teller, Tellers, numbers_named

Severity = enum(words.Severity)
DigestPeriod = enum(words.DigestPeriod)
#: As what the ledger knows mines that are put.
PORTFOLIO = "portfolio"


@strawberry.input(description="要关注的矿山 / a mine to watch")
class PortfolioMineInput:
    licence_no: str = strawberry.field(description="采矿许可证号 / licence number")
    reference: str | None = strawberry.field(
        default=None, description=f"本行业务编号，最多 {MOST_REFERENCE} 字 / the bank's own reference"
    )
    loan_on: date | None = strawberry.field(default=None, description="放款日期 / day of the loan")


@graph_type("关注组合，仅本行可见 / a portfolio, which nobody but its bank sees")
class Portfolio:
    id: strawberry.ID = strawberry.field(description="标识 / id")
    name: str = strawberry.field(description="名称 / name")
    least_severity = described(Severity, "提醒的最低程度 / findings below are no events")
    least_fine: Decimal | None = strawberry.field(
        description="罚款阈值（元）：矿山公示期内罚款合计达到该值的，其处罚不论程度均提醒；为空则不设 / "
        "in yuan: of a mine whose fines in publication come to this, each penalty is an event, however grave; null for none"
    )
    digest = described(DigestPeriod | None, "摘要周期；为空则不作摘要 / how often a digest is made; null for never")


@graph_type("逐行结果 / the result of one row")
class PortfolioRow:
    index: int = strawberry.field(description="序号，自 0 起 / place, from 0")
    licence_no: str = strawberry.field(description="所填号码 / the number that was given")
    problem: Problem | None = strawberry.field(description="未纳入的原因 / why it is not watched")


@graph_type("保存组合的结果 / the outcome of keeping a portfolio")
class PortfolioPayload:
    portfolio: Portfolio = strawberry.field(description="组合 / the portfolio")
    accepted: int = strawberry.field(description="已纳入 / watched")
    rejected: int = strawberry.field(description="未纳入 / not watched")
    results: list[PortfolioRow] = strawberry.field(description="逐行结果 / row by row")


@graph_type("关注的发现 / a finding as it was told of a watched mine")
class WatchedFinding:
    code = described(enum(words.FindingCode), "发现代码 / code")
    severity = described(Severity, "程度 / how grave it is")
    chinese: str = strawberry.field(description="中文说明 / in Chinese")
    english: str = strawberry.field(description="英文说明 / in English")
    day: date | None = strawberry.field(description="相关日期 / the day that matters")
    about: str | None = strawberry.field(description="所指 / what it is about, or why a source is silent")
    fine: Decimal | None = strawberry.field(
        description="所指处罚的罚款（元） / the fine of the penalty that it is about, in yuan"
    )
    department = described(
        Department | None, "失联来源所属部门；其他发现及信用公示系统为空 / whose source is silent; null of all else"
    )


@graph_type("组合事件 / what changed of a watched mine")
class WatchEvent:
    position: int = strawberry.field(description="事件位次，据此续读 / go on after this")
    licence_no: str | None = strawberry.field(
        description="采矿许可证号；来源失联涉及全部矿山，此处为空 / the mine; null of a source, which is of all the mines"
    )
    reference: str | None = strawberry.field(description="本行业务编号 / the bank's own reference")
    loan_on: date | None = strawberry.field(description="放款日期 / day of the loan")
    change = described(enum(words.ChangeOfFinding), "变化 / change")
    code = described(enum(words.FindingCode), "发现代码 / code")
    gone = described(
        enum(Gone) | None,
        "所指记录不再可见的原因；此后应删除副本 / why what it is about may be seen no more, so that its copy goes too",
    )
    before: WatchedFinding | None = strawberry.field(description="原先 / before")
    now: WatchedFinding | None = strawberry.field(description="现在 / now")
    log_position: int = strawberry.field(description="所依据的日志位次 / position of the log on which it stands")
    at: datetime = strawberry.field(description="时间 / when it was found")
    acknowledged_at: datetime | None = strawberry.field(description="确认时间 / acknowledged at")
    acknowledged_by: str | None = strawberry.field(description="确认者 / acknowledged by")


@graph_type("摘要中某一程度的事件数 / events of one severity in a digest")
class DigestSeverity:
    severity = described(Severity, "程度 / how grave: now, or of what is gone before")
    events: int = strawberry.field(description="事件数 / how many")


@graph_type("摘要所涉矿山 / a mine that a digest tells of")
class DigestMine:
    licence_no: str = strawberry.field(description="采矿许可证号 / the mine")
    reference: str | None = strawberry.field(description="本行业务编号 / the bank's own reference")
    events: int = strawberry.field(description="事件数 / how many events")
    severity = described(Severity, "最高程度 / the gravest of them")


@graph_type("组合摘要，每日或每周一份，无事件时亦有 / what was told of a portfolio in a day or a week, be it nothing")
class PortfolioDigest:
    position: int = strawberry.field(description="摘要位次，据此续读 / go on after this")
    portfolio: strawberry.ID = strawberry.field(description="组合 / the portfolio")
    from_day: date = strawberry.field(description="起始日（北京时间） / first day, in China")
    until_day: date = strawberry.field(description="截止日（含） / last day, included")
    made_at: datetime = strawberry.field(description="生成时间 / when it was made")
    events: int = strawberry.field(description="事件数 / how many events")
    last_event: int | None = strawberry.field(description="其中最后一个事件的位次 / position of the last of these events")
    severities: list[DigestSeverity] = strawberry.field(description="按程度计数 / counted by severity")
    mine_count: int = strawberry.field(description="所涉矿山数 / of how many mines")
    mines: list[DigestMine] = strawberry.field(
        description=f"所涉矿山，最严重者在前，最多 {MOST_TOLD} 座 / the mines, the gravest first, up to {MOST_TOLD}"
    )


def reads() -> dict[str, Any]:
    """The fields of the root that tell of portfolios."""
    return {
        "portfolios": field_with({}, list[Portfolio], "本行的关注组合 / the caller's portfolios"),
        "watch_events": field_with(
            {"portfolio": strawberry.ID, "after": int | None, "first": int | None},
            list[WatchEvent],
            f"组合事件，自 after 之后依次（默认 100 条，最多 {MOST_EVENTS} 条） / what changed, in order, after an event",
            optional=("after", "first"),
        ),
        "portfolio_digests": field_with(
            {"portfolio": strawberry.ID, "after": int | None, "first": int | None},
            list[PortfolioDigest],
            f"组合摘要，自 after 之后依次（默认 10 份，最多 {MOST_DIGESTS} 份） / digests, in order, after one",
            optional=("after", "first"),
        ),
    }


def follows() -> dict[str, Any]:
    """The root field by which a portfolio is followed."""
    return {
        "portfolio_finding": field_with(
            {"watch": strawberry.ID, "after": int | None},
            WatchEvent,
            "订阅关注组合的事件，内容同 watchEvents；after 为事件位次，先补传其后的事件再续新，不缺不重，省略则自当前起；"
            "送达时逐条核对权限，组合删除后不再告知 / what changed of the mines of the bank's own portfolio, as watchEvents "
            "tells it: after an event, by its position, what was missed comes first and then what is new, without a gap or a "
            "repeat; else from now on.  Each is told as it may be told at that moment; of a portfolio that was removed nothing "
            "more is",
            optional=("after",),
        ),
    }


def acts() -> dict[str, Any]:
    """The mutations by which portfolios are kept."""
    return {
        "put_portfolio": does(
            {
                "name": str,
                "mines": list[PortfolioMineInput],
                "least_severity": Severity | None,
                "digest": DigestPeriod | None,
                "least_fine": Decimal | None,
            },
            PortfolioPayload,
            f"保存组合（整体替换，最多 {MOST_MINES} 座；每家银行最多 {MOST_PORTFOLIOS} 个组合）；逐行给出结果 / "
            f"keep a portfolio, as a whole; one result each row; a bank has up to {MOST_PORTFOLIOS}",
            optional=("least_severity", "digest", "least_fine"),
        ),
        "remove_portfolio": does({"portfolio": strawberry.ID}, Portfolio, "删除组合及其事件 / drop a portfolio"),
        "acknowledge_watch_events": does(
            {"portfolio": strawberry.ID, "upto": int}, int, "确认至某一事件，返回新确认件数 / say that events were seen"
        ),
    }


def tellers(portfolios: Portfolios) -> Tellers:
    """How these fields are told."""

    async def put(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        rows = [Row(one["licence_no"], one.get("reference"), one.get("loan_on")) for one in map(_named, given["mines"])]
        least = words.Severity(given.get("least_severity", words.Severity.ATTENTION))
        digest = words.DigestPeriod(given["digest"]) if "digest" in given else None
        return await portfolios.put(given["name"], least, rows, caller, digest, least_fine=given.get("least_fine"))

    async def remove(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return await portfolios.remove(given["portfolio"], caller)

    async def acknowledge(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return await portfolios.acknowledge(given["portfolio"], given["upto"], caller)

    async def every(_given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return await portfolios.all(caller)

    async def events(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return await portfolios.events(given["portfolio"], given.get("after", 0), given.get("first", 100), caller)

    async def digests(given: Mapping[str, Any], caller: Principal, _purpose: Purpose | None) -> Any:
        return await portfolios.digests(given["portfolio"], given.get("after", 0), given.get("first", 10), caller)

    return {
        "putPortfolio": Teller(put, mines=lambda told: int(told["looked"]), named=_watched, in_steps=True),
        "removePortfolio": Teller(remove),
        "acknowledgeWatchEvents": Teller(acknowledge),
        "portfolios": Teller(every),
        "portfolioDigests": Teller(
            digests, lambda told: tuple(("portfolio_digest", None, mine["licenceNo"]) for one in told for mine in one["mines"])
        ),
        "watchEvents": Teller(
            events, lambda told: tuple(("watch_event", None, one["licenceNo"]) for one in told if one["licenceNo"])
        ),
    }


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    """A row by Python names, whichever way it came."""
    wires = {"licenceNo": "licence_no", "loanOn": "loan_on"}
    return {wires.get(name, name): value for name, value in given.items()}


def _watched(given: Mapping[str, Any]) -> tuple[Found, ...]:
    """The mines of which the results say whether they are there."""
    return numbers_named(PORTFOLIO, (_named(one)["licence_no"] for one in given["mines"]))
