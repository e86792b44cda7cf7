"""Know who has registered."""

from collections.abc import Iterable
from uuid import UUID

from services.community.application.ports import Transactions


async def know_people(user_ids: Iterable[UUID], transactions: Transactions) -> None:
    """Keep our own copy of who there is; they can be followed from now on."""
    async with transactions() as tx:
        await tx.people.add(user_ids)
