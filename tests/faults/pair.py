"""`ping` and `pong` as processes: started, killed, and judged by what they leave behind."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Table

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from tests.support.ping_pong import (
    PING_TABLES,
    PONG_TABLES,
    effects,
    has,
    make_tables,
    numbers_in,
    returned,
    told,
)
from tests.support.stack import ROOT, TestNats, TestPostgres


class Pair:
    """The two services and the servers under them."""

    def __init__(
        self,
        database_urls: Mapping[str, str],
        broker_url: str,
        nats: TestNats,
        postgres: TestPostgres,
        folder: Path,
    ) -> None:
        self._urls, self._broker_url = database_urls, broker_url
        self.nats, self.postgres = nats, postgres
        self._folder = folder
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._engines = {name: make_engine(url, pool_size=2) for name, url in database_urls.items()}

    async def __aenter__(self) -> Self:
        await make_tables(self._engines["ping"], PING_TABLES)
        await make_tables(self._engines["pong"], PONG_TABLES)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for name in list(self._processes):
            await self.kill(name)
        for engine in self._engines.values():
            await engine.dispose()
        if kind is not None:
            for log in sorted(self._folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text()[-4000:]}")  # noqa: T201

    async def start(
        self, name: str, *, count: int = 0, per_second: float = 100, dies: bool = False
    ) -> None:
        """Start one of the two; `ping` tells the numbers up to `count`."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.support.ping_pong",
                name,
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}",
                    "DATABASE_URL": self._urls[name],
                    "NATS_URL": self._broker_url,
                    "COUNT": str(count),
                    "PER_SECOND": str(per_second),
                    "DIES": "1" if dies else "",
                },
                stdout=log,
                stderr=log,
            )

    async def kill(self, name: str) -> None:
        """End one at once."""
        process = self._processes.pop(name)
        if process.returncode is None:
            process.kill()
        await process.wait()

    async def died(self, name: str) -> None:
        """Wait until one has killed itself, as it was told to."""
        status = await self._processes[name].wait()
        del self._processes[name]
        assert status == -signal.SIGKILL

    async def wipe_broker(self) -> None:
        """Kill the broker and start it without anything it had stored."""
        await self.nats.kill()
        await asyncio.to_thread(self.nats.start)

    async def restart_broker(self) -> None:
        """Kill the broker and start it over what it had stored."""
        await self.nats.kill()
        await self.nats.start_again()

    async def restart_database(self) -> None:
        """Kill the database server and start it again."""
        await self.postgres.kill()
        await self.postgres.start_again()

    async def has(self, table: Table, count: int, *, within: float = 40) -> None:
        """Wait until a table has so many rows."""
        await has(Database(self._engines[str(table.schema)]), table, count, within=within)

    async def settled(self, count: int, *, within: float = 40) -> None:
        """Wait until every number has been told, heard and returned; each exactly once."""
        for table in (told, effects, returned):
            await self.has(table, count, within=within)
        await asyncio.sleep(0.5)  # for what would come a second time
        expected = list(range(1, count + 1))
        assert sorted(await numbers_in(self._engines["pong"], effects)) == expected
        assert sorted(await numbers_in(self._engines["ping"], returned)) == expected
