"""The same store twice: in memory, and in PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.emotion_tag.adapters.store.postgres import PostgresReader, PostgresTransaction
from services.emotion_tag.application.ports import Reads, Transactions
from tests.support.fake_emotions import FakeDatabase


@dataclass(frozen=True)
class Store:
    """What the use cases need of a store."""

    transactions: Transactions
    reads: Reads


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        fake = FakeDatabase()
        yield Store(fake.transactions, fake.reads)
        return
    engine = make_engine(request.getfixturevalue("database_url_of")("emotion_tag"))
    database = Database(engine)
    yield Store(database.transactions(PostgresTransaction), database.reads(PostgresReader))
    await engine.dispose()
