"""Unlinks an account from a person."""

from uuid import UUID

from services.profile.application.ports import Transactions
from services.profile.domain.errors import IdentityNotFound


async def unlink_identity(user_id: UUID, identity_id: UUID, transactions: Transactions) -> None:
    """Unlink; what was kept of the account is deleted.

    Raises:
        UserNotFound: there is no such person.
        IdentityNotFound: they have no such account.
    """
    async with transactions() as tx:
        await tx.consents.lock(user_id)
        if not await tx.identities.unlink(user_id, identity_id):
            raise IdentityNotFound("The person has no such linked account.")
