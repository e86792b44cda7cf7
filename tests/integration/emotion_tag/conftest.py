"""The emotion_tag service as it is composed, over a real database and a real broker."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.message import Message as ProtoMessage
from pydantic import SecretStr
from sqlalchemy import text

from resonance.community.v1.content_service_pb2_grpc import add_ContentServiceServicer_to_server
from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentTagged, MoodChanged
from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import EmotionTagServiceStub
from resonance.profile.v1.consent_pb2 import Purpose
from resonance.profile.v1.profile_events_pb2 import ConsentChanged
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.loops import reaction_loops
from services.chassis.messaging.outbox import Message
from services.chassis.messaging.relay import Relay
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.runtime import Ground, Service
from services.emotion_tag.adapters.store import tables
from services.emotion_tag.bootstrap import build
from services.emotion_tag.settings import Settings
from tests.support.fake_contents import FakeContents
from tests.support.loops import eventually, running
from tests.support.serving import Served, serve


class ShiftedClock:
    """The machine's clock, moved."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass
class Harness:
    """What a test of this service holds in its hands."""

    stub: EmotionTagServiceStub
    database: Database
    clock: ShiftedClock
    contents: FakeContents
    community: Broker
    profile: Broker
    served: Served
    service: Service
    broker: Broker
    decisions: int = 0

    async def says(self, user_id: str, words: str, at: datetime | None = None, **place: Any) -> str:
        """Publish a comment; its id. `place` has fields that it shares with its event."""
        event = self.contents.publish(words, user_id, at=at, **place)
        await tell(self.community, event)
        return event.content_id

    async def deletes(self, content_id: str) -> None:
        await tell(self.community, self.contents.delete(content_id))

    async def allows(self, user_id: str, *, inference: bool = True) -> None:
        """Decide about `emotion_inference`, and wait until it is known."""
        self.decisions += 1
        granted = [Purpose.PURPOSE_EMOTION_INFERENCE] if inference else []
        version = self.decisions
        await tell(self.profile, ConsentChanged(user_id=user_id, granted=granted, version=version))

        async def is_known() -> bool:
            rows = await self.rows(
                f"SELECT 1 FROM emotion_tag.people WHERE user_id = '{user_id}'"  # noqa: S608
                f" AND consents_version = {version}"
            )
            return bool(rows)

        await eventually(is_known)

    async def tagged(self, content_id: str) -> ContentTagged:
        """Wait until a content is tagged; what was told of it."""
        found: list[ContentTagged] = []

        async def is_told() -> bool:
            told = await self.told(ContentTagged)
            found[:] = [event for event in told if event.content_id == content_id]
            return bool(found)

        await eventually(is_told)
        return found[0]

    async def mood(self, user_id: str) -> emotion_pb2.Mood:
        answer = await self.stub.GetMood(pb.GetMoodRequest(user_id=user_id))
        return answer.mood

    async def moods_told(self, user_id: str) -> list[MoodChanged]:
        return [e for e in await self.told(MoodChanged) if e.mood.user_id == user_id]

    async def told(self, kind: type[ProtoMessage]) -> list[Any]:
        """Return the events of a kind that were told, oldest first."""
        outbox = tables.platform.outbox
        async with self.database.reads(lambda connection: connection)() as connection:
            rows = await connection.execute(
                outbox.select()
                .where(outbox.c.subject == kind.DESCRIPTOR.full_name)
                .order_by(outbox.c.position)
            )
            return [kind.FromString(row.payload) for row in rows]

    async def rows(self, query: str) -> list[Any]:
        async with self.database.reads(lambda connection: connection)() as connection:
            return list((await connection.execute(text(query))).all())


async def tell(broker: Broker, event: ProtoMessage) -> UUID:
    """Tell an event as a neighbour would."""
    event_id = new_id()
    await broker.publish(
        Message(
            id=event_id,
            subject=event.DESCRIPTOR.full_name,
            payload=event.SerializeToString(),
            occurred_at=datetime.now(UTC),
        )
    )
    return event_id


@pytest.fixture
def person() -> str:
    return str(new_id())


@pytest.fixture
def locale_folder() -> Path | None:
    """A folder of further locales; a module that needs one has a fixture of this name."""
    return None


@pytest.fixture
async def emotions(
    database_url_of: Callable[[str], str],
    broker_url_of: Callable[[str], str],
    locale_folder: Path | None,
) -> AsyncIterator[Harness]:
    contents, clock = FakeContents(), ShiftedClock()
    async with AsyncExitStack() as opened:
        neighbour = await opened.enter_async_context(
            serve((add_ContentServiceServicer_to_server, contents), domain="community.resonance")
        )
        settings = Settings(
            database_url=SecretStr(database_url_of("emotion_tag")),
            nats_url=SecretStr(broker_url_of("emotion_tag")),
            community_address=neighbour.address,
            content_timeout=timedelta(seconds=1),
            locale_folder=locale_folder,
        )
        engine = make_engine(settings.database_url.get_secret_value(), pool_size=20)
        opened.push_async_callback(engine.dispose)
        database = Database(engine)
        broker, community, profile = [
            await opened.enter_async_context(Broker(broker_url_of(name), name))
            for name in ("emotion_tag", "community", "profile")
        ]
        service = build(settings, Ground(database=database, broker=broker, clock=clock))
        assert service.close is not None
        opened.push_async_callback(service.close)
        served = await opened.enter_async_context(
            serve(
                *service.servicers,
                domain="emotion_tag.resonance",
                idempotency=Idempotency(database, service.tables.requests),
            )
        )
        loops: list[Any] = reaction_loops(service.reactions, database, broker, service.tables)
        relay = Relay(database, service.tables.outbox, broker)
        async with running(relay.run, *loops):
            stub = served.stub(EmotionTagServiceStub)
            yield Harness(
                stub, database, clock, contents, community, profile, served, service, broker
            )
