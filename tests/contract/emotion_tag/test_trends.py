"""What every store of trends keeps to, and what the use cases make of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.emotion_tag.adapters.store.postgres import PostgresTransaction
from services.emotion_tag.adapters.store.rows import tag_to_columns
from services.emotion_tag.adapters.store.tables import tags as tag_table
from services.emotion_tag.adapters.store.trends import PostgresTrendReader, PostgresTrendTransaction
from services.emotion_tag.application.trends.count_topics import (
    OLDEST,
    count_topics,
    leave_topics,
    recount_topics,
)
from services.emotion_tag.application.trends.find_topics import Heard
from services.emotion_tag.application.trends.list_rising_topics import Rise, list_rising_topics
from services.emotion_tag.application.trends.ports import Segment, TrendReads, TrendTransactions
from services.emotion_tag.domain.content import Place, TaggedContent
from services.emotion_tag.domain.subject import CatalogueEntry
from services.emotion_tag.domain.taxonomy import Emotion
from services.emotion_tag.domain.trend import Named, RisingTopic, Sums, TopicKind, Window
from tests.support.clock import FixedClock
from tests.support.fake_trends import FakeTrendDatabase
from tests.support.saying import NOON, tag_of, text_of

PHRASE, TAG = TopicKind.PHRASE, TopicKind.HASHTAG
LIPSTICK, BOX = Named(PHRASE, "故宫口红", "故宫口红"), Named(TAG, "开箱", "開箱")
EVERYBODY = Segment()
LONG_AGO, LATER = NOON - timedelta(days=30), NOON + timedelta(days=1)
CLOCK = FixedClock(NOON)


@dataclass(frozen=True)
class Store:
    """What the use cases need of a store, and ways to fill and look into it."""

    transactions: TrendTransactions
    reads: TrendReads
    fake: FakeTrendDatabase | None
    database: Database | None

    async def tagged(self, *texts: TaggedContent) -> None:
        if self.fake is not None:
            self.fake.rows.tags |= {one.content_id: one for one in texts}
            return
        assert self.database is not None
        async with self.database.transactions(PostgresTransaction)() as tx:
            await tx.tags.put(texts)

    async def corrected(self, *texts: TaggedContent) -> None:
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

    async def catalogue(self, *entries: CatalogueEntry) -> None:
        async with self.transactions() as tx:
            await tx.catalogue.put(entries)


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        fake = FakeTrendDatabase()
        yield Store(fake.transactions, fake.reads, fake, None)
        return
    engine = make_engine(request.getfixturevalue("database_url_of")("emotion_tag"), pool_size=8)
    database = Database(engine)
    yield Store(
        database.transactions(PostgresTrendTransaction),
        database.reads(PostgresTrendReader),
        None,
        database,
    )
    await engine.dispose()


def heard(*texts: TaggedContent, topics: tuple[Named, ...] = (LIPSTICK,)) -> Heard:
    return Heard({one.content_id: frozenset(topics) for one in texts})


async def say(
    store: Store,
    *texts: TaggedContent,
    topics: tuple[Named, ...] = (LIPSTICK,),
    clock: FixedClock = CLOCK,
) -> None:
    await store.tagged(*texts)
    await count_topics(heard(*texts, topics=topics), store.transactions, clock)


async def correct(store: Store, *texts: TaggedContent) -> None:
    await store.corrected(*texts)
    await recount_topics([one.content_id for one in texts], store.transactions, CLOCK)


async def sums(
    store: Store, topic: str = LIPSTICK.topic, segment: Segment = EVERYBODY
) -> dict[str, Sums]:
    """Of a topic and of everything; by hours, after a look that the ten minutes say the same."""
    async with store.reads() as reader:
        of_topic = await reader.sums([topic], segment, LONG_AGO, LATER)
        everything = await reader.texts(segment, LONG_AGO, LATER, is_hour=True)
        assert await reader.texts(segment, LONG_AGO, LATER, is_hour=False) == everything
    return {**of_topic, "": everything}


async def rising(store: Store, segment: Segment = EVERYBODY) -> Rise:
    return await list_rising_topics(Window.HOUR, segment, 10, store.reads, CLOCK)


async def topic(store: Store, segment: Segment = EVERYBODY) -> RisingTopic:
    [found] = (await rising(store, segment)).topics
    return found


def as_felt(text: TaggedContent, emotion: Emotion) -> TaggedContent:
    return replace(text, tag=tag_of(emotion))


async def test_a_text_counts_once_however_often_it_is_heard(store: Store) -> None:
    text = text_of(Emotion.ANGER)

    await say(store, text)
    await count_topics(heard(text), store.transactions, CLOCK)

    found = await sums(store)
    assert (found["故宫口红"].texts, found["故宫口红"].negatives) == (1, 1)
    assert found[""].texts == 1


async def test_a_corrected_text_has_the_colour_that_people_decided(store: Store) -> None:
    texts = [text_of(Emotion.ANGER) for _ in range(4)]
    await say(store, *texts)

    await correct(store, as_felt(texts[0], Emotion.JOY))
    await recount_topics([texts[0].content_id], store.transactions, CLOCK)

    found = await sums(store)
    for one in found.values():
        assert (one.texts, one.positives, one.negatives) == (4, 1, 3)
    plain = FakeTrendDatabase()
    other = Store(plain.transactions, plain.reads, plain, None)
    await say(other, as_felt(texts[0], Emotion.JOY), *texts[1:])
    assert found == await sums(other)


async def test_a_text_that_is_corrected_before_it_is_counted_counts_so(store: Store) -> None:
    text = text_of(Emotion.ANGER)
    await store.tagged(text)

    await correct(store, as_felt(text, Emotion.JOY))
    await count_topics(heard(text), store.transactions, CLOCK)

    assert (await sums(store))[""].positives == 1


async def test_a_deleted_text_leaves_nothing_and_does_not_come_back(store: Store) -> None:
    gone, early = text_of(Emotion.ANGER), text_of(Emotion.ANGER)
    await say(store, gone, topics=(LIPSTICK, BOX))
    await store.tagged(early)

    for _ in range(2):
        await leave_topics([gone.content_id, early.content_id], store.transactions)
    await count_topics(heard(gone, early), store.transactions, CLOCK)
    await correct(store, as_felt(gone, Emotion.JOY))

    assert await sums(store) == {"": Sums()}
    async with store.reads() as reader:
        assert await reader.known() == set()
        assert await reader.forms([BOX.topic], "", LONG_AGO.date()) == {}


async def test_whatever_is_corrected_and_deleted_what_is_left_is_exact(store: Store) -> None:
    random = Random(3)
    texts = [text_of(random.choice(list(Emotion)), place=_at(random)) for _ in range(30)]
    left = {one.content_id: one for one in texts}
    await say(store, *texts)
    for text in random.sample(texts, 15):
        left[text.content_id] = as_felt(text, random.choice(list(Emotion)))
        await correct(store, left[text.content_id])
    for text in random.sample(texts, 10):
        del left[text.content_id]
        await leave_topics([text.content_id], store.transactions)

    found = [await sums(store, segment=Segment(region_code=one)) for one in ("", *REGIONS)]

    plain = FakeTrendDatabase()
    other = Store(plain.transactions, plain.reads, plain, None)
    await say(other, *left.values())
    assert found == [await sums(other, segment=Segment(region_code=one)) for one in ("", *REGIONS)]


REGIONS = ("CN-ZJ", "CN-SH")


def _at(random: Random) -> Place:
    return Place(region_code=random.choice(REGIONS))


async def test_all_at_once_count_and_leave_each_text_once(store: Store) -> None:
    texts = [text_of(Emotion.ANGER) for _ in range(20)]
    await store.tagged(*texts)
    await store.corrected(*(as_felt(one, Emotion.JOY) for one in texts[:10]))
    ids = [one.content_id for one in texts]

    await asyncio.gather(
        count_topics(heard(*texts), store.transactions, CLOCK),
        count_topics(heard(*texts[::-1]), store.transactions, CLOCK),
        recount_topics(ids[:10], store.transactions, CLOCK),
        leave_topics(ids[15:], store.transactions),
    )

    found = (await sums(store))[""]
    assert (found.texts, found.positives, found.negatives) == (15, 10, 5)


async def test_history_that_no_window_reaches_is_not_counted(store: Store) -> None:
    await say(store, text_of(at=NOON - OLDEST - timedelta(minutes=1)))

    assert await sums(store) == {"": Sums()}


async def test_a_topic_is_shown_as_most_people_write_it(store: Store) -> None:
    simplified = replace(BOX, form="开箱")
    for form in (BOX, BOX, BOX, simplified, simplified, BOX):
        await say(store, text_of(Emotion.JOY), topics=(form,))

    found = await topic(store)
    assert (found.talk.text, found.form, found.talk.now.texts) == ("开箱", "開箱", 6)

    for _ in range(2):
        await say(store, text_of(Emotion.JOY), topics=(simplified,))
    assert (await topic(store)).form == "开箱"  # of two that are as common, the folded one


async def test_a_topic_is_shown_as_those_write_it_who_are_asked_for(store: Store) -> None:
    for _ in range(6):
        text = text_of(Emotion.JOY)
        hant = replace(text_of(Emotion.JOY), tag=replace(text.tag, language="zh-Hant"))
        await say(store, text, topics=(replace(BOX, form="开箱"),))
        await say(store, hant, topics=(BOX,))

    assert (await topic(store, Segment(language="zh-Hant"))).form == "開箱"
    assert (await topic(store, Segment(language="zh-Hans"))).form == "开箱"


async def test_how_gone_texts_wrote_a_topic_does_not_count(store: Store) -> None:
    traditional = [text_of(Emotion.JOY) for _ in range(6)]
    await say(store, *traditional, topics=(BOX,))
    await say(store, *(text_of(Emotion.JOY) for _ in range(5)), topics=(replace(BOX, form="开箱"),))
    before = (await topic(store)).form
    await leave_topics([one.content_id for one in traditional[:2]], store.transactions)

    assert (before, (await topic(store)).form) == ("開箱", "开箱")


async def test_segments_are_what_texts_are_about_and_where_they_are_from(store: Store) -> None:
    await store.catalogue(CatalogueEntry("sku-1", "aria", "music", 1))
    await say(store, text_of(place=Place(region_code="CN-ZJ")), text_of(items=()))

    async def count(**segment: str) -> float:
        return (await sums(store, segment=Segment(**segment)))[""].texts

    assert await count() == 2
    assert await count(category="music") == 1
    assert await count(region_code="CN-ZJ") == 1
    assert await count(kind="comment", language="zh-Hans") == 2
    assert await count(kind="post") == 0


async def test_topics_of_few_texts_do_not_rise_and_the_most_spoken_of_come_first(
    store: Store,
) -> None:
    await say(store, *(text_of() for _ in range(4)), topics=(BOX,))
    await say(store, *(text_of() for _ in range(7)), topics=(Named(TAG, "双十一", "双十一"),))
    await say(store, *(text_of() for _ in range(9)))

    async with store.reads() as reader:
        talks = await reader.talks(EVERYBODY, LONG_AGO, LATER, is_hour=True, most=5)
        first = await reader.talks(EVERYBODY, LONG_AGO, LATER, is_hour=True, most=1)
        slices = await reader.slices(["双十一"], EVERYBODY, LONG_AGO, LATER, is_hour=False)

    assert [(one.text, one.kind) for one in talks] == [("故宫口红", PHRASE), ("双十一", TAG)]
    assert [one.text for one in first] == ["故宫口红"]
    assert slices == {"双十一": {NOON: 7}}


async def test_what_no_window_reaches_goes_and_can_then_not_be_taken_out(store: Store) -> None:
    texts = [text_of(Emotion.ANGER) for _ in range(3)]
    await say(store, *texts, topics=(LIPSTICK, BOX))

    async with store.transactions() as tx:
        await tx.trends.prune(NOON + timedelta(days=2))
    await leave_topics([texts[0].content_id], store.transactions)
    async with store.reads() as reader:
        fine = await reader.texts(EVERYBODY, LONG_AGO, LATER, is_hour=False)
        hours = await reader.texts(EVERYBODY, LONG_AGO, LATER, is_hour=True)
    async with store.transactions() as tx:
        gone = await tx.trends.prune(NOON + OLDEST + timedelta(days=1))
        left = await tx.trends.counted([UUID(int=0), *(one.content_id for one in texts)])

    assert (fine, hours.texts) == (Sums(), 2)
    assert gone == 3 + 2 + 2  # hours of two topics and of all, texts, forms
    assert not left
