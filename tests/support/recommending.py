"""The recommendation service at work inside a test, and neighbours that tell it things."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.message import Message as Proto
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import SecretStr

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentTagged, MoodChanged
from resonance.profile.v1 import behavior_pb2, consent_pb2
from resonance.profile.v1.profile_events_pb2 import BehaviorRecorded, ConsentChanged
from resonance.recommendation.v1 import item_pb2
from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from resonance.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from resonance.type.v1 import money_pb2
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.clock import SystemClock
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.loops import reaction_loops
from services.chassis.messaging.outbox import Message
from services.chassis.messaging.relay import Relay
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.runtime import Ground
from services.recommendation.bootstrap import build
from services.recommendation.settings import Settings
from tests.support.loops import eventually, running
from tests.support.serving import serve

BOTH = (consent_pb2.PURPOSE_PERSONALIZATION, consent_pb2.PURPOSE_EMOTION_INFERENCE)


@dataclass
class Recommending:
    """A replica at work."""

    stub: RecommendationServiceStub
    address: str
    database: Database
    neighbours: Broker
    """May publish as anybody."""

    async def tell(self, *events: Proto, at: datetime | None = None) -> None:
        """Publish as the neighbour would."""
        await self.neighbours.publish_many(
            [
                Message(
                    id=_id_of(event),
                    subject=event.DESCRIPTOR.full_name,
                    payload=event.SerializeToString(),
                    occurred_at=at or datetime.now(UTC),
                )
                for event in events
            ]
        )

    async def stock(self, items: Sequence[item_pb2.Item]) -> None:
        """Fill the catalogue and wait until answers know it."""
        for start in range(0, len(items), 500):
            chunk = items[start : start + 500]
            await self.stub.BatchUpsertItems(pb.BatchUpsertItemsRequest(items=chunk))
        wanted = [item.item_id for item in items if not item.is_unavailable][-1]

        async def is_there() -> bool:
            request = pb.ListRecommendationsRequest(
                user_id=str(new_id()), scene=pb.SCENE_ITEM, context_item_id=wanted
            )
            try:
                await self.stub.ListRecommendations(request)
            except Exception:  # noqa: BLE001 - not there yet
                return False
            return True

        await eventually(is_there)

    async def listed(self, user_id: UUID | str, **wanted: object) -> pb.ListRecommendationsResponse:
        """Ask for a list."""
        request = pb.ListRecommendationsRequest(user_id=str(user_id), **wanted)  # type: ignore[arg-type]
        return await self.stub.ListRecommendations(request)


@asynccontextmanager
async def recommending(
    database_url: str, broker_url: str, **settings: object
) -> AsyncIterator[Recommending]:
    """Run one replica: calls, reactions, relay, loops."""
    values = Settings(
        database_url=SecretStr(database_url),
        nats_url=SecretStr(broker_url),
        renew_every=timedelta(milliseconds=200),
        look_every=timedelta(milliseconds=500),
        **settings,  # type: ignore[arg-type]
    )
    engine = make_engine(database_url)
    database = Database(engine)
    own = Broker(broker_url, "recommendation")
    neighbours = [Broker(broker_url, name) for name in ("profile", "emotion_tag", "community")]
    for broker in (own, *neighbours):
        await broker.connect()
    service = build(values, Ground(database=database, broker=own, clock=SystemClock()))
    assert service.warm_up is not None
    await service.warm_up()
    relay = Relay(database, service.tables.outbox, own)
    loops: list[Any] = [
        *reaction_loops(service.reactions, database, own, service.tables),
        *service.loops,
        relay.run,
    ]
    idempotency = Idempotency(database, service.tables.requests)
    try:
        async with (
            serve(
                *service.servicers, domain="recommendation.resonance", idempotency=idempotency
            ) as served,
            running(*loops),
        ):
            stub = served.stub(RecommendationServiceStub)
            yield Recommending(stub, served.address, database, neighbours[0])
    finally:
        for broker in (own, *neighbours):
            await broker.close()
        await engine.dispose()


def item(item_id: str, category: str = "tea", **fields: object) -> item_pb2.Item:
    """An item of the catalogue; the title is the id in words."""
    price = money_pb2.Money(amount_minor=fields.pop("price", 1000), currency_code="CNY")  # type: ignore[arg-type]
    return item_pb2.Item(
        item_id=item_id,
        title=f"Title of {item_id}",
        category=category,
        price=price,
        **fields,  # type: ignore[arg-type]
    )


def consents(
    user_id: UUID, *granted: consent_pb2.Purpose.ValueType, version: int = 1
) -> ConsentChanged:
    return ConsentChanged(user_id=str(user_id), granted=granted, version=version)


def did(
    user_id: UUID,
    item_id: str,
    type: behavior_pb2.BehaviorType.ValueType = behavior_pb2.BEHAVIOR_TYPE_VIEW,  # noqa: A002 - as in the proto
    *,
    at: datetime | None = None,
    rating: int = 0,
) -> BehaviorRecorded:
    behavior = behavior_pb2.Behavior(
        event_id=str(new_id()), user_id=str(user_id), type=type, item_id=item_id, rating=rating
    )
    behavior.occur_time.CopyFrom(_stamp(at))
    return BehaviorRecorded(behavior=behavior)


def mood(
    user_id: UUID,
    emotion: emotion_pb2.Emotion.ValueType,
    valence: float,
    *,
    version: int = 1,
    confidence: float = 0.9,
    at: datetime | None = None,
) -> MoodChanged:
    felt = emotion_pb2.Mood(
        user_id=str(user_id),
        emotion=emotion,
        valence=valence,
        arousal=0.5,
        confidence=confidence,
        version=version,
        update_time=_stamp(at),
    )
    return MoodChanged(mood=felt)


def tagged(
    content_id: str,
    item_id: str,
    emotion: emotion_pb2.Emotion.ValueType,
    polarity: emotion_pb2.Polarity.ValueType,
    *,
    unsure: bool = False,
) -> ContentTagged:
    tag = emotion_pb2.EmotionTag(emotion=emotion, polarity=polarity, confidence=0.9, unsure=unsure)
    return ContentTagged(
        content_id=content_id, item_ids=[item_id], tag=tag, publish_time=_stamp(None)
    )


def _stamp(at: datetime | None) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at or datetime.now(UTC))
    return stamp


def _id_of(event: Proto) -> UUID:
    return UUID(event.behavior.event_id) if isinstance(event, BehaviorRecorded) else new_id()
