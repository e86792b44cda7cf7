"""What happens by the clock about moods: signs expire, old events of forgotten moods are erased."""

import asyncio
from datetime import timedelta

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import Unavailable
from services.chassis.observability.logs import get_logger
from services.emotion_tag.application.distress.expire_signals import expire_signals
from services.emotion_tag.application.moods.erasing import erase_events
from services.emotion_tag.application.moods.ports import EventStream
from services.emotion_tag.application.ports import Transactions

log = get_logger(__name__)

EVERY = timedelta(seconds=5)


class MoodHousekeeping:
    """Looks every `every`, and again at once while there is more to do."""

    def __init__(
        self,
        transactions: Transactions,
        stream: EventStream,
        clock: Clock,
        *,
        every: timedelta = EVERY,
    ) -> None:
        self._transactions, self._stream = transactions, stream
        self._clock, self._every = clock, every

    async def __call__(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                busy = await self.once()
            except Unavailable as error:
                log.warning("moods wait", why=str(error))
                busy = False
            if not busy:
                await _pause(stopping, self._every)

    async def once(self) -> bool:
        """Do a little of each; return whether there may be more."""
        expired = await expire_signals(self._transactions, self._clock)
        erased = await erase_events(self._stream, self._transactions)
        return bool(expired) or erased


async def _pause(stopping: asyncio.Event, span: timedelta) -> None:
    try:
        async with asyncio.timeout(span.total_seconds()):
            await stopping.wait()
    except TimeoutError:
        return
