"""Signs of distress and forgetting, in memory and in PostgreSQL alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.distress.acknowledge_signal import (
    AcknowledgeSignal,
    acknowledge_signal,
)
from services.emotion_tag.application.distress.expire_signals import expire_signals
from services.emotion_tag.application.distress.list_signals import list_signals
from services.emotion_tag.application.distress.ports import DistressQuery
from services.emotion_tag.application.moods.forget_mood import forget_mood
from services.emotion_tag.application.moods.get_mood import get_mood
from services.emotion_tag.application.moods.learn_consent import LearnConsent, learn_consent
from services.emotion_tag.application.tagging.tag_contents import Read, tag_contents
from services.emotion_tag.domain.content import Content
from services.emotion_tag.domain.distress import (
    KEPT,
    DistressLevel,
    DistressOutcome,
    DistressSignal,
    Reading,
)
from services.emotion_tag.domain.errors import DistressSignalNotFound
from services.emotion_tag.domain.mood import HALF_LIFE
from services.emotion_tag.domain.taxonomy import Emotion
from tests.contract.emotion_tag.conftest import Store
from tests.contract.emotion_tag.test_store import ANN, BEN, NOON, content_of, tag_of
from tests.support.clock import FixedClock

ALL = DistressQuery(
    user_id=None, least_level=DistressLevel.NONE, only_open=False, before=None, limit=100
)
CLOCK = FixedClock(NOON)
AGENT = UUID(int=99)


async def say(
    store: Store, *contents: Content, level: DistressLevel = DistressLevel.CONCERN
) -> None:
    pairs = [(content, tag_of(Emotion.SADNESS)) for content in contents]
    reading = Reading(level, ("rule",), is_first_person=True)
    readings = {content.content_id: reading for content in contents}
    await tag_contents(Read(pairs, readings), store.transactions, CLOCK, half_life=HALF_LIFE)


async def allow(store: Store, *people: UUID) -> None:
    for user_id in people:
        command = LearnConsent(user_id=user_id, allows=True, version=1)
        await learn_consent(command, store.transactions, CLOCK)


async def listed(store: Store, query: DistressQuery = ALL) -> list[DistressSignal]:
    return list(await list_signals(query, AGENT, store.transactions, CLOCK))


async def test_signs_are_listed_newest_first_and_by_what_is_asked(store: Store) -> None:
    await allow(store, ANN, BEN)
    first, second = content_of(ANN), content_of(BEN)
    await say(store, first)
    await say(store, second, level=DistressLevel.URGENT)

    newest_first = await listed(store)

    assert [one.content_id for one in newest_first] == [second.content_id, first.content_id]
    assert [one.user_id for one in await listed(store, replace(ALL, user_id=ANN))] == [ANN]
    urgent = replace(ALL, least_level=DistressLevel.URGENT)
    assert [one.user_id for one in await listed(store, urgent)] == [BEN]
    older = replace(ALL, before=newest_first[0].id)
    assert [one.user_id for one in await listed(store, older)] == [ANN]
    assert len(await listed(store, replace(ALL, limit=1))) == 1
    assert newest_first[0].expires_at == NOON + KEPT


async def test_every_look_is_noted_with_what_was_shown(store: Store) -> None:
    await allow(store, ANN)
    await say(store, content_of(ANN))
    [signal] = await listed(store)
    await listed(store, replace(ALL, user_id=BEN))

    async with store.transactions() as tx:
        reads = await tx.distress.reads(AGENT, None, 10)
        nobodys = await tx.distress.reads(UUID(int=1), None, 10)

    assert [read.signal_ids for read in reads] == [(), (signal.id,)]
    assert not nobodys


async def test_an_acknowledged_sign_is_no_longer_open(store: Store) -> None:
    await allow(store, ANN)
    await say(store, content_of(ANN))
    [signal] = await listed(store)
    command = AcknowledgeSignal(signal_id=signal.id, outcome=DistressOutcome.ATTENDED, by=AGENT)

    answered = await acknowledge_signal(command, store.transactions, CLOCK)

    assert (answered.outcome, answered.acknowledged_by) == (DistressOutcome.ATTENDED, AGENT)
    assert not await listed(store, replace(ALL, only_open=True))
    assert await listed(store) == [answered]


async def test_an_unknown_sign_cannot_be_answered_for(store: Store) -> None:
    command = AcknowledgeSignal(signal_id=new_id(), outcome=DistressOutcome.ATTENDED, by=None)

    with pytest.raises(DistressSignalNotFound):
        await acknowledge_signal(command, store.transactions, CLOCK)


async def test_signs_are_deleted_when_their_time_is_over(store: Store) -> None:
    await allow(store, ANN)
    await say(store, content_of(ANN))

    early = await expire_signals(store.transactions, FixedClock(NOON + KEPT - timedelta(seconds=1)))
    late = await expire_signals(store.transactions, FixedClock(NOON + KEPT))

    assert (early, late) == (0, 1)
    assert not await listed(store)


async def test_forgetting_leaves_nothing_of_a_person_and_all_of_others(store: Store) -> None:
    await allow(store, ANN, BEN)
    mine, others = content_of(ANN), content_of(BEN)
    await say(store, mine, others)

    version = await forget_mood(ANN, store.transactions, CLOCK)
    await say(store, content_of(ANN))

    view = await get_mood(ANN, store.reads, CLOCK, half_life=HALF_LIFE)
    assert (view.confidence, view.version) == (0, version)
    assert [one.user_id for one in await listed(store)] == [BEN]
    async with store.transactions() as tx:
        assert not await tx.tags.evidence_of(ANN, datetime(2000, 1, 1, tzinfo=UTC))
        assert await tx.tags.evidence_of(BEN, datetime(2000, 1, 1, tzinfo=UTC))
