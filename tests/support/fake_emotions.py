"""People, tags and moods in memory: keeps the promises of the ports of emotion_tag."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from secrets import token_bytes
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.emotion_tag.domain.author_key import SALT_BYTES
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.errors import TagNotFound
from services.emotion_tag.domain.mood import Evidence, Mood, evidence_of
from services.emotion_tag.domain.tag import EmotionTag
from tests.support.fake_distress import DistressRows, FakeDistress, FakeErasures


@dataclass
class Person:
    allows: bool = False
    consents_version: int = 0
    mood_version: int = 0
    distress_version: int = 0
    forgotten_at: datetime | None = None


@dataclass
class Rows:
    people: dict[UUID, Person] = field(default_factory=dict)
    tags: dict[UUID, TaggedContent | None] = field(default_factory=dict)
    salts: dict[date, bytes] = field(default_factory=dict)
    moods: dict[UUID, Mood] = field(default_factory=dict)
    distress: DistressRows = field(default_factory=DistressRows)


@dataclass
class FakeDatabase:
    """Writes are there after a clean exit only; `sent` is what the outbox was given."""

    rows: Rows = field(default_factory=Rows)
    sent: list[DomainEvent] = field(default_factory=list)

    @asynccontextmanager
    async def transactions(self) -> AsyncIterator["FakeTransaction"]:
        tx = FakeTransaction(deepcopy(self.rows))
        yield tx
        self.rows = tx.rows
        self.sent += tx.outbox.pending

    @asynccontextmanager
    async def reads(self) -> AsyncIterator["FakeReader"]:
        yield FakeReader(self.rows)


class FakeTransaction:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.people = FakePeople(rows)
        self.tags = FakeTags(rows)
        self.salts = FakeSalts(rows)
        self.moods = FakeMoods(rows)
        self.distress = FakeDistress(rows.distress)
        self.erasures = FakeErasures(rows.distress)
        self.outbox = FakeOutbox()


@dataclass
class FakePeople:
    rows: Rows

    async def hold_allowing(self, user_ids: Iterable[UUID]) -> Mapping[UUID, datetime | None]:
        known = self.rows.people
        return {u: known[u].forgotten_at for u in user_ids if u in known and known[u].allows}

    async def decide(self, user_id: UUID, *, allows: bool, version: int) -> bool | None:
        person = self.rows.people.setdefault(user_id, Person())
        if version <= person.consents_version:
            return None
        before, person.allows, person.consents_version = person.allows, allows, version
        return before

    async def next_mood_version(self, user_id: UUID) -> int:
        self.rows.people[user_id].mood_version += 1
        return self.rows.people[user_id].mood_version

    async def next_mood_versions(self, user_ids: Iterable[UUID]) -> Mapping[UUID, int]:
        return {user_id: await self.next_mood_version(user_id) for user_id in user_ids}

    async def next_distress_version(self, user_id: UUID) -> int:
        self.rows.people[user_id].distress_version += 1
        return self.rows.people[user_id].distress_version

    async def forget(self, user_id: UUID, now: datetime) -> None:
        self.rows.people.setdefault(user_id, Person()).forgotten_at = now


@dataclass
class FakeTags:
    rows: Rows

    async def put(self, contents: Sequence[TaggedContent]) -> Sequence[TaggedContent]:
        new = [content for content in contents if content.content_id not in self.rows.tags]
        self.rows.tags |= {content.content_id: content for content in new}
        return new

    async def author_of(self, content_id: UUID) -> UUID | None:
        content = self.rows.tags.get(content_id)
        return content.author_id if content else None

    async def close(self, content_id: UUID) -> None:
        self.rows.tags.setdefault(content_id, None)

    async def forget(self, content_id: UUID) -> TaggedContent | None:
        gone = self.rows.tags.get(content_id)
        self.rows.tags[content_id] = None
        return gone

    async def remove_of(self, author_id: UUID) -> None:
        self.rows.tags = {
            content_id: content
            for content_id, content in self.rows.tags.items()
            if content is None or content.author_id != author_id
        }

    async def unname(self, author_id: UUID) -> None:
        self.rows.tags = {
            content_id: replace(content, author_id=None)
            if content and content.author_id == author_id
            else content
            for content_id, content in self.rows.tags.items()
        }

    async def evidence_of(self, author_id: UUID, since: datetime) -> Sequence[Evidence]:
        return [
            evidence_of(content.content_id, content.tag, content.published_at)
            for content in self.rows.tags.values()
            if content and content.author_id == author_id and content.published_at > since
        ]


@dataclass
class FakeSalts:
    rows: Rows

    async def of_day(self, day: date) -> bytes:
        if not any(known >= day for known in self.rows.salts):
            self.rows.salts = {day: token_bytes(SALT_BYTES)}
        return self.rows.salts[max(self.rows.salts)]


@dataclass
class FakeMoods:
    rows: Rows

    async def get(self, user_ids: Iterable[UUID]) -> Mapping[UUID, Mood]:
        return {u: self.rows.moods[u] for u in user_ids if u in self.rows.moods}

    async def put(self, moods: Iterable[Mood]) -> None:
        self.rows.moods |= {mood.user_id: mood for mood in moods}

    async def remove(self, user_id: UUID) -> None:
        self.rows.moods.pop(user_id, None)


@dataclass
class FakeOutbox:
    pending: list[DomainEvent] = field(default_factory=list)

    async def add(self, events: Iterable[DomainEvent]) -> None:
        self.pending += events


@dataclass
class FakeReader:
    rows: Rows

    async def tag(self, content_id: UUID) -> EmotionTag:
        content = self.rows.tags.get(content_id)
        if content is None:
            raise TagNotFound("This content has no tag.")
        return content.tag

    async def adjudication(self, content_id: UUID) -> None:
        """Nobody has corrected anything here."""

    async def mood(self, user_id: UUID) -> Mood | None:
        person = self.rows.people.get(user_id)
        return self.rows.moods.get(user_id) if person and person.allows else None

    async def mood_version(self, user_id: UUID) -> int:
        person = self.rows.people.get(user_id)
        return person.mood_version if person else 0
