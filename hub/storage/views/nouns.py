"""All nouns that can be read: the kinds of records by what they declare, and the others written out."""

from __future__ import annotations

from hub.domain.record_kinds import RecordKind
from hub.storage.views import (
    clients,
    closure,
    conflicts,
    deliveries,
    delivery_acts,
    departments,
    discrepancies,
    divisions,
    enterprises,
    following,
    licences,
    penalties,
    plan,
    progress,
    read_ledger,
    receivers,
    rejection_acts,
    rejections,
    screenings,
    searching,
    standing,
    supports,
    transfers,
    work,
)
from hub.storage.views.view import View, part_views, record_view

#: What the kinds' declarations do not tell: fields worked out by the database.
_WORKED_OUT = {
    RecordKind.MINE: standing.WORKED_OUT | departments.MINE,
    RecordKind.ENTERPRISE: enterprises.WORKED_OUT,
    RecordKind.PENALTY: penalties.WORKED_OUT,
    RecordKind.CASE_TRANSFER: transfers.TRANSFER,
    RecordKind.TRANSFER_ANSWER: transfers.ANSWER,
    RecordKind.SCREENING: screenings.WORKED_OUT,
}

VIEWS: dict[str, View] = {
    view.noun: view
    for view in (
        *(record_view(kind, _WORKED_OUT.get(kind, {})) for kind in RecordKind),
        *part_views(),
        divisions.view,
        departments.view,
        departments.source_view,
        rejections.view,
        rejection_acts.view,
        discrepancies.view,
        deliveries.view,
        delivery_acts.view,
        progress.target_progress,
        progress.report_duty,
        conflicts.view,
        closure.view,
        licences.view,
        plan.plan,
        plan.phases,
        plan.targets,
        supports.eligibility,
        following.spans,
        following.reasons,
        read_ledger.view,
        work.view,
        clients.view,
        searching.view,
        receivers.consumer,
        receivers.webhook,
    )
}
