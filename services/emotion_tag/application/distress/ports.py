"""What noticing distress needs from the outside."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.emotion_tag.domain.distress import DistressLevel, DistressSignal, Reading
from services.emotion_tag.domain.tag import TextKind


class RiskLexicon(Protocol):
    """Words that tell of distress. Deterministic; keeps nothing."""

    def read(self, text: str, kind: TextKind) -> Reading:
        """Read a text of any content; about 50 µs for a short one.

        A review is about a thing: in it only what the author says outright of themselves counts.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class DistressQuery:
    """Which signs to list."""

    user_id: UUID | None
    least_level: DistressLevel
    only_open: bool
    before: UUID | None
    limit: int


@dataclass(frozen=True, kw_only=True)
class DistressRead:
    """That somebody looked at signs."""

    id: UUID
    reader_id: UUID | None
    """None if it was a part of the platform."""
    signal_ids: tuple[UUID, ...]
    read_at: datetime


class Distress(Protocol):
    """Signs, and who looked at them."""

    async def add(self, signals: Sequence[DistressSignal]) -> None:
        """Store signs; a content has one at most, its first."""
        ...

    async def of_person(self, user_id: UUID) -> Sequence[DistressSignal]: ...

    async def list(self, query: DistressQuery) -> Sequence[DistressSignal]:
        """Newest first."""
        ...

    async def lock(self, signal_id: UUID) -> DistressSignal:
        """Lock and give a sign, or raise DistressSignalNotFound."""
        ...

    async def save_outcome(self, signal: DistressSignal) -> None: ...

    async def remove_content(self, content_id: UUID) -> UUID | None:
        """Delete the sign in a content; whose it was."""
        ...

    async def remove_of(self, user_id: UUID) -> int:
        """Delete all of a person; how many there were."""
        ...

    async def remove_expired(self, now: datetime, limit: int) -> int:
        """Delete signs whose time is over, and notes of who read them a year ago; how many."""
        ...

    async def note_read(self, read: DistressRead) -> None: ...

    async def reads(
        self, reader_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[DistressRead]:
        """Newest first."""
        ...


class DistressTransaction(Protocol):
    @property
    def distress(self) -> Distress: ...


class DistressReads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[DistressTransaction]: ...
