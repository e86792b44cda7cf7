"""Signs of distress and erasures in memory: keeps the promises of their ports."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.emotion_tag.application.distress.ports import DistressQuery, DistressRead
from services.emotion_tag.application.moods.ports import Erasure, ToldEvent
from services.emotion_tag.domain.distress import DistressOutcome, DistressSignal
from services.emotion_tag.domain.errors import DistressSignalNotFound


@dataclass
class DistressRows:
    signals: dict[UUID, DistressSignal] = field(default_factory=dict)
    reads: list[DistressRead] = field(default_factory=list)
    erasures: dict[UUID, datetime] = field(default_factory=dict)


@dataclass
class FakeDistress:
    rows: DistressRows

    async def add(self, signals: Sequence[DistressSignal]) -> None:
        known = {signal.content_id for signal in self.rows.signals.values()}
        self.rows.signals |= {one.id: one for one in signals if one.content_id not in known}

    async def of_person(self, user_id: UUID) -> Sequence[DistressSignal]:
        return [one for one in self.rows.signals.values() if one.user_id == user_id]

    async def list(self, query: DistressQuery) -> Sequence[DistressSignal]:
        found = [
            one
            for one in self.rows.signals.values()
            if one.level >= query.least_level
            and (query.user_id is None or one.user_id == query.user_id)
            and (not query.only_open or one.outcome is DistressOutcome.OPEN)
            and (query.before is None or one.id < query.before)
        ]
        return sorted(found, key=lambda one: one.id, reverse=True)[: query.limit]

    async def lock(self, signal_id: UUID) -> DistressSignal:
        if signal_id not in self.rows.signals:
            raise DistressSignalNotFound("There is no such sign.")
        return self.rows.signals[signal_id]

    async def save_outcome(self, signal: DistressSignal) -> None:
        self.rows.signals[signal.id] = signal

    async def remove_content(self, content_id: UUID) -> UUID | None:
        for signal in list(self.rows.signals.values()):
            if signal.content_id == content_id:
                return self.rows.signals.pop(signal.id).user_id
        return None

    async def remove_of(self, user_id: UUID) -> int:
        theirs = await self.of_person(user_id)
        for signal in theirs:
            del self.rows.signals[signal.id]
        return len(theirs)

    async def remove_expired(self, now: datetime, limit: int) -> int:
        over = [one.id for one in self.rows.signals.values() if one.expires_at <= now][:limit]
        for signal_id in over:
            del self.rows.signals[signal_id]
        year = timedelta(days=365)
        kept = [read for read in self.rows.reads if read.read_at > now - year]
        removed = len(over) + len(self.rows.reads) - len(kept)
        self.rows.reads = kept
        return removed

    async def note_read(self, read: DistressRead) -> None:
        self.rows.reads.append(read)

    async def reads(
        self, reader_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[DistressRead]:
        found = [
            read
            for read in self.rows.reads
            if (reader_id is None or read.reader_id == reader_id)
            and (before is None or read.id < before)
        ]
        return sorted(found, key=lambda read: read.id, reverse=True)[:limit]


@dataclass
class FakeErasures:
    """Nothing has been told here, so there is nothing to find."""

    rows: DistressRows

    async def ask(self, user_id: UUID, now: datetime) -> None:
        self.rows.erasures[user_id] = now

    async def oldest(self) -> Erasure | None:
        asked = sorted(self.rows.erasures.items(), key=lambda pair: pair[1])
        return Erasure(user_id=asked[0][0], asked_at=asked[0][1]) if asked else None

    async def events_of(self, erasure: Erasure) -> Sequence[ToldEvent]:  # noqa: ARG002 - the port's
        return []

    async def remove_events(self, positions: Sequence[int]) -> None: ...

    async def end(self, erasure: Erasure) -> None:
        if self.rows.erasures.get(erasure.user_id) == erasure.asked_at:
            del self.rows.erasures[erasure.user_id]
