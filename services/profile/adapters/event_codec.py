"""Domain events as protobuf messages."""

from functools import singledispatch

from google.protobuf.message import Message as ProtoMessage

from resonance.profile.v1 import profile_events_pb2 as pb
from resonance.profile.v1.consent_pb2 import Purpose
from services.chassis.kernel.events import DomainEvent
from services.chassis.messaging.outbox import Message, message_of
from services.profile.domain.events import ConsentChanged, PortraitChanged, UserRegistered
from services.profile.wire import portrait_to_proto


def encode(event: DomainEvent) -> Message:
    """Write an event as it goes over the wire."""
    return message_of(event, _to_proto(event))


@singledispatch
def _to_proto(event: DomainEvent) -> ProtoMessage:
    raise TypeError(f"{type(event).__name__} has no form on the wire.")


@_to_proto.register
def _(event: UserRegistered) -> ProtoMessage:
    return pb.UserRegistered(user_id=str(event.user_id), language_code=event.language_code)


@_to_proto.register
def _(event: ConsentChanged) -> ProtoMessage:
    return pb.ConsentChanged(
        user_id=str(event.user_id),
        granted=[Purpose.ValueType(purpose.value) for purpose in sorted(event.granted)],
        version=event.version,
    )


@_to_proto.register
def _(event: PortraitChanged) -> ProtoMessage:
    return pb.PortraitChanged(portrait=portrait_to_proto(event.portrait))
