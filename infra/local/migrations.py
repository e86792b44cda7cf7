"""Checks and writes migrations, in a database of its own: `python -m infra.local.migrations`."""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Sequence

from infra.local import layout
from infra.local.folder import Folder
from infra.local.layout import ROOT
from infra.local.postgres import SERVICES, SUPERUSER, Postgres
from infra.local.programs import StackError

FOLDER = ROOT / ".local" / "migrations"


def main() -> int:
    """Run a verb; 1 if tables and migrations differ or it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.migrations", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check", help="fail if a service's tables and its migrations differ")
    revision = verbs.add_parser("revision", help="write the next revision from the tables")
    revision.add_argument("service", choices=SERVICES)
    revision.add_argument("--message", required=True)
    arguments = parser.parse_args()
    try:
        if arguments.verb == "check":
            return asyncio.run(check(_with_migrations()))
        return asyncio.run(write_revision(arguments.service, arguments.message))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


async def check(services: Sequence[str]) -> int:
    """Migrate an empty database, then compare it with the tables; how many services differ."""
    verbs = [("upgrade",), ("check",)]
    return sum([await _in_empty_database(service, verbs) != 0 for service in services])


async def write_revision(service: str, message: str) -> int:
    """Write the revision that leads from the newest one to the tables."""
    folder = ROOT / "services" / service / "migrations"
    verbs = [("upgrade",), ("revision", "--message", message)]
    if not list(folder.glob("versions/*.py")):
        verbs = verbs[1:]  # the first one
    return await _in_empty_database(service, verbs)


def _with_migrations() -> list[str]:
    services = ROOT / "services"
    return [name for name in SERVICES if (services / name / "migrations" / "env.py").is_file()]


async def _in_empty_database(service: str, verbs: Sequence[Sequence[str]]) -> int:
    """Run verbs of the migrations runner one after the other, up to the first that fails."""
    folder = Folder(FOLDER)
    await folder.claim()
    postgres = Postgres(folder)
    try:
        await postgres.start(fsync="off")
        folder.remember([postgres.program], detached=False)
        database = f"migrations_{service}"
        await postgres.psql(f"DROP DATABASE IF EXISTS {database}", database=SUPERUSER)
        await postgres.psql(f"CREATE DATABASE {database}", database=SUPERUSER)
        await postgres.make_roles(database)
        url = {f"{service.upper()}_DATABASE_URL": postgres.url(service, database=database)}
        for verb in verbs:
            command = [sys.executable, "-m", "services.chassis.db.migrate", service, *verb]
            done = await asyncio.to_thread(
                subprocess.run, command, cwd=ROOT, env=layout.environment(url), check=False
            )
            if done.returncode:
                return done.returncode
        return 0
    finally:
        await postgres.stop()
        folder.release()


if __name__ == "__main__":
    sys.exit(main())
