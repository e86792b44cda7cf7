"""A write with a request_id happens once, whatever becomes of its caller."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import grpc
import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.errors import Refused
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.rpc.identity import Caller
from tests.support.echo import contract, echo_servicer
from tests.support.services.echo.tables import kept, metadata, platform
from tests.support.serving import as_caller, serve

pb = contract()


class NotNow(Refused):
    reason = "NOT_NOW"


class Keeper:
    """The use case: keeps a text, in the transaction it finds, at the pace a test sets."""

    def __init__(self) -> None:
        self.begun = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.refuses = False

    def bind(self, database: Database) -> Callable[[Any, Any], Any]:
        transactions = database.transactions(lambda connection: connection)

        async def keep(request: Any, _context: Any) -> Any:
            self.begun += 1
            async with transactions() as connection:
                made = await connection.execute(
                    insert(kept).values(text=request.text).returning(kept.c.number)
                )
                await self.go_on.wait()
                if self.refuses:
                    raise NotNow("Not now.")
            return pb.KeepResponse(number=made.scalar_one(), text=request.text)

        return keep


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def url(database_url_of: Callable[[str], str]) -> str:
    url = database_url_of("echo")
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    return url


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(url)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def process(url: str, keeper: Keeper) -> AsyncIterator[Any]:
    """Serve as one process would, with an engine of its own; yields the stub."""
    engine = make_engine(url, lock_timeout=timedelta(seconds=2))
    database = Database(engine)
    idempotency = Idempotency(database, platform.requests)
    async with serve(echo_servicer(Keep=keeper.bind(database)), idempotency=idempotency) as served:
        yield served.stub(pb.EchoServiceStub)
    await engine.dispose()


async def count(engine: AsyncEngine) -> tuple[int, int]:
    """Return how many texts are kept and how many requests are remembered."""
    async with engine.connect() as connection:
        texts = await connection.scalar(select(func.count()).select_from(kept))
        requests = await connection.scalar(select(func.count()).select_from(platform.requests))
    return int(texts or 0), int(requests or 0)


def request(text: str = "a", request_id: object = "") -> Any:
    return pb.KeepRequest(text=text, request_id=str(request_id))


async def test_a_repeated_write_gets_the_same_answer(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    async with process(url, keeper) as stub:
        first = await stub.Keep(request(request_id=request_id))
        second = await stub.Keep(request(request_id=request_id))

    assert first == second
    assert keeper.begun == 1
    assert await count(engine) == (1, 1)


async def test_the_answer_outlives_the_process(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    async with process(url, keeper) as stub:
        first = await stub.Keep(request(request_id=request_id))
    async with process(url, keeper) as stub:
        second = await stub.Keep(request(request_id=request_id))

    assert first == second
    assert await count(engine) == (1, 1)


async def test_two_at_once_have_one_effect_and_one_answer(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    keeper.go_on.clear()
    async with process(url, keeper) as one, process(url, keeper) as other:
        calls = [
            asyncio.ensure_future(stub.Keep(request(request_id=request_id)))
            for stub in (one, other, one)
        ]
        await asyncio.sleep(0.3)
        keeper.go_on.set()
        answers = await asyncio.gather(*calls)

    assert len({answer.number for answer in answers}) == 1
    assert keeper.begun == 1
    assert await count(engine) == (1, 1)


async def test_if_the_first_of_two_fails_the_second_does_the_work(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    keeper.go_on.clear()
    keeper.refuses = True
    async with process(url, keeper) as one, process(url, keeper) as other:
        first = asyncio.ensure_future(one.Keep(request(request_id=request_id)))
        await asyncio.sleep(0.2)
        second = asyncio.ensure_future(other.Keep(request(request_id=request_id)))
        await asyncio.sleep(0.2)
        assert keeper.begun == 1, "the second waits"
        keeper.go_on.set()
        with pytest.raises(RemoteError):
            await first
        with pytest.raises(RemoteError):
            await second

    assert keeper.begun == 2
    assert await count(engine) == (0, 0)


async def test_a_failed_write_is_not_remembered_and_may_be_repeated(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    keeper.refuses = True
    async with process(url, keeper) as stub:
        with pytest.raises(RemoteError) as failure:
            await stub.Keep(request(request_id=request_id))
        assert failure.value.reason == "NOT_NOW"
        assert await count(engine) == (0, 0)

        keeper.refuses = False
        await stub.Keep(request(request_id=request_id))

    assert await count(engine) == (1, 1)


async def test_a_write_given_up_half_way_leaves_nothing(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    keeper.go_on.clear()
    async with process(url, keeper) as stub:
        with pytest.raises(RemoteError) as failure:
            await stub.Keep(request(request_id=new_id()), timeout=0.3)

    assert failure.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await count(engine) == (0, 0)


async def test_the_id_of_another_request_is_refused(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    async with process(url, keeper) as stub:
        await stub.Keep(request("a", request_id))
        with pytest.raises(RemoteError) as failure:
            await stub.Keep(request("b", request_id))

    assert failure.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.value.reason == "REQUEST_ID_REUSED"
    assert await count(engine) == (1, 1)


async def test_ids_of_different_callers_do_not_meet(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    async with process(url, keeper) as stub:
        for caller in (Caller(new_id()), Caller(new_id()), Caller()):
            await stub.Keep(request(request_id=request_id), metadata=as_caller(caller))

    assert await count(engine) == (3, 3)


async def test_a_write_without_an_id_happens_each_time(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    async with process(url, keeper) as stub:
        await stub.Keep(request())
        await stub.Keep(request())

    assert await count(engine) == (2, 0)


async def test_an_id_that_is_no_uuid_is_refused(url: str, keeper: Keeper) -> None:
    async with process(url, keeper) as stub:
        with pytest.raises(RemoteError) as failure:
            await stub.Keep(request(request_id="mine"))

    assert failure.value.reason == "INVALID_FIELD"
    assert failure.value.metadata["field"] == "request_id"


async def test_one_that_waits_too_long_for_its_twin_may_come_again(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    request_id = new_id()
    keeper.go_on.clear()
    async with process(url, keeper) as one, process(url, keeper) as other:
        first = asyncio.ensure_future(one.Keep(request(request_id=request_id), timeout=15))
        await asyncio.sleep(0.2)
        second = asyncio.ensure_future(other.Keep(request(request_id=request_id), timeout=15))
        await asyncio.sleep(2.5)  # past the lock timeout; the channel repeats by itself
        keeper.go_on.set()

        assert await first == await second

    assert await count(engine) == (1, 1)


async def test_old_requests_are_forgotten_and_young_ones_kept(
    url: str, engine: AsyncEngine, keeper: Keeper
) -> None:
    old, young = new_id(), new_id()
    async with process(url, keeper) as stub:
        await stub.Keep(request(request_id=old))
        await stub.Keep(request(request_id=young))
    requests = platform.requests
    async with engine.begin() as connection:
        await connection.execute(
            update(requests)
            .where(requests.c.request_id == old)
            .values(created_at=func.now() - timedelta(days=8))
        )

    forgotten = await Idempotency(Database(engine), requests).purge(timedelta(days=7))

    assert forgotten == 1
    async with engine.connect() as connection:
        assert (await connection.scalars(select(requests.c.request_id))).all() == [young]
