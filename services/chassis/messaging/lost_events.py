"""Finds what a stream has lost of the outbox, and lets the relay tell it again.

A row that was published knows the incarnation of the stream and its place in it; a stream that was
made anew, or restored from before, does not hold it there.
"""

import base64
from typing import Any, TypeAlias

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.messaging import streams
from services.chassis.messaging.outbox_statements import OutboxStatements
from services.chassis.messaging.session import ApiError, Session, StreamState

Stored: TypeAlias = "Row[*tuple[Any, ...]]"
"""A row of the outbox."""


async def forget_lost(
    connection: AsyncConnection,
    sql: OutboxStatements,
    session: Session,
    stream: str,
    state: StreamState,
) -> int:
    """Make waiting again what the stream does not hold; return how many events that is."""
    last = (await connection.execute(sql.last_told)).one_or_none()
    if last is None:
        return 0
    if last.stream_created_at != state.created_at:
        made = await connection.execute(sql.forget_other_streams, {"created_at": state.created_at})
        return made.rowcount
    intact = await _last_intact(connection, sql, session, stream, state, last)
    if intact == last.stream_sequence:
        return 0
    made = await connection.execute(
        sql.forget_after, {"created_at": state.created_at, "sequence": intact}
    )
    return made.rowcount


async def _last_intact(
    connection: AsyncConnection,
    sql: OutboxStatements,
    session: Session,
    stream: str,
    state: StreamState,
    last: Stored,
) -> int:
    """Find a place up to which the stream surely holds what it was told: 0 if there is none.

    Steps back in doubling strides, so it may find a place well before the true end.
    """
    row: Stored | None = last
    stride = 0
    while row is not None:
        if row.stream_sequence < state.first_sequence:  # has gone by age, not been lost
            return int(row.stream_sequence)
        if row.stream_sequence <= state.last_sequence and await _holds(session, stream, row):
            return int(row.stream_sequence)
        found = await connection.execute(
            sql.told_before,
            {
                "created_at": state.created_at,
                "sequence": row.stream_sequence,
                "stride": stride,
            },
        )
        row, stride = found.one_or_none(), stride * 2 + 1
    return 0


async def _holds(session: Session, stream: str, row: Stored) -> bool:
    """Whether the stream has this event in the place it was confirmed for."""
    try:
        answer = await session.api(f"STREAM.MSG.GET.{stream}", {"seq": row.stream_sequence})
    except ApiError:
        return False
    headers = base64.b64decode(answer["message"].get("hdrs", "")).decode()
    return f"{streams.MESSAGE_ID}: {row.event_id}" in headers
