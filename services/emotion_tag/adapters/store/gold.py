"""Gold sets, kept in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.governance_tables import gold_rows, gold_sets
from services.emotion_tag.domain.correction import Adjudication
from services.emotion_tag.domain.errors import GoldSetExists, GoldSetNotFound
from services.emotion_tag.domain.gold import UNDECIDED, GoldRow, GoldSet
from services.emotion_tag.domain.labels import LabelSpace, label_of
from services.emotion_tag.domain.tag import TextKind


class PostgresGold:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def create(self, gold: GoldSet) -> None:
        made = await self._connection.execute(
            insert(gold_sets)
            .values(
                gold_set_id=gold.gold_set_id,
                name=gold.name,
                kind=str(gold.kind),
                space=str(gold.space),
                source=gold.source,
                licence=gold.licence,
                creator_id=gold.creator_id,
                created_at=gold.created_at,
            )
            .on_conflict_do_nothing()
            .returning(gold_sets.c.gold_set_id)
        )
        if made.first() is None:
            raise GoldSetExists("A gold set of this name exists.")

    async def find(self, gold_set_id: UUID, *, lock: bool = False) -> GoldSet:
        if lock:
            await self._connection.execute(
                select(gold_sets.c.gold_set_id)
                .where(gold_sets.c.gold_set_id == gold_set_id)
                .with_for_update()
            )
        found = await self._connection.execute(
            _sets().where(gold_sets.c.gold_set_id == gold_set_id)
        )
        row = found.one_or_none()
        if row is None:
            raise GoldSetNotFound("There is no such gold set.", gold_set_id=str(gold_set_id))
        return _to_set(row)

    async def sets(self, before: UUID | None, limit: int) -> Sequence[GoldSet]:
        query = _sets().order_by(gold_sets.c.gold_set_id.desc()).limit(limit)
        if before is not None:
            query = query.where(gold_sets.c.gold_set_id < before)
        return [_to_set(row) for row in await self._connection.execute(query)]

    async def add(self, gold_set_id: UUID, rows: Sequence[GoldRow]) -> int:
        if not rows:
            return 0
        added = await self._connection.execute(
            insert(gold_rows).on_conflict_do_nothing().returning(gold_rows.c.row_id),
            [_to_row(gold_set_id, row) for row in rows],
        )
        return len(added.all())

    async def rows(self, gold_set_id: UUID, before: UUID | None, limit: int) -> Sequence[GoldRow]:
        query = (
            select(gold_rows)
            .where(gold_rows.c.gold_set_id == gold_set_id)
            .order_by(gold_rows.c.row_id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(gold_rows.c.row_id < before)
        return [_from_row(row) for row in await self._connection.execute(query)]

    async def rows_after(
        self, gold_set_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[GoldRow]:
        query = (
            select(gold_rows)
            .where(gold_rows.c.gold_set_id == gold_set_id)
            .order_by(gold_rows.c.row_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(gold_rows.c.row_id > after)
        return [_from_row(row) for row in await self._connection.execute(query)]

    async def relabel(self, content_id: UUID, decided: Adjudication | None) -> None:
        labels = {
            str(space): label_of(decided.emotion, decided.polarity, space) if decided else UNDECIDED
            for space in LabelSpace
        }
        await self._connection.execute(
            update(gold_rows)
            .where(
                gold_rows.c.content_id == content_id,
                gold_sets.c.gold_set_id == gold_rows.c.gold_set_id,
            )
            .values(label=case(labels, value=gold_sets.c.space))
        )

    async def delete_rows(self, gold_set_id: UUID, row_ids: Collection[UUID]) -> int:
        gone = await self._connection.execute(
            delete(gold_rows).where(
                gold_rows.c.gold_set_id == gold_set_id, gold_rows.c.row_id.in_(list(row_ids))
            )
        )
        return gone.rowcount

    async def delete(self, gold_set_id: UUID) -> None:
        await self._connection.execute(
            delete(gold_sets).where(gold_sets.c.gold_set_id == gold_set_id)
        )


def _sets() -> Select[Any]:
    count = (
        select(func.count())
        .where(gold_rows.c.gold_set_id == gold_sets.c.gold_set_id)
        .scalar_subquery()
    )
    return select(gold_sets, count.label("row_count"))


def _to_set(row: Any) -> GoldSet:
    return GoldSet(
        gold_set_id=row.gold_set_id,
        name=row.name,
        kind=TextKind(row.kind),
        space=LabelSpace(row.space),
        source=row.source,
        licence=row.licence,
        row_count=row.row_count,
        creator_id=row.creator_id,
        created_at=row.created_at,
    )


def _to_row(gold_set_id: UUID, row: GoldRow) -> dict[str, Any]:
    return {
        "row_id": row.row_id,
        "gold_set_id": gold_set_id,
        "label": row.label,
        "text": row.text,
        "content_id": row.content_id,
        "slices": list(row.slices),
        "digest": row.digest(),
    }


def _from_row(row: Any) -> GoldRow:
    return GoldRow(
        row_id=row.row_id,
        label=row.label,
        text=row.text,
        content_id=row.content_id,
        slices=tuple(row.slices),
    )
