"""People, tags and moods, kept in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.messaging.outbox import Outbox
from services.emotion_tag.adapters.event_codec import encode
from services.emotion_tag.adapters.store.corrections import PostgresCorrections
from services.emotion_tag.adapters.store.distress import PostgresDistress
from services.emotion_tag.adapters.store.erasures import PostgresErasures
from services.emotion_tag.adapters.store.governance_tables import OF_A_CONTENT, corrections
from services.emotion_tag.adapters.store.rows import (
    content_from_row,
    mood_from_row,
    mood_to_row,
    tag_from_row,
    tag_to_row,
)
from services.emotion_tag.adapters.store.salts import PostgresSalts
from services.emotion_tag.adapters.store.tables import moods, people, platform, tags
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.correction import Adjudication
from services.emotion_tag.domain.errors import TagNotFound
from services.emotion_tag.domain.mood import Evidence, Mood, evidence_of
from services.emotion_tag.domain.tag import EmotionTag


class PostgresTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self.people = PostgresPeople(connection)
        self.tags = PostgresTags(connection)
        self.salts = PostgresSalts(connection)
        self.moods = PostgresMoods(connection)
        self.distress = PostgresDistress(connection)
        self.erasures = PostgresErasures(connection)
        self.outbox = Outbox(connection, platform.outbox, encode)


class PostgresPeople:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold_allowing(self, user_ids: Iterable[UUID]) -> Mapping[UUID, datetime | None]:
        wanted = sorted(set(user_ids))  # everybody locks in one order
        if not wanted:
            return {}
        rows = await self._connection.execute(
            select(people.c.user_id, people.c.forgotten_at)
            .where(people.c.user_id.in_(wanted), people.c.allows_inference)
            .order_by(people.c.user_id)
            .with_for_update()
        )
        return {row.user_id: row.forgotten_at for row in rows}

    async def decide(self, user_id: UUID, *, allows: bool, version: int) -> bool | None:
        known = await self._connection.execute(
            insert(people)
            .values(user_id=user_id, allows_inference=False, consents_version=0)
            .on_conflict_do_update(
                index_elements=[people.c.user_id], set_={"mood_version": people.c.mood_version}
            )
            .returning(people.c.allows_inference, people.c.consents_version)
        )
        before = known.one()
        if version <= before.consents_version:
            return None
        await self._connection.execute(
            update(people)
            .where(people.c.user_id == user_id)
            .values(allows_inference=allows, consents_version=version)
        )
        return bool(before.allows_inference)

    async def next_mood_version(self, user_id: UUID) -> int:
        return (await self.next_mood_versions([user_id]))[user_id]

    async def next_mood_versions(self, user_ids: Iterable[UUID]) -> Mapping[UUID, int]:
        counted = await self._connection.execute(
            update(people)
            .where(people.c.user_id.in_(sorted(user_ids)))
            .values(mood_version=people.c.mood_version + 1)
            .returning(people.c.user_id, people.c.mood_version)
        )
        return {row.user_id: row.mood_version for row in counted}

    async def next_distress_version(self, user_id: UUID) -> int:
        return await self._count(user_id, people.c.distress_version)

    async def forget(self, user_id: UUID, now: datetime) -> None:
        await self._connection.execute(
            insert(people)
            .values(user_id=user_id, allows_inference=False, consents_version=0, forgotten_at=now)
            .on_conflict_do_update(index_elements=[people.c.user_id], set_={"forgotten_at": now})
        )

    async def _count(self, user_id: UUID, counter: Column[int]) -> int:
        counted = await self._connection.execute(
            update(people)
            .where(people.c.user_id == user_id)
            .values({counter: counter + 1})
            .returning(counter)
        )
        return int(counted.scalar_one())


class PostgresTags:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, contents: Sequence[TaggedContent]) -> Sequence[TaggedContent]:
        if not contents:
            return []
        ordered = sorted(contents, key=lambda content: content.content_id)
        stored = await self._connection.execute(
            insert(tags).on_conflict_do_nothing().returning(tags.c.content_id),
            [tag_to_row(content) for content in ordered],
        )
        new = set(stored.scalars())
        return [content for content in contents if content.content_id in new]

    async def author_of(self, content_id: UUID) -> UUID | None:
        found = await self._connection.execute(
            select(tags.c.author_id).where(tags.c.content_id == content_id)
        )
        author_id: UUID | None = found.scalar_one_or_none()
        return author_id

    async def close(self, content_id: UUID) -> None:
        await self._connection.execute(
            insert(tags).values(content_id=content_id, is_forgotten=True).on_conflict_do_nothing()
        )

    async def forget(self, content_id: UUID) -> TaggedContent | None:
        found = await self._connection.execute(
            select(tags)
            .where(tags.c.content_id == content_id, ~tags.c.is_forgotten)
            .with_for_update()
        )
        row = found.one_or_none()
        nothing = {
            column.name: None
            for column in tags.c
            if column.name not in ("content_id", "is_forgotten")
        }
        await self._connection.execute(
            insert(tags)
            .values(content_id=content_id, is_forgotten=True)
            .on_conflict_do_update(
                index_elements=[tags.c.content_id], set_={"is_forgotten": True, **nothing}
            )
        )
        for table in OF_A_CONTENT:
            await self._connection.execute(delete(table).where(table.c.content_id == content_id))
        return content_from_row(row) if row else None

    async def remove_of(self, author_id: UUID) -> None:
        await self._connection.execute(delete(tags).where(tags.c.author_id == author_id))

    async def unname(self, author_id: UUID) -> None:
        await self._connection.execute(
            update(tags).where(tags.c.author_id == author_id).values(author_id=None)
        )
        await self._connection.execute(
            delete(corrections).where(corrections.c.rater_id == author_id, corrections.c.is_author)
        )

    async def evidence_of(self, author_id: UUID, since: datetime) -> Sequence[Evidence]:
        rows = await self._connection.execute(
            select(tags)
            .where(tags.c.author_id == author_id, tags.c.published_at > since)
            .order_by(tags.c.published_at, tags.c.content_id)
        )
        return [evidence_of(row.content_id, tag_from_row(row), row.published_at) for row in rows]


class PostgresMoods:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, user_ids: Iterable[UUID]) -> Mapping[UUID, Mood]:
        rows = await self._connection.execute(
            select(moods).where(moods.c.user_id.in_(sorted(user_ids)))
        )
        return {row.user_id: mood_from_row(row) for row in rows}

    async def put(self, moods_now: Iterable[Mood]) -> None:
        rows = [mood_to_row(mood) for mood in moods_now]
        if not rows:
            return
        statement = insert(moods)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[moods.c.user_id],
                set_={
                    name: statement.excluded[name]
                    for name in ("version", "as_of", "masses", "causes")
                },
            ),
            rows,
        )

    async def remove(self, user_id: UUID) -> None:
        await self._connection.execute(delete(moods).where(moods.c.user_id == user_id))


class PostgresReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tag(self, content_id: UUID) -> EmotionTag:
        found = await self._connection.execute(
            select(tags).where(tags.c.content_id == content_id, ~tags.c.is_forgotten)
        )
        row = found.one_or_none()
        if row is None:
            raise TagNotFound("This content has no tag.", content_id=str(content_id))
        return tag_from_row(row)

    async def adjudication(self, content_id: UUID) -> Adjudication | None:
        return await PostgresCorrections(self._connection).adjudication(content_id)

    async def mood(self, user_id: UUID) -> Mood | None:
        found = await self._connection.execute(
            select(moods)
            .join(people, people.c.user_id == moods.c.user_id)
            .where(moods.c.user_id == user_id, people.c.allows_inference)
        )
        row = found.one_or_none()
        return None if row is None else mood_from_row(row)

    async def mood_version(self, user_id: UUID) -> int:
        found = await self._connection.execute(
            select(people.c.mood_version).where(people.c.user_id == user_id)
        )
        return found.scalar_one_or_none() or 0
