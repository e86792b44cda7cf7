"""What happens by itself: the stock is renewed, trainings run, faded moods go."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import Unavailable
from services.chassis.observability.logs import get_logger
from services.recommendation.application.know_person import sweep_moods
from services.recommendation.application.ports import Transactions
from services.recommendation.application.renew_stock import StockKeeper
from services.recommendation.application.run_trainings import TrainingRunner

log = get_logger(__name__)

SWEEP_EVERY = timedelta(minutes=10)


class Schedule:
    """The loops of a process, each woken by its event or by the clock."""

    def __init__(
        self,
        *,
        keeper: StockKeeper,
        runner: TrainingRunner,
        transactions: Transactions,
        clock: Clock,
    ) -> None:
        self._keeper, self._runner = keeper, runner
        self._transactions, self._clock = transactions, clock

    async def renew(self, woken: asyncio.Event, every: timedelta, stopping: asyncio.Event) -> None:
        """Keep the picture of the catalogue."""
        await _repeat(self._keeper.renew, woken, every, stopping)

    async def change_model(
        self, woken: asyncio.Event, every: timedelta, stopping: asyncio.Event
    ) -> None:
        """Keep the newest model."""

        async def change() -> None:
            if await self._keeper.change_model():
                log.info("another model answers")

        await _repeat(change, woken, every, stopping)

    async def train(self, woken: asyncio.Event, every: timedelta, stopping: asyncio.Event) -> None:
        """Run trainings that wait."""
        await _repeat(lambda: self._runner.run_waiting(stopping), woken, every, stopping)

    async def sweep(self, stopping: asyncio.Event) -> None:
        """Delete moods that no longer say anything."""

        async def sweep() -> None:
            await sweep_moods(self._clock.now(), self._transactions)

        await _repeat(sweep, asyncio.Event(), SWEEP_EVERY, stopping)


async def _repeat(
    work: Callable[[], Awaitable[None]],
    woken: asyncio.Event,
    every: timedelta,
    stopping: asyncio.Event,
) -> None:
    """Work when woken and at least `every`, until the process stops."""
    ended = asyncio.ensure_future(stopping.wait())
    try:
        while not stopping.is_set():
            called = asyncio.ensure_future(woken.wait())
            await asyncio.wait(
                {called, ended},
                timeout=every.total_seconds(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            called.cancel()
            woken.clear()
            if stopping.is_set():
                return
            try:
                await work()
            except Unavailable as error:
                log.warning("waits", why=str(error))
    finally:
        ended.cancel()
