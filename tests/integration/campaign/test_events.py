import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from google.protobuf.message import Message as Proto
from google.protobuf.timestamp_pb2 import Timestamp

from resonance.emotion_tag.v1 import distress_pb2, emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import DistressChanged, MoodChanged
from resonance.profile.v1 import consent_pb2, portrait_pb2
from resonance.profile.v1.profile_events_pb2 import ConsentChanged, PortraitChanged
from services.campaign.adapters import tables
from services.campaign.adapters.postgres import PostgresTransaction
from services.campaign.domain.campaign import Tone
from services.campaign.domain.guard import decide
from services.campaign.domain.person import Need, Person
from services.campaign.entrypoints.events import reactions
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.loops import reaction_loops
from services.chassis.messaging.outbox import Message
from services.chassis.runtime import Loop
from tests.support.campaigns import NOW

ALL = [
    consent_pb2.PURPOSE_PERSONALIZATION,
    consent_pb2.PURPOSE_MARKETING,
    consent_pb2.PURPOSE_EMOTION_INFERENCE,
]


@dataclass
class Listening:
    """The service's reactions at work, and the neighbours that tell it things."""

    database: Database
    profile: Broker
    emotion_tag: Broker

    async def tell(self, event: Proto) -> None:
        subject = event.DESCRIPTOR.full_name
        broker = self.profile if ".profile." in subject else self.emotion_tag
        await broker.publish(
            Message(
                id=new_id(), subject=subject, payload=event.SerializeToString(), occurred_at=NOW
            )
        )

    async def person(self, user_id: UUID) -> Person:
        async with self.database.reads(PostgresTransaction)() as view:
            return await view.people.get(user_id)

    async def until(self, user_id: UUID, holds: Callable[[Person], bool]) -> Person:
        async with asyncio.timeout(10):
            while not holds(person := await self.person(user_id)):  # noqa: ASYNC110 - another task's
                await asyncio.sleep(0.01)
        return person


@pytest.fixture
async def listening(
    database_url_of: Callable[[str], str], broker_url: str
) -> AsyncIterator[Listening]:
    engine = make_engine(database_url_of("campaign"))
    database = Database(engine)
    stopping = asyncio.Event()
    async with (
        Broker(broker_url, "profile") as profile,
        Broker(broker_url, "emotion_tag") as emotion_tag,
        Broker(broker_url, "campaign") as own,
        asyncio.TaskGroup() as parts,
    ):
        transactions = database.transactions(PostgresTransaction)
        for loop in reaction_loops(reactions(transactions), database, own, tables.platform):
            parts.create_task(_run(loop, stopping))
        yield Listening(database, profile, emotion_tag)
        stopping.set()
    await engine.dispose()


async def _run(loop: Loop, stopping: asyncio.Event) -> None:
    await loop(stopping)


def consents(user_id: UUID, *granted: consent_pb2.Purpose.ValueType, version: int) -> Proto:
    return ConsentChanged(user_id=str(user_id), granted=granted, version=version)


def mood(user_id: UUID, *, version: int) -> emotion_pb2.Mood:
    felt = Timestamp()
    felt.FromDatetime(NOW - timedelta(minutes=1))
    return emotion_pb2.Mood(
        user_id=str(user_id),
        emotion=emotion_pb2.EMOTION_ANGER,
        valence=-0.7,
        confidence=0.8,
        update_time=felt,
        version=version,
    )


async def test_a_person_becomes_known_by_what_neighbours_tell(listening: Listening) -> None:
    user_id = new_id()
    guitar = portrait_pb2.Trait(kind=portrait_pb2.TRAIT_KIND_CATEGORY, value="guitar", weight=0.75)
    portrait = portrait_pb2.Portrait(
        user_id=str(user_id), traits=[guitar], purchase_count=2, engagement=0.5, version=3
    )

    await listening.tell(consents(user_id, *ALL, version=1))
    await listening.until(user_id, lambda person: bool(person.granted))
    await listening.tell(PortraitChanged(portrait=portrait))
    await listening.tell(MoodChanged(mood=mood(user_id, version=1)))
    person = await listening.until(user_id, lambda one: bool(one.mood and one.portrait))

    assert person.granted == {"personalization", "marketing", "emotion_inference"}
    assert person.portrait is not None
    assert person.portrait.interests == {"guitar": 0.75}
    assert person.portrait.purchase_count == 2
    assert person.mood is not None
    assert (person.mood.emotion, person.mood.valence) == ("ANGER", -0.7)


async def test_a_cleared_mood_is_forgotten(listening: Listening) -> None:
    user_id = new_id()
    await listening.tell(consents(user_id, *ALL, version=1))
    await listening.until(user_id, lambda person: bool(person.granted))
    await listening.tell(MoodChanged(mood=mood(user_id, version=1)))
    await listening.until(user_id, lambda person: person.mood is not None)

    cleared = emotion_pb2.Mood(user_id=str(user_id), version=2)
    await listening.tell(MoodChanged(mood=cleared, is_cleared=True))

    await listening.until(user_id, lambda person: person.mood is None)


async def test_a_withdrawn_consent_forgets_what_it_allowed(listening: Listening) -> None:
    user_id = new_id()
    await listening.tell(consents(user_id, *ALL, version=1))
    await listening.until(user_id, lambda person: bool(person.granted))
    await listening.tell(MoodChanged(mood=mood(user_id, version=1)))
    await listening.until(user_id, lambda person: person.mood is not None)

    await listening.tell(consents(user_id, consent_pb2.PURPOSE_MARKETING, version=2))

    person = await listening.until(user_id, lambda one: one.granted == {"marketing"})
    assert person.mood is None


def need(user_id: UUID, *, version: int, level: int = 2) -> Proto:
    ends = Timestamp()
    ends.FromDatetime(NOW + timedelta(days=7))
    return DistressChanged(
        user_id=str(user_id),
        level=distress_pb2.DistressLevel.ValueType(level),
        version=version,
        expire_time=ends if level else None,
    )


async def test_a_sign_of_need_counts_from_the_grant_until_it_is_taken_back(
    listening: Listening,
) -> None:
    user_id = new_id()
    await listening.tell(need(user_id, version=1))
    early = await listening.until(user_id, lambda one: one.need is not None)

    await listening.tell(consents(user_id, consent_pb2.PURPOSE_EMOTION_INFERENCE, version=1))
    allowed = await listening.until(user_id, lambda one: bool(one.granted))
    await listening.tell(need(user_id, version=3, level=0))
    over = await listening.until(user_id, lambda one: not one.is_in_need(NOW))
    async with listening.database.transactions(PostgresTransaction)() as tx:
        await tx.people.save_need(user_id, Need(until=NOW + timedelta(days=1), version=2))

    assert not early.is_in_need(NOW)
    assert allowed.is_in_need(NOW)
    assert allowed.is_in_need(NOW + timedelta(days=6))
    assert not allowed.is_in_need(NOW + timedelta(days=7))
    assert over.need is None
    assert (await listening.person(user_id)).need is None


async def test_a_withdrawn_consent_forgets_the_need(listening: Listening) -> None:
    user_id = new_id()
    await listening.tell(consents(user_id, *ALL, version=1))
    await listening.tell(need(user_id, version=1))
    await listening.until(user_id, lambda one: one.is_in_need(NOW))

    await listening.tell(consents(user_id, consent_pb2.PURPOSE_MARKETING, version=2))

    person = await listening.until(user_id, lambda one: one.granted == {"marketing"})
    assert person.need is None


async def test_a_forgotten_mood_takes_the_decisions_of_the_guard_with_it(
    listening: Listening,
) -> None:
    user_id = new_id()
    await listening.tell(consents(user_id, *ALL, version=1))
    await listening.until(user_id, lambda person: bool(person.granted))
    await listening.tell(MoodChanged(mood=mood(user_id, version=1)))
    person = await listening.until(user_id, lambda one: one.mood is not None)
    async with listening.database.transactions(PostgresTransaction)() as tx:
        decision = decide(person=person, campaign_id=new_id(), tone=Tone.URGENCY, now=NOW)
        await tx.guard_log.keep([decision])

    cleared = emotion_pb2.Mood(user_id=str(user_id), version=2)
    await listening.tell(MoodChanged(mood=cleared, is_cleared=True))

    await listening.until(user_id, lambda one: one.mood is None)
    async with listening.database.reads(PostgresTransaction)() as view:
        assert not await view.guard_log.latest(user_id, None, 10)
