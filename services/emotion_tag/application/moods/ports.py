"""What forgetting and looking back need from the outside."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.emotion_tag.domain.mood import Evidence
from services.emotion_tag.domain.taxonomy import Emotion


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """A person whose events of before `asked_at` are to go."""

    user_id: UUID
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class ToldEvent:
    """An event in the outbox that names the person."""

    event_id: UUID
    position: int
    sequence: int | None
    """Its place in the stream; None while it waits to be told."""


class EventStream(Protocol):
    """Our own events at the broker."""

    async def erase(self, event_id: UUID, sequence: int) -> None:
        """Overwrite an event, if it is still there.

        Raises:
            Unavailable: the broker does not answer.
        """
        ...


class Erasures(Protocol):
    """Whose events are to go."""

    async def ask(self, user_id: UUID, now: datetime) -> None: ...

    async def oldest(self) -> Erasure | None: ...

    async def events_of(self, erasure: Erasure) -> Sequence[ToldEvent]: ...

    async def remove_events(self, positions: Sequence[int]) -> None:
        """Remove those of these that have been told."""
        ...

    async def end(self, erasure: Erasure) -> None:
        """Note that nothing is left, unless the person has asked again."""
        ...


class History(Protocol):
    async def said(
        self, user_id: UUID, since: datetime, until: datetime, limit: int
    ) -> Sequence[Evidence]:
        """What a person who allows it said in this time, oldest first; the latest `limit`."""
        ...

    async def recent_emotions(self, limit: int) -> Mapping[Emotion, int]:
        """How often each emotion is among the last texts of all people."""
        ...


class Histories(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[History]: ...
