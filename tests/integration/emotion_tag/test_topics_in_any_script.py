"""What was counted for a topic in traditional characters is found under the one name it now has."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from services.chassis.db import migrate
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.emotion_tag.adapters.store.postgres import PostgresTransaction
from services.emotion_tag.adapters.store.subject_reader import PostgresSubjectReader
from services.emotion_tag.adapters.store.subject_tables import (
    subject_spans,
    subject_texts,
    subjects,
)
from services.emotion_tag.adapters.store.subjects import PostgresSubjectTransaction
from services.emotion_tag.application.subjects.follow_subjects import (
    follow_subjects,
    leave_subjects,
)
from services.emotion_tag.application.subjects.get_profile import SeenProfile, get_profiles
from services.emotion_tag.domain.content import Place, TaggedContent
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.taxonomy import Emotion
from tests.support.clock import FixedClock
from tests.support.saying import NOON, text_of

BEFORE = "f4b0c9d1e2a7"
LATER = FixedClock(NOON + timedelta(days=3))
HAPPY = [(Emotion.JOY, NOON), (Emotion.LIKE, NOON + timedelta(hours=2))]
ANGRY = [(Emotion.ANGER, NOON + timedelta(days=1)), (Emotion.ANGER, NOON + timedelta(days=2))]


@pytest.fixture
def url(database_url_of: Callable[[str], str]) -> str:
    return database_url_of("emotion_tag")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    engine = make_engine(url)
    yield Database(engine)
    await engine.dispose()


async def say(database: Database, topic: str, *texts: TaggedContent) -> list[TaggedContent]:
    async with database.transactions(PostgresTransaction)() as tx:
        await tx.tags.put(texts)
    following = database.transactions(PostgresSubjectTransaction)
    await follow_subjects([one.content_id for one in texts], following, LATER)
    assert (await profile(database, topic)).text_count
    return list(texts)


def about(*topics: str, said: list[tuple[Emotion, datetime]]) -> list[TaggedContent]:
    return [text_of(one, at=at, items=(), place=Place(topics=topics)) for one, at in said]


async def profile(database: Database, topic: str) -> SeenProfile:
    subject = Subject.named(SubjectKind.TOPIC, topic)
    reads = database.reads(PostgresSubjectReader)
    (seen,) = await get_profiles([subject], reads, LATER, window=None)
    return seen


async def as_before(database: Database, **spellings: str) -> None:
    """Have topics stored as they were before, under their own spelling."""
    async with database.transactions(lambda connection: connection)() as connection:
        for now, was in spellings.items():
            for table in (subjects, subject_spans, subject_texts):
                await connection.execute(
                    table.update().where(table.c.subject_id == now).values(subject_id=was)
                )
        await connection.execute(
            text("UPDATE emotion_tag.alembic_version SET version_num = :before"),
            {"before": BEFORE},
        )


async def test_a_topic_keeps_all_that_was_said_of_it(database: Database, url: str) -> None:
    await say(database, "双十一", *about("双十一", said=HAPPY + ANGRY))
    before = await profile(database, "双十一")
    await as_before(database, 双十一="雙十一")
    lost = await profile(database, "雙十一")

    await asyncio.to_thread(migrate.upgrade, "emotion_tag", url)

    after = await profile(database, "雙十一")
    assert lost.text_count == 0
    assert after.text_count == 4
    assert after.profile.mix == before.profile.mix
    assert [one.sums.tolist() for one in after.spans] == [one.sums.tolist() for one in before.spans]


async def test_two_spellings_become_one_topic_and_texts_still_leave_it(
    database: Database, url: str
) -> None:
    happy, angry = about("甲", "丙", said=HAPPY), about("乙", "丙", said=ANGRY)
    await say(database, "丙", *happy, *angry)
    await as_before(database, 甲="開箱", 乙="开箱")

    await asyncio.to_thread(migrate.upgrade, "emotion_tag", url)

    together, one = await profile(database, "开箱"), await profile(database, "丙")
    assert together.text_count == one.text_count == 4
    assert together.profile.volume == pytest.approx(one.profile.volume)
    assert [share.share for _, share in together.profile.mix] == pytest.approx(
        [share.share for _, share in one.profile.mix]
    )

    leaving = database.transactions(PostgresSubjectTransaction)
    await leave_subjects([text.content_id for text in happy], leaving, LATER)

    assert (await profile(database, "開箱")).text_count == 2
