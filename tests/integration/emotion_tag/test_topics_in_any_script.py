"""What was counted for a topic in traditional characters is found under the one name it now has."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.store.alert_tables import alerts
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
from tests.support.upgrading import Upgrading, upgrading

BEFORE = "f4b0c9d1e2a7"
LATER = FixedClock(NOON + timedelta(days=3))
HAPPY = [(Emotion.JOY, NOON), (Emotion.LIKE, NOON + timedelta(hours=2))]
ANGRY = [(Emotion.ANGER, NOON + timedelta(days=1)), (Emotion.ANGER, NOON + timedelta(days=2))]


@pytest.fixture
async def emotions(database_url_of: Callable[[str], str]) -> AsyncIterator[Upgrading]:
    async with upgrading("emotion_tag", database_url_of("emotion_tag"), BEFORE) as emotions:
        yield emotions


@pytest.fixture
def database(emotions: Upgrading) -> Database:
    return emotions.database


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


async def respell(database: Database, **spellings: str) -> None:
    """Have topics stored as they were before, under their own spelling."""
    async with database.transactions(lambda connection: connection)() as connection:
        for now, was in spellings.items():
            for table in (subjects, subject_spans, subject_texts):
                await connection.execute(
                    table.update().where(table.c.subject_id == now).values(subject_id=was)
                )


def alert_of(topic: str, state: str = "open") -> dict[str, object]:
    return {
        "alert_id": new_id(),
        "kind": "topic",
        "subject_id": topic,
        "family": "angry",
        "state": state,
        "severity": 1,
        "version": 1,
        "reopen_count": 0,
        "opened_at": NOON,
        "stored_at": NOON,
        "sighting": {},
    }


async def test_a_topic_keeps_all_that_was_said_of_it(
    emotions: Upgrading, database: Database
) -> None:
    await say(database, "双十一", *about("双十一", said=HAPPY + ANGRY))
    before = await profile(database, "双十一")
    await respell(database, 双十一="雙十一")
    lost = await profile(database, "雙十一")

    await emotions.upgrade()

    after = await profile(database, "雙十一")
    assert lost.text_count == 0
    assert after.text_count == 4
    assert after.profile.mix == before.profile.mix
    assert [one.sums.tolist() for one in after.spans] == [one.sums.tolist() for one in before.spans]


@pytest.mark.parametrize(
    ("first", "second", "one_name"), [("開箱", "开箱", "开箱"), ("這裏", "這裡", "这里")]
)
async def test_two_spellings_become_one_topic_and_texts_still_leave_it(
    emotions: Upgrading, database: Database, first: str, second: str, one_name: str
) -> None:
    happy, angry = about("甲", "丙", said=HAPPY), about("乙", "丙", said=ANGRY)
    await say(database, "丙", *happy, *angry)
    await respell(database, 甲=first, 乙=second)

    await emotions.upgrade()

    together, one = await profile(database, one_name), await profile(database, "丙")
    assert together.text_count == one.text_count == 4
    assert together.profile.volume == pytest.approx(one.profile.volume)
    assert [share.share for _, share in together.profile.mix] == pytest.approx(
        [share.share for _, share in one.profile.mix]
    )

    leaving = database.transactions(PostgresSubjectTransaction)
    await leave_subjects([text.content_id for text in happy], leaving, LATER)

    assert (await profile(database, first)).text_count == 2


async def test_what_is_being_counted_when_it_begins_comes_along(
    emotions: Upgrading, database: Database
) -> None:
    await say(database, "开箱", *about("开箱", said=HAPPY))

    async with database.ambient():
        await say(database, "乙", *about("乙", said=ANGRY))
        await respell(database, 乙="開箱")
        upgrade = asyncio.create_task(emotions.upgrade())
        await asyncio.sleep(1)  # it has begun, and waits
    await upgrade

    assert (await profile(database, "开箱")).text_count == 4


async def test_an_alert_follows_its_topic_unless_that_has_one(
    emotions: Upgrading, database: Database
) -> None:
    spellings = ("開箱", "雙十一", "双十一", "這裏", "這裡")
    async with database.ambient() as connection:
        rows = [alert_of(one) for one in spellings] + [alert_of("雙十一", state="resolved")]
        await connection.execute(insert(alerts), rows)

    await emotions.upgrade()

    async with database.ambient() as connection:
        found = await connection.execute(select(alerts.c.subject_id, alerts.c.state))
        assert {tuple(row) for row in found} == {
            *((one, "open") for one in ("开箱", "雙十一", "双十一", "這裏", "這裡")),
            ("双十一", "resolved"),
        }
