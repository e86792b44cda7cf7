"""Real servers for tests: PostgreSQL and NATS in a folder of their own, databases made in no time.

A database is copied from a template that the service's migrations have made; the template is kept
and made anew only when the migrations change.
"""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.folder import Folder
from infra.local.nats import OPERATOR, Nats
from infra.local.postgres import SERVICES, SUPERUSER, Postgres
from infra.local.programs import StackError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".local" / "test"
MAX_AT_ONCE = 8  # test runs side by side in one checkout, each with servers of its own

# Tests end processes, never the machine: what the kernel holds is safe enough, and much faster.
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off"}


@contextmanager
def own_folder() -> Iterator[Folder]:
    """A folder nobody else uses; the same one every time unless tests run side by side."""
    for number in range(1, MAX_AT_ONCE + 1):
        folder = Folder(FOLDER if number == 1 else FOLDER.with_name(f"{FOLDER.name}-{number}"))
        try:
            _run(folder.claim())
        except StackError:
            continue
        try:
            yield folder
        finally:
            _run(folder.end_programs())
            folder.release()
        return
    raise StackError(f"{MAX_AT_ONCE} test runs use this checkout already.")


class TestPostgres:
    """The server, and clean databases in it."""

    __test__ = False

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._server = Postgres(folder)
        self._templates: dict[str, str] = {}

    def start(self) -> None:
        """Start the server; what an earlier run left behind is dropped, templates are kept."""
        _run(self._server.start(**UNSAFE_BUT_FAST))
        self._remember()
        for name in self._databases("test_%"):
            self.drop_database(name)

    def stop(self) -> None:
        """End the server."""
        _run(self._server.stop())

    async def kill(self) -> None:
        """End the server as a crash would, under its users."""
        await self._server.kill()

    async def start_again(self) -> None:
        """Start it after `kill`, at the same address; returns when it answers."""
        await self._server.start(**UNSAFE_BUT_FAST)
        self._remember()

    def make_database(self, service: str) -> str:
        """Make a clean database for one service and return its name.

        A service without migrations, or a name that is no service's, gets an empty schema.
        """
        template = self._templates.get(service) or self._make_template(service)
        self._templates[service] = template
        name = f"test_{service}_{uuid4().hex[:12]}"
        self._superuser(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop_database(self, name: str) -> None:
        """Drop it, whoever is still connected."""
        self._superuser(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, role: str, database: str) -> str:
        """The URL of a database for a role: a service's name, or `postgres` for the superuser."""
        return self._server.url(role, database=database)

    def _make_template(self, service: str) -> str:
        migrations = ROOT / "services" / service / "migrations"
        has_migrations = (migrations / "env.py").is_file()
        name = f"template_{service}_{_digest(migrations) if has_migrations else 'empty'}"
        if name in self._databases("template_%"):
            return name
        unfinished = f"{name}_new"
        self.drop_database(unfinished)
        self._superuser(f'CREATE DATABASE "{unfinished}" STRATEGY file_copy')
        _run(self._server.make_roles(unfinished))
        if service not in SERVICES:
            self._make_role(service, unfinished)
        if has_migrations:
            self._migrate(service, unfinished)
        self._superuser(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
        return name

    def _make_role(self, name: str, database: str) -> None:
        """What infra/postgres/roles.sql makes for a service, for a name only a test knows."""
        password = self._folder.passwords.of(f"postgres/{name}")
        self._server.psql_now(
            f"""
            SELECT 'CREATE ROLE "{name}" LOGIN'
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')
            \\gexec
            ALTER ROLE "{name}" PASSWORD '{password}';
            CREATE SCHEMA "{name}" AUTHORIZATION "{name}";
            GRANT CONNECT, TEMPORARY ON DATABASE "{database}" TO "{name}";
            """,  # noqa: S608 - the name is a test's own
            database,
            {},
        )

    def _migrate(self, service: str, database: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "services.chassis.db.migrate", service, "upgrade"],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'protos' / 'gen'}",
                f"{service.upper()}_DATABASE_URL": self.url(service, database),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"The migrations of {service} failed:\n{done.stdout}{done.stderr}")

    def _remember(self) -> None:
        others = [program for program in self._folder.programs() if program.name != "postgres"]
        self._folder.remember([self._server.program, *others], detached=False)

    def _databases(self, pattern: str) -> list[str]:
        return self._superuser(
            f"SELECT datname FROM pg_database WHERE datname LIKE '{pattern}'"  # noqa: S608 - ours
        ).splitlines()

    def _superuser(self, script: str) -> str:
        return self._server.psql_now(script, SUPERUSER, {})


class TestNats:
    """The broker; tests that kill it bring it back."""

    __test__ = False

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._server = Nats(folder)

    def start(self) -> None:
        """Start the server, empty."""
        shutil.rmtree(self._folder.path / "nats", ignore_errors=True)
        _run(self.start_again())

    def stop(self) -> None:
        """End the server."""
        _run(self._server.stop())

    def clean(self) -> None:
        """Drop every stream, consumer and connection."""
        self.stop()
        self.start()

    async def kill(self) -> None:
        """End the server as a crash would, under its users."""
        await self._server.kill()

    async def start_again(self) -> None:
        """Start it after `kill`, at the same address, over what it had stored."""
        await self._server.start()
        others = [program for program in self._folder.programs() if program.name != "nats"]
        self._folder.remember([*others, self._server.program], detached=False)

    def url(self, user: str = OPERATOR) -> str:
        """The URL for a user: a service's name, or `operator`, who may do everything."""
        return self._server.url(user)


def _digest(folder: Path) -> str:
    """A short name for what a folder's files say."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a thread of its own, so that a test's event loop is left alone."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()
