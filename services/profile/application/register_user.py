"""Registers a person."""

from services.chassis.kernel.clock import Clock
from services.profile.application.ports import Transactions
from services.profile.domain.user import User


async def register_user(
    display_name: str, language_code: str, transactions: Transactions, clock: Clock
) -> User:
    """Register, and tell the others in the same commit; all consents are off."""
    user = User.register(display_name, language_code, clock.now())
    async with transactions() as tx:
        await tx.users.add(user)
        await tx.outbox.add(user.events)
    return user
