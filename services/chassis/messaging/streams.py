"""Names and shapes of what lies in NATS: one stream per telling service, one for dead letters.

A stream is called as its service and holds `resonance.<service>.>`. Within it
`resonance.<service>.v1.<Event>` are the events, under the full name of their proto message, and
`resonance.<service>.redeliver.<reader>` are events given back to one reader only (`replay.py`).
Dead letters are `resonance.dead.<reader>` in the stream `dead`. `notice.<service>.<topic>` is core
NATS between the replicas of one service; no stream takes it.

What a service S that reads the streams X does, and so must be allowed (infra/nats):

    publish    resonance.S.>  resonance.dead.>  notice.S.>
               $JS.API.STREAM.{CREATE,UPDATE,INFO}.S     $JS.API.STREAM.MSG.GET.S
               $JS.API.STREAM.{CREATE,INFO}.dead         $JS.API.STREAM.MSG.{GET,DELETE}.dead
               $JS.API.CONSUMER.CREATE.X.<reader>        $JS.API.CONSUMER.MSG.NEXT.X.<reader>
               $JS.ACK.X.<reader>.>                      resonance.X.redeliver.<reader>
    subscribe  _INBOX.S.>  notice.S.>
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from google.protobuf.message import Message as ProtoMessage

from services.chassis.messaging.outbox import Message

DEAD = "dead"

# A reader that was away for a week finds everything; the outbox keeps its rows as long.
KEEP_EVENTS = timedelta(days=7)
KEEP_DEAD = timedelta(days=30)
# Only a saving: the inbox is what makes an effect happen once.
DUPLICATE_WINDOW = timedelta(minutes=2)
# The oldest go when a stream outgrows this; the outbox keeps them. The broker reserves it, so six
# streams must fit into its `max_file_store`.
MAX_STREAM_BYTES = 1024**3

MESSAGE_ID = "Nats-Msg-Id"
"""Id of the event in its first 36 characters; what follows tells deliberate repeats apart."""
OCCURRED_AT = "Resonance-Occurred-At"
TRACEPARENT = "traceparent"

# Of a batch that is stored as one.
BATCH_ID = "Nats-Batch-Id"
BATCH_SEQUENCE = "Nats-Batch-Sequence"
BATCH_COMMIT = "Nats-Batch-Commit"

# On dead letters.
READER = "Resonance-Reader"
REASON = "Resonance-Reason"
ERROR = "Resonance-Error"
TRIES = "Resonance-Tries"
ORIGINAL_SUBJECT = "Resonance-Original-Subject"

UUID_LENGTH = 36


def stream_of(event: type[ProtoMessage]) -> str:
    """Return the stream that holds events of this class: the service in the proto package."""
    return str(event.DESCRIPTOR.full_name).split(".")[1]


def dead_subject(reader: str) -> str:
    """Where the events go on which a reader has given up."""
    return f"resonance.{DEAD}.{reader}"


def redelivery_subject(stream: str, reader: str) -> str:
    """Where an event is put for one reader of a stream only."""
    return f"resonance.{stream}.redeliver.{reader}"


def notice_subject(service: str, topic: str) -> str:
    """Where the replicas of a service tell each other what to forget."""
    return f"notice.{service}.{topic}"


def headers_of(message: Message) -> dict[str, str]:
    """Return what travels beside an event's bytes."""
    headers = {
        MESSAGE_ID: f"{message.id}{message.again}",
        OCCURRED_AT: message.occurred_at.isoformat(),
    }
    if message.traceparent:
        headers[TRACEPARENT] = message.traceparent
    return headers


def own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return those that belong to the event, without what the broker made of its delivery."""
    return {name: headers[name] for name in (OCCURRED_AT, TRACEPARENT) if name in headers}


def event_id_of(headers: Mapping[str, str]) -> UUID:
    """Read the id of an event.

    Raises:
        ValueError: there is none.
    """
    return UUID(headers.get(MESSAGE_ID, "")[:UUID_LENGTH])


def occurred_at_of(headers: Mapping[str, str]) -> datetime:
    """Read when the event happened; aware.

    Raises:
        ValueError: there is no such header, or it has no time zone.
    """
    at = datetime.fromisoformat(headers.get(OCCURRED_AT, ""))
    if at.tzinfo is None:
        raise ValueError("The time has no zone.")
    return at


def events_stream(service: str, *, replicas: int = 1) -> dict[str, object]:
    """Configure the stream of a telling service."""
    return _stream(service, KEEP_EVENTS, replicas)


def dead_stream(*, replicas: int = 1) -> dict[str, object]:
    """Configure the stream of dead letters."""
    return _stream(DEAD, KEEP_DEAD, replicas)


def _stream(name: str, keep: timedelta, replicas: int) -> dict[str, object]:
    return {
        "name": name,
        "subjects": [f"resonance.{name}.>"],
        "retention": "limits",
        "discard": "old",
        "storage": "file",
        "max_age": nanoseconds(keep),
        "max_bytes": MAX_STREAM_BYTES,
        "max_msgs": -1,
        "max_msg_size": -1,
        "max_consumers": -1,
        "num_replicas": replicas,
        "allow_atomic": True,  # NATS 2.12 or later; see Broker.publish_many
        "duplicate_window": nanoseconds(DUPLICATE_WINDOW),
    }


def durable(
    stream: str, reader: str, subject: str, *, ack_wait: timedelta, max_pending: int
) -> dict[str, object]:
    """Configure the durable consumer of a reader, from the first event that the stream has."""
    return {
        "durable_name": reader,
        "name": reader,
        "filter_subjects": [subject, redelivery_subject(stream, reader)],
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": nanoseconds(ack_wait),
        "max_ack_pending": max_pending,
        "max_deliver": -1,  # the subscriber counts, but only what is the event's own fault
    }


def nanoseconds(span: timedelta) -> int:
    """NATS writes spans so."""
    return int(span / timedelta(microseconds=1)) * 1000
