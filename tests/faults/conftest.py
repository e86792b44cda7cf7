"""The pair of services as processes of their own, over servers that a test may kill."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.faults.pair import Pair
from tests.support.stack import TestNats, TestPostgres


@pytest.fixture
async def pair(
    database_url_of: Callable[[str], str],
    broker_url: str,
    nats: TestNats,
    postgres: TestPostgres,
    tmp_path: Path,
) -> AsyncIterator[Pair]:
    async with Pair(
        {"ping": database_url_of("ping"), "pong": database_url_of("pong")},
        broker_url,
        nats,
        postgres,
        tmp_path,
    ) as pair:
        yield pair
