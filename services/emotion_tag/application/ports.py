"""What the use cases need from the outside, in their own words."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.application.distress.ports import Distress
from services.emotion_tag.application.moods.ports import Erasures
from services.emotion_tag.domain.content import Content, TaggedContent
from services.emotion_tag.domain.correction import Adjudication
from services.emotion_tag.domain.mood import Evidence, Mood
from services.emotion_tag.domain.tag import EmotionTag, TextInput


class Tagger(Protocol):
    """The model. Deterministic; a text gets the same answer alone and in a batch."""

    def tag(self, texts: Sequence[TextInput]) -> list[EmotionTag]:
        """Tag texts of any content, in their order; takes from 0.05 ms to some for each."""
        ...

    def sure(self, texts: Sequence[TextInput]) -> list[EmotionTag | None]:
        """The tags that it has at once, as `tag` gives them; None of texts that it has to think
        about. Takes 0.3 ms for a short text, less for each of several."""
        ...


class Contents(Protocol):
    """The neighbour that has the texts."""

    async def read(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        """Give those that still exist, in no particular order.

        Raises:
            ContentUnreachable: the neighbour did not answer in time.
        """
        ...


class People(Protocol):
    """Who allows feelings to be inferred, and how often their mood has changed."""

    async def hold_allowing(self, user_ids: Iterable[UUID]) -> Mapping[UUID, datetime | None]:
        """Lock those who allow it until the end of the transaction; when they last asked to have
        their moods forgotten, if ever."""
        ...

    async def decide(self, user_id: UUID, *, allows: bool, version: int) -> bool | None:
        """Note a decision and lock the person; what they allowed before.

        None if the decision is not newer than the one that is known: then nothing was noted.
        """
        ...

    async def next_mood_version(self, user_id: UUID) -> int:
        """Count one more change of a held person's mood."""
        ...

    async def next_mood_versions(self, user_ids: Iterable[UUID]) -> Mapping[UUID, int]:
        """Count one more change of each held person's mood."""
        ...

    async def next_distress_version(self, user_id: UUID) -> int:
        """Count one more change of what is told of a held person's distress."""
        ...

    async def forget(self, user_id: UUID, now: datetime) -> None:
        """Lock the person, and note that what was said until now names them no more."""
        ...


class Tags(Protocol):
    """Tags of published texts."""

    async def put(self, contents: Sequence[TaggedContent]) -> Sequence[TaggedContent]:
        """Store those that are new, and return these; a forgotten content stays forgotten."""
        ...

    async def author_of(self, content_id: UUID) -> UUID | None: ...

    async def close(self, content_id: UUID) -> None:
        """Wait for whoever stores its tag right now; if it has none, see to it that none comes."""
        ...

    async def forget(self, content_id: UUID) -> TaggedContent | None:
        """Remove a tag, and see to it that none comes back for this content; what was removed."""
        ...

    async def remove_of(self, author_id: UUID) -> None:
        """Remove all tags that name this author."""
        ...

    async def unname(self, author_id: UUID) -> None:
        """Keep the tags of this author, as anonymous ones."""
        ...

    async def evidence_of(self, author_id: UUID, since: datetime) -> Sequence[Evidence]: ...


class Moods(Protocol):
    """Moods of people who are held."""

    async def get(self, user_ids: Iterable[UUID]) -> Mapping[UUID, Mood]: ...

    async def put(self, moods: Iterable[Mood]) -> None: ...

    async def remove(self, user_id: UUID) -> None: ...


class Salts(Protocol):
    """Today's salt, see `domain/author_key.py`."""

    async def of_day(self, day: date) -> bytes:
        """The salt of a day, made if it is the first time; those of earlier days are thrown away.

        A day that is over gets the newest salt there is.
        """
        ...


class Outbox(Protocol):
    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Store events so that they are sent if, and only if, this transaction commits."""
        ...


class Transaction(Protocol):
    @property
    def people(self) -> People: ...
    @property
    def tags(self) -> Tags: ...
    @property
    def salts(self) -> Salts: ...
    @property
    def moods(self) -> Moods: ...
    @property
    def distress(self) -> Distress: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def outbox(self) -> Outbox: ...


class Transactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""
        ...


class Reader(Protocol):
    async def tag(self, content_id: UUID) -> EmotionTag:
        """Give the tag of a content, or raise TagNotFound."""
        ...

    async def adjudication(self, content_id: UUID) -> Adjudication | None:
        """What people have decided about a content, if they have."""
        ...

    async def mood(self, user_id: UUID) -> Mood | None:
        """Give the mood of a person who allows it to be kept."""
        ...

    async def mood_version(self, user_id: UUID) -> int:
        """How often a person's mood has changed; 0 for a stranger."""
        ...


class Reads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Reader]: ...
