"""What is read of subjects and products, a query each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.rows import tag_from_row
from services.emotion_tag.adapters.store.subjects import PostgresSubjects
from services.emotion_tag.application.subjects.ports import HeldTag, TagFilter
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.product_emotion import Told
from services.emotion_tag.domain.quote import Candidate
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_trend import Span
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from services.emotion_tag.domain.voice import TEXTS

_WANTED = """
    unnest(CAST(:kinds AS text[]), CAST(:subject_ids AS text[])) AS one (kind, subject_id)
"""
_SPANS = text(f"""
    SELECT kind, subject_id, is_day, starts_at, sums
    FROM emotion_tag.subject_spans JOIN {_WANTED} USING (kind, subject_id)
    WHERE is_day = :is_day AND starts_at >= :since
    ORDER BY starts_at
""")  # noqa: S608 - put together from constants
_COUNTS = text(f"""
    SELECT kind, subject_id, sum(sums[CAST(:texts AS integer)]) AS texts
    FROM emotion_tag.subject_spans JOIN {_WANTED} USING (kind, subject_id)
    WHERE is_day AND starts_at >= :since
    GROUP BY kind, subject_id
""")  # noqa: S608 - put together from constants

# What was said in a circle or to care is not public.
_CANDIDATES = text("""
    SELECT tags.*
    FROM (
        SELECT content_id, said_at FROM emotion_tag.subject_texts
        WHERE kind = :kind AND subject_id = :subject_id
        ORDER BY said_at DESC
        LIMIT :looked_at
    ) AS latest
    JOIN emotion_tag.tags AS tags USING (content_id)
    JOIN emotion_tag.people AS people ON people.user_id = tags.author_id
    WHERE NOT tags.is_forgotten AND NOT tags.is_unsure AND people.allows_inference
        AND tags.kind <> 'chat' AND COALESCE(tags.circle_id, '') = ''
        AND (CAST(:polarity AS text) IS NULL OR tags.polarity = :polarity)
    ORDER BY latest.said_at DESC, tags.content_id
    LIMIT :limit
""")
_LOOKED_AT = 10
"""Texts looked at for each candidate: most may be by people who do not allow it."""

_TOLD = text("""
    SELECT version, told_mix, told_reliable FROM emotion_tag.product_emotions
    WHERE item_id = :item_id
""")
_TAGS = text("""
    SELECT * FROM emotion_tag.product_tags WHERE item_id = :item_id
    ORDER BY confidence DESC, tag
""")
_TAGGED = text("""
    SELECT * FROM emotion_tag.product_tags
    WHERE (CAST(:emotion AS text) IS NULL OR emotion = :emotion)
        AND (CAST(:aspect AS text) IS NULL OR aspect = :aspect)
        AND (CAST(:polarity AS text) IS NULL OR polarity = :polarity)
        AND (
            CAST(:confidence AS double precision) IS NULL OR confidence < :confidence
            OR (confidence = :confidence AND (item_id, tag) > (:item_id, :tag))
        )
    ORDER BY confidence DESC, item_id, tag
    LIMIT :limit
""")


class PostgresSubjectReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def standings(self, subjects: Iterable[Subject]) -> Mapping[Subject, Standing]:
        return await PostgresSubjects(self._connection).standings(subjects)

    async def spans(
        self, subjects: Iterable[Subject], *, is_day: bool, since: datetime
    ) -> Mapping[Subject, Sequence[Span]]:
        rows = await self._connection.execute(
            _SPANS, {**_named(subjects), "is_day": is_day, "since": since}
        )
        found: dict[Subject, list[Span]] = defaultdict(list)
        for row in rows:
            span = Span(row.starts_at, row.is_day, np.array(row.sums, np.float64))
            found[_subject(row)].append(span)
        return found

    async def text_counts(
        self, subjects: Iterable[Subject], since: datetime
    ) -> Mapping[Subject, int]:
        values = {**_named(subjects), "since": since, "texts": TEXTS + 1}  # arrays count from 1
        rows = await self._connection.execute(_COUNTS, values)
        return {_subject(row): round(row.texts) for row in rows}

    async def candidates(
        self, subject: Subject, polarity: Polarity | None, *, limit: int
    ) -> Sequence[Candidate]:
        rows = await self._connection.execute(
            _CANDIDATES,
            {
                "kind": str(subject.kind),
                "subject_id": subject.subject_id,
                "polarity": polarity and str(polarity),
                "limit": limit,
                "looked_at": limit * _LOOKED_AT,
            },
        )
        return [
            Candidate(
                content_id=row.content_id,
                author_id=row.author_id,
                kind=TextKind(row.kind),
                said_at=row.published_at,
                digest=bytes(row.digest),
                tag=tag_from_row(row),
            )
            for row in rows
        ]

    async def told(self, item_id: str) -> tuple[Told, Sequence[HeldTag]]:
        row = (await self._connection.execute(_TOLD, {"item_id": item_id})).one_or_none()
        if row is None:
            return Told(item_id=item_id), []
        tags = [_held(one) for one in await self._connection.execute(_TAGS, {"item_id": item_id})]
        told = Told(
            item_id=item_id,
            version=row.version,
            mix=tuple(row.told_mix or ()),
            is_reliable=row.told_reliable,
            tags={tag.key: tag.since for tag in tags},
        )
        return told, tags

    async def tagged_products(
        self, wanted: TagFilter, after: tuple[float, str, str] | None, *, limit: int
    ) -> Sequence[HeldTag]:
        confidence, item_id, tag = after or (None, "", "")
        rows = await self._connection.execute(
            _TAGGED,
            {
                "emotion": wanted.emotion and str(wanted.emotion),
                "aspect": wanted.aspect and str(wanted.aspect),
                "polarity": wanted.polarity and str(wanted.polarity),
                "confidence": confidence,
                "item_id": item_id,
                "tag": tag,
                "limit": limit,
            },
        )
        return [_held(row) for row in rows]


def _held(row: Any) -> HeldTag:
    return HeldTag(
        item_id=row.item_id,
        key=row.tag,
        emotion=Emotion(row.emotion) if row.emotion else None,
        aspect=Aspect(row.aspect) if row.aspect else None,
        polarity=Polarity(row.polarity),
        share=row.share,
        confidence=row.confidence,
        since=row.since,
    )


def _named(subjects: Iterable[Subject]) -> dict[str, Any]:
    ordered = list(subjects)
    return {
        "kinds": [str(one.kind) for one in ordered],
        "subject_ids": [one.subject_id for one in ordered],
    }


def _subject(row: Any) -> Subject:
    return Subject(SubjectKind(row.kind), row.subject_id)
