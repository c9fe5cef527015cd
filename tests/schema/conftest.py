"""A graph whose reads are noted, for those tests that ask for its ledger."""

from __future__ import annotations

import pytest

from hub.services.evidence.read_ledger import ReadLedger
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.execution import Graph
from schema.root import build_schema
from tests.conftest import NOW
from tests.makers import Ask, a_province


@pytest.fixture
def ledger(database: Database) -> ReadLedger:
    return ReadLedger(database, clock=lambda: NOW)


@pytest.fixture
async def noted(reading: Reading, posting: Posting, ledger: ReadLedger) -> Ask:
    """A graph with a ledger, over a small province."""
    await a_province(posting)
    return Ask(Graph(build_schema(), reading, posting, reads=ledger))
