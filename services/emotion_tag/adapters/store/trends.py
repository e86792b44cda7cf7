"""Topics, kept in PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.catalogue import PostgresCatalogue
from services.emotion_tag.adapters.store.rows import content_from_row
from services.emotion_tag.adapters.store.tables import tags
from services.emotion_tag.adapters.store.trend_rows import (
    EVERYTHING,
    TEXT_COLUMNS,
    sums_from_array,
    sums_to_row,
    text_from_row,
    text_to_row,
)
from services.emotion_tag.adapters.store.trend_tables import trend_forms, trend_sums, trend_texts
from services.emotion_tag.application.trends.count_topics import OLDEST
from services.emotion_tag.application.trends.ports import Counted, Segment, Spoken, Written
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.domain.trend import LEAST_TEXTS, Sums, Talk, TopicKind

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
_CLAIM = insert(trend_texts).on_conflict_do_nothing().returning(trend_texts.c.content_id)
_PLACE = (
    insert(trend_texts)
    .values(said_at=func.now())
    .on_conflict_do_nothing()
    .returning(trend_texts.c.content_id)
)
_HOLD = (
    select(trend_texts)
    .where(trend_texts.c.content_id.in_(bindparam("ids", expanding=True)), ~trend_texts.c.is_gone)
    .order_by(trend_texts.c.content_id)
    .with_for_update()
)
_SAME = and_(*(_OF[name] == bindparam(f"of_{name}") for name in _KEY))
_both = (
    func.unnest(_OF.sums, bindparam("of_sums", type_=_OF.sums.type))
    .table_valued("a", "b", with_ordinality="n")
    .render_derived(name="both_of")
)
_SUMMED = func.array(select(_both.c.a + _both.c.b).order_by(_both.c.n).scalar_subquery())
_CHANGE = update(trend_sums).where(_SAME).values(sums=_SUMMED)
_DROP = delete(trend_sums).where(_SAME, _OF.sums[1] <= 0)

_FORM_KEY = ("topic", "language", "day", "form")
_FORM = trend_forms.c
_added_forms = insert(trend_forms)
_ADD_FORMS = _added_forms.on_conflict_do_update(
    index_elements=_FORM_KEY, set_={"texts": _FORM.texts + _added_forms.excluded.texts}
)
_SAME_FORM = and_(*(_FORM[name] == bindparam(f"of_{name}") for name in _FORM_KEY))
_CHANGE_FORMS = (
    update(trend_forms).where(_SAME_FORM).values(texts=_FORM.texts + bindparam("of_texts"))
)
_DROP_FORMS = delete(trend_forms).where(_SAME_FORM, _FORM.texts <= 0)


class PostgresTrendTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self.trends = PostgresTrends(connection)
        self.catalogue = PostgresCatalogue(connection)


class PostgresTrends:
    """Whoever changes sums has locked the texts they are of, both in order."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tagged(self, content_ids: Iterable[UUID]) -> Sequence[TaggedContent]:
        rows = await self._connection.execute(
            select(tags).where(tags.c.content_id.in_(list(content_ids)), ~tags.c.is_forgotten)
        )
        return [content_from_row(row) for row in rows]

    async def claim(self, texts: Sequence[Counted]) -> set[UUID]:
        if not texts:
            return set()
        ordered = sorted(texts, key=lambda one: one.content_id)
        claimed = await self._connection.execute(_CLAIM, [text_to_row(one) for one in ordered])
        return set(claimed.scalars())

    async def counted(self, content_ids: Iterable[UUID]) -> Sequence[Counted]:
        ids = sorted(set(content_ids))
        ours = await self._hold_place(ids)
        rows = await self._connection.execute(_HOLD, {"ids": ids})
        found = [text_from_row(row) for row in rows]
        if ours:
            await self._connection.execute(
                delete(trend_texts).where(trend_texts.c.content_id.in_(ours))
            )
        return found

    async def recount(self, texts: Sequence[Counted]) -> None:
        for one in sorted(texts, key=lambda text: text.content_id):
            await self._connection.execute(
                update(trend_texts)
                .where(trend_texts.c.content_id == one.content_id)
                .values(text_to_row(one))
            )

    async def leave(self, content_ids: Iterable[UUID]) -> Sequence[Counted]:
        ids = sorted(set(content_ids))
        await self._hold_place(ids)
        rows = await self._connection.execute(_HOLD, {"ids": ids})
        found = [text_from_row(row) for row in rows]
        nothing = dict.fromkeys(TEXT_COLUMNS)
        await self._connection.execute(
            update(trend_texts)
            .where(trend_texts.c.content_id.in_(ids))
            .values(is_gone=True, said_at=func.now(), **nothing)
        )
        return found

    async def _hold_place(self, ids: Sequence[UUID]) -> Sequence[UUID]:
        """Wait for those who note these texts right now, and take the places of the others."""
        if not ids:
            return []
        places = [{"content_id": one, "is_gone": True} for one in ids]
        return list((await self._connection.execute(_PLACE, places)).scalars())

    async def add(self, sums: Mapping[Spoken, Sums], forms: Mapping[Written, int]) -> None:
        if sums:
            await self._connection.execute(_ADD, _sum_rows(sums))
        if forms:
            await self._connection.execute(_ADD_FORMS, _form_rows(forms))

    async def change(self, sums: Mapping[Spoken, Sums], forms: Mapping[Written, int]) -> None:
        if sums:
            rows = [{f"of_{name}": one for name, one in row.items()} for row in _sum_rows(sums)]
            await self._connection.execute(_CHANGE, rows)
            await self._connection.execute(_DROP, rows)
        if forms:
            rows = [{f"of_{name}": one for name, one in row.items()} for row in _form_rows(forms)]
            await self._connection.execute(_CHANGE_FORMS, rows)
            await self._connection.execute(_DROP_FORMS, rows)

    async def prune(self, now: datetime) -> int:
        gone = 0
        for statement in (
            delete(trend_sums).where(
                or_(
                    _OF.is_hour & (_OF.starts_at < now - OLDEST),
                    ~_OF.is_hour & (_OF.starts_at < now - _FINE_FOR),
                )
            ),
            delete(trend_texts).where(trend_texts.c.said_at < now - OLDEST),
            delete(trend_forms).where(trend_forms.c.day < (now - OLDEST).date()),
        ):
            gone += (await self._connection.execute(statement)).rowcount
        return gone


class PostgresTrendReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known(self) -> AbstractSet[str]:
        rows = await self._connection.execute(
            select(_OF.topic)
            .distinct()
            .where(_OF.topic != EVERYTHING, _OF.topic_kind == TopicKind.PHRASE.value)
        )
        return set(rows.scalars())

    async def texts(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool
    ) -> Sums:
        rows = await self._connection.execute(
            select(*_totals()).where(
                _OF.topic == EVERYTHING, *_within(segment, start, end, is_hour=is_hour)
            )
        )
        return sums_from_array(list(rows.one()))

    async def talks(
        self, segment: Segment, start: datetime, end: datetime, *, is_hour: bool, most: int
    ) -> Sequence[Talk]:
        count = func.sum(_OF.sums[1])
        rows = await self._connection.execute(
            select(_OF.topic, func.min(_OF.topic_kind), *_totals())
            .where(_OF.topic != EVERYTHING, *_within(segment, start, end, is_hour=is_hour))
            .group_by(_OF.topic)
            .having(count >= LEAST_TEXTS)
            .order_by(count.desc(), _OF.topic)
            .limit(most)
        )
        return [
            Talk(
                text=row[0],
                kind=TopicKind(row[1]),
                now=sums_from_array(list(row[2:])),
                before=Sums(),
            )
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
        return {row[0]: sums_from_array(list(row[1:])) for row in rows}

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

    async def forms(self, topics: Sequence[str], language: str, since: date) -> Mapping[str, str]:
        texts = func.sum(_FORM.texts)
        where = [_FORM.topic.in_(topics), _FORM.day >= since]
        if language:
            where.append(_FORM.language == language)
        rows = await self._connection.execute(
            select(_FORM.topic, _FORM.form)
            .where(*where)
            .group_by(_FORM.topic, _FORM.form)
            .order_by(_FORM.topic, texts, _FORM.form == _FORM.topic, _FORM.form.desc())
        )
        return {row.topic: row.form for row in rows}


def _sum_rows(sums: Mapping[Spoken, Sums]) -> list[dict[str, Any]]:
    """In the order in which everybody locks."""
    rows = (sums_to_row(spoken, one) for spoken, one in sums.items())
    return sorted(rows, key=lambda row: tuple(row[name] for name in _KEY))


def _form_rows(forms: Mapping[Written, int]) -> list[dict[str, Any]]:
    return [{**asdict(written), "texts": forms[written]} for written in sorted(forms)]


def _totals() -> list[ColumnElement[Any]]:
    return [func.coalesce(func.sum(_OF.sums[at]), 0.0) for at in range(1, _WIDTH + 1)]


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
