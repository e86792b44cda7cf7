"""What published texts, deletions and consents do, through the real broker."""

from datetime import UTC, datetime, timedelta

import pytest

from resonance.community.v1.community_events_pb2 import ContentDeleted
from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import (
    ContentTagged,
    ContentUntagged,
    MoodChanged,
)
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from tests.integration.emotion_tag.conftest import Harness, tell
from tests.support.loops import eventually

ANGRY = "什么破店，气死我了，退钱！！"
HAPPY = "哈哈哈太开心了，超级喜欢！！"


async def test_who_agrees_with_a_complaint_complains(emotions: Harness, person: str) -> None:
    complaint = await emotions.says(str(new_id()), ANGRY)
    praise = await emotions.says(str(new_id()), HAPPY)

    first = await emotions.tagged(await emotions.says(person, "+1", reply_to_id=complaint))
    second = await emotions.tagged(await emotions.says(person, "+1", reply_to_id=praise))

    assert first.tag.emotion == emotion_pb2.EMOTION_ANGER
    assert first.tag.polarity == emotion_pb2.POLARITY_NEGATIVE
    assert second.tag.polarity == emotion_pb2.POLARITY_POSITIVE


async def test_without_consent_a_text_is_tagged_but_nobody_has_a_mood(
    emotions: Harness, person: str
) -> None:
    content_id = await emotions.says(person, ANGRY)

    told = await emotions.tagged(content_id)

    assert told.author_id == ""
    assert told.tag.emotion == emotion_pb2.EMOTION_ANGER
    assert list(told.item_ids) == ["sku-1"]
    assert (await emotions.mood(person)).confidence == 0
    assert not await emotions.moods_told(person)


async def test_with_consent_what_is_said_moves_the_mood(emotions: Harness, person: str) -> None:
    await emotions.allows(person)

    content_id = await emotions.says(person, ANGRY)

    told = await emotions.tagged(content_id)
    assert told.author_id == person
    mood = await emotions.mood(person)
    assert mood.emotion == emotion_pb2.EMOTION_ANGER
    assert mood.valence < 0
    assert mood.version == 1
    assert [cause.content_id for cause in mood.causes] == [content_id]
    assert 0 < mood.causes[0].share < 1
    [changed] = await emotions.moods_told(person)
    assert changed.mood.emotion == emotion_pb2.EMOTION_ANGER
    assert changed.mood.version == 1


async def test_a_mood_fades_to_neutral(emotions: Harness, person: str) -> None:
    await emotions.allows(person)
    await emotions.tagged(await emotions.says(person, ANGRY))
    fresh = await emotions.mood(person)

    emotions.clock.shift = timedelta(hours=6)
    later = await emotions.mood(person)
    emotions.clock.shift = timedelta(days=3)
    gone = await emotions.mood(person)

    assert fresh.confidence > later.confidence > gone.confidence
    assert gone.emotion == emotion_pb2.EMOTION_NEUTRAL
    assert gone.valence == pytest.approx(0, abs=0.01)


async def test_an_event_told_twice_counts_once(emotions: Harness, person: str) -> None:
    await emotions.allows(person)
    event = emotions.contents.publish(ANGRY, person)
    await tell(emotions.community, event)
    await emotions.tagged(event.content_id)
    once = await emotions.mood(person)

    await tell(emotions.community, event)
    await emotions.tagged(await emotions.says(person, ANGRY, datetime(2020, 1, 1, tzinfo=UTC)))

    twice = await emotions.mood(person)
    assert twice.version == once.version
    assert len(twice.causes) == 1
    tagged = await emotions.told(ContentTagged)
    assert [one.content_id for one in tagged].count(event.content_id) == 1


async def test_no_text_is_stored(emotions: Harness, person: str) -> None:
    await emotions.allows(person)
    content_id = await emotions.says(person, ANGRY)
    await emotions.tagged(content_id)

    rows = await emotions.rows(
        "SELECT row_to_json(t)::text FROM emotion_tag.tags t"
        " UNION ALL SELECT row_to_json(m)::text FROM emotion_tag.moods m"
    )
    told = [*await emotions.told(ContentTagged), *await emotions.told(MoodChanged)]
    written = "".join([row[0] for row in rows] + [str(event) for event in told])

    assert content_id in written
    for part in ("破店", "气死"):
        assert part not in written


async def test_a_withdrawal_removes_mood_and_tags_and_tells_it(
    emotions: Harness, person: str
) -> None:
    await emotions.allows(person)
    content_id = await emotions.says(person, ANGRY)
    await emotions.tagged(content_id)

    await emotions.allows(person, inference=False)

    mood = await emotions.mood(person)
    assert mood.confidence == 0
    changed = (await emotions.moods_told(person))[-1]
    assert changed.is_cleared
    assert changed.mood.version == mood.version == 2
    with pytest.raises(RemoteError):
        await emotions.stub.GetContentTag(pb.GetContentTagRequest(content_id=content_id))
    assert not await emotions.rows("SELECT 1 FROM emotion_tag.moods")


async def test_an_older_consent_does_not_undo_a_newer_one(emotions: Harness, person: str) -> None:
    await emotions.allows(person)
    await emotions.allows(person, inference=False)
    emotions.decisions = 0
    await emotions.allows("018f2b5c-0000-7000-8000-000000000000")

    told = await emotions.tagged(await emotions.says(person, ANGRY))

    assert told.author_id == ""


async def test_a_deleted_text_leaves_neither_tag_nor_trace_in_the_mood(
    emotions: Harness, person: str
) -> None:
    await emotions.allows(person)
    await emotions.tagged(await emotions.says(person, HAPPY))
    before = await emotions.mood(person)
    content_id = await emotions.says(person, ANGRY)
    await emotions.tagged(content_id)

    await emotions.deletes(content_id)

    async def is_forgotten() -> bool:
        return len((await emotions.mood(person)).causes) == 1

    await eventually(is_forgotten)
    after = await emotions.mood(person)
    assert after.valence == pytest.approx(before.valence, abs=1e-3)
    assert after.version == 3
    with pytest.raises(RemoteError):
        await emotions.stub.GetContentTag(pb.GetContentTagRequest(content_id=content_id))


async def test_a_deleted_text_is_told_of_once_with_the_tag_that_it_had(
    emotions: Harness, person: str
) -> None:
    await emotions.allows(person)
    mine, other = await emotions.says(person, ANGRY), await emotions.says(str(new_id()), ANGRY)
    for content_id in (mine, other):
        await emotions.tagged(content_id)
    first = {one.content_id: one for one in await emotions.told(ContentTagged)}

    await tell(emotions.community, ContentDeleted(content_id=mine, author_id=person))
    for content_id in (mine, other):
        await emotions.deletes(content_id)

    async def is_told() -> bool:
        return len(await emotions.told(ContentUntagged)) == 2

    await eventually(is_told)
    last = {one.content.content_id: one.content for one in await emotions.told(ContentUntagged)}
    assert last == first
    assert (last[mine].author_id, last[other].author_id) == (person, "")
    assert last[mine].HasField("tag_time")


async def test_a_deletion_that_comes_first_keeps_the_tag_away(
    emotions: Harness, person: str
) -> None:
    await emotions.allows(person)
    event = emotions.contents.publish(ANGRY, person)
    await tell(emotions.community, ContentDeleted(content_id=event.content_id, author_id=person))

    async def is_known() -> bool:
        return bool(await emotions.rows("SELECT 1 FROM emotion_tag.tags WHERE is_forgotten"))

    await eventually(is_known)
    await tell(emotions.community, event)
    await emotions.tagged(await emotions.says(person, HAPPY))

    mood = await emotions.mood(person)
    assert mood.emotion != emotion_pb2.EMOTION_ANGER
    assert event.content_id not in [cause.content_id for cause in mood.causes]


async def test_while_the_community_is_away_events_wait(emotions: Harness, person: str) -> None:
    await emotions.allows(person)
    emotions.contents.is_away = True
    content_id = await emotions.says(person, ANGRY)

    async def was_asked() -> bool:
        return emotions.contents.calls > 0

    await eventually(was_asked)
    assert (await emotions.mood(person)).confidence == 0
    emotions.contents.is_away = False

    told = await emotions.tagged(content_id)

    assert told.tag.emotion == emotion_pb2.EMOTION_ANGER


async def test_a_text_that_is_gone_is_not_tagged(emotions: Harness, person: str) -> None:
    event = emotions.contents.publish(ANGRY, person)
    del emotions.contents.contents[event.content_id]
    await tell(emotions.community, event)

    await emotions.tagged(await emotions.says(person, HAPPY))

    assert len(await emotions.told(ContentTagged)) == 1


async def test_what_was_said_long_ago_moves_no_mood(emotions: Harness, person: str) -> None:
    await emotions.allows(person)

    told = await emotions.tagged(
        await emotions.says(person, ANGRY, datetime.now(UTC) - timedelta(days=30))
    )

    assert told.author_id == person
    assert not await emotions.moods_told(person)
