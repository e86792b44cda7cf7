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

    async def upgrade(self) -> None:
        await asyncio.to_thread(migrate.upgrade, self.service, self.url)


@asynccontextmanager
async def upgrading(service: str, url: str, before: str) -> AsyncIterator[Upgrading]:
    """Open a database for which all revisions after `before` are still to be done.

    Its tables are as of the newest one: a test writes rows as they were.
    """
    engine = make_engine(url)
    take_back = text(f'UPDATE "{service}"."{VERSION_TABLE}" SET version_num = :before')  # noqa: S608 - names from tests
    try:
        async with engine.begin() as connection:
            await connection.execute(take_back, {"before": before})
        yield Upgrading(service, url, Database(engine))
    finally:
        await engine.dispose()
