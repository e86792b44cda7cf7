"""Shows a portrait as of now."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.profile.application.ports import Reads
from services.profile.application.read_people import unknown
from services.profile.domain.purpose import Purpose
from services.profile.domain.view import PortraitView


async def get_profile(user_id: UUID, reads: Reads, clock: Clock) -> PortraitView:
    """Return the portrait, empty without the consent `personalization`; one query.

    Raises:
        UserNotFound: there is no such person.
    """
    async with reads() as reader:
        found = await reader.portrait(user_id)
    if found is None:
        raise unknown(user_id)
    consents, portrait = found
    if not consents.allows(Purpose.PERSONALIZATION):
        return PortraitView(user_id)
    return portrait.view(clock.now())
