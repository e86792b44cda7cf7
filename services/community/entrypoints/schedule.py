"""What happens by the clock: the rest of deleted threads goes, notes of old answers are dropped."""

import asyncio
from datetime import datetime, timedelta

from services.chassis.kernel.clock import Clock
from services.chassis.observability.logs import get_logger
from services.chassis.rpc.errors import expected
from services.community.application.clear_leftovers import clear_leftovers
from services.community.application.forget_answers import forget_answers
from services.community.application.ports import Transactions

log = get_logger(__name__)

FORGET_EVERY = timedelta(minutes=30)


class Housekeeping:
    """Clears every `every`, and goes on at once while there is more to clear."""

    def __init__(
        self, transactions: Transactions, clock: Clock, *, every: timedelta, keep: timedelta
    ) -> None:
        self._transactions, self._clock, self._every, self._keep = transactions, clock, every, keep
        self._forgot_at: datetime | None = None

    async def __call__(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                is_more = await self.once()
            except Exception as error:
                known = expected(error)  # away, or locks collided: later will do
                if known is None:
                    raise
                log.warning("housekeeping is put off", reason=known.reason)
                is_more = False
            if not is_more:
                await _pause(stopping, self._every)

    async def once(self) -> bool:
        """Clear one piece, drop notes when it is time; whether there may be more to clear."""
        now = self._clock.now()
        if self._forgot_at is None or now - self._forgot_at >= FORGET_EVERY:
            await forget_answers(now, self._keep, self._transactions)
            self._forgot_at = now
        return await clear_leftovers(self._transactions, self._clock)


async def _pause(stopping: asyncio.Event, span: timedelta) -> None:
    try:
        async with asyncio.timeout(span.total_seconds()):
            await stopping.wait()
    except TimeoutError:
        return
