"""Give those who watch every change of an alert."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.alerts.ports import AlertFilter, AlertReads
from services.emotion_tag.domain.alert import Alert

LOOK_EVERY = timedelta(seconds=1)
"""What another process changed is seen after that at the latest; our own changes at once."""

OVERLAP = timedelta(seconds=30)
"""Looked back over again: commits come later than their time, clocks differ."""


class Bell:
    """Wakes everybody who waits, each once."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        for one in self._waiting:
            one.set()

    def event(self) -> asyncio.Event:
        """Set from the next ring on; give it back with `leave`."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        return woken

    def leave(self, woken: asyncio.Event) -> None:
        self._waiting.discard(woken)


async def watch_alerts(
    wanted: AlertFilter, reads: AlertReads, bell: Bell, clock: Clock
) -> AsyncGenerator[Alert, None]:
    """Alerts that are not resolved, then every change, for ever; each version at most once."""
    woken = bell.event()
    known: dict[UUID, int] | None = None
    since = clock.now()
    try:
        while True:
            woken.clear()
            looked_at = clock.now()
            async with reads() as reader:
                found = await reader.changed_since(since - OVERLAP)
            before, known = known, {alert.id: alert.version for alert in found}
            for alert in found:
                is_news = (
                    not alert.is_over
                    if before is None
                    else (alert.version > before.get(alert.id, 0))
                )
                if is_news and wanted.holds(alert):
                    yield alert
            since = looked_at
            try:
                async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                    await woken.wait()
            except TimeoutError:
                continue
    finally:
        bell.leave(woken)
