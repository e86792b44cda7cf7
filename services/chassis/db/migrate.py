"""Brings a service's schema to the shape its tables declare, one history per service.

    python -m services.chassis.db.migrate profile upgrade              # to the newest revision
    python -m services.chassis.db.migrate profile check                # fails on drift
    python -m services.chassis.db.migrate profile revision -m "add etag"

The URL comes from `<SERVICE>_DATABASE_URL`. Revisions lie in `versions/` of the service's
`migrations/`; the `env.py` there imports the service's metadata and calls `run(metadata)`.
The history is kept in the schema itself (`<schema>.alembic_version`), so that every role sees its
own and nobody else's. Several replicas may migrate at once: all but one wait, then find nothing to
do. `revision` compares the declared tables with a database that is at the newest revision.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, MetaData, text

from services.chassis.db.engine import make_engine
from services.chassis.db.revisions import VERSION_TABLE, NoHistory, folder_of

# A migration that waits for a lock blocks every query behind it: give up early instead.
# Source: pypi/warehouse, warehouse/migrations/env.py.
LOCK_TIMEOUT = timedelta(seconds=4)
STATEMENT_TIMEOUT = timedelta(minutes=5)
# Another replica may be migrating: wait for it this long.
TURN_TIMEOUT = timedelta(minutes=5)


def run(metadata: MetaData) -> None:
    """Migrate; the whole body of a service's `migrations/env.py`."""
    asyncio.run(_run(context.config.attributes["url"], metadata))


def upgrade(service: str, url: str) -> None:
    """Bring the schema to the newest revision. Not from a running event loop: it makes its own."""
    command.upgrade(_config(service, url), "head")


def check(service: str, url: str) -> None:
    """Compare tables and migrations.

    Raises:
        alembic.util.exc.CommandError: they differ, or the schema is not at the newest revision.
    """
    command.check(_config(service, url))


def revision(service: str, url: str, message: str) -> None:
    """Write the next revision from what tables and schema differ in; a person reads it over."""
    with _template(folder_of(service)):
        command.revision(_config(service, url), message=message, autogenerate=True)


def _config(service: str, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder_of(service)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config


@contextmanager
def _template(folder: Path) -> Iterator[None]:
    """Lend the folder the template of a revision, which is the same for every service."""
    copy = folder / "script.py.mako"
    copy.write_text(_TEMPLATE)
    try:
        yield
    finally:
        copy.unlink()


async def _run(url: str, metadata: MetaData) -> None:
    engine = make_engine(
        url,
        application="migrate",
        pool_size=1,
        lock_timeout=TURN_TIMEOUT,
        statement_timeout=TURN_TIMEOUT,
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_migrate, metadata)
            await connection.commit()
    finally:
        await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    schema = metadata.schema
    assert schema, "a service's metadata names its schema"
    # Held until the connection closes, so that it spans the transactions of all revisions.
    connection.execute(
        text("SELECT pg_advisory_lock(hashtextextended(:key, 0))"), {"key": f"migrate:{schema}"}
    )
    _set_timeout(connection, "lock_timeout", LOCK_TIMEOUT)
    _set_timeout(connection, "statement_timeout", STATEMENT_TIMEOUT)
    # A role without the right to create schemas may still migrate one that was made for it.
    if not connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": f'"{schema}"'}):
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    connection.commit()

    def in_schema(name: str | None, kind: str, _parents: object) -> bool:
        return name == schema if kind == "schema" else True

    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        version_table_schema=schema,
        include_schemas=True,
        include_name=in_schema,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _set_timeout(connection: Connection, name: str, span: timedelta) -> None:
    connection.execute(
        text("SELECT set_config(:name, :value, false)"),
        {"name": name, "value": str(int(span.total_seconds() * 1000))},
    )


_TEMPLATE = '''"""${message}.

Revision: ${up_revision}, after: ${down_revision | comma,n}.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit status: 1 for drift or a failed migration, 2 for wrong use."""
    parser = argparse.ArgumentParser(
        prog="python -m services.chassis.db.migrate", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("service", help="as its folder under services/ is called")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("upgrade", help="bring the schema to the newest revision")
    verbs.add_parser("check", help="fail if tables and migrations have drifted apart")
    making = verbs.add_parser("revision", help="write the next revision from the declared tables")
    making.add_argument("-m", "--message", required=True, help="what it does, in a few words")
    chosen = parser.parse_args(arguments)

    variable = f"{chosen.service.upper()}_DATABASE_URL"
    url = os.environ.get(variable)
    if not url:
        parser.error(f"{variable} is not set")
    try:
        match chosen.verb:
            case "upgrade":
                upgrade(chosen.service, url)
            case "check":
                check(chosen.service, url)
            case "revision":
                revision(chosen.service, url, chosen.message)
    except (CommandError, NoHistory) as error:
        sys.stderr.write(f"{chosen.service}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
