"""What trends need from the outside."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.emotion_tag.application.subjects.ports import Catalogue
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.trend import Sums, Talk, TopicKind

Fold = Callable[[str], str]
"""Makes texts comparable."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Who talks, where and about what; as a filter, "" is everybody."""

    language: str = ""
    kind: str = ""
    """A value of TextKind."""
    category: str = ""
    region_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A topic was spoken of in a segment; `topic` is None for all texts of it."""

    segment: Segment
    slice_start: datetime
    is_hour: bool
    topic: str | None
    kind: TopicKind | None


class Miner(Protocol):
    """Finds phrases that enough people use; keeps none."""

    def mine(
        self, words: Sequence[str], author: bytes, known: AbstractSet[str] = frozenset()
    ) -> list[str]:
        """Count the words of a text; the phrases in it, and those of `known`."""
        ...

    def authors_of(self, word: str, author: bytes) -> float:
        """Count one word for an author; about how many used it."""
        ...

    def fade(self, hours: float) -> None:
        """Let so much time pass."""
        ...


class Trends(Protocol):
    async def tagged(self, content_ids: Iterable[UUID]) -> Sequence[TaggedContent]:
        """Give the tagged texts of these that were not forgotten."""
        ...

    async def add(self, sums: Mapping[Spoken, Sums]) -> None:
        """Add to what was spoken."""
        ...

    async def prune(self, now: datetime) -> int:
        """Delete what no window reaches any more; how many rows."""
        ...


class TrendTransaction(Protocol):
    @property
    def trends(self) -> Trends: ...
    @property
    def catalogue(self) -> Catalogue: ...


class TrendTransactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[TrendTransaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""
        ...


class TrendReader(Protocol):
    async def known(self) -> AbstractSet[str]:
        """All phrases that are topics."""
        ...

    async def texts(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool
    ) -> Sums:
        """What all texts of a segment add up to."""
        ...

    async def talks(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool, most: int
    ) -> Sequence[Talk]:
        """The topics spoken of most, with nothing of the time before and no parts."""
        ...

    async def sums(
        self, topics: Sequence[str], segment: Segment, start: datetime, end: datetime
    ) -> Mapping[str, Sums]:
        """What was spoken of them, by hours."""
        ...

    async def slices(
        self,
        topics: Sequence[str],
        segment: Segment,
        start: datetime,
        end: datetime,
        *,
        is_hour: bool,
    ) -> Mapping[str, Mapping[datetime, float]]:
        """How many texts spoke of them in each slice."""
        ...


class TrendReads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[TrendReader]: ...
