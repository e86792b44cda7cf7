"""What happens by the clock about alerts: they are resolved, and old counts go."""

import asyncio
from datetime import datetime, timedelta

from services.chassis.kernel.clock import Clock
from services.chassis.observability.logs import get_logger
from services.chassis.rpc.errors import expected
from services.emotion_tag.application.alerts.ports import AlertTransactions
from services.emotion_tag.application.alerts.settle_alerts import forget_counts, settle_alerts
from services.emotion_tag.entrypoints.alert_measures import note_unresolved

log = get_logger(__name__)

SETTLE_EVERY = timedelta(seconds=15)
FORGET_EVERY = timedelta(minutes=10)


class AlertHousekeeping:
    """Looks every `every`."""

    def __init__(
        self, transactions: AlertTransactions, clock: Clock, *, every: timedelta = SETTLE_EVERY
    ) -> None:
        self._transactions, self._clock, self._every = transactions, clock, every
        self._forgot_at: datetime | None = None

    async def __call__(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.once()
            except Exception as error:
                known = expected(error)  # away, or locks collided: later will do
                if known is None:
                    raise
                log.warning("alerts wait", reason=known.reason)
            await _pause(stopping, self._every)

    async def once(self) -> None:
        """Settle what is normal again, and forget what is old when it is time."""
        note_unresolved(await settle_alerts(self._transactions, self._clock))
        now = self._clock.now()
        if self._forgot_at is None or now - self._forgot_at >= FORGET_EVERY:
            await forget_counts(self._transactions, self._clock)
            self._forgot_at = now


async def _pause(stopping: asyncio.Event, span: timedelta) -> None:
    try:
        async with asyncio.timeout(span.total_seconds()):
            await stopping.wait()
    except TimeoutError:
        return
