"""A gateway in front of the shop."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.gateway import Served, serve_gateway
from tests.support.shop import Shop


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """With the default settings and no rate limits."""
    async with serve_gateway(subject_rate=0, address_rate=0) as running:
        yield running


@pytest.fixture
def client(served: Served) -> httpx.AsyncClient:
    return served.client


@pytest.fixture
def shop(served: Served) -> Shop:
    return served.shop
