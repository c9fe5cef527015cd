"""The packages of clients, once for all of their tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.clients.packages import install


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clients") / "packages"
    install(folder)
    return folder
