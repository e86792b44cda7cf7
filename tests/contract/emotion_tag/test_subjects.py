"""What every store of how people feel about things keeps to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.store.postgres import PostgresTransaction
from services.emotion_tag.adapters.store.subject_reader import PostgresSubjectReader
from services.emotion_tag.adapters.store.subjects import PostgresSubjectTransaction
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.application.subjects.follow_subjects import (
    follow_subjects,
    leave_subjects,
    recount_subjects,
)
from services.emotion_tag.application.subjects.forget_old import forget_old
from services.emotion_tag.application.subjects.get_product import get_product, list_product_tags
from services.emotion_tag.application.subjects.get_profile import (
    SeenProfile,
    compare_subjects,
    get_profiles,
)
from services.emotion_tag.application.subjects.know_items import know_items
from services.emotion_tag.application.subjects.ports import Reads, TagFilter, Transactions
from services.emotion_tag.application.subjects.tell_products import tell_products
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.content import Place, TaggedContent
from services.emotion_tag.domain.product_emotion import QUIET_AFTER_TOLD
from services.emotion_tag.domain.standing import FORGOTTEN_AFTER
from services.emotion_tag.domain.subject import CatalogueEntry, Subject, SubjectKind
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from tests.support.clock import FixedClock
from tests.support.fake_subjects import FakeSubjectDatabase
from tests.support.saying import NOON, tag_of, text_of

PRODUCT = Subject(SubjectKind.PRODUCT, "sku-1")
BRAND = Subject(SubjectKind.BRAND, "aria")
ROOM = Subject(SubjectKind.ROOM, "room-1")
IN_ROOM = Place(room_id="room-1")
FAULT = (Aspect.LOGISTICS, Polarity.NEGATIVE)


@dataclass(frozen=True)
class Store:
    """What the use cases need of a store, and ways to fill and look into it."""

    transactions: Transactions
    reads: Reads
    fake: FakeSubjectDatabase | None
    database: Database | None

    async def tagged(self, texts: Sequence[TaggedContent]) -> None:
        """Have texts tagged, as the service does before it tells of them."""
        if self.fake is not None:
            self.fake.rows.tags |= {one.content_id: one for one in texts}
            return
        assert self.database is not None
        async with self.database.transactions(PostgresTransaction)() as tx:
            await tx.tags.put(texts)

    async def retagged(self, text: TaggedContent) -> None:
        if self.fake is not None:
            self.fake.rows.tags[text.content_id] = text
            return
        assert self.database is not None
        async with self.database.transactions(PostgresTransaction)() as tx:
            await tx.tags.remove_of(text.author_id or UUID(int=0))
            await tx.tags.put([text])

    async def allows(self, user_id: UUID) -> None:
        if self.fake is not None:
            self.fake.rows.allowing.add(user_id)
            return
        assert self.database is not None
        async with self.database.transactions(PostgresTransaction)() as tx:
            await tx.people.decide(user_id, allows=True, version=1)

    async def told(self) -> int:
        """How many events were told."""
        if self.fake is not None:
            return len(self.fake.sent)
        assert self.database is not None
        async with self.database.reads(lambda connection: connection)() as connection:
            return len((await connection.execute(platform.outbox.select())).all())


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        fake = FakeSubjectDatabase()
        yield Store(fake.transactions, fake.reads, fake, None)
        return
    engine = make_engine(request.getfixturevalue("database_url_of")("emotion_tag"))
    database = Database(engine)
    yield Store(
        database.transactions(PostgresSubjectTransaction),
        database.reads(PostgresSubjectReader),
        None,
        database,
    )
    await engine.dispose()


async def say(store: Store, *texts: TaggedContent, at: datetime = NOON) -> None:
    await store.tagged(texts)
    await follow(store, *texts, at=at)


async def follow(store: Store, *texts: TaggedContent, at: datetime = NOON) -> None:
    await follow_subjects([one.content_id for one in texts], store.transactions, FixedClock(at))


async def leave(store: Store, *texts: TaggedContent, at: datetime = NOON) -> None:
    await leave_subjects([one.content_id for one in texts], store.transactions, FixedClock(at))


async def seen(
    store: Store,
    subject: Subject = PRODUCT,
    at: datetime = NOON,
    window: timedelta | None = None,
) -> SeenProfile:
    (found,) = await get_profiles([subject], store.reads, FixedClock(at), window=window)
    return found


def figures(found: SeenProfile) -> list[float]:
    """All that is told of a subject."""
    profile = found.profile
    return [
        *(share.share for _, share in sorted(profile.mix, key=lambda pair: pair[0])),
        *(share.share for _, share in profile.polarities),
        profile.volume,
        profile.texts,
        profile.authors,
        profile.intensity,
        found.text_count,
        *(value for span in found.spans for value in span.sums.tolist()),
    ]


async def test_a_text_counts_for_all_that_it_is_about(store: Store) -> None:
    await know_items([CatalogueEntry("sku-1", "Aria", "guitars", 1)], store.transactions)

    await say(store, text_of(Emotion.JOY, place=IN_ROOM))

    for subject in (PRODUCT, BRAND, Subject(SubjectKind.CATEGORY, "guitars"), ROOM):
        found = await seen(store, subject)
        assert found.profile.emotion is Emotion.JOY
        assert (found.profile.volume, found.text_count) == (1, 1)
        assert found.updated_at == NOON
    assert (await seen(store, Subject(SubjectKind.TOPIC, "x"))).profile.volume == 0


async def test_an_item_that_changes_its_brand_takes_its_past_not_along(store: Store) -> None:
    await know_items([CatalogueEntry("sku-1", "Aria", "guitars", 2)], store.transactions)
    await say(store, text_of(Emotion.JOY))
    await know_items([CatalogueEntry("sku-1", "Lyra", "guitars", 3)], store.transactions)
    await know_items([CatalogueEntry("sku-1", "Old", "guitars", 1)], store.transactions)

    await say(store, text_of(Emotion.ANGER))

    assert (await seen(store, BRAND)).profile.emotion is Emotion.JOY
    assert (await seen(store, Subject(SubjectKind.BRAND, "lyra"))).profile.volume == 1
    assert (await seen(store, Subject(SubjectKind.BRAND, "old"))).profile.volume == 0


async def test_a_text_counts_once_however_often_it_is_told(store: Store) -> None:
    text = text_of()
    await say(store, text)
    once = await seen(store)

    await follow(store, text)
    await follow(store, text, text_of())  # the other one is not tagged

    assert figures(await seen(store)) == pytest.approx(figures(once), abs=1e-9)


async def test_a_batch_says_the_same_as_its_texts_in_any_order(store: Store) -> None:
    random = Random(1)
    texts = [
        text_of(
            random.choice(list(Emotion)),
            author=random.randrange(4),
            at=NOON - timedelta(hours=random.randrange(60)),
            aspects=[FAULT],
            place=IN_ROOM,
            items=("a",),
        )
        for _ in range(30)
    ]
    again = [
        replace(one, content_id=UUID(int=one.content_id.int ^ 1), item_ids=("b",)) for one in texts
    ]

    await say(store, *texts)
    for one in random.sample(again, len(again)):
        await say(store, one)

    together = await seen(store, Subject(SubjectKind.PRODUCT, "a"))
    alone = await seen(store, Subject(SubjectKind.PRODUCT, "b"))
    assert figures(together) == pytest.approx(figures(alone), abs=1e-9)


async def test_a_deleted_text_was_never_said(store: Store) -> None:
    kept = [text_of(Emotion.JOY, author=n % 3, at=NOON - timedelta(hours=n)) for n in range(12)]
    await say(store, *kept)
    before = await seen(store)
    gone = [text_of(Emotion.ANGER, author=n % 3, at=NOON - timedelta(days=2)) for n in range(5)]
    await say(store, *gone)
    assert (await seen(store)).profile.volume != pytest.approx(before.profile.volume)

    await leave(store, *gone)
    await leave(store, gone[0])

    assert figures(await seen(store)) == pytest.approx(figures(before), abs=1e-9)


async def test_a_deletion_that_comes_first_keeps_the_text_away(store: Store) -> None:
    text = text_of()
    await leave(store, text)

    await say(store, text)

    assert (await seen(store)).profile.volume == 0


async def test_a_corrected_text_counts_as_it_is_now(store: Store) -> None:
    other = text_of(Emotion.JOY, author=1, at=NOON - timedelta(hours=1))
    wrong = text_of(Emotion.ANGER, author=1, author_id=new_id(), aspects=[FAULT])
    await say(store, other, wrong)

    await store.retagged(replace(wrong, tag=tag_of(Emotion.JOY)))
    await recount_subjects([wrong.content_id], store.transactions, FixedClock(NOON))

    found = (await seen(store)).profile
    assert found.share_of(Emotion.ANGER).share < 0.1
    assert found.aspects == ()
    assert found.volume == pytest.approx(1.5, rel=1e-2)
    assert found.texts == pytest.approx(2, rel=1e-2)


async def test_a_correction_that_is_heard_before_the_text_counts_it_once(store: Store) -> None:
    wrong = text_of(Emotion.ANGER, author=1, author_id=new_id())
    other = text_of(Emotion.JOY, author=1, at=NOON - timedelta(minutes=1))
    await say(store, other)
    await store.tagged([wrong])
    await store.retagged(replace(wrong, tag=tag_of(Emotion.JOY)))

    await recount_subjects([wrong.content_id], store.transactions, FixedClock(NOON))
    await follow(store, wrong)

    found = (await seen(store)).profile
    assert found.share_of(Emotion.ANGER).share < 0.1
    assert found.volume == pytest.approx(1.5, rel=1e-2)
    assert found.texts == pytest.approx(2, rel=1e-2)


async def test_corrections_that_are_heard_at_once_leave_the_last_word(store: Store) -> None:
    texts = [text_of(Emotion.ANGER, author=n % 3, author_id=new_id()) for n in range(8)]
    await say(store, *texts)
    for text in texts:
        await store.retagged(replace(text, tag=tag_of(Emotion.JOY)))
    ids = [text.content_id for text in texts]

    await asyncio.gather(
        *(recount_subjects(ids[n:], store.transactions, FixedClock(NOON)) for n in range(4))
    )

    found = (await seen(store)).profile
    assert found.share_of(Emotion.ANGER).share < 0.1
    assert found.texts == pytest.approx(8, rel=1e-2)


async def test_texts_that_go_while_they_are_counted_leave_nothing(store: Store) -> None:
    stays, texts = text_of(Emotion.JOY), [text_of(Emotion.ANGER) for _ in range(12)]
    await store.tagged([stays, *texts])
    clock, ids = FixedClock(NOON), [text.content_id for text in texts]

    await asyncio.gather(
        follow(store, stays, *texts[:6]),
        leave_subjects(ids[3:], store.transactions, clock),
        leave_subjects(ids[:3], store.transactions, clock),
        follow(store, *texts[6:]),
    )

    found = (await seen(store)).profile
    assert found.texts == pytest.approx(1, rel=1e-2)
    assert found.emotion is Emotion.JOY


async def test_a_person_who_repeats_themselves_is_one_person(store: Store) -> None:
    spam = [text_of(Emotion.ANGER, author=9, at=NOON - timedelta(seconds=n)) for n in range(40)]
    crowd = [text_of(Emotion.JOY) for _ in range(10)]

    await say(store, *spam)
    await say(store, *crowd)

    found = await seen(store)
    assert found.profile.emotion is Emotion.JOY
    assert found.text_count == 50
    assert found.profile.authors == pytest.approx(11, rel=1e-3)


async def test_a_window_shows_what_was_said_in_it_unfaded(store: Store) -> None:
    old = [text_of(Emotion.ANGER, at=NOON - timedelta(days=20)) for _ in range(9)]
    new = [text_of(Emotion.JOY, at=NOON - timedelta(hours=2)) for _ in range(3)]
    await say(store, *old, *new)

    day = await seen(store, window=timedelta(days=1))
    month = await seen(store, window=timedelta(days=30))

    assert (day.profile.emotion, day.profile.volume, day.is_hourly) == (Emotion.JOY, 3, True)
    assert (month.profile.emotion, month.profile.volume) == (Emotion.ANGER, 12)
    assert [len(one.spans) for one in (day, month)] == [24, 30]
    assert month.spans[-1].starts_at == NOON.replace(hour=0)


async def test_a_room_forgets_within_the_hour_a_product_within_months(store: Store) -> None:
    await say(store, text_of(Emotion.ANGER, place=IN_ROOM))
    later = NOON + timedelta(hours=1)

    assert (await seen(store, ROOM, later)).profile.volume == pytest.approx(2**-6)
    assert (await seen(store, PRODUCT, later)).profile.volume == pytest.approx(1, abs=0.01)


async def test_what_was_said_more_than_a_year_ago_is_not_counted(store: Store) -> None:
    await say(store, text_of(at=NOON - FORGOTTEN_AFTER))

    assert (await seen(store)).updated_at is None


async def test_what_is_too_old_is_dropped_and_the_rest_stays(store: Store) -> None:
    await say(store, text_of())
    later = NOON + timedelta(days=10)
    await say(store, text_of(at=later), at=later)

    while await forget_old(store.transactions, FixedClock(later)):
        pass
    hourly = await seen(store, at=NOON, window=timedelta(hours=2))
    daily = await seen(store, at=later)
    assert (hourly.profile.volume, daily.text_count) == (0, 2)

    much_later = NOON + FORGOTTEN_AFTER + timedelta(days=1)
    while await forget_old(store.transactions, FixedClock(much_later)):
        pass
    assert (await seen(store, at=later, window=timedelta(days=30))).text_count == 1


async def test_things_are_compared_side_by_side(store: Store) -> None:
    def about(item: str, leans: Polarity, count: int) -> list[TaggedContent]:
        emotion = Emotion.LIKE if leans is Polarity.POSITIVE else Emotion.ANGER
        aspects = [(Aspect.QUALITY, leans)]
        return [text_of(emotion, items=(item,), aspects=aspects) for _ in range(count)]

    await say(store, *about("a", Polarity.POSITIVE, 20), *about("b", Polarity.NEGATIVE, 20))
    subjects = [Subject(SubjectKind.PRODUCT, item) for item in "ab"]

    profiles, (found,) = await compare_subjects(
        subjects, store.reads, FixedClock(NOON), window=None
    )

    assert [one.profile.subject for one in profiles] == subjects
    assert (found.aspect, found.praised, found.missed) == (Aspect.QUALITY, *subjects)
    assert found.is_significant


async def test_only_public_texts_of_those_who_allow_it_may_be_quoted(store: Store) -> None:
    ann, ben = new_id(), new_id()
    await store.allows(ann)
    mine = text_of(author_id=ann)
    feared = text_of(Emotion.FEAR, author_id=ann)
    hidden = [
        text_of(),
        text_of(author_id=ben),
        text_of(author_id=ann, place=Place(circle_id="friends")),
        text_of(author_id=ann, kind=TextKind.CHAT),
        replace(text_of(author_id=ann), tag=tag_of(Emotion.JOY, unsure=True)),
    ]
    deleted = text_of(author_id=ann)
    await say(store, mine, feared, deleted, *hidden)
    await leave(store, deleted)

    async with store.reads() as reader:
        everything = await reader.candidates(PRODUCT, None, limit=10)
        negative = await reader.candidates(PRODUCT, Polarity.NEGATIVE, limit=10)

    assert {one.content_id for one in everything} == {mine.content_id, feared.content_id}
    assert [one.content_id for one in negative] == [feared.content_id]
    assert negative[0].tag == feared.tag


async def test_a_product_is_told_of_when_it_becomes_known_for_something(store: Store) -> None:
    await say(store, *(text_of(Emotion.JOY) for _ in range(3)))
    assert not await tell_products(store.transactions, FixedClock(NOON))
    assert await store.told() == 0

    clock = FixedClock(NOON + timedelta(seconds=5))
    await say(store, *(text_of(Emotion.JOY) for _ in range(20)), at=clock.now())
    await tell_products(store.transactions, clock)

    assert await store.told() == 1
    product, tags = await get_product("sku-1", store.reads, clock)
    assert product.version == 1
    assert [tag.key for tag in tags] == ["joy"]
    assert 0.9 < tags[0].confidence <= 1
    assert tags[0].since == clock.now()


async def test_a_product_is_told_of_once_a_minute_at_most(store: Store) -> None:
    clock = FixedClock(NOON)
    await say(store, *(text_of(Emotion.JOY) for _ in range(20)))
    await tell_products(store.transactions, clock)
    await say(store, *(text_of(Emotion.ANGER) for _ in range(40)))

    clock.advance(QUIET_AFTER_TOLD - timedelta(seconds=1))
    await tell_products(store.transactions, clock)
    early = await store.told()
    clock.advance(timedelta(seconds=1))
    await tell_products(store.transactions, clock)

    assert (early, await store.told()) == (1, 2)
    _, tags = await get_product("sku-1", store.reads, clock)
    assert "anger" in {tag.key for tag in tags}


async def test_a_tag_that_nobody_renews_fades(store: Store) -> None:
    await say(store, *(text_of(Emotion.JOY) for _ in range(20)))
    clock = FixedClock(NOON)
    await tell_products(store.transactions, clock)

    clock.advance(timedelta(days=120))
    await tell_products(store.transactions, clock)

    product, tags = await get_product("sku-1", store.reads, clock)
    assert tags == []
    assert (product.version, product.profile.is_reliable) == (2, False)


async def test_products_are_listed_by_what_they_are_known_for(store: Store) -> None:
    texts = [text_of(Emotion.JOY, items=(item,)) for item in "abc" for _ in range(20)]
    texts += [text_of(Emotion.ANGER, items=("d",), aspects=[FAULT]) for _ in range(20)]
    await say(store, *texts)
    await tell_products(store.transactions, FixedClock(NOON))

    async def listed(after: tuple[float, str, str] | None, **wanted: object) -> list[str]:
        tags = await list_product_tags(
            TagFilter(**wanted),  # type: ignore[arg-type]
            store.reads,
            after=after,
            limit=2,
        )
        return [f"{tag.item_id} {tag.key}" for tag in tags]

    first = await list_product_tags(
        TagFilter(emotion=Emotion.JOY), store.reads, after=None, limit=2
    )
    last = first[-1]
    assert [tag.item_id for tag in first] == ["a", "b"]
    place = (last.confidence, last.item_id, last.key)
    assert await listed(place, emotion=Emotion.JOY) == ["c joy"]
    assert await listed(None, aspect=Aspect.LOGISTICS) == ["d faulted:logistics"]
    assert set(await listed(None, polarity=Polarity.NEGATIVE)) == {"d anger", "d faulted:logistics"}
