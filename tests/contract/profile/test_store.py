"""The same promises kept by the store in memory and the one in PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.chassis.kernel.money import Money
from services.profile.adapters.identity_hash import IdentityHash
from services.profile.adapters.postgres import PostgresTransaction
from services.profile.adapters.postgres_reader import PostgresReader
from services.profile.application.keep_behaviors import keep_behaviors
from services.profile.application.learn_emotions import (
    Corrected,
    correct_emotions,
    forget_emotions,
    learn_emotions,
)
from services.profile.application.learn_items import learn_items
from services.profile.application.link_identity import LinkIdentity, link_identity
from services.profile.application.ports import Reads, Recorded, Transactions
from services.profile.application.register_user import register_user
from services.profile.application.update_consents import UpdateConsents, update_consents
from services.profile.domain.behavior import Behavior, BehaviorType
from services.profile.domain.consent import Proof
from services.profile.domain.errors import UserNotFound
from services.profile.domain.feeling import CONTENT_CORRECTED, Feeling
from services.profile.domain.identity import Identity
from services.profile.domain.item import Item
from services.profile.domain.portrait import Portrait
from services.profile.domain.purpose import Purpose
from services.profile.domain.view import TraitKind
from tests.support.clock import FixedClock
from tests.support.fake_profile import FakeDatabase

PROOF = Proof("test", "1", None)
SHOES = Item("shoes", "Shoes", "Peak", ("run", "red"), 1)
HASHED = IdentityHash(b"k" * 32)


@dataclass
class Store:
    transactions: Transactions
    reads: Reads
    clock: FixedClock

    async def person(self, *granted: Purpose) -> UUID:
        user = await register_user("Ann", "en", self.transactions, self.clock)
        if granted:
            await self.decide(user.user_id, *((purpose, True) for purpose in granted))
        return user.user_id

    async def decide(self, user_id: UUID, *changes: tuple[Purpose, bool]) -> None:
        self.clock.advance(timedelta(seconds=1))
        command = UpdateConsents(user_id, list(changes), PROOF)
        await update_consents(command, self.transactions, self.clock)
        self.clock.advance(timedelta(seconds=1))

    async def keep(self, *behaviors: Behavior) -> None:
        recorded = [Recorded(one, self.clock.now()) for one in behaviors]
        await keep_behaviors(recorded, self.transactions, self.clock)

    async def portrait(self, user_id: UUID) -> Portrait:
        async with self.reads() as reader:
            found = await reader.portrait(user_id)
        assert found is not None
        return found[1]

    def did(self, user_id: UUID, item_id: str = "shoes") -> Behavior:
        paid = Money(100, "CNY")
        at = self.clock.now()
        return Behavior(new_id(), user_id, BehaviorType.PURCHASE, item_id, at, 2, paid, 0, "app")


@pytest.fixture(params=["memory", "postgres"])
async def store(
    request: pytest.FixtureRequest,
) -> AsyncIterator[Store]:
    clock = FixedClock(datetime(2025, 1, 1, tzinfo=UTC))
    if request.param == "memory":
        fake = FakeDatabase()
        yield Store(fake.transactions, fake.reads, clock)
        return
    database_url_of: Callable[[str], str] = request.getfixturevalue("database_url_of")
    engine = make_engine(database_url_of("profile"))
    database = Database(engine)
    transactions = database.transactions(PostgresTransaction)
    yield Store(transactions, database.reads(PostgresReader), clock)
    await engine.dispose()


async def test_what_is_kept_is_read_back(store: Store) -> None:
    user = await register_user("Ann", "en", store.transactions, store.clock)
    await store.decide(user.user_id, (Purpose.MARKETING, True), (Purpose.ANALYTICS, False))

    async with store.reads() as reader:
        read = await reader.user(user.user_id)
        consents = await reader.consents(user.user_id)
        of = await reader.consents_of([user.user_id, new_id()])
        identities = await reader.identities(user.user_id)
        nobody = await reader.user(new_id()), await reader.identities(new_id())

    assert read == user
    assert consents is not None
    assert (consents.version, set(consents.last)) == (1, {Purpose.MARKETING, Purpose.ANALYTICS})
    assert of[user.user_id].granted == {Purpose.MARKETING}
    assert len(of) == 1
    assert identities == []
    assert nobody == (None, None)


async def test_a_failed_transaction_keeps_nothing(store: Store) -> None:
    behavior = store.did(await store.person(Purpose.PERSONALIZATION))

    async def fail() -> None:
        async with store.transactions() as tx:
            await tx.behaviors.add([behavior], set())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.transactions() as tx:
        assert await tx.behaviors.add([behavior], set()) == {behavior.event_id}


async def test_locking_nobody_is_an_error_and_locking_some_leaves_them_out(store: Store) -> None:
    user_id = await store.person()

    async with store.transactions() as tx:
        assert set(await tx.consents.lock_all([new_id(), user_id])) == {user_id}
        with pytest.raises(UserNotFound):
            await tx.consents.lock(new_id())


async def test_an_account_stays_with_whom_it_was_linked_to(store: Store) -> None:
    ann = await store.person(Purpose.CROSS_PLATFORM_FUSION)
    ben = await store.person()
    command = LinkIdentity(ann, "wechat", "openid")
    first = await link_identity(command, store.transactions, HASHED, store.clock)

    async with store.transactions() as tx:
        other = Identity(new_id(), ben, "wechat", first.external_hash, store.clock.now())
        kept = await tx.identities.link(other)
        assert await tx.identities.count(ann) == 1
        assert not await tx.identities.unlink(ben, first.identity_id)

    assert kept == first
    async with store.reads() as reader:
        assert await reader.resolve("wechat", first.external_hash) == ann
        assert await reader.resolve("douyin", first.external_hash) is None
    await store.decide(ann, (Purpose.CROSS_PLATFORM_FUSION, False))
    async with store.reads() as reader:
        assert await reader.identities(ann) == []


async def test_a_behaviour_counts_once_and_its_portrait_is_read_back(store: Store) -> None:
    user_id = await store.person(Purpose.PERSONALIZATION)
    await learn_items([SHOES], store.transactions, store.clock)
    behavior = store.did(user_id)

    await store.keep(behavior, store.did(user_id))
    await store.keep(behavior)

    portrait = await store.portrait(user_id)
    view = portrait.view(store.clock.now())
    assert (portrait.version, view.behavior_count, view.spent_minor) == (1, 2, {"CNY": 200})
    assert [trait.value for trait in view.traits] == ["Shoes", "Peak", "red", "run"]
    assert view.last_active_at == behavior.occurred_at


async def test_waiting_behaviours_are_taken_once_and_whole(store: Store) -> None:
    user_id = await store.person(Purpose.PERSONALIZATION)
    waiting = store.did(user_id)
    await store.keep(waiting, store.did(user_id, "other"))

    async with store.transactions() as tx:
        assert await tx.behaviors.who_waits(["shoes", "x"]) == {user_id}
        assert list(await tx.behaviors.take_pending(["shoes", "x"])) == [waiting]
        assert list(await tx.behaviors.take_pending(["shoes", "x"])) == []


async def test_an_older_version_of_an_item_changes_nothing(store: Store) -> None:
    newer = replace(SHOES, category="Sport", version=3)

    await learn_items([newer, SHOES], store.transactions, store.clock)
    await learn_items([replace(SHOES, version=2)], store.transactions, store.clock)

    async with store.transactions() as tx:
        assert await tx.items.get(["shoes", "x"]) == {"shoes": newer}


async def test_what_was_recorded_before_a_withdrawal_does_not_come_back(store: Store) -> None:
    user_id = await store.person(Purpose.PERSONALIZATION)
    await store.keep(store.did(user_id))
    late = Recorded(store.did(user_id), store.clock.now())

    await store.decide(user_id, (Purpose.PERSONALIZATION, False))
    await store.decide(user_id, (Purpose.PERSONALIZATION, True))
    await keep_behaviors([late], store.transactions, store.clock)

    portrait = await store.portrait(user_id)
    assert (portrait.behavior_count, portrait.version) == (0, 2)


async def test_feelings_need_both_consents_and_end_with_the_mood(store: Store) -> None:
    both = await store.person(Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE)
    one = await store.person(Purpose.EMOTION_INFERENCE)
    now = store.clock.now()
    felt = [Feeling(new_id(), user_id, "joy", 0.5, now, now) for user_id in (both, one)]

    await learn_emotions(felt, store.transactions, store.clock)
    happy = [(await store.portrait(user_id)).traits for user_id in (both, one)]
    await forget_emotions({both: now, new_id(): now}, store.transactions, store.clock)
    again = [replace(felt[0], event_id=new_id())]
    await learn_emotions(again, store.transactions, store.clock)

    assert [len(traits) for traits in happy] == [1, 0]
    assert (await store.portrait(both)).traits == {}


async def test_a_corrected_feeling_counts_for_what_people_decided(store: Store) -> None:
    both = await store.person(Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE)
    one, now = await store.person(Purpose.EMOTION_INFERENCE), store.clock.now()
    told = [Feeling(new_id(), user_id, "anger", 0.5, now, now) for user_id in (both, one)]
    decided = [
        Corrected(was.user_id, was, replace(was, emotion="joy", source=CONTENT_CORRECTED))
        for was in told
    ]
    await learn_emotions(told, store.transactions, store.clock)

    await correct_emotions(decided, store.transactions, store.clock)

    assert list((await store.portrait(both)).traits[TraitKind.EMOTION]) == ["joy"]
    assert (await store.portrait(one)).traits == {}


async def test_nothing_is_owed_for_words_that_were_said_before_they_were_forgotten(
    store: Store,
) -> None:
    both = await store.person(Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE)
    now = store.clock.now()
    told = Feeling(new_id(), both, "anger", 0.5, now, now)
    await learn_emotions([told], store.transactions, store.clock)
    await store.decide(both, (Purpose.EMOTION_INFERENCE, False))
    await store.decide(both, (Purpose.EMOTION_INFERENCE, True))
    version = (await store.portrait(both)).version

    decided = replace(told, emotion="joy", source=CONTENT_CORRECTED)
    await correct_emotions([Corrected(both, told, decided)], store.transactions, store.clock)

    after = await store.portrait(both)
    assert (after.traits, after.version) == ({}, version)


async def test_nothing_is_owed_for_what_was_told_and_learned_before_the_forgetting_was_heard(
    store: Store,
) -> None:
    both = await store.person(Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE)
    forgotten_at = store.clock.now()
    store.clock.advance(timedelta(seconds=1))
    now = store.clock.now()
    told = Feeling(new_id(), both, "anger", 0.5, now, now)
    await learn_emotions([told], store.transactions, store.clock)
    store.clock.advance(timedelta(seconds=1))
    await forget_emotions({both: forgotten_at}, store.transactions, store.clock)

    await correct_emotions([Corrected(both, told, None)], store.transactions, store.clock)

    assert (await store.portrait(both)).traits == {}


async def test_what_was_felt_in_deleted_words_leaves_the_portrait_in_whatever_order(
    store: Store,
) -> None:
    both = await store.person(Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE)
    now = store.clock.now()
    stays, early, late = (Feeling(new_id(), both, "anger", 0.5, now, now) for _ in range(3))
    await learn_emotions([stays], store.transactions, store.clock)
    before = (await store.portrait(both)).traits[TraitKind.EMOTION]["anger"]
    await learn_emotions([early], store.transactions, store.clock)

    gone = [Corrected(both, one, None) for one in (early, late)]
    await correct_emotions(gone, store.transactions, store.clock)
    await learn_emotions([late], store.transactions, store.clock)

    after = (await store.portrait(both)).traits[TraitKind.EMOTION]["anger"]
    assert after[0] == pytest.approx(before[0])
    assert after[2]["CONTENT_TAGGED"][0] == 1


@pytest.mark.parametrize("missing", [Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE])
async def test_words_that_never_counted_take_nothing_out_when_they_are_deleted(
    store: Store, missing: Purpose
) -> None:
    known = {Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE} - {missing}
    user_id = await store.person(*known)
    now = store.clock.now()
    told = Feeling(new_id(), user_id, "anger", 0.5, now, now)
    await learn_emotions([told], store.transactions, store.clock)
    await store.decide(user_id, (missing, True))

    await correct_emotions([Corrected(user_id, told, None)], store.transactions, store.clock)

    assert (await store.portrait(user_id)).traits == {}
