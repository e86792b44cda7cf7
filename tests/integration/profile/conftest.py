"""The profile service as it is composed, over a real database and a real broker."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.message import Message as ProtoMessage
from pydantic import SecretStr
from sqlalchemy import Select, text

from resonance.profile.v1 import behavior_pb2, consent_pb2, portrait_pb2
from resonance.profile.v1 import profile_service_pb2 as pb
from resonance.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.loops import reaction_loops
from services.chassis.messaging.outbox import Message
from services.chassis.messaging.relay import Relay
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.runtime import Ground
from services.profile.adapters import tables
from services.profile.bootstrap import build
from services.profile.settings import Settings
from services.profile.wire import time_to_proto
from tests.support.loops import eventually, running
from tests.support.serving import serve

PURPOSES = {
    name.removeprefix("PURPOSE_").lower(): number
    for name, number in consent_pb2.Purpose.items()
    if number
}


class ShiftedClock:
    """The machine's clock, moved."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass(frozen=True)
class Harness:
    """What a test of this service holds in its hands."""

    stub: ProfileServiceStub
    database: Database
    clock: ShiftedClock
    own: Broker
    catalogue: Broker
    emotions: Broker

    async def register(self, *granted: str) -> str:
        """Register a person who allows these purposes."""
        answer = await self.stub.CreateUser(pb.CreateUserRequest(display_name="小雨"))
        user_id: str = answer.user.user_id
        if granted:
            await self.decide(user_id, **dict.fromkeys(granted, True))
        return user_id

    async def decide(self, user_id: str, **purposes: bool) -> consent_pb2.Consents:
        """Grant or withdraw."""
        answer = await self.stub.UpdateConsents(consents_of(user_id, **purposes))
        return answer.consents

    async def record(self, *behaviors: behavior_pb2.Behavior) -> pb.BatchRecordBehaviorsResponse:
        return await self.stub.BatchRecordBehaviors(
            pb.BatchRecordBehaviorsRequest(behaviors=behaviors)
        )

    async def portrait(self, user_id: str) -> portrait_pb2.Portrait:
        answer = await self.stub.GetProfile(pb.GetProfileRequest(user_id=user_id))
        return answer.portrait

    async def counted(self, user_id: str, count: int) -> portrait_pb2.Portrait:
        """Wait until a portrait rests on that many behaviours."""

        async def is_so() -> bool:
            return (await self.portrait(user_id)).behavior_count == count

        await eventually(is_so)
        return await self.portrait(user_id)

    async def rows(self, query: Select[Any] | str) -> list[Any]:
        statement = text(query) if isinstance(query, str) else query
        async with self.database.reads(lambda connection: connection)() as connection:
            return list((await connection.execute(statement)).all())

    async def told(self, kind: type[ProtoMessage]) -> list[Any]:
        """Return the events of a kind that were told, oldest first."""
        outbox = tables.platform.outbox
        rows = await self.rows(
            outbox.select()
            .where(outbox.c.subject == kind.DESCRIPTOR.full_name)
            .order_by(outbox.c.position)
        )
        return [kind.FromString(row.payload) for row in rows]


def consents_of(user_id: str, **purposes: bool) -> pb.UpdateConsentsRequest:
    """Make a request that grants or withdraws."""
    return pb.UpdateConsentsRequest(
        user_id=user_id,
        changes=[
            pb.ConsentChange(purpose=consent_pb2.Purpose.ValueType(PURPOSES[name]), granted=granted)
            for name, granted in purposes.items()
        ],
        source="test",
        policy_version="2025-01",
    )


def did(
    user_id: str, kind: str = "VIEW", item_id: str = "sku-1", **others: Any
) -> behavior_pb2.Behavior:
    """Make a behaviour of just now."""
    return behavior_pb2.Behavior(
        event_id=others.pop("event_id", str(new_id())),
        user_id=user_id,
        type=behavior_pb2.BehaviorType.Value(f"BEHAVIOR_TYPE_{kind}"),
        item_id=item_id,
        occur_time=time_to_proto(others.pop("at", datetime.now(UTC))),
        **others,
    )


async def tell(broker: Broker, event: ProtoMessage, at: datetime | None = None) -> UUID:
    """Tell an event as a neighbour would."""
    event_id = new_id()
    await broker.publish(
        Message(
            id=event_id,
            subject=event.DESCRIPTOR.full_name,
            payload=event.SerializeToString(),
            occurred_at=at or datetime.now(UTC),
        )
    )
    return event_id


@pytest.fixture
async def profile(
    database_url_of: Callable[[str], str], broker_url_of: Callable[[str], str]
) -> AsyncIterator[Harness]:
    settings = Settings(
        database_url=SecretStr(database_url_of("profile")),
        nats_url=SecretStr(broker_url_of("profile")),
        identity_key=SecretStr("k" * 32),
    )
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=20)
    database, clock = Database(engine), ShiftedClock()
    async with AsyncExitStack() as opened:
        broker, catalogue, emotions = [
            await opened.enter_async_context(Broker(broker_url_of(name), name))
            for name in ("profile", "recommendation", "emotion_tag")
        ]
        service = build(settings, Ground(database=database, broker=broker, clock=clock))
        served = await opened.enter_async_context(
            serve(
                *service.servicers,
                domain="profile.resonance",
                idempotency=Idempotency(database, service.tables.requests),
            )
        )
        loops: list[Any] = reaction_loops(service.reactions, database, broker, service.tables)
        relay = Relay(database, service.tables.outbox, broker)
        async with running(relay.run, *loops):
            stub = served.stub(ProfileServiceStub)
            yield Harness(stub, database, clock, broker, catalogue, emotions)
    await engine.dispose()
