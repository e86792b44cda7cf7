"""Tell how much care a person may need, after something about it has changed."""

from datetime import datetime
from uuid import UUID

from services.emotion_tag.application.ports import Transaction
from services.emotion_tag.domain.distress import state_of
from services.emotion_tag.domain.events import DistressMoved


async def tell_state(user_id: UUID, tx: Transaction, now: datetime) -> DistressMoved:
    """The event to tell; the person is held."""
    signals = await tx.distress.of_person(user_id)
    version = await tx.people.next_distress_version(user_id)
    state = state_of(user_id, signals, now, version=version)
    return DistressMoved(state=state, occurred_at=now)
