"""What trends need from the outside."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.emotion_tag.application.subjects.ports import Catalogue
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.trend import Named, Sums, Talk, TopicKind


class Fold(Protocol):
    """Makes texts comparable."""

    def __call__(self, text: str) -> str: ...

    def form_of(self, topic: str, text: str) -> str | None:
        """How a text writes a folded topic; None if it is not in there as a whole."""
        ...


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


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a text was counted for, kept for as long as it can be taken out again."""

    content_id: UUID
    said_at: datetime
    segment: Segment
    topics: tuple[Named, ...]
    sums: Sums


@dataclass(frozen=True, order=True, slots=True)
class Written:
    """A topic was written in a form, in texts of a language on a day."""

    topic: str
    language: str
    day: date
    form: str


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

    async def claim(self, texts: Sequence[Counted]) -> set[UUID]:
        """Note how texts count; those that were not noted yet, nor are gone."""
        ...

    async def counted(self, content_ids: Iterable[UUID]) -> Sequence[Counted]:
        """Lock texts, and give how they are counted; waits for whoever counts them right now."""
        ...

    async def recount(self, texts: Sequence[Counted]) -> None:
        """Note how locked texts count from now on."""
        ...

    async def leave(self, content_ids: Iterable[UUID]) -> Sequence[Counted]:
        """Note that texts are gone for good; how those that were counted were."""
        ...

    async def add(self, sums: Mapping[Spoken, Sums], forms: Mapping[Written, int]) -> None:
        """Add to what was spoken and how it was written."""
        ...

    async def change(self, sums: Mapping[Spoken, Sums], forms: Mapping[Written, int]) -> None:
        """Add to what is still known; what no text is left of goes."""
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

    async def forms(self, topics: Sequence[str], language: str, since: date) -> Mapping[str, str]:
        """How most texts of a language (or any, if it is empty) wrote each since that day."""
        ...


class TrendReads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[TrendReader]: ...
