"""The whole service over real PostgreSQL and NATS."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.recommending import Recommending, recommending


@pytest.fixture
def urls(database_url_of: Callable[[str], str], broker_url: str) -> tuple[str, str]:
    """Of the database and the broker; two replicas share them."""
    return database_url_of("recommendation"), broker_url


@pytest.fixture
async def shop(urls: tuple[str, str]) -> AsyncIterator[Recommending]:
    async with recommending(*urls) as at_work:
        yield at_work
