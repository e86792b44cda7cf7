"""Keeps the outbox and the inbox small, a little at a time."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import ColumnElement, Interval, bindparam, delete, exc, func, literal_column, select
from sqlalchemy.sql.dml import Delete

from services.chassis.db.tables import PlatformTables
from services.chassis.db.transaction import Database, DatabaseUnavailable
from services.chassis.messaging.streams import KEEP_EVENTS
from services.chassis.observability.logs import get_logger

log = get_logger(__name__)

KEEP_TOLD = timedelta(days=7)
# An event told again on its last day in the outbox lives in the stream as long once more. The inbox
# must still know it then.
KEEP_SEEN = KEEP_TOLD + KEEP_EVENTS + timedelta(days=1)

EVERY = timedelta(minutes=10)
AT_ONCE = 2_000  # rows in one statement, so that nobody waits for it
_BREATH = 0.05  # seconds between two statements


class Purge:
    """The housekeeping of a service's platform tables; safe in several replicas at once."""

    def __init__(
        self,
        database: Database,
        tables: PlatformTables,
        *,
        keep_told: timedelta = KEEP_TOLD,
        keep_seen: timedelta = KEEP_SEEN,
    ) -> None:
        self._database = database
        self._keep_told, self._keep_seen = keep_told, keep_seen
        told, seen = tables.outbox, tables.inbox
        span = bindparam("keep", type_=Interval)
        old_told = (
            select(told.c.position)
            .where(told.c.published_at < func.now() - span)
            .order_by(told.c.published_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        self._told = delete(told).where(told.c.position.in_(old_told))
        row: ColumnElement[object] = literal_column("ctid")
        old_seen = (
            select(row)
            .select_from(seen)
            .where(seen.c.received_at < func.now() - span)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        self._seen = delete(seen).where(row == func.any(func.array(old_seen.scalar_subquery())))

    async def run(self, stopping: asyncio.Event) -> None:
        """Purge now and then until told to stop; a database that is away is tried again later."""
        while not stopping.is_set():
            try:
                await self.purge(stopping)
            except (DatabaseUnavailable, exc.DBAPIError, exc.TimeoutError) as error:
                log.warning("purging has to wait", error=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY.total_seconds()):
                    await stopping.wait()

    async def purge(self, stopping: asyncio.Event | None = None) -> int:
        """Remove all that is old; return how many rows."""
        removed = 0
        for statement, keep in ((self._told, self._keep_told), (self._seen, self._keep_seen)):
            while (some := await self._some(statement, keep)) and not (
                stopping is not None and stopping.is_set()
            ):
                removed += some
                await asyncio.sleep(_BREATH)
        return removed

    async def _some(self, statement: Delete, keep: timedelta) -> int:
        async with self._database.ambient() as connection:
            return (await connection.execute(statement, {"keep": keep})).rowcount
