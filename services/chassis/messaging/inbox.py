"""Makes an event's effect happen once, however often the event arrives."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Table, Text, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection


class Inbox:
    """Which events a reader has taken in; the rows commit together with the effect."""

    def __init__(self, table: Table, reader: str) -> None:
        self._reader = reader
        # Sorted by id, so that two replicas with overlapping batches wait for each other
        # instead of deadlocking.
        ids = func.unnest(bindparam("ids", type_=ARRAY(Uuid))).table_valued("id").render_derived()
        self._take = (
            insert(table)
            .from_select(
                ["reader", "event_id"],
                select(bindparam("reader", type_=Text), ids.c.id).order_by(ids.c.id),
            )
            .on_conflict_do_nothing()
            .returning(table.c.event_id)
        )
        self._known = select(table.c.event_id).where(
            table.c.reader == bindparam("reader", type_=Text),
            table.c.event_id == func.any(bindparam("ids", type_=ARRAY(Uuid))),
        )

    async def take(self, connection: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
        """Note the events in this transaction; return those that no earlier one had noted."""
        found = await connection.scalars(self._take, {"reader": self._reader, "ids": ids})
        return set(found)

    async def known(self, connection: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
        """Return those that have been taken in already; a hint only, `take` decides."""
        found = await connection.scalars(self._known, {"reader": self._reader, "ids": ids})
        return set(found)
