"""Links an account on a platform to a person."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.ids import new_id
from services.profile.application.ports import HashIdentity, Transactions
from services.profile.domain.errors import IdentityLinkedElsewhere, TooManyIdentities
from services.profile.domain.identity import MAX_IDENTITIES, Identity
from services.profile.domain.purpose import Purpose


@dataclass(frozen=True)
class LinkIdentity:
    """`external_id` is the account's own name; it is neither kept nor shown."""

    user_id: UUID
    platform: str
    external_id: str

    def __repr__(self) -> str:
        return f"LinkIdentity(user_id={self.user_id}, platform={self.platform!r})"


async def link_identity(
    command: LinkIdentity, transactions: Transactions, hashed: HashIdentity, clock: Clock
) -> Identity:
    """Link; an account that is linked to the person already is returned as it is.

    Raises:
        UserNotFound: there is no such person.
        ConsentMissing: they have not granted `cross_platform_fusion`.
        IdentityLinkedElsewhere: the account is another person's.
        TooManyIdentities: they have `MAX_IDENTITIES` already.
    """
    external_hash = hashed(command.platform, command.external_id)
    async with transactions() as tx:
        consents = await tx.consents.lock(command.user_id)
        consents.require(Purpose.CROSS_PLATFORM_FUSION)
        linked = await tx.identities.find(command.platform, external_hash)
        if linked is None:
            if await tx.identities.count(command.user_id) >= MAX_IDENTITIES:
                raise TooManyIdentities(f"At most {MAX_IDENTITIES} accounts may be linked.")
            linked = await tx.identities.link(
                Identity(new_id(), command.user_id, command.platform, external_hash, clock.now())
            )
        if linked.user_id != command.user_id:
            raise IdentityLinkedElsewhere("The account is linked to another person.")
    return linked
