"""In-memory stand-ins that keep the promises of services.profile.application.ports."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.profile.application.ports import Recorded
from services.profile.domain.behavior import Behavior
from services.profile.domain.consent import Consents, ConsentsView, Decision
from services.profile.domain.errors import UserNotFound
from services.profile.domain.identity import Identity
from services.profile.domain.item import Item
from services.profile.domain.portrait import Portrait
from services.profile.domain.user import User


@dataclass
class Rows:
    """What is kept."""

    users: dict[UUID, User] = field(default_factory=dict)
    consents: dict[UUID, Consents] = field(default_factory=dict)
    decisions: dict[UUID, list[Decision]] = field(default_factory=dict)
    identities: dict[UUID, Identity] = field(default_factory=dict)
    behaviors: dict[UUID, Behavior] = field(default_factory=dict)
    pending: set[UUID] = field(default_factory=set)
    items: dict[str, Item] = field(default_factory=dict)
    portraits: dict[UUID, Portrait] = field(default_factory=dict)
    told: list[DomainEvent] = field(default_factory=list)


class FakeDatabase:
    """One transaction at a time; its rows count only after a clean exit."""

    def __init__(self) -> None:
        self.rows = Rows()

    @asynccontextmanager
    async def transactions(self) -> AsyncIterator["FakeTransaction"]:
        rows = deepcopy(self.rows)
        yield FakeTransaction(rows)
        self.rows = rows

    @asynccontextmanager
    async def reads(self) -> AsyncIterator["FakeReader"]:
        yield FakeReader(deepcopy(self.rows))


class FakeTransaction:
    def __init__(self, rows: Rows) -> None:
        self.users = FakeUsers(rows)
        self.consents = FakeConsents(rows)
        self.identities = FakeIdentities(rows)
        self.behaviors = FakeBehaviors(rows)
        self.items = FakeItems(rows)
        self.portraits = FakePortraits(rows)
        self.outbox = FakeOutbox(rows)


class _Of:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows


class FakeUsers(_Of):
    async def add(self, user: User) -> None:
        self._rows.users[user.user_id] = replace(user, events=[])
        self._rows.consents[user.user_id] = Consents(user.user_id)
        self._rows.decisions[user.user_id] = []


class FakeConsents(_Of):
    async def lock(self, user_id: UUID) -> Consents:
        found = await self.lock_all([user_id])
        if user_id not in found:
            raise UserNotFound("There is no user with this id.", user_id=str(user_id))
        return found[user_id]

    async def lock_all(self, user_ids: Collection[UUID]) -> Mapping[UUID, Consents]:
        known = self._rows.consents
        return {user_id: deepcopy(known[user_id]) for user_id in user_ids if user_id in known}

    async def save(self, consents: Consents) -> None:
        self._rows.consents[consents.user_id] = replace(consents, decided=[], events=[])
        self._rows.decisions[consents.user_id] += consents.decided

    async def show(self, consents: Consents) -> ConsentsView:
        decisions = self._rows.decisions[consents.user_id]
        last = {decision.purpose: decision for decision in decisions}
        return ConsentsView(consents.user_id, consents.version, last)

    async def save_forgotten(self, people: Sequence[Consents]) -> None:
        for one in people:
            kept = self._rows.consents[one.user_id]
            self._rows.consents[one.user_id] = replace(kept, forgotten=one.forgotten)


class FakeIdentities(_Of):
    async def find(self, platform: str, external_hash: bytes) -> Identity | None:
        for one in self._rows.identities.values():
            if (one.platform, one.external_hash) == (platform, external_hash):
                return one
        return None

    async def count(self, user_id: UUID) -> int:
        return sum(one.user_id == user_id for one in self._rows.identities.values())

    async def link(self, identity: Identity) -> Identity:
        known = await self.find(identity.platform, identity.external_hash)
        if known is None:
            self._rows.identities[identity.identity_id] = identity
        return known or identity

    async def unlink(self, user_id: UUID, identity_id: UUID) -> bool:
        known = self._rows.identities.get(identity_id)
        if known is None or known.user_id != user_id:
            return False
        del self._rows.identities[identity_id]
        return True

    async def unlink_all(self, user_id: UUID) -> None:
        kept = {key: one for key, one in self._rows.identities.items() if one.user_id != user_id}
        self._rows.identities = kept


class FakeBehaviors(_Of):
    async def add(self, behaviors: Sequence[Behavior], pending: Collection[UUID]) -> set[UUID]:
        new = {one.event_id: one for one in behaviors if one.event_id not in self._rows.behaviors}
        self._rows.behaviors |= new
        self._rows.pending |= new.keys() & set(pending)
        return set(new)

    async def who_waits(self, item_ids: Collection[str]) -> set[UUID]:
        return {one.user_id for one in self._waiting(item_ids)}

    async def take_pending(self, item_ids: Collection[str]) -> Sequence[Behavior]:
        taken = self._waiting(item_ids)
        self._rows.pending -= {one.event_id for one in taken}
        return taken

    async def forget(self, user_id: UUID) -> None:
        kept = {key: one for key, one in self._rows.behaviors.items() if one.user_id != user_id}
        self._rows.behaviors = kept
        self._rows.pending &= kept.keys()

    def _waiting(self, item_ids: Collection[str]) -> list[Behavior]:
        waiting = (self._rows.behaviors[event_id] for event_id in self._rows.pending)
        return [one for one in waiting if one.item_id in item_ids]


class FakeItems(_Of):
    async def hold(self) -> None:
        """One transaction at a time holds everything."""

    async def hold_alone(self) -> None:
        """One transaction at a time holds everything."""

    async def get(self, item_ids: Collection[str]) -> Mapping[str, Item]:
        return {key: one for key, one in self._rows.items.items() if key in item_ids}

    async def save(self, items: Sequence[Item]) -> None:
        for item in items:
            known = self._rows.items.get(item.item_id)
            if known is None or known.version < item.version:
                self._rows.items[item.item_id] = item


class FakePortraits(_Of):
    async def get(self, user_ids: Collection[UUID]) -> dict[UUID, Portrait]:
        kept = self._rows.portraits
        return {user_id: deepcopy(kept.get(user_id, Portrait(user_id))) for user_id in user_ids}

    async def save(self, portraits: Sequence[Portrait]) -> None:
        self._rows.portraits |= {one.user_id: deepcopy(one) for one in portraits}


class FakeOutbox(_Of):
    async def add(self, events: Iterable[DomainEvent]) -> None:
        self._rows.told += events


class FakeReader(_Of):
    async def user(self, user_id: UUID) -> User | None:
        return self._rows.users.get(user_id)

    async def identities(self, user_id: UUID) -> Sequence[Identity] | None:
        if user_id not in self._rows.users:
            return None
        own = [one for one in self._rows.identities.values() if one.user_id == user_id]
        return sorted(own, key=lambda one: (one.linked_at, one.identity_id))

    async def resolve(self, platform: str, external_hash: bytes) -> UUID | None:
        found = await FakeIdentities(self._rows).find(platform, external_hash)
        return None if found is None else found.user_id

    async def consents(self, user_id: UUID) -> ConsentsView | None:
        known = self._rows.consents.get(user_id)
        return None if known is None else await FakeConsents(self._rows).show(known)

    async def consents_of(self, user_ids: Collection[UUID]) -> Mapping[UUID, Consents]:
        return await FakeConsents(self._rows).lock_all(user_ids)

    async def portrait(self, user_id: UUID) -> tuple[Consents, Portrait] | None:
        known = self._rows.consents.get(user_id)
        if known is None:
            return None
        return known, self._rows.portraits.get(user_id, Portrait(user_id))


class FakeLog:
    """A log whose rows fail on demand."""

    def __init__(self) -> None:
        self.recorded: list[Recorded] = []
        self.failing: set[UUID] = set()

    async def append(self, recorded: Sequence[Recorded]) -> set[UUID]:
        failed = {one.behavior.event_id for one in recorded} & self.failing
        self.recorded += [one for one in recorded if one.behavior.event_id not in failed]
        return failed
