"""Alerts in memory: keeps the promises of application/alerts/ports.py."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.application.alerts.ports import AlertFilter
from services.emotion_tag.domain.alert import Alert
from services.emotion_tag.domain.alert_counts import Counts, Family, hour_of
from services.emotion_tag.domain.alert_mention import Author, Mention
from services.emotion_tag.domain.alert_rate import Habit
from services.emotion_tag.domain.alert_sighting import MAX_EXAMPLES
from services.emotion_tag.domain.alert_watch import Quarters, Watch
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.errors import AlertNotFound
from services.emotion_tag.domain.subject import CatalogueEntry, Subject, SubjectKind
from tests.support.fake_subjects import FakeCatalogue, FakeOutbox


@dataclass
class Rows:
    tags: dict[UUID, TaggedContent] = field(default_factory=dict)
    allowing: set[UUID] = field(default_factory=set)
    catalogue: dict[str, CatalogueEntry] = field(default_factory=dict)
    mentions: dict[UUID, Mention | None] = field(default_factory=dict)
    counted_at: dict[UUID, datetime] = field(default_factory=dict)
    watches: dict[Subject, Watch] = field(default_factory=dict)
    quarters: dict[Subject, dict[datetime, Counts]] = field(default_factory=dict)
    habits: dict[SubjectKind, Habit] = field(default_factory=dict)
    alerts: dict[UUID, Alert] = field(default_factory=dict)
    stored_at: dict[UUID, datetime] = field(default_factory=dict)


@dataclass
class FakeAlertDatabase:
    """Writes are there after a clean exit only; `sent` is what the outbox was given."""

    rows: Rows = field(default_factory=Rows)
    sent: list[DomainEvent] = field(default_factory=list)
    rings: int = 0

    @asynccontextmanager
    async def transactions(self) -> AsyncIterator["FakeAlertTransaction"]:
        tx = FakeAlertTransaction(deepcopy(self.rows))
        yield tx
        self.rows = tx.rows
        self.sent += tx.outbox.pending
        self.rings += tx.notices.rings

    @asynccontextmanager
    async def reads(self) -> AsyncIterator["FakeAlertReader"]:
        yield FakeAlertReader(deepcopy(self.rows))


class FakeAlertTransaction:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.mentions = FakeMentions(rows)
        self.watches = FakeWatches(rows)
        self.alerts = FakeAlerts(rows)
        self.catalogue = FakeCatalogue(rows.catalogue)
        self.outbox = FakeOutbox()
        self.notices = FakeNotices()


@dataclass
class FakeNotices:
    rings: int = 0

    def alerts_changed(self) -> None:
        self.rings += 1


@dataclass
class FakeMentions:
    rows: Rows

    async def tagged(self, content_ids: Iterable[UUID]) -> Sequence[TaggedContent]:
        return [self.rows.tags[one] for one in set(content_ids) if one in self.rows.tags]

    async def put(self, mentions: Sequence[Mention]) -> Sequence[Mention]:
        new = [one for one in mentions if one.content_id not in self.rows.mentions]
        self.rows.mentions |= {one.content_id: one for one in new}
        self.rows.counted_at |= {one.content_id: datetime.now(UTC) for one in new}
        return new

    async def of_authors(self, authors: Iterable[Author]) -> Mapping[Author, Sequence[Mention]]:
        found: dict[Author, list[Mention]] = {}
        wanted = set(authors)
        for mention in self.rows.mentions.values():
            if mention is not None and mention.author in wanted:
                found.setdefault(mention.author, []).append(mention)
        return found

    async def recount(self, mentions: Sequence[Mention]) -> Sequence[tuple[Mention, Mention]]:
        changed = []
        for mention in mentions:
            was = self.rows.mentions.get(mention.content_id)
            if was is not None and (is_now := was.felt_as(mention)) != was:
                self.rows.mentions[mention.content_id] = is_now
                changed.append((was, is_now))
        return changed

    async def take_back(self, content_id: UUID) -> Mention | None:
        was = self.rows.mentions.get(content_id)
        self.rows.mentions[content_id] = None
        self.rows.counted_at.setdefault(content_id, datetime.now(UTC))
        return was

    async def crowd(
        self, subject: Subject, family: Family, since: datetime
    ) -> tuple[int, tuple[UUID, ...]]:
        upset = [
            one
            for one in self.rows.mentions.values()
            if one is not None
            and subject in one.subjects
            and family in one.families(subject)
            and one.quarter >= since
        ]
        quotable = sorted(
            ((one.quarter, one.content_id) for one in upset if one.is_quotable), reverse=True
        )
        return (
            len({one.author_key for one in upset}),
            tuple(content_id for _, content_id in quotable[:MAX_EXAMPLES]),
        )

    async def prune(self, before: datetime) -> int:
        old = [one for one, counted_at in self.rows.counted_at.items() if counted_at < before]
        for content_id in old:
            del self.rows.mentions[content_id], self.rows.counted_at[content_id]
        return len(old)


@dataclass
class FakeWatches:
    rows: Rows

    async def hold(self, subjects: Iterable[Subject], now: datetime) -> Mapping[Subject, Watch]:
        wanted = set(subjects)
        for subject in wanted:
            self.rows.watches.setdefault(subject, Watch(hour_of(now), Habit(now)))
        return {subject: self.rows.watches[subject] for subject in wanted}

    async def put(self, watches: Mapping[Subject, Watch]) -> None:
        self.rows.watches |= watches

    async def quarters(
        self, subjects: Iterable[Subject], since: datetime
    ) -> Mapping[Subject, Quarters]:
        found: dict[Subject, Quarters] = {}
        for subject in set(subjects) & set(self.rows.watches):
            start = min(since, self.rows.watches[subject].hour)
            counts = self.rows.quarters.get(subject, {})
            if within := {at: one for at, one in counts.items() if at >= start}:
                found[subject] = within
        return found

    async def put_quarters(self, counts: Mapping[Subject, Quarters]) -> None:
        for subject, quarters in counts.items():
            self.rows.quarters.setdefault(subject, {}).update(quarters)

    async def prune(self, before: datetime) -> int:
        gone = 0
        for subject, quarters in self.rows.quarters.items():
            watch = self.rows.watches.get(subject)
            old = [at for at in quarters if at < before and watch and at < watch.hour]
            gone += len(old)
            for at in old:
                del quarters[at]
        return gone

    async def habits(
        self, kinds: Iterable[SubjectKind], now: datetime, *, hold: bool
    ) -> Mapping[SubjectKind, Habit]:
        if hold:
            for kind in kinds:
                self.rows.habits.setdefault(kind, Habit(now))
        return {kind: self.rows.habits.get(kind) or Habit(now) for kind in kinds}

    async def put_habits(self, habits: Mapping[SubjectKind, Habit]) -> None:
        self.rows.habits |= habits


@dataclass
class FakeAlerts:
    rows: Rows

    async def get(self, alert_id: UUID, *, hold: bool = True) -> Alert:  # noqa: ARG002 - alone here
        return _one(self.rows, alert_id)

    async def latest(self, subjects: Iterable[Subject]) -> Mapping[tuple[Subject, Family], Alert]:
        wanted = set(subjects)
        ordered = sorted(self.rows.alerts.values(), key=lambda alert: alert.opened_at)
        return {(one.subject, one.family): one for one in ordered if one.subject in wanted}

    async def unresolved(self) -> Sequence[Alert]:
        return [alert for alert in self.rows.alerts.values() if not alert.is_over]

    async def put(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            stored = deepcopy(alert)
            stored.events.clear()
            self.rows.alerts[alert.id] = stored
            self.rows.stored_at[alert.id] = datetime.now(UTC)


@dataclass
class FakeAlertReader:
    rows: Rows

    async def page(self, wanted: AlertFilter, after: UUID | None, size: int) -> Sequence[Alert]:
        found = [
            alert
            for alert in self.rows.alerts.values()
            if wanted.holds(alert) and (after is None or alert.id < after)
        ]
        return sorted(found, key=lambda alert: alert.id, reverse=True)[:size]

    async def alert(self, alert_id: UUID) -> Alert:
        return _one(self.rows, alert_id)

    async def changed_since(self, moment: datetime) -> Sequence[Alert]:
        found = [
            alert
            for alert in self.rows.alerts.values()
            if not alert.is_over or self.rows.stored_at[alert.id] >= moment
        ]
        return sorted(found, key=lambda alert: (alert.opened_at, alert.id))

    async def quotable(self, content_ids: Sequence[UUID]) -> Sequence[TaggedContent]:
        known = [self.rows.tags[one] for one in content_ids if one in self.rows.tags]
        return [one for one in known if one.author_id in self.rows.allowing]


def _one(rows: Rows, alert_id: UUID) -> Alert:
    if alert_id not in rows.alerts:
        raise AlertNotFound("There is no such alert.", alert_id=str(alert_id))
    return rows.alerts[alert_id]
