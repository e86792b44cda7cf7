"""What people say of texts and what they decided, kept in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.governance_tables import adjudications, corrections
from services.emotion_tag.adapters.store.rows import content_from_row, tag_from_row, tag_to_columns
from services.emotion_tag.adapters.store.tables import tags
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.correction import Adjudication, AspectLabel, Correction
from services.emotion_tag.domain.errors import TagNotFound
from services.emotion_tag.domain.rating import Rating
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity


class PostgresCorrections:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self, content_id: UUID) -> tuple[TaggedContent, Adjudication | None, EmotionTag]:
        found = await self._connection.execute(
            select(tags)
            .where(tags.c.content_id == content_id, ~tags.c.is_forgotten)
            .with_for_update()
        )
        row = found.one_or_none()
        if row is None:
            raise TagNotFound("This content has no tag.", content_id=str(content_id))
        content = content_from_row(row)
        decided = await self._connection.execute(
            select(adjudications).where(adjudications.c.content_id == content_id)
        )
        known = decided.one_or_none()
        if known is None:
            return content, None, content.tag
        return content, _to_adjudication(known), tag_from_row(_Columns(known.model_tag))

    async def current(self, content_id: UUID) -> Sequence[Correction]:
        rows = await self._connection.execute(
            select(corrections)
            .where(corrections.c.content_id == content_id, corrections.c.superseded_at.is_(None))
            .order_by(corrections.c.correction_id)
        )
        return [_to_correction(row) for row in rows]

    async def put(self, correction: Correction) -> None:
        await self._connection.execute(
            update(corrections)
            .where(
                corrections.c.content_id == correction.content_id,
                corrections.c.rater_id == correction.rater_id,
                corrections.c.superseded_at.is_(None),
            )
            .values(superseded_at=correction.created_at)
        )
        await self._connection.execute(
            insert(corrections).values(
                correction_id=correction.correction_id,
                content_id=correction.content_id,
                rater_id=correction.rater_id,
                is_author=correction.is_author,
                emotion=str(correction.emotion),
                polarity=str(correction.polarity),
                aspects=_from_aspects(correction.aspects),
                reason=correction.reason,
                model_emotion=str(correction.model_emotion),
                model_version=correction.model_version,
                created_at=correction.created_at,
            )
        )

    async def decide(
        self, content_id: UUID, decided: Adjudication | None, shown: EmotionTag, model: EmotionTag
    ) -> None:
        await self._connection.execute(
            delete(adjudications).where(adjudications.c.content_id == content_id)
        )
        if decided is not None:
            await self._connection.execute(
                insert(adjudications).values(
                    content_id=content_id,
                    emotion=str(decided.emotion),
                    polarity=str(decided.polarity),
                    aspects=_from_aspects(decided.aspects),
                    is_by_author=decided.is_by_author,
                    rater_count=decided.rater_count,
                    model_emotion=str(decided.model_emotion),
                    model_version=decided.model_version,
                    model_tag=tag_to_columns(model),
                    decided_at=decided.decided_at,
                )
            )
        await self._connection.execute(
            update(tags).where(tags.c.content_id == content_id).values(**tag_to_columns(shown))
        )

    async def listed(
        self,
        *,
        content_id: UUID | None,
        rater_id: UUID | None,
        superseded: bool,
        before: UUID | None,
        limit: int,
    ) -> Sequence[Correction]:
        query = select(corrections).order_by(corrections.c.correction_id.desc()).limit(limit)
        if content_id is not None:
            query = query.where(corrections.c.content_id == content_id)
        if rater_id is not None:
            query = query.where(corrections.c.rater_id == rater_id)
        if not superseded:
            query = query.where(corrections.c.superseded_at.is_(None))
        if before is not None:
            query = query.where(corrections.c.correction_id < before)
        return [_to_correction(row) for row in await self._connection.execute(query)]

    async def ratings(self, since: datetime, kind: TextKind | None, limit: int) -> Sequence[Rating]:
        query = (
            select(
                corrections.c.content_id,
                corrections.c.rater_id,
                corrections.c.emotion,
                corrections.c.model_emotion,
            )
            .where(corrections.c.superseded_at.is_(None), corrections.c.created_at >= since)
            .order_by(corrections.c.created_at.desc())
            .limit(limit)
        )
        if kind is not None:
            query = query.join(tags, tags.c.content_id == corrections.c.content_id).where(
                tags.c.kind == str(kind)
            )
        rows = await self._connection.execute(query)
        return [Rating(**row) for row in rows.mappings()]

    async def adjudication(self, content_id: UUID) -> Adjudication | None:
        return (await self.adjudicated([content_id])).get(content_id)

    async def adjudicated(self, content_ids: Collection[UUID]) -> Mapping[UUID, Adjudication]:
        rows = await self._connection.execute(
            select(adjudications).where(adjudications.c.content_id.in_(list(content_ids)))
        )
        return {row.content_id: _to_adjudication(row) for row in rows}


class _Columns:
    """Columns that were kept as JSON, by their names."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def _to_correction(row: Any) -> Correction:
    return Correction(
        correction_id=row.correction_id,
        content_id=row.content_id,
        rater_id=row.rater_id,
        is_author=row.is_author,
        emotion=Emotion(row.emotion),
        polarity=Polarity(row.polarity),
        aspects=_to_aspects(row.aspects),
        reason=row.reason,
        model_emotion=Emotion(row.model_emotion),
        model_version=row.model_version,
        created_at=row.created_at,
        superseded_at=row.superseded_at,
    )


def _to_adjudication(row: Any) -> Adjudication:
    return Adjudication(
        content_id=row.content_id,
        emotion=Emotion(row.emotion),
        polarity=Polarity(row.polarity),
        aspects=_to_aspects(row.aspects),
        is_by_author=row.is_by_author,
        rater_count=row.rater_count,
        model_emotion=Emotion(row.model_emotion),
        model_version=row.model_version,
        decided_at=row.decided_at,
    )


def _from_aspects(aspects: Sequence[AspectLabel]) -> list[list[str]]:
    return [[str(one.aspect), str(one.polarity)] for one in aspects]


def _to_aspects(written: Sequence[Sequence[str]]) -> tuple[AspectLabel, ...]:
    return tuple(AspectLabel(Aspect(aspect), Polarity(polarity)) for aspect, polarity in written)
