"""Two services, `ping` and `pong`, in this process, over real servers."""

from collections.abc import AsyncIterator, Callable

import pytest

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.messaging.broker import Broker
from tests.support.ping_pong import PING_TABLES, PONG_TABLES, make_tables


@pytest.fixture
async def ping(database_url_of: Callable[[str], str]) -> AsyncIterator[Database]:
    engine = make_engine(database_url_of("ping"), pool_size=4)
    await make_tables(engine, PING_TABLES)
    yield Database(engine)
    await engine.dispose()


@pytest.fixture
async def pong(database_url_of: Callable[[str], str]) -> AsyncIterator[Database]:
    engine = make_engine(database_url_of("pong"), pool_size=4)
    await make_tables(engine, PONG_TABLES)
    yield Database(engine)
    await engine.dispose()


@pytest.fixture
async def ping_broker(broker_url: str) -> AsyncIterator[Broker]:
    async with Broker(broker_url, "ping") as broker:
        yield broker


@pytest.fixture
async def pong_broker(broker_url: str) -> AsyncIterator[Broker]:
    async with Broker(broker_url, "pong") as broker:
        yield broker
