"""All nouns that can be read, written out, and the tables of the kinds that can be posted."""

from __future__ import annotations

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.storage import authorities, departments, directory, divisions, enterprises, mines, opinions, penalties, rejections
from hub.storage.views import View

VIEWS: dict[str, View] = {
    view.noun: view
    for view in (
        mines.view,
        mines.annual_output,
        enterprises.view,
        authorities.view,
        opinions.view,
        penalties.view,
        directory.view,
        divisions.view,
        departments.view,
        departments.source_view,
        rejections.view,
    )
}

TABLES: dict[RecordKind, sa.Table] = {
    RecordKind.MINE: mines.table,
    RecordKind.ENTERPRISE: enterprises.table,
    RecordKind.AUTHORITY: authorities.table,
    RecordKind.OPINION: opinions.table,
    RecordKind.PENALTY: penalties.table,
    RecordKind.DIRECTORY_ENTRY: directory.table,
}

LINKS: dict[RecordKind, sa.Table] = {RecordKind.PENALTY: penalties.links}
