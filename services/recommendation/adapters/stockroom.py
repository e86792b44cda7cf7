"""Reads the catalogue, standings and models for the desk, and the history for a training."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.transaction import Database
from services.recommendation.adapters.catalogue import to_item, to_standing
from services.recommendation.adapters.tables import interactions, items, standings
from services.recommendation.adapters.trainings import newest_model
from services.recommendation.domain.behavior import Interaction, Kind
from services.recommendation.domain.item import Item, Standing
from services.recommendation.domain.taste import TasteModel

OVERLAP = timedelta(seconds=10)
"""A row is stamped when its transaction begins; this is how long one may take to commit."""


class PostgresStockroom:
    def __init__(self, database: Database) -> None:
        self._reads = database.reads(lambda connection: connection)

    async def now(self) -> datetime:
        async with self._reads() as connection:
            return (await connection.execute(select(func.now()))).scalar_one()

    async def items(self, since: datetime | None) -> Sequence[Item]:
        query = _since(select(items).order_by(items.c.item_id), items.c.changed_at, since)
        async with self._reads() as connection:
            return [to_item(row) for row in (await connection.execute(query)).mappings()]

    async def standings(self, since: datetime | None) -> Mapping[str, Standing]:
        query = _since(select(standings), standings.c.changed_at, since)
        async with self._reads() as connection:
            rows = (await connection.execute(query)).mappings()
            return {row["item_id"]: to_standing(row) for row in rows}

    async def model(self, unless: str) -> TasteModel | None:
        async with self._reads() as connection:
            return await newest_model(connection, unless)


async def history(connection: AsyncConnection) -> tuple[list[Item], list[Interaction]]:
    """Return the catalogue and all that people did with what is in it."""
    catalogue = [
        to_item(row)
        for row in (await connection.execute(select(items).order_by(items.c.item_id))).mappings()
    ]
    did = await connection.stream(
        select(interactions)
        .join(items, items.c.item_id == interactions.c.item_id)
        .where(interactions.c.weight != 0)
    )
    known = [
        Interaction(
            event_id=row.event_id,
            user_id=row.user_id,
            item_id=row.item_id,
            kind=Kind(row.kind),
            weight=row.weight,
            occurred_at=row.occurred_at,
        )
        async for row in did
    ]
    return catalogue, known


def _since(query: Select[Any], stamp: ColumnElement[datetime], since: datetime | None) -> Any:
    return query if since is None else query.where(stamp > since - OVERLAP)
