"""What the database works out of penalties."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.records.penalties import PublicationClass
from hub.storage.views import deliveries, discrepancies
from hub.storage.views.view import Day, Expression, Row, Source


def publication_overdue(penalty: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether a penalty was to be published by a day before this one and is not; what is minor is not, in principle."""
    minor = sa.func.coalesce(penalty.publication_class == PublicationClass.MINOR.value, sa.false(), type_=sa.Boolean())
    late = sa.func.coalesce(penalty.report_due_on < day, sa.false(), type_=sa.Boolean())
    return sa.and_(late, penalty.published_on.is_(None), penalty.annulled_on.is_(None), sa.not_(minor))


WORKED_OUT: dict[str, Source] = {
    **discrepancies.PENALTY,
    **deliveries.PENALTY,
    "publication_overdue": Expression(publication_overdue, sa.Boolean()),
}
