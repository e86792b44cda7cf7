"""Count what is read and answered, by the hour, and tell how far that has moved."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.governance.ports import (
    GovernanceTransaction,
    GovernanceTransactions,
    Inspector,
)
from services.emotion_tag.domain.content import Content
from services.emotion_tag.domain.drift import (
    FEATURES,
    DriftState,
    FeatureDrift,
    drift_of,
    features_of,
    worst,
)
from services.emotion_tag.domain.tag import EmotionTag, TextInput, TextKind

CURRENT, REFERENCE = timedelta(hours=24), timedelta(days=28)
KEPT = timedelta(days=400)
"""Of hourly counts: a year and a window."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How all features have moved."""

    state: DriftState
    features: tuple[FeatureDrift, ...]
    current_from: datetime
    reference_from: datetime


class DriftLog:
    """Counts in memory what this process tags; `flush` adds that to the hourly counts.

    What a process that is killed has counted since its last flush is lost: these are statistics.
    """

    def __init__(
        self, transactions: GovernanceTransactions, inspector: Inspector, clock: Clock
    ) -> None:
        self._transactions, self._inspector, self._clock = transactions, inspector, clock
        self._counts: Counter[tuple[datetime, str, str, str]] = Counter()
        self.counted = asyncio.Event()
        """Set when there is something to flush."""

    def note(self, read: Sequence[tuple[Content, EmotionTag]]) -> None:
        """Count texts that were just tagged, in the hour of now."""
        hour = _hour(self._clock.now())
        inputs = [TextInput(content.text, content.kind) for content, _ in read]
        tags = [tag for _, tag in read]
        seen = self._inspector.traits(inputs, tags)
        for (content, tag), traits in zip(read, seen, strict=True):
            kind = str(content.kind)
            for feature, value in features_of(content.text, content.kind, tag, traits).items():
                self._counts[hour, kind, feature, value] += 1
        self.counted.set()

    async def flush(self) -> None:
        """Store what was counted; what cannot be stored now is kept for the next time."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            async with self._transactions() as tx:
                await tx.drift.add(counts)
        except BaseException:
            self._counts += counts
            raise

    async def prune(self) -> None:
        """Forget hours that no window reaches."""
        async with self._transactions() as tx:
            await tx.drift.prune(self._clock.now() - KEPT)


async def get_drift(
    tx: GovernanceTransaction,
    now: datetime,
    *,
    kind: TextKind | None = None,
    current: timedelta = CURRENT,
    reference: timedelta = REFERENCE,
) -> Drift:
    """Hold the latest hours, this one included, against the days before them."""
    end = _hour(now) + timedelta(hours=1)
    middle = end - current
    start = middle - reference
    before = await tx.drift.between(start, middle, kind)
    lately = await tx.drift.between(middle, end, kind)
    features = tuple(
        drift_of(feature, before.get(feature.key, {}), lately.get(feature.key, {}))
        for feature in FEATURES
    )
    return Drift(
        state=worst([one.state for one in features]),
        features=features,
        current_from=middle,
        reference_from=start,
    )


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
