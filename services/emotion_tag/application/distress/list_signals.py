"""Show signs of distress to those who care, and who looked to those who oversee them."""

from collections.abc import Sequence
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.distress.ports import (
    DistressQuery,
    DistressRead,
    DistressReads,
)
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.domain.distress import DistressSignal


async def list_signals(
    query: DistressQuery, reader_id: UUID | None, transactions: Transactions, clock: Clock
) -> Sequence[DistressSignal]:
    """Signs, newest first; nothing is shown that is not noted in the same commit."""
    async with transactions() as tx:
        found = await tx.distress.list(query)
        await tx.distress.note_read(
            DistressRead(
                id=new_id(),
                reader_id=reader_id,
                signal_ids=tuple(signal.id for signal in found),
                read_at=clock.now(),
            )
        )
    return found


async def list_reads(
    reader_id: UUID | None, before: UUID | None, limit: int, reads: DistressReads
) -> Sequence[DistressRead]:
    """Who looked at signs, newest first."""
    async with reads() as view:
        return await view.distress.reads(reader_id, before, limit)
