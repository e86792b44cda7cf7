"""Grants and withdraws purposes."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.profile.application.ports import Transaction, Transactions
from services.profile.domain.consent import ConsentsView, Proof
from services.profile.domain.purpose import Purpose


@dataclass(frozen=True)
class UpdateConsents:
    """Purposes not named in `changes` stay as they are; an empty `etag` is not checked."""

    user_id: UUID
    changes: list[tuple[Purpose, bool]]
    proof: Proof
    etag: str = ""


async def update_consents(
    command: UpdateConsents, transactions: Transactions, clock: Clock
) -> ConsentsView:
    """Decide, delete what was kept for a withdrawn purpose, and tell, in one commit.

    Raises:
        UserNotFound: there is no such person.
        StaleConsents: `etag` is old.
        InvalidField: a purpose is named twice, or the proof cannot be read.
    """
    async with transactions() as tx:
        consents = await tx.consents.lock(command.user_id)
        now = clock.now()  # after the lock: the moment of the withdrawal, not of the queueing
        withdrawn = consents.decide(command.changes, command.proof, now, command.etag)
        await tx.consents.save(consents)
        await tx.outbox.add(consents.events)
        if Purpose.CROSS_PLATFORM_FUSION in withdrawn:
            await tx.identities.unlink_all(command.user_id)
        if Purpose.PERSONALIZATION in withdrawn:
            await tx.behaviors.forget(command.user_id)
        if withdrawn & {Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE}:
            await _forget(command.user_id, withdrawn, tx, clock)
        return await tx.consents.show(consents)


async def _forget(
    user_id: UUID, withdrawn: frozenset[Purpose], tx: Transaction, clock: Clock
) -> None:
    portrait = (await tx.portraits.get([user_id]))[user_id]
    if portrait.version == 0:
        return
    if Purpose.PERSONALIZATION in withdrawn:
        portrait.forget()
    elif not portrait.forget_emotions():
        return
    changed = portrait.changed(clock.now())
    await tx.portraits.save([portrait])
    await tx.outbox.add([changed])
