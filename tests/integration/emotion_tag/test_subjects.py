"""How people feel about things, from what is published to what is told, through the real broker."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from resonance.emotion_tag.v1 import emotion_pb2, subject_pb2
from resonance.emotion_tag.v1 import subject_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ProductEmotionChanged
from resonance.emotion_tag.v1.subject_service_pb2_grpc import SubjectServiceStub
from resonance.recommendation.v1 import item_pb2
from resonance.recommendation.v1.recommendation_events_pb2 import ItemChanged
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.rpc.errors import RemoteError
from services.emotion_tag.entrypoints.subject_schedule import SubjectHousekeeping
from tests.integration.emotion_tag.conftest import Harness, tell
from tests.support.loops import eventually

HAPPY = "哈哈哈太开心了，超级喜欢！！"
ANGRY = "什么破店，气死我了，退钱！！"
PRODUCT, BRAND, ROOM, TOPIC = (
    emotion_pb2.SUBJECT_KIND_PRODUCT,
    emotion_pb2.SUBJECT_KIND_BRAND,
    emotion_pb2.SUBJECT_KIND_ROOM,
    emotion_pb2.SUBJECT_KIND_TOPIC,
)


def subjects(emotions: Harness) -> Any:
    return emotions.served.stub(SubjectServiceStub)


async def profile(
    emotions: Harness, kind: emotion_pb2.SubjectKind.ValueType, name: str
) -> subject_pb2.SubjectProfile:
    request = pb.GetSubjectProfileRequest(kind=kind, subject_id=name)
    found: subject_pb2.SubjectProfile = (
        await subjects(emotions).GetSubjectProfile(request)
    ).profile
    return found


async def published(emotions: Harness, words: str, author: str, **about: Any) -> str:
    event = emotions.contents.publish(words, author, **about)
    await tell(emotions.community, event)
    return event.content_id


async def counted(
    emotions: Harness, kind: emotion_pb2.SubjectKind.ValueType, name: str, count: int
) -> None:
    async def is_counted() -> bool:
        return (await profile(emotions, kind, name)).text_count == count

    await eventually(is_counted, within=20)


async def test_what_is_said_makes_the_profile_of_all_it_is_about(
    emotions: Harness, person: str, broker_url_of: Callable[[str], str]
) -> None:
    async with Broker(broker_url_of("recommendation"), "recommendation") as catalogue:
        item = item_pb2.Item(item_id="sku-1", title="Guitar", category="guitars", brand="Aria")
        await tell(catalogue, ItemChanged(item=item, version=1))

        async def is_known() -> bool:
            return bool(await emotions.rows("SELECT 1 FROM emotion_tag.catalogue"))

        await eventually(is_known, within=20)
    happy = await published(emotions, HAPPY, person, room_id="room-1", topics=["开箱"])
    await published(emotions, HAPPY, str(new_id()), room_id="room-1", topics=["开箱"])

    for kind, name in (
        (PRODUCT, "sku-1"),
        (BRAND, "ARIA"),
        (ROOM, "room-1"),
        (TOPIC, "开箱"),
    ):
        await counted(emotions, kind, name, 2)
    found = await profile(emotions, BRAND, "ARIA")
    assert found.subject.subject_id == "aria"
    assert found.emotion in {emotion_pb2.EMOTION_JOY, emotion_pb2.EMOTION_LIKE}
    assert sum(one.share.share for one in found.mix) == pytest.approx(1)
    assert all(one.share.low <= one.share.share <= one.share.high for one in found.mix)
    assert found.trend.spans[-1].text_count == 2
    assert not found.is_reliable

    await emotions.deletes(happy)

    await counted(emotions, PRODUCT, "sku-1", 1)
    await counted(emotions, ROOM, "room-1", 1)


async def test_a_topic_in_two_scripts_is_one_and_named_as_most_write_it(emotions: Harness) -> None:
    for n in range(16):
        topic = "开箱" if n % 4 == 0 else "開箱"
        await published(emotions, f"{HAPPY}{n}", str(new_id()), topics=[topic])
    for name in ("开箱", "開箱", " 開箱 "):
        await counted(emotions, TOPIC, name, 16)

    async def is_named() -> bool:
        return (await profile(emotions, TOPIC, "开箱")).subject.name == "開箱"

    await eventually(is_named, within=20)
    assert (await profile(emotions, TOPIC, "開箱")).subject.subject_id == "开箱"
    with pytest.raises(RemoteError, match="different"):
        await subjects(emotions).CompareSubjects(
            pb.CompareSubjectsRequest(
                subjects=[
                    emotion_pb2.Subject(kind=TOPIC, subject_id=one) for one in ("开箱", "開箱")
                ]
            )
        )


async def test_only_those_who_allow_it_are_quoted_and_a_gone_text_is_not(
    emotions: Harness, person: str
) -> None:
    await emotions.allows(person)
    other = str(new_id())
    await emotions.allows(other)
    mine = await published(emotions, HAPPY, person)
    gone = await published(emotions, ANGRY, other)
    await published(emotions, "质量太差了，气死我了！", str(new_id()))
    await counted(emotions, PRODUCT, "sku-1", 3)

    async def quotes() -> dict[str, str]:
        request = pb.GetSubjectQuotesRequest(kind=PRODUCT, subject_id="sku-1")
        answer = await subjects(emotions).GetSubjectQuotes(request)
        return {quote.content_id: quote.text for quote in answer.quotes}

    assert await quotes() == {mine: HAPPY, gone: ANGRY}
    del emotions.contents.contents[gone]  # deleted, and not told yet
    assert await quotes() == {mine: HAPPY}

    await emotions.allows(person, inference=False)

    assert await quotes() == {}
    assert (await profile(emotions, PRODUCT, "sku-1")).text_count == 3


async def test_two_products_are_compared_and_told_of(emotions: Harness) -> None:
    for _ in range(12):
        await published(emotions, "质量很好，做工精致，超级开心！", str(new_id()), item_ids=["a"])
        await published(emotions, "质量太差了，气死我了，垃圾！", str(new_id()), item_ids=["b"])
    for item_id in "ab":
        await counted(emotions, PRODUCT, item_id, 12)

    answer = await subjects(emotions).CompareSubjects(
        pb.CompareSubjectsRequest(
            subjects=[emotion_pb2.Subject(kind=PRODUCT, subject_id=one) for one in "ab"]
        )
    )

    assert [one.subject.subject_id for one in answer.profiles] == ["a", "b"]
    quality = next(one for one in answer.differences if one.aspect == emotion_pb2.ASPECT_QUALITY)
    assert (quality.praised.subject_id, quality.missed.subject_id) == ("a", "b")
    assert quality.is_significant

    (housekeeping,) = [
        loop for loop in emotions.service.loops if isinstance(loop, SubjectHousekeeping)
    ]
    await housekeeping.once()

    told = {one.product.item_id: one.product for one in await emotions.told(ProductEmotionChanged)}
    assert set(told) == {"a", "b"}
    assert any(tag.aspect == emotion_pb2.ASPECT_QUALITY for tag in told["b"].tags)
    assert all(tag.names["zh-Hant"] and tag.names["en"] for tag in told["b"].tags)
    request = pb.GetProductEmotionRequest(item_id="b")
    product = (await subjects(emotions).GetProductEmotion(request)).product
    assert [tag.names["en"] for tag in product.tags] == [t.names["en"] for t in told["b"].tags]
    listed = await subjects(emotions).ListProductEmotionTags(
        pb.ListProductEmotionTagsRequest(polarity=emotion_pb2.POLARITY_NEGATIVE, page_size=1)
    )
    assert [one.item_id for one in listed.products] == ["b"]


async def test_the_same_thing_twice_is_no_comparison(emotions: Harness) -> None:
    same = [
        emotion_pb2.Subject(kind=BRAND, subject_id="Aria"),
        emotion_pb2.Subject(kind=BRAND, subject_id="ARIA"),
    ]

    with pytest.raises(RemoteError) as refused:
        await subjects(emotions).CompareSubjects(pb.CompareSubjectsRequest(subjects=same))

    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT


async def test_no_text_and_nobody_is_stored_with_what_is_counted(
    emotions: Harness, person: str
) -> None:
    await published(emotions, ANGRY, person)
    await counted(emotions, PRODUCT, "sku-1", 1)

    rows = await emotions.rows(
        "SELECT row_to_json(t)::text FROM emotion_tag.subject_texts t"
        " UNION ALL SELECT row_to_json(t)::text FROM emotion_tag.counted_texts t"
        " UNION ALL SELECT row_to_json(t)::text FROM emotion_tag.subjects t"
        " UNION ALL SELECT row_to_json(t)::text FROM emotion_tag.tags t"
    )
    written = "".join(row[0] for row in rows)

    assert "sku-1" in written
    for part in ("破店", "气死", person):
        assert part not in written
