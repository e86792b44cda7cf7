from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.recommendation.adapters.postgres import PostgresTransaction
from services.recommendation.adapters.stockroom import PostgresStockroom
from services.recommendation.adapters.trainings import hold_lock
from services.recommendation.domain.behavior import Interaction, Kind
from services.recommendation.domain.item import Item
from services.recommendation.domain.training import Training
from tests.support.fake_recommendation import a_model, a_mood, a_shelf, an_item

NOW = datetime.now(UTC)


class NobodyListens:
    """There are no other processes."""

    def people_changed(self, user_ids: object) -> None: ...
    def shelf_changed(self) -> None: ...
    def training_waits(self) -> None: ...


@dataclass
class Store:
    database: Database
    transactions: Callable[[], AbstractAsyncContextManager[PostgresTransaction]]
    stockroom: PostgresStockroom

    async def popularity(self) -> dict[str, float]:
        standings = await self.stockroom.standings(None)
        return {key: one.popularity for key, one in standings.items()}


@pytest.fixture
async def store(database_url_of: Callable[[str], str]) -> AsyncIterator[Store]:
    engine = make_engine(database_url_of("recommendation"))
    database = Database(engine)

    def transaction(connection: AsyncConnection) -> PostgresTransaction:
        return PostgresTransaction(connection, NobodyListens())

    yield Store(database, database.transactions(transaction), PostgresStockroom(database))
    await engine.dispose()


def viewed(item_id: str, user_id: object = None) -> Interaction:
    who = user_id or new_id()
    return Interaction(new_id(), who, item_id, Kind.VIEW, 1.0, NOW)  # type: ignore[arg-type]


async def test_popularity_goes_with_the_person_who_made_it(store: Store) -> None:
    ada, bob = new_id(), new_id()
    async with store.transactions() as tx:
        await tx.interactions.add([viewed("a", bob)])
    alone = await store.popularity()
    async with store.transactions() as tx:
        await tx.interactions.add([viewed("a", ada), viewed("a", ada), viewed("b", ada)])
    both = await store.popularity()
    async with store.transactions() as tx:
        await tx.interactions.forget(ada)
    left = await store.popularity()

    assert both["a"] == pytest.approx(2 * alone["a"])
    assert left["a"] == pytest.approx(alone["a"])
    assert left["b"] == pytest.approx(0, abs=1e-12)


async def test_the_same_interaction_counts_once(store: Store) -> None:
    one = viewed("a")
    async with store.transactions() as tx:
        assert one.user_id in await tx.interactions.add([one])
    before = await store.popularity()
    async with store.transactions() as tx:
        assert not await tx.interactions.add([one])

    assert await store.popularity() == before


async def test_a_training_whose_process_is_gone_fails_and_a_living_one_does_not(
    store: Store,
) -> None:
    training = Training(training_id=new_id(), created_at=NOW)
    async with store.transactions() as tx:
        assert await tx.trainings.start(training) is None
        assert await tx.trainings.start(replace(training, training_id=new_id())) == (
            training.training_id
        )
        assert await tx.trainings.claim(NOW) == training.training_id
        assert await tx.trainings.claim(NOW) is None
    later = NOW + timedelta(minutes=1)

    async with store.database.engine.connect() as process:
        assert await hold_lock(process)
        async with store.transactions() as tx:
            assert await tx.trainings.fail_orphans(later, "gone") == 0
        await process.invalidate()
    async with store.transactions() as tx:
        assert await tx.trainings.fail_orphans(NOW, "gone") == 0
        assert await tx.trainings.fail_orphans(later, "gone") == 1
        found = await tx.trainings.find(training.training_id)

    assert found is not None
    assert (found.has_failed, found.error) == (True, "gone")


async def test_faded_and_disallowed_moods_are_swept(store: Store) -> None:
    now = NOW
    people = [new_id() for _ in range(4)]
    old, fresh = timedelta(days=4), timedelta(minutes=1)
    async with store.transactions() as tx:
        for user_id, age in zip(people, (old, timedelta(hours=1), fresh, old / 2), strict=True):
            mood = replace(a_mood(0.5), updated_at=now - age)
            await tx.people.keep_moods({user_id: mood})
        for user_id in (people[0], people[3]):
            await tx.people.keep_consents(
                user_id, personalization=True, emotion_inference=True, version=1, at=now
            )
        assert await tx.people.sweep(now) == 2
        left = [(await tx.people.load(user_id))[1] for user_id in people]

    assert left == [0, 0, 1, 1]


async def test_the_newest_model_comes_back_as_it_was(store: Store) -> None:
    shelf = a_shelf(9)
    async with store.transactions() as tx:
        for version in ("one", "two"):
            await tx.trainings.promote(new_id(), a_model(shelf, version).model)

    newest = await store.stockroom.model(unless="")

    assert newest is not None
    assert newest.version == "two"
    assert newest.item_ids == a_model(shelf).model.item_ids
    assert await store.stockroom.model(unless="two") is None


async def test_only_what_has_changed_is_read_again(store: Store) -> None:
    async with store.transactions() as tx:
        await tx.items.save([an_item(1), an_item(2)])
    since = await store.stockroom.now() + timedelta(seconds=20)

    everything: list[Item] = list(await store.stockroom.items(None))

    assert [item.item_id for item in everything] == ["i001", "i002"]
    assert await store.stockroom.items(since) == []
