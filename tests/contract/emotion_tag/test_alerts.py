"""What every store of alerts keeps to, and what the use cases make of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.store.alert_watches import (
    CommittedAlertNotices,
    PostgresAlertTransaction,
)
from services.emotion_tag.adapters.store.alerts import PostgresAlertReader
from services.emotion_tag.adapters.store.postgres import PostgresTransaction
from services.emotion_tag.adapters.store.rows import tag_to_columns
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.adapters.store.tables import tags as tag_table
from services.emotion_tag.application.alerts.desk import KEPT, LOOKED_BACK
from services.emotion_tag.application.alerts.handle_alert import acknowledge_alert, resolve_alert
from services.emotion_tag.application.alerts.ports import AlertFilter, AlertReads, AlertTransactions
from services.emotion_tag.application.alerts.settle_alerts import forget_counts, settle_alerts
from services.emotion_tag.application.alerts.watch_subjects import (
    recount_contents,
    unwatch_content,
    watch_contents,
)
from services.emotion_tag.domain.alert import Alert, AlertState
from services.emotion_tag.domain.alert_counts import HOUR, QUARTER, Counts, Family
from services.emotion_tag.domain.alert_watch import Watch, threshold_for
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.content import Place, TaggedContent
from services.emotion_tag.domain.errors import AlertNotFound, WrongAlertState
from services.emotion_tag.domain.subject import CatalogueEntry, Subject, SubjectKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from tests.support.clock import FixedClock
from tests.support.fake_alerts import FakeAlertDatabase
from tests.support.saying import NOON, tag_of, text_of

CUP = Subject(SubjectKind.PRODUCT, "sku-1")
BRAND = Subject(SubjectKind.BRAND, "aria")
ROOM = Subject(SubjectKind.ROOM, "room-1")
LATE = (Aspect.LOGISTICS, Polarity.NEGATIVE)
ANY = AlertFilter()
THRESHOLD = threshold_for(0.001)
ENOUGH = 14
"""Angry people of whom nothing else is known before, and nobody who is not."""


@dataclass
class Store:
    """What the use cases need of a store, and ways to fill and look into it."""

    transactions: AlertTransactions
    reads: AlertReads
    fake: FakeAlertDatabase | None
    database: Database | None
    rung: list[None] = field(default_factory=list)

    async def tagged(self, *texts: TaggedContent) -> None:
        """Have texts tagged, as the service does before it tells of them."""
        if self.fake is not None:
            self.fake.rows.tags |= {one.content_id: one for one in texts}
            return
        assert self.database is not None
        async with self.database.transactions(PostgresTransaction)() as tx:
            await tx.tags.put(texts)

    async def corrected(self, *texts: TaggedContent) -> None:
        """Have people decide about texts, as the service does before it tells of that."""
        if self.fake is not None:
            self.fake.rows.tags |= {one.content_id: one for one in texts}
            return
        assert self.database is not None
        async with self.database.transactions(lambda connection: connection)() as connection:
            for one in texts:
                await connection.execute(
                    tag_table.update()
                    .where(tag_table.c.content_id == one.content_id)
                    .values(**tag_to_columns(one.tag))
                )

    async def allows(self, user_id: UUID, *, allows: bool = True, version: int = 1) -> None:
        if self.fake is not None:
            people = self.fake.rows.allowing
            (people.add if allows else people.discard)(user_id)
            return
        assert self.database is not None
        async with self.database.transactions(PostgresTransaction)() as tx:
            await tx.people.decide(user_id, allows=allows, version=version)

    async def told(self) -> int:
        """How many events were told."""
        if self.fake is not None:
            return len(self.fake.sent)
        assert self.database is not None
        async with self.database.reads(lambda connection: connection)() as connection:
            return len((await connection.execute(platform.outbox.select())).all())

    def rings(self) -> int:
        return self.fake.rings if self.fake is not None else len(self.rung)


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        fake = FakeAlertDatabase()
        yield Store(fake.transactions, fake.reads, fake, None)
        return
    engine = make_engine(request.getfixturevalue("database_url_of")("emotion_tag"), pool_size=8)
    database, rung = Database(engine), list[None]()
    notices = CommittedAlertNotices(database, lambda: rung.append(None))
    yield Store(
        database.transactions(lambda on: PostgresAlertTransaction(on, notices, ())),
        database.reads(PostgresAlertReader),
        None,
        database,
        rung,
    )
    await engine.dispose()


def angry(**more: object) -> TaggedContent:
    return text_of(Emotion.ANGER, **more)  # type: ignore[arg-type]  # as text_of has them


def as_felt(text: TaggedContent, emotion: Emotion) -> TaggedContent:
    return replace(text, tag=tag_of(emotion))


async def watch(store: Store, *texts: TaggedContent, at: datetime = NOON) -> Sequence[Alert]:
    ids = [one.content_id for one in texts]
    return await watch_contents(ids, store.transactions, FixedClock(at), threshold=THRESHOLD)


async def say(store: Store, *texts: TaggedContent, at: datetime = NOON) -> Sequence[Alert]:
    await store.tagged(*texts)
    return await watch(store, *texts, at=at)


async def recount(store: Store, *texts: TaggedContent, at: datetime = NOON) -> Sequence[Alert]:
    ids = [one.content_id for one in texts]
    return await recount_contents(ids, store.transactions, FixedClock(at), threshold=THRESHOLD)


async def correct(store: Store, *texts: TaggedContent, at: datetime = NOON) -> Sequence[Alert]:
    await store.corrected(*texts)
    return await recount(store, *texts, at=at)


async def unwatch(store: Store, text: TaggedContent, at: datetime = NOON) -> None:
    await unwatch_content(text.content_id, store.transactions, FixedClock(at))


async def counts(store: Store, subject: Subject = CUP) -> dict[datetime, Counts]:
    """What is counted of a subject, without quarters of nothing."""
    async with store.transactions() as tx:
        found = await tx.watches.quarters([subject], NOON - timedelta(days=400))
    return {at: one for at, one in found.get(subject, {}).items() if not one.is_nothing}


async def watched(store: Store, subject: Subject = CUP, at: datetime = NOON) -> Watch:
    async with store.transactions() as tx:
        return (await tx.watches.hold([subject], at))[subject]


async def crowd(store: Store, family: Family = Family.ANGRY) -> tuple[int, tuple[UUID, ...]]:
    async with store.transactions() as tx:
        return await tx.mentions.crowd(CUP, family, NOON - timedelta(days=1))


async def listed(store: Store, wanted: AlertFilter = ANY) -> Sequence[Alert]:
    async with store.reads() as reader:
        return await reader.page(wanted, None, 100)


async def test_a_text_counts_once_for_all_that_it_is_about(store: Store) -> None:
    async with store.transactions() as tx:
        await tx.catalogue.put([CatalogueEntry("sku-1", "aria", "cups", 1)])
    text = angry(place=Place(room_id="room-1"), aspects=[LATE])

    await say(store, text)
    await watch(store, text)

    for subject in (CUP, BRAND, ROOM):
        [found] = (await counts(store, subject)).values()
        assert (found.texts, found.negatives, sum(found.aspects)) == (1, (1, 0, 0), 1)


async def test_a_corrected_text_counts_as_people_decided(store: Store) -> None:
    text, other = angry(aspects=[LATE]), text_of(Emotion.JOY)
    await say(store, text, other)

    await correct(store, as_felt(text, Emotion.JOY))
    [joyful] = (await counts(store)).values()
    await correct(store, as_felt(text, Emotion.FEAR))
    [afraid] = (await counts(store)).values()

    assert (joyful.texts, joyful.negatives, sum(joyful.aspects)) == (2, (0, 0, 0), 0)
    assert (afraid.texts, afraid.negatives) == (2, (0, 0, 1))
    assert (await crowd(store))[0] == 0
    assert (await crowd(store, Family.FEAR))[0] == 1


async def test_a_correction_of_what_is_not_known_any_more_counts_nothing(store: Store) -> None:
    text, later = angry(), NOON + LOOKED_BACK + HOUR
    await say(store, text)
    await say(store, text_of(Emotion.NEUTRAL, at=later), at=later)
    await forget_counts(store.transactions, FixedClock(datetime.now(UTC) + LOOKED_BACK + HOUR))
    before = (await watched(store, at=later)).habit

    assert not await correct(store, as_felt(text, Emotion.FEAR), at=later)

    assert (await watched(store, at=later)).habit == before
    assert (await crowd(store, Family.FEAR))[0] == 0


async def test_a_correction_that_is_heard_twice_or_first_counts_once(store: Store) -> None:
    text = angry()
    await store.tagged(text)

    await correct(store, as_felt(text, Emotion.FEAR))
    await recount(store, text)
    await watch(store, text)

    [found] = (await counts(store)).values()
    assert (found.texts, found.negatives) == (1, (0, 0, 1))


async def test_what_an_author_says_besides_still_counts_once(store: Store) -> None:
    first, second, third = angry(author=1), angry(author=1), text_of(Emotion.JOY, author=1)
    await say(store, first, second, third)

    await correct(store, as_felt(first, Emotion.JOY))
    [one_left] = (await counts(store)).values()
    await correct(store, as_felt(second, Emotion.JOY))
    [none_left] = (await counts(store)).values()

    assert (one_left.texts, one_left.negatives) == (1, (1, 0, 0))
    assert (none_left.texts, none_left.negatives) == (1, (0, 0, 0))


async def test_corrections_and_deletions_leave_what_had_been_said_so_from_the_start(
    store: Store,
) -> None:
    random = Random(7)
    texts = [
        text_of(random.choice(list(Emotion)), author=random.randint(1, 4), aspects=[LATE])
        for _ in range(24)
    ]
    finally_said = {one.content_id: one for one in texts}
    await say(store, *texts)
    for text in random.sample(texts, 12):
        finally_said[text.content_id] = as_felt(text, random.choice(list(Emotion)))
        await correct(store, finally_said[text.content_id])
    for text in random.sample(texts, 6):
        del finally_said[text.content_id]
        await unwatch(store, text)

    found = await counts(store)

    plain = FakeAlertDatabase()
    other = Store(plain.transactions, plain.reads, plain, None)
    await say(other, *finally_said.values())
    assert found == await counts(other)


async def test_what_is_gone_is_not_counted_again_by_a_correction(store: Store) -> None:
    text, early = angry(), angry()
    await say(store, text)
    await unwatch(store, text)
    await unwatch(store, early)
    await store.tagged(early)

    await correct(store, as_felt(text, Emotion.FEAR), as_felt(early, Emotion.FEAR))

    assert not await counts(store)
    assert (await crowd(store, Family.FEAR))[0] == 0


async def test_a_crowd_opens_one_alert_and_every_further_text_is_seen_in_it(store: Store) -> None:
    texts = [angry() for _ in range(ENOUGH)]
    opened = [alert for text in texts for alert in await say(store, text)]
    opened += await say(store, angry())  # worse: many people by now

    [alert] = await listed(store)

    assert alert.id == opened[0].id
    assert (alert.subject, alert.family, alert.state) == (CUP, Family.ANGRY, AlertState.OPEN)
    assert (alert.sighting.negatives, alert.sighting.authors) == (ENOUGH + 1, ENOUGH + 1)
    assert await store.told() == len(opened) == alert.version
    assert store.rings() == await store.told()


async def test_an_alert_is_looked_at_again_when_people_say_otherwise(store: Store) -> None:
    person = new_id()
    await store.allows(person)
    quoted = angry(author_id=person)
    texts = [quoted, *(angry() for _ in range(ENOUGH))]
    await say(store, *texts)
    [before] = await listed(store)
    told = await store.told()

    await correct(store, *(as_felt(one, Emotion.JOY) for one in texts[:10]))

    [after] = await listed(store)
    assert before.sighting.examples == (quoted.content_id,)
    assert after.sighting.examples == ()
    assert before.sighting.negatives - after.sighting.negatives == 10
    assert after.sighting.authors == len(texts) - 10
    assert after.state is AlertState.OPEN
    assert await store.told() == told


async def test_corrections_can_open_an_alert(store: Store) -> None:
    texts = [text_of(Emotion.NEUTRAL) for _ in range(ENOUGH)]
    assert not await say(store, *texts)

    opened = await correct(store, *(as_felt(one, Emotion.ANGER) for one in texts))

    assert [alert.subject for alert in opened] == [CUP]
    assert [alert.id for alert in await listed(store)] == [opened[0].id]


async def test_evidence_of_an_hour_that_is_over_goes_with_what_it_was_made_of(
    store: Store,
) -> None:
    texts = [angry() for _ in range(8)]
    await say(store, *texts)
    later = NOON + HOUR
    await say(store, text_of(Emotion.NEUTRAL, at=later), at=later)
    before = await watched(store, at=later)
    await correct(store, *(as_felt(one, Emotion.JOY) for one in texts), at=later)

    after = await watched(store, at=later)

    assert before.runs[0].most > 5
    assert after.runs[0].most == 0
    assert before.habit.negatives(Family.ANGRY) == pytest.approx(8, rel=0.01)
    assert after.habit.negatives(Family.ANGRY) == 0
    assert after.habit.texts == pytest.approx(before.habit.texts)


@pytest.mark.parametrize("is_resolved", [False, True], ids=["open", "resolved in that hour"])
async def test_what_was_learned_under_an_alert_can_be_taken_back_and_leaves_no_debt(
    store: Store, is_resolved: bool
) -> None:
    texts = [angry() for _ in range(3 * ENOUGH)]
    await say(store, *texts)
    if is_resolved:
        [alert] = await listed(store)
        clock = FixedClock(NOON + QUARTER)
        await resolve_alert(alert.id, new_id(), "refunded", store.transactions, clock)
    later = NOON + HOUR
    await say(store, text_of(Emotion.NEUTRAL, at=later), at=later)
    learned = (await watched(store, at=later)).habit
    for text in texts:
        await unwatch(store, text, at=later)

    left = (await watched(store, at=later)).habit

    assert learned.negatives(Family.ANGRY) == pytest.approx(0.3 * ENOUGH, rel=0.01)
    assert left.negatives(Family.ANGRY) == pytest.approx(0, abs=1e-9)
    assert left.texts == pytest.approx(0, abs=1e-9)
    assert min(*left.hours, *left.days, *left.negative_hours, *left.negative_days) >= 0


async def test_an_alert_moves_as_people_handle_it_and_never_back(store: Store) -> None:
    await say(store, *(angry() for _ in range(ENOUGH)))
    [alert] = await listed(store)
    someone, clock = new_id(), FixedClock(NOON + QUARTER)

    await acknowledge_alert(alert.id, someone, "looking", store.transactions, clock)
    with pytest.raises(WrongAlertState):
        await acknowledge_alert(alert.id, someone, "again", store.transactions, clock)
    await resolve_alert(alert.id, someone, "refunded", store.transactions, clock)
    with pytest.raises(WrongAlertState):
        await resolve_alert(alert.id, someone, "again", store.transactions, clock)
    with pytest.raises(AlertNotFound):
        await resolve_alert(new_id(), someone, "", store.transactions, clock)

    [after] = await listed(store)
    assert after.state is AlertState.RESOLVED
    assert after.acknowledgement is not None
    assert (after.acknowledgement.user_id, after.acknowledgement.note) == (someone, "looking")
    assert after.resolution is not None
    assert (after.resolution.at, after.resolution.note) == (NOON + QUARTER, "refunded")
    assert (await watched(store)).runs[0].most == 0
    assert await store.told() == after.version == 3


async def test_who_counts_and_who_handles_an_alert_do_not_overwrite_each_other(
    store: Store,
) -> None:
    await say(store, *(angry() for _ in range(ENOUGH)))
    [alert] = await listed(store)
    more = [angry() for _ in range(12)]
    await store.tagged(*more)
    clock = FixedClock(NOON + timedelta(seconds=1))

    await asyncio.gather(
        *(watch(store, one) for one in more),
        acknowledge_alert(alert.id, None, "mine", store.transactions, clock),
    )

    [after] = await listed(store)
    [found] = (await counts(store)).values()
    assert after.state is AlertState.ACKNOWLEDGED
    assert found.negatives[0] == ENOUGH + len(more)
    assert after.sighting.negatives == ENOUGH + len(more)


async def test_two_who_count_the_same_texts_at_once_count_each_once(store: Store) -> None:
    texts = [angry(place=Place(room_id="room-1")) for _ in range(30)]
    await store.tagged(*texts)

    await asyncio.gather(
        *(watch(store, *texts[i : i + 10]) for i in (0, 10, 20)),
        *(watch(store, *texts[i : i + 10][::-1]) for i in (20, 0, 10)),
    )

    for subject in (CUP, ROOM):
        [found] = (await counts(store, subject)).values()
        assert (found.texts, found.negatives[0]) == (30, 30)
    assert len([one for one in await listed(store) if one.subject == CUP]) == 1


async def test_texts_that_go_while_they_are_counted_leave_nothing(store: Store) -> None:
    texts = [angry() for _ in range(12)]
    await store.tagged(*texts)

    await asyncio.gather(watch(store, *texts), *(unwatch(store, one) for one in texts[:8]))

    [found] = (await counts(store)).values()
    assert found.negatives[0] == 4
    assert (await crowd(store))[0] == 4


async def test_a_spike_settles_by_itself_after_two_quiet_hours(store: Store) -> None:
    await say(store, *(angry() for _ in range(ENOUGH)))

    early = await settle_alerts(store.transactions, FixedClock(NOON + HOUR))
    late = await settle_alerts(store.transactions, FixedClock(NOON + 3 * HOUR))

    assert [alert.state for alert in early] == [AlertState.OPEN]
    assert not late
    [alert] = await listed(store)
    assert alert.resolution is not None
    assert alert.resolution.user_id is None


async def test_counts_go_when_they_are_of_no_more_use(store: Store) -> None:
    await say(store, *(angry() for _ in range(3)))
    later = NOON + HOUR
    await say(store, angry(at=later), at=later)

    await forget_counts(store.transactions, FixedClock(NOON + KEPT + QUARTER))
    kept = await counts(store)
    # Mentions are dropped by when they were counted, which was now.
    gone = await forget_counts(
        store.transactions, FixedClock(datetime.now(UTC) + LOOKED_BACK + QUARTER)
    )

    assert list(kept) == [later]
    assert gone >= 4
    assert (await crowd(store))[0] == 0


async def test_alerts_are_listed_by_what_is_wanted_latest_first(store: Store) -> None:
    place = Place(room_id="room-1")
    await say(store, *(angry(place=place) for _ in range(ENOUGH)))
    [room] = await listed(store, AlertFilter(kind=SubjectKind.ROOM))
    [cup] = await listed(store, AlertFilter(kind=SubjectKind.PRODUCT, subject_id="sku-1"))
    await resolve_alert(cup.id, None, "", store.transactions, FixedClock(NOON))

    both = await listed(store)
    [resolved] = await listed(store, AlertFilter(state=AlertState.RESOLVED))
    async with store.reads() as reader:
        behind = await reader.page(AlertFilter(), both[0].id, 1)
        fresh = await reader.changed_since(datetime.now(UTC) + HOUR)
        everything = await reader.changed_since(datetime.now(UTC) - HOUR)
        with pytest.raises(AlertNotFound):
            await reader.alert(new_id())

    assert [one.id for one in both] == sorted((room.id, cup.id), reverse=True)
    assert [one.id for one in behind] == [both[1].id]
    assert resolved.id == cup.id
    assert [one.id for one in fresh] == [room.id]
    assert {one.id for one in everything} == {room.id, cup.id}


async def test_only_who_allows_it_still_is_quoted_in_the_order_asked(store: Store) -> None:
    first, second, third = (new_id() for _ in range(3))
    for person in (first, second):
        await store.allows(person)
    texts = [angry(author_id=one) for one in (first, second, third)]
    await store.tagged(*texts)
    asked = [one.content_id for one in texts][::-1]

    async with store.reads() as reader:
        before = await reader.quotable(asked)
    await store.allows(second, allows=False, version=2)
    async with store.reads() as reader:
        after = await reader.quotable(asked)

    assert [one.content_id for one in before] == asked[1:]
    assert [one.content_id for one in after] == asked[2:]


async def test_nothing_is_left_of_what_failed(store: Store) -> None:
    text = angry()
    await store.tagged(text)

    async def fail() -> None:
        async with store.transactions() as tx:
            await tx.catalogue.put([CatalogueEntry("sku-1", "aria", "cups", 1)])
            tx.notices.alerts_changed()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    await watch(store, text)
    assert not await counts(store, BRAND)
    assert store.rings() == 0
