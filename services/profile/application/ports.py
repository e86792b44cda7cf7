"""What the use cases need, in their own words."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.profile.domain.behavior import Behavior
from services.profile.domain.consent import Consents, ConsentsView
from services.profile.domain.identity import Identity
from services.profile.domain.item import Item
from services.profile.domain.portrait import Portrait
from services.profile.domain.user import User

HashIdentity = Callable[[str, str], bytes]
"""Platform and the account's own name there to the keyed hash that is kept of it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A behaviour, and when it was accepted."""

    behavior: Behavior
    recorded_at: datetime


class Users(Protocol):
    async def add(self, user: User) -> None:
        """Keep a new person, with all consents off."""


class ConsentBook(Protocol):
    """What people allow.

    Whoever locks a person's consents has the person: portrait, behaviours and identities too.
    """

    async def lock(self, user_id: UUID) -> Consents:
        """Return a person's consents and keep everybody else from changing what is theirs.

        Raises:
            UserNotFound: there is no such person.
        """

    async def lock_all(self, user_ids: Collection[UUID]) -> Mapping[UUID, Consents]:
        """Lock many, always in the same order; those who do not exist are missing."""

    async def save(self, consents: Consents) -> None:
        """Keep the state and append the decisions."""

    async def show(self, consents: Consents) -> ConsentsView:
        """Return the last decision on each purpose, those just saved included."""

    async def save_forgotten(self, people: Sequence[Consents]) -> None:
        """Keep only when what was kept for their purposes was last deleted."""


class Identities(Protocol):
    async def find(self, platform: str, external_hash: bytes) -> Identity | None:
        """Return the account, whoever it is linked to."""

    async def count(self, user_id: UUID) -> int:
        """Return how many accounts a person has linked."""

    async def link(self, identity: Identity) -> Identity:
        """Keep it, or return the one that is linked already, to whomever, under the same hash."""

    async def unlink(self, user_id: UUID, identity_id: UUID) -> bool:
        """Drop one account of a person; false if they have no such."""

    async def unlink_all(self, user_id: UUID) -> None:
        """Drop all accounts of a person."""


class Behaviors(Protocol):
    async def add(self, behaviors: Sequence[Behavior], pending: Collection[UUID]) -> set[UUID]:
        """Keep those whose event_id is not known yet, and return these ids.

        Those in `pending` (event ids) wait for their item to become known.
        """

    async def who_waits(self, item_ids: Collection[str]) -> set[UUID]:
        """Return whose behaviours wait for these items."""

    async def take_pending(self, item_ids: Collection[str]) -> Sequence[Behavior]:
        """Return the behaviours that waited for these items; they wait no more.

        Lock the people first.
        """

    async def forget(self, user_id: UUID) -> None:
        """Delete all of a person."""


class Items(Protocol):
    async def hold(self) -> None:
        """Keep the items as they are until the commit; others may hold them at the same time."""

    async def hold_alone(self) -> None:
        """Wait until nobody holds the items, and be the only one who does until the commit.

        Whoever needs this or `hold` calls it before they lock anybody.
        """

    async def get(self, item_ids: Collection[str]) -> Mapping[str, Item]:
        """Return those that are known."""

    async def save(self, items: Sequence[Item]) -> None:
        """Keep them, each once; an older version than the known one changes nothing."""


class Portraits(Protocol):
    async def get(self, user_ids: Collection[UUID]) -> dict[UUID, Portrait]:
        """Return the portrait of each, empty if there is none; lock the person first."""

    async def save(self, portraits: Sequence[Portrait]) -> None:
        """Keep them."""


class Outbox(Protocol):
    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Tell these once the transaction has committed."""


class Transaction(Protocol):
    @property
    def users(self) -> Users: ...
    @property
    def consents(self) -> ConsentBook: ...
    @property
    def identities(self) -> Identities: ...
    @property
    def behaviors(self) -> Behaviors: ...
    @property
    def items(self) -> Items: ...
    @property
    def portraits(self) -> Portraits: ...
    @property
    def outbox(self) -> Outbox: ...


class Transactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""


class Reader(Protocol):
    """What is read without a transaction; each method is one query."""

    async def user(self, user_id: UUID) -> User | None:
        """Return a person."""

    async def identities(self, user_id: UUID) -> Sequence[Identity] | None:
        """Return a person's accounts, oldest first; None if there is no such person."""

    async def resolve(self, platform: str, external_hash: bytes) -> UUID | None:
        """Return the person an account is linked to."""

    async def consents(self, user_id: UUID) -> ConsentsView | None:
        """Return the last decision on each purpose."""

    async def consents_of(self, user_ids: Collection[UUID]) -> Mapping[UUID, Consents]:
        """Return what these people allow; those who do not exist are missing."""

    async def portrait(self, user_id: UUID) -> tuple[Consents, Portrait] | None:
        """Return what a person allows and their portrait, empty if there is none."""


class Reads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Reader]:
        """Open what is needed to read."""


class BehaviorLog(Protocol):
    """The durable log of accepted behaviours, which reactions read."""

    async def append(self, recorded: Sequence[Recorded]) -> set[UUID]:
        """Make them durable; return the event ids of those that could not be."""
