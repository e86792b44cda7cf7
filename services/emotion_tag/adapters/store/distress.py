"""Signs of distress, kept in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.distress_tables import distress_reads, distress_signals
from services.emotion_tag.application.distress.ports import DistressQuery, DistressRead
from services.emotion_tag.domain.distress import DistressLevel, DistressOutcome, DistressSignal
from services.emotion_tag.domain.errors import DistressSignalNotFound

KEEP_READS = timedelta(days=365)


class PostgresDistress:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, signals: Sequence[DistressSignal]) -> None:
        await self._connection.execute(
            insert(distress_signals).on_conflict_do_nothing(),
            [_to_row(signal) for signal in signals],
        )

    async def of_person(self, user_id: UUID) -> Sequence[DistressSignal]:
        rows = await self._connection.execute(
            select(distress_signals).where(distress_signals.c.user_id == user_id)
        )
        return [_to_signal(row) for row in rows]

    async def list(self, query: DistressQuery) -> Sequence[DistressSignal]:
        columns = distress_signals.c
        wanted = (
            select(distress_signals)
            .where(columns.level >= int(query.least_level))
            .order_by(columns.signal_id.desc())
            .limit(query.limit)
        )
        if query.user_id is not None:
            wanted = wanted.where(columns.user_id == query.user_id)
        if query.only_open:
            wanted = wanted.where(columns.outcome == int(DistressOutcome.OPEN))
        if query.before is not None:
            wanted = wanted.where(columns.signal_id < query.before)
        return [_to_signal(row) for row in await self._connection.execute(wanted)]

    async def lock(self, signal_id: UUID) -> DistressSignal:
        found = await self._connection.execute(
            select(distress_signals)
            .where(distress_signals.c.signal_id == signal_id)
            .with_for_update()
        )
        row = found.one_or_none()
        if row is None:
            raise DistressSignalNotFound("There is no such sign.", signal_id=str(signal_id))
        return _to_signal(row)

    async def save_outcome(self, signal: DistressSignal) -> None:
        await self._connection.execute(
            update(distress_signals)
            .where(distress_signals.c.signal_id == signal.id)
            .values(
                outcome=int(signal.outcome),
                acknowledged_at=signal.acknowledged_at,
                acknowledged_by=signal.acknowledged_by,
            )
        )

    async def remove_content(self, content_id: UUID) -> UUID | None:
        removed = await self._connection.execute(
            delete(distress_signals)
            .where(distress_signals.c.content_id == content_id)
            .returning(distress_signals.c.user_id)
        )
        user_id: UUID | None = removed.scalar_one_or_none()
        return user_id

    async def remove_of(self, user_id: UUID) -> int:
        removed = await self._connection.execute(
            delete(distress_signals).where(distress_signals.c.user_id == user_id)
        )
        return removed.rowcount

    async def remove_expired(self, now: datetime, limit: int) -> int:
        over = (
            select(distress_signals.c.signal_id)
            .where(distress_signals.c.expires_at <= now)
            .limit(limit)
        )
        old = (
            select(distress_reads.c.read_id)
            .where(distress_reads.c.read_at <= now - KEEP_READS)
            .limit(limit)
        )
        signals = await self._connection.execute(
            delete(distress_signals).where(distress_signals.c.signal_id.in_(over))
        )
        reads = await self._connection.execute(
            delete(distress_reads).where(distress_reads.c.read_id.in_(old))
        )
        return signals.rowcount + reads.rowcount

    async def note_read(self, read: DistressRead) -> None:
        await self._connection.execute(
            insert(distress_reads).values(
                read_id=read.id,
                reader_id=read.reader_id,
                signal_ids=list(read.signal_ids),
                read_at=read.read_at,
            )
        )

    async def reads(
        self, reader_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[DistressRead]:
        columns = distress_reads.c
        wanted = select(distress_reads).order_by(columns.read_id.desc()).limit(limit)
        if reader_id is not None:
            wanted = wanted.where(columns.reader_id == reader_id)
        if before is not None:
            wanted = wanted.where(columns.read_id < before)
        return [
            DistressRead(
                id=row.read_id,
                reader_id=row.reader_id,
                signal_ids=tuple(row.signal_ids),
                read_at=row.read_at,
            )
            for row in await self._connection.execute(wanted)
        ]


def _to_row(signal: DistressSignal) -> dict[str, Any]:
    return {
        "signal_id": signal.id,
        "user_id": signal.user_id,
        "content_id": signal.content_id,
        "level": int(signal.level),
        "rule_ids": list(signal.rule_ids),
        "said_at": signal.said_at,
        "noticed_at": signal.noticed_at,
        "expires_at": signal.expires_at,
    }


def _to_signal(row: Row[Any]) -> DistressSignal:
    return DistressSignal(
        id=row.signal_id,
        user_id=row.user_id,
        content_id=row.content_id,
        level=DistressLevel(row.level),
        rule_ids=tuple(row.rule_ids),
        said_at=row.said_at,
        noticed_at=row.noticed_at,
        expires_at=row.expires_at,
        outcome=DistressOutcome(row.outcome),
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
    )
