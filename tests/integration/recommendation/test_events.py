from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from resonance.community.v1 import post_pb2
from resonance.community.v1.community_events_pb2 import ContentDeleted, PostReacted
from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import (
    ContentCorrected,
    MoodChanged,
    ProductEmotionChanged,
)
from resonance.emotion_tag.v1.subject_pb2 import ProductEmotion, ProductEmotionTag
from resonance.profile.v1 import behavior_pb2, consent_pb2
from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from services.chassis.kernel.ids import new_id
from services.recommendation.adapters.tables import interactions, mentions
from tests.support.loops import eventually
from tests.support.recommending import (
    BOTH,
    Recommending,
    consents,
    did,
    item,
    mood,
    recommending,
    tagged,
)

SADNESS, JOY = emotion_pb2.EMOTION_SADNESS, emotion_pb2.EMOTION_JOY
GOOD, BAD = emotion_pb2.POLARITY_POSITIVE, emotion_pb2.POLARITY_NEGATIVE


async def count(shop: Recommending, user_id: UUID) -> int:
    async with shop.database.reads(lambda connection: connection)() as connection:
        query = select(func.count()).select_from(interactions)
        return int(await connection.scalar(query.where(interactions.c.user_id == user_id)) or 0)


def speaks_of_mood(answer: pb.ListRecommendationsResponse) -> bool:
    return any(one.signal == pb.SIGNAL_MOOD for i in answer.items for one in i.reasons)


async def known_person(shop: Recommending) -> UUID:
    """Someone who allows everything, liked tea, and is known to do so."""
    await shop.stock([item(f"i{at}", f"c{at % 5}", price=100 + at) for at in range(40)])
    user_id = new_id()
    await shop.tell(consents(user_id, *BOTH))
    await shop.tell(did(user_id, "i3"), did(user_id, "i8"))

    async def is_known() -> bool:
        answer = await shop.listed(user_id)
        return answer.is_personalized and await count(shop, user_id) == 2

    await eventually(is_known)
    return user_id


async def test_a_mood_changes_the_next_answer_and_is_told(shop: Recommending) -> None:
    user_id = await known_person(shop)

    await shop.tell(mood(user_id, SADNESS, -0.8, version=7))

    async def is_felt() -> bool:
        return (await shop.listed(user_id)).mood_version == 7

    await eventually(is_felt)
    after, without = await shop.listed(user_id), await shop.listed(user_id, ignore_mood=True)
    assert after.mood == SADNESS
    assert [one.item_id for one in after.items] != [one.item_id for one in without.items]
    assert speaks_of_mood(after)
    assert without.mood == emotion_pb2.EMOTION_UNSPECIFIED
    assert not speaks_of_mood(without)


async def test_an_older_mood_and_a_forgotten_one_do_not_come_back(shop: Recommending) -> None:
    user_id = await known_person(shop)
    await shop.tell(mood(user_id, SADNESS, -0.8, version=7))
    forgotten = MoodChanged(mood=emotion_pb2.Mood(user_id=str(user_id), version=8), is_cleared=True)
    await shop.tell(forgotten, mood(user_id, JOY, 0.8, version=6))

    async def is_forgotten() -> bool:
        return (await shop.listed(user_id)).mood_version == 8

    await eventually(is_forgotten)
    await shop.tell(mood(user_id, SADNESS, -0.8, version=8), did(user_id, "i1"))

    async def is_later() -> bool:
        return await count(shop, user_id) == 3

    await eventually(is_later)
    assert (await shop.listed(user_id)).mood == emotion_pb2.EMOTION_UNSPECIFIED


async def test_no_mood_is_used_without_consent(shop: Recommending) -> None:
    user_id = await known_person(shop)
    await shop.tell(mood(user_id, SADNESS, -0.8, version=7))
    await shop.tell(consents(user_id, consent_pb2.PURPOSE_PERSONALIZATION, version=2))

    async def is_gone() -> bool:
        answer = await shop.listed(user_id)
        return answer.mood_version == 0 and answer.mood == 0

    await eventually(is_gone)
    assert not speaks_of_mood(await shop.listed(user_id))


async def test_a_withdrawal_deletes_what_was_done_and_what_comes_late(shop: Recommending) -> None:
    user_id = await known_person(shop)
    public = await shop.listed(new_id())
    withdrawn_at = datetime.now(UTC)

    await shop.tell(consents(user_id, version=2), at=withdrawn_at)

    async def is_public() -> bool:
        return not (await shop.listed(user_id)).is_personalized

    await eventually(is_public)
    await shop.tell(
        did(user_id, "i9", at=withdrawn_at - timedelta(seconds=5)),
        consents(user_id, *BOTH, version=3),
        consents(user_id, version=2),
    )

    async def is_personal() -> bool:
        return (await shop.listed(user_id)).is_personalized

    await eventually(is_personal)
    await shop.tell(did(user_id, "i10", at=withdrawn_at + timedelta(minutes=1)))

    async def has_new() -> bool:
        return await count(shop, user_id) == 1

    await eventually(has_new)
    assert {one.item_id for one in public.items} <= {f"i{at}" for at in range(40)}


async def test_what_was_bought_or_disliked_is_not_listed(shop: Recommending) -> None:
    user_id = await known_person(shop)
    await shop.tell(
        did(user_id, "i13", behavior_pb2.BEHAVIOR_TYPE_PURCHASE),
        did(user_id, "i18", behavior_pb2.BEHAVIOR_TYPE_DISLIKE),
    )

    async def is_left_out() -> bool:
        listed = {one.item_id for one in (await shop.listed(user_id, page_size=100)).items}
        return not listed & {"i13", "i18"}

    await eventually(is_left_out)


async def test_words_about_an_item_make_its_standing(shop: Recommending) -> None:
    await shop.stock([item(f"i{at}") for at in range(10)])
    await shop.tell(
        *(tagged(f"good{at}", "i7", JOY, GOOD) for at in range(9)),
        tagged("bad", "i7", SADNESS, BAD),
        tagged("unsure", "i7", SADNESS, BAD, unsure=True),
        tagged("other", "i2", SADNESS, BAD),
    )

    async def is_heard() -> bool:
        got = (await shop.stub.GetItem(pb.GetItemRequest(item_id="i7"))).item
        return got.emotion.mention_count == 10

    await eventually(is_heard)
    emotion = (await shop.stub.GetItem(pb.GetItemRequest(item_id="i7"))).item.emotion
    assert emotion.emotion == JOY
    assert 0.7 < emotion.positive_share < 0.9
    assert emotion.valence > 0

    async def leads() -> bool:
        user_id = new_id()
        answer = await shop.listed(user_id, page_size=9)
        return answer.items[0].item_id == "i7"

    await eventually(leads, within=30)


async def test_what_people_decide_about_words_replaces_what_was_told_of_them(
    shop: Recommending,
) -> None:
    await shop.stock([item("i1")])
    now = datetime.now(UTC)

    def decided(
        emotion: emotion_pb2.Emotion.ValueType,
        polarity: emotion_pb2.Polarity.ValueType,
        content_id: str = "a",
    ) -> ContentCorrected:
        told = tagged(content_id, "i1", SADNESS, BAD)
        now = tagged(content_id, "i1", emotion, polarity)
        return ContentCorrected(content=now, former_tag=told.tag)

    async def words(**expected: emotion_pb2.Polarity.ValueType) -> bool:
        async with shop.database.reads(lambda connection: connection)() as connection:
            rows = await connection.execute(select(mentions.c.content_id, mentions.c.polarity))
            return {row.content_id: row.polarity for row in rows} == expected

    await shop.tell(tagged("a", "i1", SADNESS, BAD), at=now)
    await eventually(lambda: words(a=BAD))
    sad = (await shop.stub.GetItem(pb.GetItemRequest(item_id="i1"))).item.emotion
    await shop.tell(decided(JOY, GOOD), at=now + timedelta(seconds=1))
    await eventually(lambda: words(a=GOOD))
    joyful = (await shop.stub.GetItem(pb.GetItemRequest(item_id="i1"))).item.emotion
    # Heard late, told before: a tag that was on its way, and an earlier decision.
    await shop.tell(tagged("a", "i1", SADNESS, BAD), tagged("b", "i1", SADNESS, BAD), at=now)
    await shop.tell(decided(SADNESS, BAD), decided(SADNESS, BAD, "c"), at=now)
    await eventually(lambda: words(a=GOOD, b=BAD, c=BAD))

    assert (sad.emotion, joyful.emotion) == (SADNESS, JOY)
    assert (sad.mention_count, joyful.mention_count) == (1, 1)
    assert sad.valence < 0 < joyful.valence


async def test_what_a_product_is_known_for_is_kept_and_shown(shop: Recommending) -> None:
    await shop.stock([item("i1")])
    await shop.tell(tagged("a", "i1", JOY, GOOD))
    tag = ProductEmotionTag(
        names={"en": "joyful"}, emotion=JOY, polarity=GOOD, share=0.5, confidence=0.97
    )
    known = ProductEmotion(item_id="i1", tags=[tag], is_reliable=True, version=2)

    await shop.tell(ProductEmotionChanged(product=known))
    await shop.tell(ProductEmotionChanged(product=ProductEmotion(item_id="i1", version=1)))

    async def is_known() -> bool:
        got = (await shop.stub.GetItem(pb.GetItemRequest(item_id="i1"))).item
        return list(got.emotion.tags) == [tag]

    await eventually(is_known)
    gone = ProductEmotion(item_id="i1", tags=[tag], is_reliable=False, version=3)
    await shop.tell(ProductEmotionChanged(product=gone))

    async def is_gone() -> bool:
        got = (await shop.stub.GetItem(pb.GetItemRequest(item_id="i1"))).item
        return not got.emotion.tags

    await eventually(is_gone)


async def test_deleted_words_are_forgotten_and_do_not_come_back(shop: Recommending) -> None:
    await shop.stock([item("i1")])
    await shop.tell(tagged("a", "i1", JOY, GOOD), tagged("b", "i1", JOY, GOOD))

    async def mentions(expected: int) -> bool:
        got = (await shop.stub.GetItem(pb.GetItemRequest(item_id="i1"))).item
        return got.emotion.mention_count == expected

    await eventually(lambda: mentions(2))
    await shop.tell(ContentDeleted(content_id="a", author_id=str(new_id())))
    await eventually(lambda: mentions(1))
    await shop.tell(tagged("a", "i1", JOY, GOOD), tagged("c", "i1", JOY, GOOD))
    await eventually(lambda: mentions(2))


async def test_a_reaction_to_a_post_counts_for_who_allows_it(shop: Recommending) -> None:
    user_id = await known_person(shop)
    stranger = new_id()

    def reacted(
        who: UUID, kind: post_pb2.ReactionKind.ValueType, post_id: str = "p"
    ) -> PostReacted:
        return PostReacted(post_id="p", user_id=str(who), kind=kind, item_ids=["i5", "i6"])

    some = next(kind for kind in post_pb2.ReactionKind.values() if kind)
    await shop.tell(reacted(stranger, some), reacted(user_id, some), reacted(user_id, some))

    async def counts(expected: int) -> bool:
        return await count(shop, user_id) == expected

    await eventually(lambda: counts(4))
    assert await count(shop, stranger) == 0
    await shop.tell(reacted(user_id, post_pb2.REACTION_KIND_UNSPECIFIED))
    await eventually(lambda: counts(2))


async def test_another_replica_learns_at_once(shop: Recommending, urls: tuple[str, str]) -> None:
    user_id = await known_person(shop)
    async with recommending(*urls) as other:
        for replica in (shop, other):
            assert (await replica.listed(user_id)).is_personalized

        await shop.tell(mood(user_id, JOY, 0.9, version=3))

        async def both_know() -> bool:
            answers = [await replica.listed(user_id) for replica in (shop, other)]
            return all(one.mood_version == 3 for one in answers)

        await eventually(both_know, within=5)
