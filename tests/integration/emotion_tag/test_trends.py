"""What people begin to talk about, from the comment to the list."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import trend_service_pb2 as pb
from resonance.emotion_tag.v1.model_service_pb2 import SubmitCorrectionRequest
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceStub
from resonance.emotion_tag.v1.trend_service_pb2_grpc import TrendServiceStub
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.identity import Caller
from services.emotion_tag.entrypoints.trend_events import TrendHousekeeping
from tests.integration.emotion_tag.conftest import Harness
from tests.support.loops import eventually
from tests.support.serving import as_caller

pytestmark = pytest.mark.timeout(180)  # many texts go all the way

OTHERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"
TOPIC = "故宫口红"


@pytest.fixture
def trends(emotions: Harness) -> TrendServiceStub:
    stub: TrendServiceStub = emotions.served.stub(TrendServiceStub)
    return stub


@pytest.fixture
def random() -> Random:
    return Random(16)


def line(random: Random, inside: str = "") -> str:
    before, after = ("".join(random.choices(OTHERS, k=random.randint(2, 5))) for _ in range(2))
    return f"{before}{inside}{after}，气死我了"


async def talk(emotions: Harness, lines: list[str], author: str = "", **more: Any) -> None:
    """Say them, each by somebody else unless an author is named, and wait until they count."""
    before = await texts(emotions)
    for one in lines:
        await emotions.says(author or str(new_id()), one, **more)

    async def is_counted() -> bool:
        return await texts(emotions) == before + len(lines)

    await eventually(is_counted, within=60)


async def texts(emotions: Harness) -> int:
    rows = await emotions.rows(
        "SELECT coalesce(sum(sums[1]), 0) FROM emotion_tag.trend_sums WHERE is_hour AND topic = ''"
    )
    return int(rows[0][0])


async def rising(trends: TrendServiceStub, **asked: Any) -> dict[str, pb.RisingTopic]:
    answer = await trends.ListRisingTopics(pb.ListRisingTopicsRequest(**asked))
    return {topic.text: topic for topic in answer.topics}


async def test_a_phrase_that_people_begin_to_use_rises_with_its_colour(
    emotions: Harness, trends: TrendServiceStub, random: Random
) -> None:
    await talk(emotions, [line(random) for _ in range(40)])
    await talk(emotions, [line(random, TOPIC) for _ in range(30)])

    found = await rising(trends, window="TREND_WINDOW_HOUR")

    assert TOPIC in found
    topic = found[TOPIC]
    assert topic.kind == pb.TOPIC_KIND_PHRASE
    assert topic.is_new
    assert topic.text_count >= 20
    assert topic.text_count > topic.expected_count
    assert topic.emotion == emotion_pb2.EMOTION_ANGER
    assert topic.negative_share > 0.9
    assert topic.valence < 0
    assert len(topic.volumes) == 6
    assert sum(volume.text_count for volume in topic.volumes) == topic.text_count


async def test_what_fewer_than_five_people_say_is_kept_nowhere(
    emotions: Harness, trends: TrendServiceStub, random: Random, person: str
) -> None:
    await talk(emotions, [line(random, TOPIC) for _ in range(20)], person)
    await talk(emotions, [line(random, TOPIC) for _ in range(3)], topics=["限量礼盒"])

    assert not await rising(trends)
    kept = await emotions.rows("SELECT DISTINCT topic FROM emotion_tag.trend_sums")
    assert [row[0] for row in kept] == [""]


async def test_a_hashtag_counts_from_the_fifth_person_on(
    emotions: Harness, trends: TrendServiceStub, random: Random
) -> None:
    await talk(emotions, [line(random) for _ in range(30)])
    await talk(emotions, [line(random) for _ in range(12)], topics=["夏日好物"])

    found = await rising(trends)

    assert found["夏日好物"].kind == pb.TOPIC_KIND_HASHTAG
    assert found["夏日好物"].text_count == 8


async def test_a_topic_in_two_scripts_is_one_and_shown_as_most_write_it(
    emotions: Harness, trends: TrendServiceStub, random: Random
) -> None:
    await talk(emotions, [line(random) for _ in range(30)])
    await talk(emotions, [line(random, "#開箱#") for _ in range(12)], topics=["開箱"])
    await talk(emotions, [line(random, "#开箱#") for _ in range(5)], topics=["开箱"])

    found = await rising(trends)

    assert "开箱" not in found
    assert found["開箱"].kind == pb.TOPIC_KIND_HASHTAG
    assert found["開箱"].text_count == 13


async def test_corrected_and_deleted_texts_change_the_colour_and_the_count_of_a_topic(
    emotions: Harness, trends: TrendServiceStub, random: Random, person: str
) -> None:
    await emotions.allows(person)
    await talk(emotions, [line(random) for _ in range(20)])
    await talk(emotions, [line(random, TOPIC) for _ in range(20)])
    said = await emotions.says(person, line(random, TOPIC))
    gone = await emotions.says(str(new_id()), line(random, TOPIC))

    async def counts(count: int) -> bool:
        found = await rising(trends)
        return found[TOPIC].text_count == count

    before = (await rising(trends))[TOPIC].text_count
    await eventually(lambda: counts(before + 2))
    await emotions.deletes(gone)
    await eventually(lambda: counts(before + 1))
    stub = emotions.served.stub(ModelServiceStub)
    joy, good = emotion_pb2.EMOTION_JOY, emotion_pb2.POLARITY_POSITIVE
    request = SubmitCorrectionRequest(content_id=said, emotion=joy, polarity=good)
    author = as_caller(Caller(UUID(person), frozenset({"shopper"})))
    await stub.SubmitCorrection(request, metadata=author)

    async def is_lighter() -> bool:
        return (await rising(trends))[TOPIC].positive_share > 0

    await eventually(is_lighter)
    assert (await rising(trends))[TOPIC].text_count == before + 1


async def test_copies_of_a_longer_text_count_once(
    emotions: Harness, trends: TrendServiceStub, random: Random
) -> None:
    await talk(emotions, [line(random) for _ in range(20)])
    await talk(emotions, [line(random, TOPIC) for _ in range(8)])
    copied = line(random, TOPIC)
    await talk(emotions, [copied for _ in range(30)])

    rows = await emotions.rows(
        f"SELECT sum(sums[1]) FROM emotion_tag.trend_sums WHERE is_hour AND topic = '{TOPIC}'"  # noqa: S608
    )

    assert rows[0][0] is not None
    assert rows[0][0] <= 5


async def test_a_segment_has_its_own_topics(
    emotions: Harness, trends: TrendServiceStub, random: Random
) -> None:
    await talk(emotions, [line(random) for _ in range(30)], region_code="CN-SH")
    await talk(emotions, [line(random, TOPIC) for _ in range(20)], region_code="CN-ZJ")

    assert TOPIC in await rising(trends, region_code="CN-ZJ")
    assert TOPIC in await rising(trends, language_code="zh-Hans")
    assert TOPIC not in await rising(trends, region_code="CN-SH")
    assert TOPIC not in await rising(trends, language_code="en")
    assert TOPIC not in await rising(trends, text_kind="TEXT_KIND_POST")


async def test_what_was_always_talked_of_does_not_rise(
    emotions: Harness, trends: TrendServiceStub, random: Random
) -> None:
    past = datetime.now(UTC) - timedelta(days=3)
    await talk(emotions, [line(random, TOPIC) for _ in range(60)], at=past)
    await talk(emotions, [line(random, TOPIC) for _ in range(10)])

    assert TOPIC not in await rising(trends)


async def test_what_no_window_reaches_is_deleted(
    emotions: Harness, trends: TrendServiceStub, random: Random
) -> None:
    await talk(emotions, [line(random, TOPIC) for _ in range(8)])
    [loop] = [one for one in emotions.service.loops if isinstance(one, TrendHousekeeping)]

    emotions.clock.shift = timedelta(days=2)
    await loop.once()
    fine = await emotions.rows("SELECT 1 FROM emotion_tag.trend_sums WHERE NOT is_hour")
    hours = await emotions.rows("SELECT 1 FROM emotion_tag.trend_sums WHERE is_hour")
    emotions.clock.shift = timedelta(days=15)
    await loop.once()

    assert not fine
    assert hours
    assert not await emotions.rows("SELECT 1 FROM emotion_tag.trend_sums")
