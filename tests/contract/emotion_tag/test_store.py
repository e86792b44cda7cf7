"""What every store of emotion_tag keeps to."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.moods.get_mood import get_mood
from services.emotion_tag.application.moods.learn_consent import LearnConsent, learn_consent
from services.emotion_tag.application.tagging.forget_content import forget_content
from services.emotion_tag.application.tagging.get_content_tag import get_content_tag
from services.emotion_tag.application.tagging.tag_contents import Read, tag_contents
from services.emotion_tag.domain.aspect import Aspect, AspectSentiment
from services.emotion_tag.domain.content import Content
from services.emotion_tag.domain.errors import TagNotFound
from services.emotion_tag.domain.mood import HALF_LIFE, MoodView
from services.emotion_tag.domain.tag import EmotionTag, EvidenceSpan, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from tests.contract.emotion_tag.conftest import Store
from tests.support.clock import FixedClock

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
ANN, BEN = UUID(int=1), UUID(int=2)


def tag_of(emotion: Emotion) -> EmotionTag:
    return EmotionTag(
        emotion=emotion,
        scores=tuple(0.78 if e is emotion else 0.02 for e in EMOTIONS),
        polarity=Polarity.MIXED,
        intensity=0.5,
        confidence=0.75,
        unsure=False,
        language="zh-Hant",
        evidence=(EvidenceSpan(0, 2, 0.625),),
        model_version="test-1",
        aspects=(AspectSentiment(Aspect.PRICE, Polarity.NEGATIVE, 1, 3, 0.875),),
        locale="zh-Hant",
    )


def content_of(who: UUID = ANN, at: datetime = NOON, content_id: UUID | None = None) -> Content:
    return Content(
        content_id=content_id or new_id(),
        author_id=who,
        kind=TextKind.COMMENT,
        text="氣死我了",
        item_ids=("sku-1", "sku-2"),
        published_at=at,
    )


async def say(
    store: Store,
    *contents: Content,
    emotion: Emotion = Emotion.ANGER,
    clock: FixedClock | None = None,
) -> None:
    read = Read([(content, tag_of(emotion)) for content in contents])
    await tag_contents(read, store.transactions, clock or FixedClock(NOON), half_life=HALF_LIFE)


async def decide(store: Store, who: UUID, *, allows: bool, version: int) -> None:
    command = LearnConsent(user_id=who, allows=allows, version=version)
    await learn_consent(command, store.transactions, FixedClock(NOON))


async def mood(store: Store, who: UUID, at: datetime = NOON) -> MoodView:
    return await get_mood(who, store.reads, FixedClock(at), half_life=HALF_LIFE)


async def test_a_tag_is_read_as_it_was_stored(store: Store) -> None:
    content = content_of()

    await say(store, content)

    assert (await get_content_tag(content.content_id, store.reads))[0] == tag_of(Emotion.ANGER)


async def test_the_first_tag_of_a_content_stays(store: Store) -> None:
    content = content_of()
    await decide(store, ANN, allows=True, version=1)
    await say(store, content)

    await say(store, content, emotion=Emotion.JOY)

    assert (await get_content_tag(content.content_id, store.reads))[0] == tag_of(Emotion.ANGER)
    assert (await mood(store, ANN)).version == 1


async def test_only_those_who_allow_it_have_a_mood(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)

    await say(store, content_of(ANN), content_of(BEN))

    assert (await mood(store, ANN)).emotion is Emotion.ANGER
    assert (await mood(store, BEN)).confidence == 0


async def test_several_texts_of_a_batch_change_a_mood_once(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)
    contents = [content_of(at=NOON - timedelta(minutes=i)) for i in range(3)]

    await say(store, *contents)

    view = await mood(store, ANN)
    assert view.version == 1
    assert [cause.content_id for cause in view.causes] == [c.content_id for c in contents]
    assert view.updated_at == NOON


async def test_a_text_that_goes_while_it_is_tagged_leaves_neither_tag_nor_mood(
    store: Store,
) -> None:
    await decide(store, ANN, allows=True, version=1)
    texts = [content_of(at=NOON - timedelta(minutes=i)) for i in range(6)]

    async def forget(content: Content) -> None:
        clock = FixedClock(NOON)
        await forget_content(content.content_id, store.transactions, clock, half_life=HALF_LIFE)

    await asyncio.gather(*(say(store, one) for one in texts), *(forget(one) for one in texts))

    assert (await mood(store, ANN)).confidence == 0
    for one in texts:
        with pytest.raises(TagNotFound):
            await get_content_tag(one.content_id, store.reads)


async def test_a_batch_says_the_same_as_its_texts_one_by_one(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)
    await decide(store, BEN, allows=True, version=1)
    times = [NOON - timedelta(hours=3), NOON, NOON - timedelta(hours=1)]

    await say(store, *(content_of(ANN, at) for at in times))
    for at in times:
        await say(store, content_of(BEN, at))

    assert (await mood(store, ANN)).scores == pytest.approx((await mood(store, BEN)).scores)


async def test_a_clock_that_is_ahead_makes_no_mood_of_the_future(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)

    await say(store, content_of(at=NOON + timedelta(days=1)))

    assert (await mood(store, ANN)).updated_at == NOON


async def test_a_withdrawal_forgets_what_names_the_person(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)
    mine, others = content_of(ANN), content_of(BEN)
    await say(store, mine, others)

    await decide(store, ANN, allows=False, version=2)

    view = await mood(store, ANN)
    assert (view.confidence, view.version) == (0, 2)
    with pytest.raises(TagNotFound):
        await get_content_tag(mine.content_id, store.reads)
    assert await get_content_tag(others.content_id, store.reads)


async def test_versions_of_a_mood_go_on_after_it_was_forgotten(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)
    await say(store, content_of())
    await decide(store, ANN, allows=False, version=2)
    await decide(store, ANN, allows=True, version=3)

    await say(store, content_of())

    assert (await mood(store, ANN)).version == 3


async def test_a_decision_that_is_not_newer_changes_nothing(store: Store) -> None:
    await decide(store, ANN, allows=False, version=5)

    await decide(store, ANN, allows=True, version=5)
    await decide(store, ANN, allows=True, version=4)

    await say(store, content_of())
    assert (await mood(store, ANN)).confidence == 0


async def test_a_forgotten_content_leaves_the_mood_as_if_it_had_not_been_said(
    store: Store,
) -> None:
    await decide(store, ANN, allows=True, version=1)
    kept, forgotten = content_of(at=NOON - timedelta(hours=2)), content_of()
    await say(store, kept, emotion=Emotion.JOY)
    before = await mood(store, ANN)
    await say(store, forgotten)

    await forget_content(
        forgotten.content_id, store.transactions, FixedClock(NOON), half_life=HALF_LIFE
    )

    after = await mood(store, ANN)
    assert after == replace(before, version=3, scores=after.scores)
    assert after.scores == pytest.approx(before.scores)


async def test_forgetting_all_that_was_said_leaves_no_mood(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)
    content = content_of()
    await say(store, content)

    await forget_content(
        content.content_id, store.transactions, FixedClock(NOON), half_life=HALF_LIFE
    )

    view = await mood(store, ANN)
    assert (view.confidence, view.version, view.causes) == (0, 2, ())


async def test_a_forgotten_content_is_never_tagged_again(store: Store) -> None:
    content = content_of()
    clock = FixedClock(NOON)
    await forget_content(content.content_id, store.transactions, clock, half_life=HALF_LIFE)

    await say(store, content)

    with pytest.raises(TagNotFound):
        await get_content_tag(content.content_id, store.reads)


async def test_forgetting_twice_changes_nothing_more(store: Store) -> None:
    await decide(store, ANN, allows=True, version=1)
    content, other = content_of(), content_of()
    await say(store, content, other)
    clock = FixedClock(NOON)
    await forget_content(content.content_id, store.transactions, clock, half_life=HALF_LIFE)
    once = await mood(store, ANN)

    await forget_content(content.content_id, store.transactions, clock, half_life=HALF_LIFE)

    assert await mood(store, ANN) == once
