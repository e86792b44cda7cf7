"""Whether a process can answer: what it waits for at first, and then looks at again and again."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from asyncpg import PostgresError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from services.chassis.db.revisions import at_newest
from services.chassis.db.transaction import Database
from services.chassis.kernel.errors import Unavailable
from services.chassis.messaging.broker import Broker
from services.chassis.observability import logs
from services.chassis.observability.readiness import Readiness
from services.chassis.rpc.server import Server

log = logs.get_logger(__name__)

DATABASE, MIGRATIONS, BROKER, WARM_UP, CALLS = (
    "database",
    "migrations",
    "broker",
    "warm-up",
    "calls",
)

_LOOK_TIMEOUT = timedelta(seconds=2)  # for one look at the database
_LOOK_AGAIN = timedelta(milliseconds=250)  # between two looks while starting


class Health:
    """What is there and what is missing, and telling it to those who ask."""

    def __init__(self, every: timedelta) -> None:
        """`every` is the time between two looks while the process runs."""
        self.readiness = Readiness((DATABASE, MIGRATIONS, BROKER, WARM_UP, CALLS))
        self._every = every
        self._told_ready = True

    async def until_database(self, database: Database, service: str) -> None:
        """Wait until the database answers and has the newest revision of the schema."""
        while (trouble := await _look_at(database)) is not None:
            self.readiness.lacks(DATABASE, trouble)
            await asyncio.sleep(_LOOK_AGAIN.total_seconds())
        self.readiness.has(DATABASE)
        while not await at_newest(database.engine, service):
            self.readiness.lacks(MIGRATIONS, "not at the newest revision")
            await asyncio.sleep(_LOOK_AGAIN.total_seconds())
        self.readiness.has(MIGRATIONS)

    async def watch(
        self, database: Database, broker: Broker, server: Server, stopping: asyncio.Event
    ) -> None:
        """Look again and again whether we can still answer, and tell those who ask."""
        while not stopping.is_set():
            trouble = await _look_at(database)
            if trouble is None:
                self.readiness.has(DATABASE)
            else:
                self.readiness.lacks(DATABASE, trouble)
            if broker.is_connected:
                self.readiness.has(BROKER)
            else:
                self.readiness.lacks(BROKER, "not connected")
            await self._tell(server)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every.total_seconds()):
                    await stopping.wait()

    async def _tell(self, server: Server) -> None:
        is_ready = self.readiness.is_ready
        if is_ready != self._told_ready:
            self._told_ready = is_ready
            await server.set_serving(is_serving=is_ready)
            if is_ready:
                log.info("ready again")
            else:
                log.warning("not ready", **self.readiness.missing)


async def _look_at(database: Database) -> str | None:
    """Ask the database for a sign of life; return what is wrong, None if nothing is."""
    pool = database.engine.pool
    if isinstance(pool, QueuePool) and pool.checkedout() >= pool.size():
        return None  # every connection is at work; waiting for one would prove nothing
    try:
        async with (
            asyncio.timeout(_LOOK_TIMEOUT.total_seconds()),
            database.reads(lambda connection: connection)() as connection,
        ):
            await connection.execute(text("SELECT 1"))
    except TimeoutError:
        return "no answer in time"
    except Unavailable as error:
        return str(error)
    except (SQLAlchemyError, PostgresError, OSError) as error:
        return type(error).__name__ if isinstance(error, SQLAlchemyError) else str(error)
    return None
