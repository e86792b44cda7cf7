"""Accepted behaviours in the stream of this service, before they are anywhere else."""

from collections.abc import Sequence
from uuid import UUID

from resonance.profile.v1 import profile_events_pb2 as pb
from services.chassis.kernel.errors import Unavailable
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.outbox import Message
from services.chassis.observability.tracing import current_traceparent
from services.profile.application.ports import Recorded
from services.profile.wire import behavior_to_proto

_SUBJECT = pb.BehaviorRecorded.DESCRIPTOR.full_name


class StreamedBehaviors:
    """Keeps `application.ports.BehaviorLog`: many in flight, each confirmed by the broker.

    The event's id is the behaviour's, so that the broker drops a row that is sent again soon.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def append(self, recorded: Sequence[Recorded]) -> set[UUID]:
        traceparent = current_traceparent()
        messages = [
            Message(
                id=one.behavior.event_id,
                subject=_SUBJECT,
                payload=pb.BehaviorRecorded(
                    behavior=behavior_to_proto(one.behavior)
                ).SerializeToString(),
                occurred_at=one.recorded_at,
                traceparent=traceparent,
            )
            for one in recorded
        ]
        outcomes = await self._broker.publish_many(messages)
        return {
            message.id
            for message, outcome in zip(messages, outcomes, strict=True)
            if isinstance(outcome, Unavailable)
        }
