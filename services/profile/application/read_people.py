"""Reads of people, their accounts and consents; no rules but whether they exist."""

from collections.abc import Sequence
from uuid import UUID

from services.profile.application.ports import HashIdentity, Reads
from services.profile.domain.consent import ConsentsView
from services.profile.domain.errors import IdentityNotFound, UserNotFound
from services.profile.domain.identity import Identity
from services.profile.domain.user import User


async def get_user(user_id: UUID, reads: Reads) -> User:
    """Return a person, or raise UserNotFound."""
    async with reads() as reader:
        user = await reader.user(user_id)
    if user is None:
        raise unknown(user_id)
    return user


async def list_identities(user_id: UUID, reads: Reads) -> Sequence[Identity]:
    """Return a person's accounts, oldest first, or raise UserNotFound."""
    async with reads() as reader:
        identities = await reader.identities(user_id)
    if identities is None:
        raise unknown(user_id)
    return identities


async def resolve_identity(
    platform: str, external_id: str, reads: Reads, hashed: HashIdentity
) -> UUID:
    """Return whose account it is, or raise IdentityNotFound."""
    async with reads() as reader:
        user_id = await reader.resolve(platform, hashed(platform, external_id))
    if user_id is None:
        raise IdentityNotFound("No person has linked this account.")
    return user_id


async def get_consents(user_id: UUID, reads: Reads) -> ConsentsView:
    """Return the last decision on each purpose, or raise UserNotFound."""
    async with reads() as reader:
        consents = await reader.consents(user_id)
    if consents is None:
        raise unknown(user_id)
    return consents


def unknown(user_id: UUID) -> UserNotFound:
    """Make the error for somebody who does not exist."""
    return UserNotFound("There is no user with this id.", user_id=str(user_id))
