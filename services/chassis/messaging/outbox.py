"""Events that leave if, and only if, the transaction that made them commits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from google.protobuf.message import Message as ProtoMessage
from sqlalchemy import (
    DateTime,
    Insert,
    LargeBinary,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.transaction import told
from services.chassis.kernel.events import DomainEvent
from services.chassis.observability.tracing import current_traceparent

# NATS refuses more than 1 MiB with headers; an event that large should carry an id instead.
MAX_PAYLOAD_BYTES = 900 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An event as it goes over the wire."""

    id: UUID
    subject: str
    """Full name of the proto message, which is the NATS subject too."""
    payload: bytes
    occurred_at: datetime
    traceparent: str | None = None
    again: str = ""
    """Tells a deliberate second publishing from a repeat that the broker may drop; mostly empty."""


Encode = Callable[[DomainEvent], Message]


def message_of(event: DomainEvent, body: ProtoMessage) -> Message:
    """Wrap the proto form of an event; the subject is the full name of the proto message."""
    return Message(
        id=event.event_id,
        subject=body.DESCRIPTOR.full_name,
        payload=body.SerializeToString(),
        occurred_at=event.occurred_at,
        traceparent=current_traceparent(),
    )


class Outbox:
    """Where a transaction notes what it has to tell."""

    def __init__(self, connection: AsyncConnection, table: Table, encode: Encode) -> None:
        self._connection, self._table, self._encode = connection, table, encode

    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Note the events, in this order; one round trip. The relay is woken by the commit.

        Raises:
            ValueError: an event is larger than `MAX_PAYLOAD_BYTES`.
        """
        messages = [self._encode(event) for event in events]
        if not messages:
            return
        for message in messages:
            if len(message.payload) > MAX_PAYLOAD_BYTES:
                raise ValueError(f"{message.subject} has {len(message.payload)} bytes.")
        await self._connection.execute(
            _insert(self._table),
            {
                "ids": [message.id for message in messages],
                "subjects": [message.subject for message in messages],
                "payloads": [message.payload for message in messages],
                "times": [message.occurred_at for message in messages],
                "traces": [message.traceparent for message in messages],
            },
        )
        told(self._connection)


@cache
def _insert(table: Table) -> Insert:
    """Any number of rows from arrays in one statement, so that it is prepared only once."""
    columns = {
        "event_id": bindparam("ids", type_=ARRAY(Uuid)),
        "subject": bindparam("subjects", type_=ARRAY(Text)),
        "payload": bindparam("payloads", type_=ARRAY(LargeBinary)),
        "occurred_at": bindparam("times", type_=ARRAY(DateTime(timezone=True))),
        "traceparent": bindparam("traces", type_=ARRAY(Text)),
    }
    rows = select(*(func.unnest(values) for values in columns.values()))
    return insert(table).from_select(list(columns), rows)
