"""Topics, kept in PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.catalogue import PostgresCatalogue
from services.emotion_tag.adapters.store.rows import content_from_row
from services.emotion_tag.adapters.store.tables import tags
from services.emotion_tag.adapters.store.trend_tables import trend_sums
from services.emotion_tag.application.trends.find_topics import OLDEST
from services.emotion_tag.application.trends.ports import Segment, Spoken
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.domain.trend import LEAST_TEXTS, Sums, Talk, TopicKind

_EVERYTHING = ""
_FINE_FOR = timedelta(hours=26)
_WIDTH = 3 + len(EMOTIONS)
_KEY = (
    "is_hour",
    "starts_at",
    "topic",
    "language",
    "text_kind",
    "category",
    "region_code",
)
_ADDED: ColumnElement[Any] = literal_column(
    "(SELECT array_agg(a + b ORDER BY n) FROM unnest(trend_sums.sums, excluded.sums)"
    " WITH ORDINALITY AS u(a, b, n))"
)
_ADD = insert(trend_sums).on_conflict_do_update(index_elements=_KEY, set_={"sums": _ADDED})
_OF = trend_sums.c


class PostgresTrendTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self.trends = PostgresTrends(connection)
        self.catalogue = PostgresCatalogue(connection)


class PostgresTrends:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tagged(self, content_ids: Iterable[UUID]) -> Sequence[TaggedContent]:
        rows = await self._connection.execute(
            select(tags).where(tags.c.content_id.in_(list(content_ids)), ~tags.c.is_forgotten)
        )
        return [content_from_row(row) for row in rows]

    async def add(self, sums: Mapping[Spoken, Sums]) -> None:
        rows = sorted(
            (_to_row(spoken, one) for spoken, one in sums.items()),
            key=lambda row: tuple(row[name] for name in _KEY),
        )
        if rows:
            await self._connection.execute(_ADD, rows)

    async def prune(self, now: datetime) -> int:
        gone = await self._connection.execute(
            delete(trend_sums).where(
                or_(
                    _OF.is_hour & (_OF.starts_at < now - OLDEST),
                    ~_OF.is_hour & (_OF.starts_at < now - _FINE_FOR),
                )
            )
        )
        return int(gone.rowcount)


class PostgresTrendReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known(self) -> AbstractSet[str]:
        rows = await self._connection.execute(
            select(_OF.topic)
            .distinct()
            .where(_OF.topic != _EVERYTHING, _OF.topic_kind == TopicKind.PHRASE.value)
        )
        return set(rows.scalars())

    async def texts(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool
    ) -> Sums:
        rows = await self._connection.execute(
            select(*_totals()).where(
                _OF.topic == _EVERYTHING, *_within(segment, start, end, is_hour=is_hour)
            )
        )
        return _sums(list(rows.one()))

    async def talks(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool, most: int
    ) -> Sequence[Talk]:
        count = func.sum(_OF.sums[1])
        rows = await self._connection.execute(
            select(_OF.topic, func.min(_OF.topic_kind), *_totals())
            .where(_OF.topic != _EVERYTHING, *_within(segment, start, end, is_hour=is_hour))
            .group_by(_OF.topic)
            .having(count >= LEAST_TEXTS)
            .order_by(count.desc(), _OF.topic)
            .limit(most)
        )
        return [
            Talk(text=row[0], kind=TopicKind(row[1]), now=_sums(list(row[2:])), before=Sums())
            for row in rows
        ]

    async def sums(
        self, topics: Sequence[str], segment: Segment, start: datetime, end: datetime
    ) -> Mapping[str, Sums]:
        rows = await self._connection.execute(
            select(_OF.topic, *_totals())
            .where(_OF.topic.in_(topics), *_within(segment, start, end, is_hour=True))
            .group_by(_OF.topic)
        )
        return {row[0]: _sums(list(row[1:])) for row in rows}

    async def slices(
        self,
        topics: Sequence[str],
        segment: Segment,
        start: datetime,
        end: datetime,
        *,
        is_hour: bool,
    ) -> Mapping[str, Mapping[datetime, float]]:
        rows = await self._connection.execute(
            select(_OF.topic, _OF.starts_at, func.sum(_OF.sums[1]))
            .where(_OF.topic.in_(topics), *_within(segment, start, end, is_hour=is_hour))
            .group_by(_OF.topic, _OF.starts_at)
        )
        found: dict[str, dict[datetime, float]] = defaultdict(dict)
        for topic, starts_at, texts in rows:
            found[topic][starts_at] = texts
        return found


def _to_row(spoken: Spoken, sums: Sums) -> dict[str, Any]:
    segment = spoken.segment
    return {
        "is_hour": spoken.is_hour,
        "starts_at": spoken.slice_start,
        "topic": spoken.topic or _EVERYTHING,
        "language": segment.language,
        "text_kind": segment.kind,
        "category": segment.category,
        "region_code": segment.region_code,
        "topic_kind": spoken.kind.value if spoken.kind else "",
        "sums": [sums.texts, sums.positives, sums.negatives, *sums.scores],
    }


def _totals() -> list[ColumnElement[Any]]:
    return [func.coalesce(func.sum(_OF.sums[at]), 0.0) for at in range(1, _WIDTH + 1)]


def _sums(values: list[float]) -> Sums:
    return Sums(values[0], values[1], values[2], tuple(values[3:]))


def _within(
    segment: Segment, start: datetime, end: datetime, *, is_hour: bool
) -> list[ColumnElement[bool]]:
    where = [_OF.is_hour == is_hour, _OF.starts_at >= start, _OF.starts_at < end]
    for column, wanted in (
        (_OF.language, segment.language),
        (_OF.text_kind, segment.kind),
        (_OF.category, segment.category),
        (_OF.region_code, segment.region_code),
    ):
        if wanted:
            where.append(column == wanted)
    return where
