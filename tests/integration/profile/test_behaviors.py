"""What people do becomes their portrait: over gRPC, the broker and the database."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import (
    ContentCorrected,
    ContentTagged,
    ContentUntagged,
    MoodChanged,
)
from resonance.profile.v1 import behavior_pb2, portrait_pb2
from resonance.profile.v1 import profile_service_pb2 as pb
from resonance.profile.v1.profile_events_pb2 import BehaviorRecorded, PortraitChanged
from resonance.recommendation.v1.item_pb2 import Item
from resonance.recommendation.v1.recommendation_events_pb2 import ItemChanged
from resonance.type.v1.money_pb2 import Money
from services.chassis.kernel.ids import new_id
from services.profile.adapters import tables
from services.profile.wire import time_to_proto
from tests.integration.profile.conftest import Harness, did, tell
from tests.support.loops import eventually

SHOES = ItemChanged(
    item=Item(item_id="sku-1", title="跑鞋", category="Shoes", brand="Peak", tags=["run", "red"]),
    version=1,
)


async def know_shoes(profile: Harness) -> None:
    """Let the catalogue tell of an item, and wait until it is known."""
    await tell(profile.catalogue, SHOES)

    async def known() -> bool:
        return bool(await profile.rows(tables.items.select()))

    await eventually(known)


def weights(portrait: portrait_pb2.Portrait, kind: int) -> dict[str, float]:
    return {trait.value: trait.weight for trait in portrait.traits if trait.kind == kind}


def tagged(user_id: str, emotion: int = emotion_pb2.EMOTION_JOY) -> ContentTagged:
    return ContentTagged(
        content_id=str(new_id()),
        author_id=user_id,
        tag=emotion_pb2.EmotionTag(
            emotion=emotion_pb2.Emotion.ValueType(emotion), intensity=0.8, confidence=0.9
        ),
        publish_time=time_to_proto(datetime.now(UTC)),
    )


async def test_behaviours_become_a_portrait_and_are_told(profile: Harness) -> None:
    await know_shoes(profile)
    user_id = await profile.register("personalization")
    bought = did(user_id, "PURCHASE", paid=Money(amount_minor=39900, currency_code="CNY"))

    answer = await profile.record(did(user_id), bought, did(user_id, "SEARCH", item_id=""))
    portrait = await profile.counted(user_id, 3)

    assert (answer.accepted_count, answer.withheld_count, len(answer.failures)) == (3, 0, 0)
    assert (portrait.purchase_count, dict(portrait.spent_minor)) == (1, {"CNY": 39900})
    assert weights(portrait, portrait_pb2.TRAIT_KIND_CATEGORY) == {"Shoes": 1.0}
    assert weights(portrait, portrait_pb2.TRAIT_KIND_BRAND) == {"Peak": 1.0}
    assert set(weights(portrait, portrait_pb2.TRAIT_KIND_TAG)) == {"run", "red"}
    lineage = {one.source: one for one in portrait.traits[0].lineage}
    assert {source: one.count for source, one in lineage.items()} == {"VIEW": 1, "PURCHASE": 1}
    assert lineage["PURCHASE"].last_event_id == bought.event_id
    assert 0.4 < portrait.engagement < 0.6
    events = await profile.told(PortraitChanged)
    assert events[-1].portrait.version == portrait.version
    assert not any(trait.lineage for event in events for trait in event.portrait.traits)


async def test_a_bad_row_fails_alone_and_says_why(profile: Harness) -> None:
    user_id = await profile.register("personalization")
    now = datetime.now(UTC)
    twice = did(user_id)
    changed = behavior_pb2.Behavior()
    changed.CopyFrom(twice)
    changed.item_id = "sku-2"
    strange = did(user_id)
    strange.type = behavior_pb2.BehaviorType.ValueType(99)
    rows = [
        did(user_id),
        did(user_id, event_id="not-a-uuid"),
        did(user_id, item_id=""),
        did(user_id, "RATE"),
        did(user_id, at=now + timedelta(minutes=6)),
        did(user_id, at=now - timedelta(days=21 * 366)),
        did(user_id, paid=Money(amount_minor=1, currency_code="CNY")),
        did(user_id, quantity=2),
        did(user_id, item_id="sku 1"),
        did(str(uuid4())),
        twice,
        changed,
        twice,
        strange,
        did(user_id, platform="a\x00b"),
    ]

    answer = await profile.record(*rows)

    assert [(one.index, one.reason, one.field) for one in answer.failures] == [
        (1, "INVALID_FIELD", "event_id"),
        (2, "INVALID_FIELD", "item_id"),
        (3, "INVALID_FIELD", "rating"),
        (4, "INVALID_FIELD", "occur_time"),
        (5, "INVALID_FIELD", "occur_time"),
        (6, "INVALID_FIELD", "paid"),
        (7, "INVALID_FIELD", "quantity"),
        (8, "INVALID_FIELD", "item_id"),
        (9, "USER_NOT_FOUND", "user_id"),
        (11, "INVALID_FIELD", "event_id"),
        (13, "INVALID_FIELD", "type"),
        (14, "INVALID_FIELD", "platform"),
    ]
    assert all(one.description for one in answer.failures)
    assert answer.failures[0].event_id == "not-a-uuid"
    assert answer.accepted_count == 3
    assert (await profile.counted(user_id, 2)).behavior_count == 2


async def test_the_same_event_counts_once_however_often_it_is_sent(profile: Harness) -> None:
    user_id = await profile.register("personalization")
    rows = [did(user_id) for _ in range(20)]

    answers = await asyncio.gather(*(profile.record(*rows) for _ in range(5)))
    await profile.counted(user_id, 20)
    late = await profile.record(*rows, did(user_id, "LIKE"))

    assert {answer.accepted_count for answer in answers} == {20}
    assert late.accepted_count == 21
    assert (await profile.counted(user_id, 21)).behavior_count == 21


async def test_without_consent_nothing_is_kept(profile: Harness) -> None:
    user_id = await profile.register("marketing")

    answer = await profile.record(did(user_id), did(user_id))

    assert (answer.accepted_count, answer.withheld_count) == (0, 2)
    assert await profile.portrait(user_id) == portrait_pb2.Portrait(user_id=user_id)


async def test_a_withdrawal_deletes_and_stays_so(profile: Harness) -> None:
    await know_shoes(profile)
    user_id = await profile.register("personalization")
    await profile.record(did(user_id))
    before = await profile.counted(user_id, 1)

    await profile.decide(user_id, personalization=False)
    withdrawn_at = datetime.now(UTC)

    assert await profile.portrait(user_id) == portrait_pb2.Portrait(user_id=user_id)
    assert await profile.rows(tables.behaviors.select()) == []
    assert (await profile.record(did(user_id))).withheld_count == 1
    # What was accepted before the withdrawal and comes after the next grant is dropped.
    await profile.decide(user_id, personalization=True)
    broker = profile.own
    late = BehaviorRecorded(behavior=did(user_id))
    await tell(broker, late, at=withdrawn_at - timedelta(seconds=1))
    await profile.record(did(user_id, "LIKE"))
    after = await profile.counted(user_id, 1)
    [kept] = await profile.rows(tables.behaviors.select())
    assert kept.type == behavior_pb2.BEHAVIOR_TYPE_LIKE
    assert after.version > before.version + 1


async def test_a_behaviour_counts_when_its_item_becomes_known(profile: Harness) -> None:
    user_id = await profile.register("personalization")
    await profile.record(did(user_id, "FAVORITE"), did(user_id, "VIEW", item_id="sku-9"))
    before = await profile.counted(user_id, 2)

    await know_shoes(profile)

    async def has_traits() -> bool:
        return bool((await profile.portrait(user_id)).traits)

    await eventually(has_traits)
    after = await profile.portrait(user_id)
    assert not before.traits
    assert weights(after, portrait_pb2.TRAIT_KIND_CATEGORY) == {"Shoes": 1.0}
    assert after.behavior_count == 2
    await tell(profile.catalogue, ItemChanged(item=SHOES.item, version=2))
    await profile.record(did(user_id, "VIEW", item_id="sku-8"))
    again = await profile.counted(user_id, 3)
    assert [one.count for one in again.traits[0].lineage] == [1]


async def test_no_behaviour_is_lost_between_keeping_and_learning_items(profile: Harness) -> None:
    people = [await profile.register("personalization") for _ in range(5)]
    shop = [f"sku-{n}" for n in range(40)]

    async def behave() -> None:
        for item_id in shop:
            await profile.record(*(did(user_id, item_id=item_id) for user_id in people))

    async def stock() -> None:
        for item_id in reversed(shop):
            item = Item(item_id=item_id, title="x", category="All")
            await tell(profile.catalogue, ItemChanged(item=item, version=1))

    await asyncio.gather(behave(), stock())

    for user_id in people:

        async def is_whole(user_id: str = user_id) -> bool:
            traits = (await profile.portrait(user_id)).traits
            return bool(traits) and traits[0].lineage[0].count == len(shop)

        await eventually(is_whole)


async def test_feelings_become_traits_and_are_forgotten(profile: Harness) -> None:
    user_id = await profile.register("personalization", "emotion_inference")
    silent = await profile.register("personalization")
    await profile.record(did(user_id))
    await profile.counted(user_id, 1)

    await tell(profile.emotions, tagged(silent))
    await tell(profile.emotions, tagged(user_id, emotion_pb2.EMOTION_NEUTRAL))
    await tell(profile.emotions, tagged(user_id))

    async def feels() -> bool:
        return bool((await profile.portrait(user_id)).traits)

    async def feels_nothing() -> bool:
        return not await feels()

    await eventually(feels)
    [joy] = (await profile.portrait(user_id)).traits
    assert (joy.kind, joy.value) == (portrait_pb2.TRAIT_KIND_EMOTION, "joy")
    assert [one.source for one in joy.lineage] == ["CONTENT_TAGGED"]
    assert not (await profile.portrait(silent)).traits
    mood = emotion_pb2.Mood(user_id=user_id, version=7)
    await tell(profile.emotions, MoodChanged(mood=mood, is_cleared=True))
    await eventually(feels_nothing)
    events = await profile.told(PortraitChanged)
    assert not events[-1].portrait.traits
    await tell(profile.emotions, tagged(user_id))
    await eventually(feels)
    await profile.decide(user_id, emotion_inference=False)
    after = await profile.portrait(user_id)
    assert (len(after.traits), after.behavior_count) == (0, 1)


async def test_a_correction_replaces_a_feeling_in_the_portrait(profile: Harness) -> None:
    user_id = await profile.register("personalization", "emotion_inference")
    told = tagged(user_id, emotion_pb2.EMOTION_ANGER)
    await tell(profile.emotions, told)

    async def feels(emotion: str) -> bool:
        traits = (await profile.portrait(user_id)).traits
        return [trait.value for trait in traits] == [emotion]

    await eventually(lambda: feels("anger"))
    decided = ContentTagged()
    decided.CopyFrom(told)
    decided.tag.emotion = emotion_pb2.EMOTION_JOY
    decided.tag.model_version = "people"
    await tell(profile.emotions, ContentCorrected(content=decided, former_tag=told.tag))
    await eventually(lambda: feels("joy"))

    [joy] = (await profile.portrait(user_id)).traits
    assert [(one.source, one.count) for one in joy.lineage] == [("CONTENT_CORRECTED", 1)]
    await tell(profile.emotions, ContentCorrected(content=told, former_tag=decided.tag))
    await eventually(lambda: feels("anger"))


async def test_deleted_words_leave_the_portrait_as_if_they_had_not_been_said(
    profile: Harness,
) -> None:
    user_id = await profile.register("personalization", "emotion_inference")
    stays, goes = tagged(user_id, emotion_pb2.EMOTION_JOY), tagged(user_id)
    goes.tag.emotion = emotion_pb2.EMOTION_ANGER

    async def feels(*emotions: str) -> bool:
        traits = (await profile.portrait(user_id)).traits
        return {trait.value for trait in traits} == set(emotions)

    for told in (stays, goes):
        await tell(profile.emotions, told)
    await eventually(lambda: feels("joy", "anger"))

    await tell(profile.emotions, ContentUntagged(content=goes))

    await eventually(lambda: feels("joy"))
    assert {one.value for one in (await profile.told(PortraitChanged))[-1].portrait.traits} == {
        "joy"
    }


async def test_a_portrait_fades_without_a_write(profile: Harness) -> None:
    await know_shoes(profile)
    user_id = await profile.register("personalization")
    await profile.record(did(user_id, "PURCHASE"))
    now = await profile.counted(user_id, 1)

    profile.clock.shift = timedelta(days=30)
    later = await profile.portrait(user_id)

    assert now.traits[0].confidence == pytest.approx(0.632, abs=0.001)
    assert later.traits[0].confidence == pytest.approx(0.393, abs=0.001)
    assert later.traits[0].weight == 1.0
    assert later.version == now.version


async def test_many_batches_of_the_same_people_lose_nothing(profile: Harness) -> None:
    await know_shoes(profile)
    people = [await profile.register("personalization") for _ in range(10)]
    batches = [
        [did(user_id) for user_id in (people if n % 2 else people[::-1]) for _ in range(5)]
        for n in range(20)
    ]

    await asyncio.gather(*(profile.record(*rows) for rows in batches))

    for user_id in people:
        portrait = await profile.counted(user_id, 100)
        assert portrait.traits[0].lineage[0].count == 100


async def test_a_request_id_answers_a_batch_the_same(profile: Harness) -> None:
    user_id = await profile.register("personalization")
    request = pb.BatchRecordBehaviorsRequest(
        behaviors=[did(user_id), did(user_id, item_id="")], request_id=str(uuid4())
    )

    first = await profile.stub.BatchRecordBehaviors(request)
    await profile.decide(user_id, personalization=False)
    again = await profile.stub.BatchRecordBehaviors(request)

    assert (first.accepted_count, first.failures[0].index) == (1, 1)
    assert again == first


async def test_rows_that_cannot_be_made_durable_are_named(profile: Harness) -> None:
    user_id = await profile.register("personalization")
    await profile.own.close()
    rows = [did(user_id), did(user_id, item_id="")]

    answer = await profile.record(*rows)

    assert answer.accepted_count == 0
    assert [(one.index, one.reason) for one in answer.failures] == [
        (0, "UNAVAILABLE"),
        (1, "INVALID_FIELD"),
    ]
