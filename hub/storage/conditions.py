"""The condition words of the access rules, as SQL over a row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.departments import LEADING
from hub.domain.opinions import OpinionNature
from hub.domain.read_plan import Condition
from hub.storage.metadata import Plain
from hub.storage.views import Row

#: The values of the caller and of the moment that conditions may use, by the names of their parameters.
CALLER_DEPARTMENT = "caller_department"
CALLER_CLIENT = "caller_client"
TODAY = "today"
NOW = "now"


def condition(word: Condition, row: Row) -> Any:
    """What must hold of the row; None when nothing must."""
    match word:
        case Condition.ALWAYS:
            return None
        case Condition.NEVER:
            return sa.false()
        case Condition.OWN_DEPARTMENT:
            return row.department == sa.bindparam(CALLER_DEPARTMENT, None, type_=Plain())
        case Condition.OWN_CLIENT:
            owner = row.client_id if "client_id" in row else row.posted_by
            return owner == sa.bindparam(CALLER_CLIENT, None, type_=Plain())
        case Condition.PARTY_OR_LEAD:
            caller = sa.bindparam(CALLER_DEPARTMENT, None, type_=Plain())
            other = row.to_department if "to_department" in row else row.from_department
            return sa.or_(row.department == caller, other == caller, caller == LEADING.value)
        case Condition.AUDIT_OPINION:
            return row.nature == OpinionNature.AUDIT.value
        case Condition.IN_PUBLICATION:
            # A dispute never hides a penalty (Administrative Penalty Law, art. 73).
            today = sa.bindparam(TODAY, None, type_=sa.Date())
            return sa.and_(
                row.published_on.is_not(None),
                row.repaired_on.is_(None),
                sa.or_(row.publication_latest_end.is_(None), row.publication_latest_end >= today),
            )
