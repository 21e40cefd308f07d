"""What lies in the queue is worked on alike on both databases: some of it is tried in every run, all at full size."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.migrate import migrate
from tests.store.conftest import Place, database, fresh, postgres_place, sqlite_place

__all__ = ["database"]

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
#: What leans on what only a database can do: claims beside each other, locks, conflicts.
ALWAYS_ON_BOTH = {"test_bundles", "test_standing_reminders"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Where a test keeps its database."""
    if "place" in metafunc.fixturenames:
        name = metafunc.module.__name__.rpartition(".")[2]
        both = FULL or name in ALWAYS_ON_BOTH
        metafunc.parametrize("place", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest_asyncio.fixture
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database with the tables of this version."""
    place = sqlite_place(tmp_path) if request.param == "sqlite" else postgres_place()
    async with place.opened() as opened:
        await (migrate if place.backend == "sqlite" else fresh)(opened)
    return place
