"""What the use cases need from the outside, in their own words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.recommendation.domain.behavior import Interaction
from services.recommendation.domain.felt import Felt
from services.recommendation.domain.item import Item, Mention, Standing
from services.recommendation.domain.person import Mood, Person
from services.recommendation.domain.taste import TasteModel
from services.recommendation.domain.training import Training


class Items(Protocol):
    """The catalogue."""

    async def lock(self, item_ids: Collection[str]) -> Mapping[str, Item]:
        """Return those that exist, locked until the transaction ends."""
        ...

    async def save(self, items: Sequence[Item]) -> Mapping[str, int]:
        """Add or replace them; return the version each has now, counted by the store."""
        ...

    async def find(self, item_id: str) -> tuple[Item, Standing] | None: ...


class Interactions(Protocol):
    """What people did with items; only of those who allow it."""

    async def add(self, interactions: Sequence[Interaction]) -> Collection[UUID]:
        """Add those that are not known yet, and to the popularity of their items.

        What was done before the person last withdrew their consent is dropped. Returns the people
        who have new ones.
        """
        ...

    async def remove(self, user_id: UUID, event_ids: Collection[UUID]) -> bool:
        """Take some out again; tell whether there were any."""
        ...

    async def forget(self, user_id: UUID) -> None:
        """Delete all of a person, and what they added to popularity."""
        ...

    async def willing(self, user_ids: Collection[UUID]) -> Collection[UUID]:
        """Return those who have granted personalization as far as is known here."""
        ...

    async def enough(self, *, interactions: int, people: int) -> tuple[int, int]:
        """Count what can be trained on, no further than the numbers given."""
        ...


class Mentions(Protocol):
    """What is said about items."""

    async def keep(self, mentions: Sequence[Mention]) -> None:
        """Add or replace them and count them into the standings, but for forgotten ones."""
        ...

    async def forget(self, content_ids: Collection[str]) -> None:
        """Delete them for good."""
        ...


class Feelings(Protocol):
    """What items are known for."""

    async def keep(self, felt: Mapping[str, Felt]) -> None:
        """Keep what is newer than what is known, by item."""
        ...


class People(Protocol):
    """Consents and moods."""

    async def keep_consents(
        self,
        user_id: UUID,
        *,
        personalization: bool,
        emotion_inference: bool,
        version: int,
        at: datetime,
    ) -> bool:
        """Keep the newer state; False if it is not newer than the one known."""
        ...

    async def keep_moods(self, known: Mapping[UUID, Mood]) -> Collection[UUID]:
        """Keep the newer moods; whose they are, without those not newer than the one known."""
        ...

    async def clear_mood(self, user_id: UUID, version: int | None = None) -> None:
        """Forget the mood, and all up to `version` that may come late; None is the one known."""
        ...

    async def sweep(self, now: datetime) -> int:
        """Delete moods that have faded or that nobody allows; return how many."""
        ...

    async def load(self, user_id: UUID) -> tuple[Person, int]:
        """Return all that is known of a person, and the version of their mood (0 if none)."""
        ...


class Trainings(Protocol):
    """Trainings and the models they made."""

    async def start(self, training: Training) -> UUID | None:
        """Add it, unless one is running: then return that one's id."""
        ...

    async def find(self, training_id: UUID | None) -> Training | None:
        """Return it, or the latest."""
        ...

    async def claim(self, now: datetime) -> UUID | None:
        """Take the one that waits, if any."""
        ...

    async def release(self, training_id: UUID) -> None:
        """Let somebody else take it."""
        ...

    async def progress(self, training_id: UUID, share: float, interaction_count: int) -> None: ...

    async def end(self, training: Training) -> bool:
        """Write its end; False if it had ended already."""
        ...

    async def fail_orphans(self, now: datetime, error: str) -> int:
        """Fail those whose process is gone; return how many."""
        ...

    async def promote(self, training_id: UUID, model: TasteModel) -> None:
        """Keep the model as the newest, and the two before it."""
        ...


class Notices(Protocol):
    """Tell all processes of this service, once the transaction has committed."""

    def people_changed(self, user_ids: Iterable[UUID]) -> None: ...
    def shelf_changed(self) -> None: ...
    def training_waits(self) -> None: ...


class Outbox(Protocol):
    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Store events so that they are sent if, and only if, this transaction commits."""
        ...


class Transaction(Protocol):
    @property
    def items(self) -> Items: ...
    @property
    def interactions(self) -> Interactions: ...
    @property
    def mentions(self) -> Mentions: ...
    @property
    def feelings(self) -> Feelings: ...
    @property
    def people(self) -> People: ...
    @property
    def trainings(self) -> Trainings: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def outbox(self) -> Outbox: ...


class Transactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""
        ...


class Stockroom(Protocol):
    """Where a process gets its picture of the catalogue and the newest model from."""

    async def items(self, since: datetime | None) -> Sequence[Item]:
        """Items changed since, a little overlapping; all of them without `since`."""
        ...

    async def standings(self, since: datetime | None) -> Mapping[str, Standing]: ...

    async def now(self) -> datetime:
        """The time of the store, to ask with the next time."""
        ...

    async def model(self, unless: str) -> TasteModel | None:
        """Return the newest model, or None if there is none or it is the one called `unless`."""
        ...
