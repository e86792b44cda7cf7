"""A service's database as an older revision left it, and how it comes to the newest one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text

from services.chassis.db import migrate
from services.chassis.db.engine import make_engine
from services.chassis.db.revisions import VERSION_TABLE
from services.chassis.db.transaction import Database


@dataclass(frozen=True)
class Upgrading:
    service: str
    url: str
    database: Database

    async def take_back_to(self, revision: str) -> None:
        """Have what came after it still to do; tables and rows stay as they are."""
        async with self.database.transactions(lambda connection: connection)() as connection:
            await connection.execute(
                text(f'UPDATE "{self.service}"."{VERSION_TABLE}" SET version_num = :revision'),  # noqa: S608 - names from tests
                {"revision": revision},
            )

    async def upgrade(self) -> None:
        await asyncio.to_thread(migrate.upgrade, self.service, self.url)


@asynccontextmanager
async def upgrading(service: str, url: str) -> AsyncIterator[Upgrading]:
    """Open a database for a test of a migration."""
    engine = make_engine(url)
    try:
        yield Upgrading(service, url, Database(engine))
    finally:
        await engine.dispose()
