"""What following subjects needs from the outside, in its own words."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.content import Place
from services.emotion_tag.domain.product_emotion import ProductEmotion, Told
from services.emotion_tag.domain.quote import Candidate
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import CatalogueEntry, Subject
from services.emotion_tag.domain.subject_trend import Span
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from services.emotion_tag.domain.voice import Sums, Voice


@dataclass(frozen=True, slots=True)
class Said:
    """A tagged text and what it is about, as far as its owner says."""

    voice: Voice
    item_ids: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Link:
    """That a text is about a subject."""

    voice: Voice
    subject: Subject


Group = tuple[Subject, bytes]
"""A subject, and an author on a day."""


class Catalogue(Protocol):
    """Our own copy of brands and categories."""

    async def put(self, entries: Iterable[CatalogueEntry]) -> None:
        """Store those whose version is newer than what is known; each item at most once."""
        ...

    async def of(self, item_ids: Iterable[str]) -> Mapping[str, CatalogueEntry]:
        """Give those that are known."""
        ...


class Subjects(Protocol):
    """What is counted of which subject. Texts are locked before subjects, both in order."""

    async def said(self, content_ids: Iterable[UUID]) -> Sequence[Said]:
        """Give those that have a tag."""
        ...

    async def claim(self, voices: Iterable[Voice]) -> set[UUID]:
        """Note that texts are counted; those that were not yet, nor are gone."""
        ...

    async def recount(self, voices: Iterable[Voice]) -> Mapping[UUID, Voice]:
        """Count texts otherwise than before; give how those that are counted were until now."""
        ...

    async def leave(self, content_ids: Iterable[UUID]) -> Sequence[Link]:
        """Note that texts are gone for good, and unlink them; what they were counted for."""
        ...

    async def links_of(self, content_ids: Iterable[UUID]) -> Sequence[Link]:
        """What texts are counted for."""
        ...

    async def hold(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        """Lock subjects until the end of the transaction, and give how they stand."""
        ...

    async def first_of(
        self, groups: Iterable[Group], *, limit: int
    ) -> Mapping[Group, Sequence[Voice]]:
        """The first texts of an author about a subject; only with the subject held."""
        ...

    async def link(self, links: Iterable[Link]) -> None: ...

    async def put(self, standings: Iterable[Standing]) -> None: ...

    async def add_to_spans(self, added: Mapping[tuple[Subject, bool, datetime], Sums]) -> None:
        """Add to the sums of hours and days: by subject, whether it is a day, and its start."""
        ...

    async def standings(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        """How subjects stand, without locking them."""
        ...

    async def forget_before(
        self, texts_before: datetime, hours_before: datetime, *, limit: int
    ) -> int:
        """Drop texts and spans that are too old to say anything, some at a time; how many."""
        ...


class Products(Protocol):
    """What was told of products, and which of them have news."""

    async def have_news(self, item_ids: Iterable[str], now: datetime) -> None:
        """See to it that they are looked at soon."""
        ...

    async def take(self, now: datetime, *, limit: int) -> Sequence[Told]:
        """Lock some that are to be looked at; those that another process has are left out."""
        ...

    async def put(self, found: Iterable[tuple[ProductEmotion, bool]], now: datetime) -> None:
        """Store what was found, and whether it is told; and when to look again."""
        ...


class Outbox(Protocol):
    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Store events so that they are sent if, and only if, this transaction commits."""
        ...


class Transaction(Protocol):
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def subjects(self) -> Subjects: ...
    @property
    def products(self) -> Products: ...
    @property
    def outbox(self) -> Outbox: ...


class Transactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTag:
    """A tag as it was told."""

    item_id: str
    key: str
    emotion: Emotion | None
    aspect: Aspect | None
    polarity: Polarity
    share: float
    confidence: float
    since: datetime


@dataclass(frozen=True, slots=True)
class TagFilter:
    """Which tags are wanted; None is any."""

    emotion: Emotion | None = None
    aspect: Aspect | None = None
    polarity: Polarity | None = None


class Reader(Protocol):
    """Answers that change nothing, each from one query."""

    async def standings(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        """How those stand that anything was said of."""
        ...

    async def spans(
        self, subjects: Iterable[Subject], *, is_day: bool, since: datetime
    ) -> Mapping[Subject, Sequence[Span]]:
        """Hours or days of subjects that began since then, oldest first."""
        ...

    async def text_counts(
        self, subjects: Iterable[Subject], since: datetime
    ) -> Mapping[Subject, int]:
        """How many texts were said about subjects on days since then."""
        ...

    async def candidates(
        self, subject: Subject, polarity: Polarity | None, *, limit: int
    ) -> Sequence[Candidate]:
        """The latest texts that may be quoted: public, sure, by authors who allow it."""
        ...

    async def told(self, item_id: str) -> tuple[Told, Sequence[HeldTag]]:
        """What was told of a product, and its tags, surest first."""
        ...

    async def tagged_products(
        self, wanted: TagFilter, after: tuple[float, str, str] | None, *, limit: int
    ) -> Sequence[HeldTag]:
        """Tags, surest first, from behind a confidence, product and key."""
        ...


class Reads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Reader]: ...
