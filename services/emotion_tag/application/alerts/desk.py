"""The subjects that a batch of texts is about, held and brought up to the present hour."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from services.emotion_tag.application.alerts.ports import AlertTransaction
from services.emotion_tag.domain.alert import Alert, told_of
from services.emotion_tag.domain.alert_counts import (
    FAMILIES,
    HOUR,
    NOTHING,
    Counts,
    Family,
    hour_of,
)
from services.emotion_tag.domain.alert_mention import Added
from services.emotion_tag.domain.alert_rate import Habit
from services.emotion_tag.domain.alert_sighting import (
    LONGEST_SPIKE,
    Sighting,
    sight,
    spike_start,
)
from services.emotion_tag.domain.alert_watch import LEAST_PEOPLE, TRUST_IN_ALERT, Quarters, Watch
from services.emotion_tag.domain.subject import Subject, SubjectKind

KEPT = LONGEST_SPIKE + 2 * HOUR
"""How long counts by quarter are of use."""

LOOKED_BACK = timedelta(days=2)
"""How long a text can be taken back out of the counts."""


def recounted_since(quarters: Iterable[datetime], now: datetime) -> datetime:
    """From when on counts are needed to correct quarters, and all that was made of them."""
    oldest = min(quarters)
    return oldest if oldest >= hour_of(now) else min(oldest, now - KEPT)


class Desk:
    """Open it with the subjects, add counts, look, close."""

    def __init__(
        self,
        tx: AlertTransaction,
        now: datetime,
        watches: Mapping[Subject, Watch],
        habits: Mapping[SubjectKind, Habit],
        quarters: Mapping[Subject, Quarters],
        alerts: Mapping[tuple[Subject, Family], Alert],
    ) -> None:
        self._tx, self._now = tx, now
        self._watches, self._habits, self._alerts = dict(watches), dict(habits), dict(alerts)
        self._quarters = {subject: dict(quarters.get(subject, {})) for subject in watches}
        self._touched: dict[Subject, set[datetime]] = defaultdict(set)
        self._changed: dict[UUID, Alert] = {}
        self._learned = {one for one, watch in watches.items() if watch.hour < hour_of(now)}
        self._close_hours()

    @classmethod
    async def open(
        cls, subjects: Iterable[Subject], since: datetime, tx: AlertTransaction, now: datetime
    ) -> Self:
        """Hold the subjects and close hours that are over; `since` is the oldest to be added."""
        watches = await tx.watches.hold(subjects, now)
        is_old = since < hour_of(now)
        is_behind = any(watch.hour < hour_of(now) for watch in watches.values())
        kinds = {subject.kind for subject in watches}
        return cls(
            tx,
            now,
            watches,
            await tx.watches.habits(kinds, now, hold=is_old or is_behind),
            await tx.watches.quarters(watches, since),
            await tx.alerts.latest(watches),
        )

    def add(self, added: Added) -> None:
        """Add to the counts; what is older than this hour is not watched, but learned from."""
        for (subject, quarter), counts in added.items():
            self._count(subject, quarter, counts, 1.0)

    def recount(self, added: Added) -> None:
        """Correct the counts, and what was made of them: what is usual, and the evidence.

        Open with `since` from `recounted_since`.
        """
        for (subject, quarter), counts in added.items():
            was_up = any(self._was_up(subject, family, quarter) for family in FAMILIES)
            self._count(subject, quarter, counts, TRUST_IN_ALERT if was_up else 1.0)
        for subject in sorted({one for one, quarter in added if quarter < self._watches[one].hour}):
            watch, kind = self._watches[subject], self._habits[subject.kind]
            self._watches[subject] = watch.recounted(self._quarters[subject], kind)

    def _count(self, subject: Subject, quarter: datetime, counts: Counts, trust: float) -> None:
        watch = self._watches[subject]
        if quarter < watch.hour:
            self._watches[subject] = watch.learned(quarter, counts, trust)
            kind = self._habits[subject.kind]
            self._habits[subject.kind] = kind.learned(quarter, counts, trust)
            self._learned.add(subject)
        if quarter > self._now - KEPT:
            known = self._quarters[subject]
            known[quarter] = known.get(quarter, NOTHING) + counts
            self._touched[subject].add(quarter)

    def _was_up(self, subject: Subject, family: Family, quarter: datetime) -> bool:
        """Whether the hour of a quarter was learned from under an alert, as far as is known.

        Also the hour in which it was resolved: what it saw was no usual hour.
        """
        alert, hour = self._alerts.get((subject, family)), hour_of(quarter)
        if alert is None or alert.opened_at > hour + HOUR:
            return False
        return alert.resolution is None or alert.resolution.at >= hour or not alert.is_over

    async def look(
        self, upset: Iterable[tuple[Subject, Family]], said_at: datetime, threshold: float
    ) -> None:
        """See whether it is too much for those of whom somebody was upset, last at `said_at`."""
        for subject, family in upset:
            alert = self.unresolved(subject, family)
            if alert is not None:
                seen = await self._sight(subject, family, alert.sighting.started_at, said_at)
                alert.see(seen, self._now)
                self._changed[alert.id] = alert
                continue
            watch, habit = self._watches[subject], self._habits[subject.kind]
            run = watch.run(family, self._quarters[subject], habit)
            if run.most < threshold or run.since is None:
                continue
            seen = await self._sight(subject, family, run.since, said_at)
            if seen.authors >= LEAST_PEOPLE:
                self._raise(subject, family, seen)

    async def look_again(self, subject: Subject, changed: Collection[UUID]) -> None:
        """Measure its alerts anew after texts were taken back, or feel otherwise."""
        for family in FAMILIES:
            alert = self.unresolved(subject, family)
            if alert is not None:
                before = alert.sighting = alert.sighting.without(changed)
                alert.see(
                    await self._sight(subject, family, before.started_at, before.last_seen_at),
                    self._now,
                )
                self._changed[alert.id] = alert

    async def close(self) -> list[Alert]:
        """Store everything; the alerts of which something is told."""
        tx = self._tx
        await tx.watches.put({one: self._watches[one] for one in sorted(self._learned)})
        if self._learned:
            await tx.watches.put_habits(self._habits)
        await tx.watches.put_quarters(
            {
                subject: {quarter: self._quarters[subject][quarter] for quarter in quarters}
                for subject, quarters in self._touched.items()
            }
        )
        changed = list(self._changed.values())
        await tx.alerts.put(changed)
        events = told_of(changed)
        if events:
            await tx.outbox.add(events)
            tx.notices.alerts_changed()
        return [alert for alert in changed if alert.events]

    def unresolved(self, subject: Subject, family: Family) -> Alert | None:
        alert = self._alerts.get((subject, family))
        return None if alert is None or alert.is_over else alert

    def _close_hours(self) -> None:
        for subject in sorted(self._learned):
            hour = self._watches[subject].hour
            up = frozenset(
                one
                for one in FAMILIES
                if self.unresolved(subject, one) or self._was_up(subject, one, hour)
            )
            self._watches[subject], self._habits[subject.kind] = self._watches[subject].rolled(
                self._now, self._quarters[subject], self._habits[subject.kind], up
            )

    def _raise(self, subject: Subject, family: Family, seen: Sighting) -> None:
        alert = self._alerts.get((subject, family))
        if alert is not None and alert.is_same_spike(self._now):
            alert.reopen(seen, self._now)
        else:
            alert = self._alerts[subject, family] = Alert.opened(subject, family, seen, self._now)
        self._changed[alert.id] = alert

    async def _sight(
        self, subject: Subject, family: Family, since: datetime, last_seen_at: datetime
    ) -> Sighting:
        start = spike_start(since, self._now)
        stored = await self._tx.watches.quarters([subject], start)
        authors, examples = await self._tx.mentions.crowd(subject, family, start)
        return sight(
            family,
            self._watches[subject].habit,
            self._habits[subject.kind],
            {**stored.get(subject, {}), **self._quarters[subject]},
            since=start,
            last_seen_at=last_seen_at,
            authors=authors,
            examples=examples,
        )
