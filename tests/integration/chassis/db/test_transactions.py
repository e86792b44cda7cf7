"""One use case, one transaction; and the ambient one around it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import BigInteger, Column, Table, insert, make_url, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.engine import make_engine
from services.chassis.db.tables import service_metadata
from services.chassis.db.transaction import (
    Database,
    DatabaseUnavailable,
    TransactionSpoiledError,
)
from tests.support.stack import TestPostgres

METADATA = service_metadata("things")
things = Table("things", METADATA, Column("number", BigInteger, primary_key=True))


@pytest.fixture
async def database(database_url_of: Callable[[str], str]) -> AsyncIterator[Database]:
    engine = make_engine(database_url_of("things"), pool_size=4)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield Database(engine)
    await engine.dispose()


def itself(connection: AsyncConnection) -> AsyncConnection:
    return connection


async def add(database: Database, number: int) -> None:
    """A use case that writes."""
    async with database.transactions(itself)() as connection:
        await connection.execute(insert(things), {"number": number})


async def add_then_fail(database: Database, number: int) -> None:
    """A use case that fails after it has written."""
    async with database.transactions(itself)() as connection:
        await connection.execute(insert(things), {"number": number})
        raise LookupError(str(number))


async def look_then_fail(database: Database) -> None:
    """A use case that finds out, before it writes, that it may not."""
    async with database.transactions(itself)() as connection:
        await connection.execute(select(things))
        raise LookupError


async def stored(database: Database) -> list[int]:
    async with database.reads(itself)() as connection:
        return list(await connection.scalars(select(things.c.number).order_by(things.c.number)))


async def test_a_clean_exit_commits(database: Database) -> None:
    await add(database, 1)

    assert await stored(database) == [1]


async def test_an_exception_rolls_back(database: Database) -> None:
    with pytest.raises(LookupError):
        await add_then_fail(database, 1)

    assert await stored(database) == []


async def test_use_cases_join_the_ambient_transaction(database: Database) -> None:
    async def two_then_fail() -> None:
        async with database.ambient():
            await add(database, 1)
            await add(database, 2)
            assert await stored(database) == [1, 2]
            raise LookupError

    with pytest.raises(LookupError):
        await two_then_fail()
    assert await stored(database) == []

    async with database.ambient() as connection:
        await add(database, 1)
        await connection.execute(insert(things), {"number": 2})
    assert await stored(database) == [1, 2]


async def test_half_a_use_case_is_never_committed(database: Database) -> None:
    async def swallow() -> None:
        async with database.ambient():
            await add(database, 1)
            with suppress(LookupError):
                await add_then_fail(database, 2)

    with pytest.raises(TransactionSpoiledError):
        await swallow()

    assert await stored(database) == []


async def test_a_refusal_before_any_writing_may_be_swallowed(database: Database) -> None:
    async with database.ambient():
        await add(database, 1)
        with suppress(LookupError):
            await look_then_fail(database)

    assert await stored(database) == [1]


async def test_a_failed_statement_cannot_be_swallowed(database: Database) -> None:
    await add(database, 1)

    async def swallow() -> None:
        async with database.transactions(itself)() as connection:
            await connection.execute(insert(things), {"number": 2})
            with suppress(IntegrityError):
                await connection.execute(insert(things), {"number": 1})

    with pytest.raises(TransactionSpoiledError):
        await swallow()

    assert await stored(database) == [1]


async def test_a_failed_statement_in_a_savepoint_can(database: Database) -> None:
    await add(database, 1)

    async with database.transactions(itself)() as connection:
        await connection.execute(insert(things), {"number": 2})
        with suppress(IntegrityError):
            async with connection.begin_nested():
                await connection.execute(insert(things), {"number": 1})

    assert await stored(database) == [1, 2]


async def test_hooks_run_after_the_commit_and_never_after_a_rollback(database: Database) -> None:
    called: list[str] = []

    async with database.transactions(itself)():
        database.after_commit(lambda: called.append("outer"))
        async with database.transactions(itself)():
            database.after_commit(lambda: called.append("inner"))
        assert called == []
    assert called == ["outer", "inner"]

    with suppress(LookupError):
        async with database.transactions(itself)():
            database.after_commit(lambda: called.append("rolled back"))
            raise LookupError
    assert called == ["outer", "inner"]

    with pytest.raises(RuntimeError):
        database.after_commit(lambda: None)


async def test_a_task_started_inside_cannot_split_the_transaction(database: Database) -> None:
    async with database.ambient():
        with pytest.raises(RuntimeError, match="task"):
            await asyncio.create_task(add(database, 1))
        with pytest.raises(RuntimeError, match="task"):
            await asyncio.wait_for(add(database, 1), 5)
        async with asyncio.timeout(5):
            await add(database, 2)
        assert await asyncio.create_task(stored(database)) == []  # on a connection of its own

    assert await stored(database) == [2]


async def test_a_task_that_outlives_the_transaction_has_its_own(database: Database) -> None:
    committed = asyncio.Event()

    async def later() -> None:
        await committed.wait()
        await add(database, 1)

    async with database.ambient():
        task = asyncio.create_task(later())
        await asyncio.sleep(0)
    committed.set()
    await task

    assert await stored(database) == [1]


async def test_only_one_edge_opens_an_ambient_transaction(database: Database) -> None:
    async with database.ambient():
        with pytest.raises(RuntimeError):
            async with database.ambient():
                pass


async def test_transactions_of_other_tasks_do_not_mix(database: Database) -> None:
    async def one(number: int) -> None:
        async with database.transactions(itself)() as connection:
            await connection.execute(insert(things), {"number": number})
            await asyncio.sleep(0.01)
            if number % 2:
                raise LookupError

    outcomes = await asyncio.gather(*(one(number) for number in range(8)), return_exceptions=True)

    assert sum(isinstance(outcome, LookupError) for outcome in outcomes) == 4
    assert await stored(database) == [0, 2, 4, 6]


async def test_reads_take_one_round_trip_and_no_transaction(database: Database) -> None:
    async with database.reads(itself)() as connection:
        first = await connection.scalar(text("SELECT txid_current()"))
        second = await connection.scalar(text("SELECT txid_current()"))

    assert first != second  # each statement by itself


async def test_a_cancelled_call_leaves_the_pool_whole(database: Database) -> None:
    async def slow() -> None:
        async with database.transactions(itself)() as connection:
            await connection.execute(insert(things), {"number": 1})
            await connection.execute(text("SELECT pg_sleep(10)"))

    for _ in range(6):  # more than the pool has
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await slow()

    await add(database, 2)
    assert await stored(database) == [2]


async def test_after_a_restart_only_calls_in_flight_fail(
    database: Database, postgres: TestPostgres
) -> None:
    async def in_flight() -> None:
        async with database.transactions(itself)() as connection:
            await connection.execute(insert(things), {"number": 1})
            await connection.execute(text("SELECT pg_sleep(10)"))

    await asyncio.gather(*(stored(database) for _ in range(4)))  # the pool is full and idle
    task = asyncio.create_task(in_flight())
    await asyncio.sleep(0.2)
    await postgres.kill()
    with pytest.raises(DatabaseUnavailable):
        await task

    waiting = asyncio.create_task(add(database, 2))  # while it is away: waits
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await postgres.start_again()
    await waiting

    await asyncio.gather(*(add(database, number) for number in range(3, 8)))
    assert await stored(database) == [2, 3, 4, 5, 6, 7]


async def test_a_break_that_is_swallowed_is_still_reported(
    database: Database, postgres: TestPostgres
) -> None:
    async def swallow() -> None:
        async with database.transactions(itself)() as connection:
            await connection.execute(insert(things), {"number": 1})
            await postgres.kill()
            await postgres.start_again()
            with suppress(Exception):
                await connection.execute(insert(things), {"number": 2})

    with pytest.raises(DatabaseUnavailable):
        await swallow()

    assert await stored(database) == []


async def test_a_database_that_stays_away_is_unavailable(
    database_url_of: Callable[[str], str],
) -> None:
    url = make_url(database_url_of("things")).set(port=9)  # nobody listens there
    engine = make_engine(
        url.render_as_string(hide_password=False), connect_patience=timedelta(milliseconds=300)
    )
    database = Database(engine)

    with pytest.raises(DatabaseUnavailable):
        await stored(database)
    with pytest.raises(DatabaseUnavailable):
        await add(database, 1)
    await engine.dispose()
