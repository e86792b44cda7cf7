"""What happens to subjects by the clock: products are told of, what is too old goes."""

import asyncio
from datetime import datetime, timedelta

from services.chassis.kernel.clock import Clock
from services.chassis.observability.logs import get_logger
from services.chassis.rpc.errors import expected
from services.emotion_tag.application.subjects.forget_old import forget_old
from services.emotion_tag.application.subjects.ports import Transactions
from services.emotion_tag.application.subjects.tell_products import tell_products

log = get_logger(__name__)

TELL_EVERY = timedelta(seconds=1)
FORGET_EVERY = timedelta(hours=1)


class SubjectHousekeeping:
    """Looks for news every second, for what is too old every hour; goes on while there is more."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions, self._clock = transactions, clock
        self._forgot_at: datetime | None = None

    async def __call__(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                is_more = await self.once()
            except Exception as error:
                known = expected(error)  # away, or locks collided: later will do
                if known is None:
                    raise
                log.warning("subjects are looked at later", reason=known.reason)
                is_more = False
            if not is_more:
                await _pause(stopping, TELL_EVERY)

    async def once(self) -> bool:
        """Tell of some products, forget when it is time; whether there may be more to do."""
        is_more = await tell_products(self._transactions, self._clock)
        now = self._clock.now()
        if self._forgot_at is None or now - self._forgot_at >= FORGET_EVERY:
            if await forget_old(self._transactions, self._clock):
                return True
            self._forgot_at = now
        return is_more


async def _pause(stopping: asyncio.Event, span: timedelta) -> None:
    try:
        async with asyncio.timeout(span.total_seconds()):
            await stopping.wait()
    except TimeoutError:
        return
