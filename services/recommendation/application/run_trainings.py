"""Run the training that waits, in a process of its own, and see to it that it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.recommendation.application.ports import Transactions

RunProcess = Callable[[UUID, asyncio.Event], Awaitable[str | None]]
"""Runs a training to its end and returns what went wrong, "" if nothing did; None if it was stopped
because this process stops."""

ORPHANED = "The process that trained died."


class TrainingRunner:
    """Takes trainings up; of several processes only one takes each."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Clock,
        run_process: RunProcess,
        on_model: Callable[[], None],
    ) -> None:
        self._transactions, self._clock = transactions, clock
        self._run_process, self._on_model = run_process, on_model

    async def run_waiting(self, stopping: asyncio.Event) -> None:
        """Fail trainings whose process is gone, then run the one that waits, if any."""
        now = self._clock.now()
        async with self._transactions() as tx:
            await tx.trainings.fail_orphans(now, ORPHANED)
            training_id = await tx.trainings.claim(now)
        if training_id is None:
            return
        error = await self._run_process(training_id, stopping)
        if error is None:
            async with self._transactions() as tx:
                await tx.trainings.release(training_id)
        elif error:
            await self._fail(training_id, error)
        else:
            self._on_model()

    async def _fail(self, training_id: UUID, error: str) -> None:
        async with self._transactions() as tx:
            training = await tx.trainings.find(training_id)
            if training is not None and training.is_running:
                await tx.trainings.end(replace(training, ended_at=self._clock.now(), error=error))
