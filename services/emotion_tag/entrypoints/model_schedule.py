"""What governance does by itself: follow the models, run evaluations, count, tidy up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from prometheus_client import Gauge

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import Unavailable
from services.chassis.observability.logs import get_logger
from services.emotion_tag.application.governance.change_model import ModelDesk
from services.emotion_tag.application.governance.follow_models import ModelKeeper
from services.emotion_tag.application.governance.ports import GovernanceTransactions
from services.emotion_tag.application.governance.review_contents import prune_reviews
from services.emotion_tag.application.governance.run_evaluations import EvaluationRunner
from services.emotion_tag.application.governance.watch_drift import DriftLog, get_drift

log = get_logger(__name__)

LOOK_EVERY = timedelta(seconds=5)
"""For what a lost notice would have told."""
FLUSH_PAUSE = timedelta(milliseconds=200)
"""Batches of a busy process share one write."""
TIDY_EVERY = timedelta(minutes=10)

drift_psi = Gauge(
    "resonance_emotion_tag_drift_psi",
    "Population stability index of the last day against four weeks; above .25 something changed.",
    ("feature",),
)
drift_divergence = Gauge(
    "resonance_emotion_tag_drift_divergence_bits",
    "Jensen-Shannon divergence of the last day against four weeks.",
    ("feature",),
)
model_answers = Gauge(
    "resonance_emotion_tag_model_answers", "1 for the model that answers here.", ("version",)
)
models_missing = Gauge(
    "resonance_emotion_tag_models_missing", "Models that all shall have and this process has not."
)


class ModelSchedule:
    """The loops of a process, each woken by its event or by the clock."""

    def __init__(
        self,
        *,
        keeper: ModelKeeper,
        runner: EvaluationRunner,
        desk: ModelDesk,
        drift: DriftLog,
        transactions: GovernanceTransactions,
        clock: Clock,
    ) -> None:
        self._keeper, self._runner, self._desk = keeper, runner, desk
        self._drift, self._transactions, self._clock = drift, transactions, clock

    async def follow(self, woken: asyncio.Event, stopping: asyncio.Event) -> None:
        """Answer with the model that all replicas shall answer with."""
        await _repeat(self.look, woken, LOOK_EVERY, stopping)

    async def look(self) -> None:
        """Look once."""
        if await self._keeper.follow():
            log.info("the models are others", active=self._keeper.active)
        if self._keeper.missing:
            log.warning("models are missing here", versions=list(self._keeper.missing))
        models_missing.set(len(self._keeper.missing))
        model_answers.clear()
        model_answers.labels(self._keeper.active).set(1)

    async def evaluate(self, woken: asyncio.Event, stopping: asyncio.Event) -> None:
        """Run evaluations that wait."""
        await _repeat(lambda: self._runner.run_waiting(stopping), woken, LOOK_EVERY, stopping)

    async def log_refusals(self, stopping: asyncio.Event) -> None:
        """Log promotions that gates refused."""
        await _repeat(self._desk.log_refusals, self._desk.refused, LOOK_EVERY, stopping)

    async def count(self, stopping: asyncio.Event) -> None:
        """Store what was counted, the last of it when the process stops."""
        await _repeat(self._flush, self._drift.counted, LOOK_EVERY, stopping)
        await self._drift.flush()

    async def _flush(self) -> None:
        """Store what was counted, and let some more come together before the next time."""
        await self._drift.flush()
        await asyncio.sleep(FLUSH_PAUSE.total_seconds())

    async def tidy(self, stopping: asyncio.Event) -> None:
        """Keep the queue and the counts small, and show the drift."""
        await _repeat(self._tidy, asyncio.Event(), TIDY_EVERY, stopping)

    async def _tidy(self) -> None:
        await prune_reviews(self._transactions, self._clock)
        await self._drift.prune()
        async with self._transactions() as tx:
            drift = await get_drift(tx, self._clock.now())
        for one in drift.features:
            drift_psi.labels(one.feature.key).set(one.psi)
            drift_divergence.labels(one.feature.key).set(one.divergence)


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
                log.warning("governance waits", why=str(error))
    finally:
        ended.cancel()
