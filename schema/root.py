"""The root of the graph: queries, mutations and subscriptions put together."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import consumers, webhooks
from schema.attestations import acts as attests
from schema.attestations import reads as attestations
from schema.closure import ClosureDuty, ClosureDutyFilter, ClosureDutyOrder
from schema.conflicts import Conflict, ConflictFilter, ConflictOrder
from schema.deliveries import Delivery, DeliveryFilter, DeliveryOrder
from schema.discrepancies import Discrepancy, DiscrepancyFilter, DiscrepancyOrder, resolves
from schema.federation import federated
from schema.graph import Connection, Node, graph_type, one_by, page_of, to_all
from schema.loan_checks import reads as loan_checks
from schema.log import feed
from schema.log import follows as follows_log
from schema.mine_reads import MineRead, MineReadFilter, MineReadOrder
from schema.plan import Plan
from schema.portfolios import acts as keeps_portfolios
from schema.portfolios import follows as follows_portfolios
from schema.portfolios import reads as portfolios
from schema.posting import posts, reinstates, withdraws
from schema.progress import (
    ReportDuty,
    ReportDutyFilter,
    ReportDutyOrder,
    TargetProgress,
    TargetProgressFilter,
    TargetProgressOrder,
)
from schema.quarantine import desk_mutations
from schema.records import lists, look_ups
from schema.redelivery import redelivers
from schema.rejections import Rejection, RejectionFilter, RejectionOrder
from schema.scalars import SCALARS
from schema.searching import searches


def _query() -> type:
    fields = look_ups() | {
        "node": one_by(Node, "按全局标识查对象 / any object by its global id", id=strawberry.ID),
        "search": searches(),
        **lists(),
        **loan_checks(),
        **attestations(),
        **portfolios(),
        "rejections": page_of(Connection[Rejection], RejectionFilter, RejectionOrder, "被拒绝的提交 / what could not be taken"),
        "discrepancies": page_of(
            Connection[Discrepancy],
            DiscrepancyFilter,
            DiscrepancyOrder,
            "与副本的差异 / what copies say otherwise than the records that they are copies of",
        ),
        "deliveries": page_of(
            Connection[Delivery], DeliveryFilter, DeliveryOrder, "对外报送 / what goes out to other systems, and how far it is"
        ),
        "plan": one_by(Plan, "实施方案：阶段、期限与目标 / the plan: its phases, days and targets"),
        "target_progress": page_of(
            Connection[TargetProgress],
            TargetProgressFilter,
            TargetProgressOrder,
            "全省目标进展 / how far the plan's targets are reached",
        ),
        "report_duties": page_of(
            Connection[ReportDuty], ReportDutyFilter, ReportDutyOrder, "年度报告报送情况 / yearly reports due"
        ),
        "conflicts": page_of(
            Connection[Conflict], ConflictFilter, ConflictOrder, "部门间冲突 / contradictions between departments"
        ),
        "closure_duties": page_of(
            Connection[ClosureDuty],
            ClosureDutyFilter,
            ClosureDutyOrder,
            "闭坑前管理任务 / closure duties of mines that are held to them",
        ),
        "mine_reads": page_of(Connection[MineRead], MineReadFilter, MineReadOrder, "查询留痕 / the read ledger"),
        "events": feed(),
        "consumers": to_all("consumers", "Consumer", "本客户端的具名接收方 / the client's named consumers"),
        "webhooks": to_all("webhooks", "Webhook", "本客户端的推送接收方 / the client's webhooks"),
        "departments": to_all("departments", "DepartmentInfo", "各部门及数据时效 / departments and their sources' freshness"),
        "sources": to_all(
            "departments",
            "Source",
            "全部接入系统，含公示系统 / all systems that feed the hub; that of credit disclosure is no department's",
        ),
        "work": to_all("work", "StandingWork", "常设任务（仅运维） / what the hub does by itself, for operators"),
        "clients": to_all("clients", "Client", "登记的客户端（仅运维） / who may ask for tokens, for operators"),
        **federated(),
        "divisions": to_all("divisions", "Division", "行政区划 / administrative divisions"),
    }
    return graph_type("查询 / reading")(type("Query", (), fields))


def _mutation() -> type:
    return graph_type(
        "提交。各项均可带 idempotencyKey（至多 100 个 ASCII 字符）：7 日内同一客户端以同一键重发同样内容，返回先前的答复，"
        "不再执行，并在 extensions.repeated 中列出；内容不同则以 CONFLICT 拒绝；整体被拒绝的不占用键 / "
        "posting.  All take an idempotencyKey (up to 100 ASCII characters): for seven days the same content under the same "
        "key of a client is answered as before, is not done again, and is named in extensions.repeated; other content is "
        "refused by CONFLICT; what is refused as a whole leaves its key free"
    )(
        type(
            "Mutation",
            (),
            posts()
            | attests()
            | {"withdraw_record": withdraws(), "reinstate_record": reinstates(), "resolve_discrepancy": resolves()}
            | desk_mutations()
            | {"redeliver": redelivers()}
            | {"acknowledge": consumers.acknowledges(), "forget_consumer": consumers.forgets()}
            | webhooks.changes()
            | keeps_portfolios(),
        )
    )


def _subscription() -> type:
    return graph_type("订阅 / following")(type("Subscription", (), follows_log() | follows_portfolios()))


@cache
def build_schema() -> strawberry.Schema:
    """The whole schema, which is made once."""
    return strawberry.Schema(_query(), _mutation(), _subscription(), config=StrawberryConfig(scalar_map=SCALARS))
