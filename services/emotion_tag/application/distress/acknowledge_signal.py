"""Note what became of a sign of distress."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.distress.ports import DistressRead
from services.emotion_tag.application.distress.tell_state import tell_state
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.domain.distress import DistressOutcome, DistressSignal


@dataclass(frozen=True, kw_only=True)
class AcknowledgeSignal:
    signal_id: UUID
    outcome: DistressOutcome
    by: UUID | None
    """None if it was a part of the platform."""


async def acknowledge_signal(
    command: AcknowledgeSignal, transactions: Transactions, clock: Clock
) -> DistressSignal:
    """Note the outcome; the last one counts. The answer shows the sign, so that is noted too."""
    now = clock.now()
    async with transactions() as tx:
        signal = await tx.distress.lock(command.signal_id)
        signal = replace(
            signal, outcome=command.outcome, acknowledged_at=now, acknowledged_by=command.by
        )
        await tx.distress.save_outcome(signal)
        await tx.distress.note_read(
            DistressRead(id=new_id(), reader_id=command.by, signal_ids=(signal.id,), read_at=now)
        )
        if signal.user_id is not None:
            await tx.outbox.add([await tell_state(signal.user_id, tx, now)])
    return signal
