"""Take note of who allows feelings to be inferred, and forget those who no longer do."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.application.distress.tell_state import tell_state
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.domain.events import MoodCleared


@dataclass(frozen=True, kw_only=True)
class LearnConsent:
    """A decision as profile told it."""

    user_id: UUID
    allows: bool
    version: int
    """Counts a person's decisions; an older one than is known changes nothing."""


async def learn_consent(command: LearnConsent, transactions: Transactions, clock: Clock) -> None:
    """Note the decision; a withdrawal removes mood, signs, and every tag that names the person."""
    now = clock.now()
    async with transactions() as tx:
        allowed = await tx.people.decide(
            command.user_id, allows=command.allows, version=command.version
        )
        if not allowed or command.allows:
            return
        await tx.moods.remove(command.user_id)
        await tx.tags.remove_of(command.user_id)
        version = await tx.people.next_mood_version(command.user_id)
        told: list[DomainEvent] = [
            MoodCleared(user_id=command.user_id, version=version, occurred_at=now)
        ]
        if await tx.distress.remove_of(command.user_id):
            told.append(await tell_state(command.user_id, tx, now))
        await tx.outbox.add(told)
