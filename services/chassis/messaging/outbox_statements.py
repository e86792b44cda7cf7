"""What the relay asks of the outbox."""

from sqlalchemy import BigInteger, DateTime, Table, Text, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

_COUNT_UP_TO = 10_000


class OutboxStatements:
    """Made once, for one outbox."""

    def __init__(self, table: Table) -> None:
        column = table.c
        told = column.published_at.is_not(None)
        created_at = bindparam("created_at", type_=DateTime(timezone=True))
        sequence = bindparam("sequence", type_=BigInteger)

        self.lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))").bindparams(
            bindparam("key", f"relay:{table.schema}", type_=Text)
        )
        self.oldest = (
            select(table)
            .where(column.published_at.is_(None))
            .order_by(column.position)
            .limit(bindparam("batch", type_=BigInteger))
        )
        some = (
            select(column.occurred_at)
            .where(column.published_at.is_(None))
            .order_by(column.position)
            .limit(_COUNT_UP_TO)
            .subquery()
        )
        self.waiting = select(
            func.count().label("waiting"), func.min(some.c.occurred_at).label("oldest")
        ).select_from(some)
        sent = select(
            func.unnest(bindparam("positions", type_=ARRAY(BigInteger))).label("position"),
            func.unnest(bindparam("sequences", type_=ARRAY(BigInteger))).label("sequence"),
        ).subquery("sent")
        self.mark = (
            update(table)
            .where(column.position == sent.c.position)
            .values(
                published_at=func.clock_timestamp(),
                stream_created_at=created_at,
                stream_sequence=sent.c.sequence,
            )
        )
        self.last_told = (
            select(column.event_id, column.stream_created_at, column.stream_sequence)
            .where(told)
            .order_by(column.published_at.desc(), column.stream_sequence.desc())
            .limit(1)
        )
        self.told_before = (
            select(column.event_id, column.stream_created_at, column.stream_sequence)
            .where(told, column.stream_created_at == created_at, column.stream_sequence < sequence)
            .order_by(column.stream_sequence.desc())
            .offset(bindparam("stride", type_=BigInteger))
            .limit(1)
        )
        # `stream_sequence` stays: it shows that the event has been told before.
        self.forget_other_streams = (
            update(table)
            .where(told, column.stream_created_at != created_at)
            .values(published_at=None)
        )
        self.forget_after = (
            update(table)
            .where(told, column.stream_created_at == created_at, column.stream_sequence > sequence)
            .values(published_at=None)
        )
