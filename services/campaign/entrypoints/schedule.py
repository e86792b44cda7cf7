"""What happens by the clock: claims expire, campaigns end."""

import asyncio
from datetime import timedelta

from services.campaign.application.change_state import end_overdue
from services.campaign.application.expire_claims import expire_claims
from services.campaign.application.ports import Transactions
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import Unavailable
from services.chassis.observability.logs import get_logger

log = get_logger(__name__)


class Housekeeping:
    """Runs every `every`, and again at once while there is more than a batch to do."""

    def __init__(self, transactions: Transactions, clock: Clock, *, every: timedelta) -> None:
        self._transactions, self._clock, self._every = transactions, clock, every

    async def __call__(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                busy = await self.once()
            except Unavailable:
                log.warning("housekeeping waits for the database")
                busy = 0
            if not busy:
                await _pause(stopping, self._every)

    async def once(self) -> int:
        """Do one batch of each; return how much there was to do."""
        now = self._clock.now()
        expired = await expire_claims(now, self._transactions)
        ended = await end_overdue(now, self._transactions)
        return expired + ended


async def _pause(stopping: asyncio.Event, span: timedelta) -> None:
    try:
        async with asyncio.timeout(span.total_seconds()):
            await stopping.wait()
    except TimeoutError:
        return
