"""Which revision a service's schema is at.

Read without Alembic, which makes and runs revisions (see `migrate.py`): a process that serves only
waits for the newest one, and need not keep 9 MB for that.
"""

import re
from ast import literal_eval
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

VERSION_TABLE = "alembic_version"

_NAMED = re.compile(r"^(revision|down_revision) = (.+)$", re.MULTILINE)


class NoHistory(Exception):
    """There is no such service, or it has no migrations."""


async def at_newest(engine: AsyncEngine, service: str) -> bool:
    """Whether the schema is at the newest revision this code knows; false when it is bare."""
    newest = newest_of(service)
    async with engine.connect() as connection:
        table = f'"{service}"."{VERSION_TABLE}"'
        if not await connection.scalar(text("SELECT to_regclass(:table)"), {"table": table}):
            return False
        rows = await connection.scalars(text(f"SELECT version_num FROM {table}"))  # noqa: S608
        return set(rows) == newest


def newest_of(service: str) -> set[str]:
    """The revisions that no other one follows: one, unless none or two branches were written.

    Each file names its own and the former one on a line each, as `migrate.py` writes them.
    """
    revisions, followed = set[str](), set[str | None]()
    for path in (folder_of(service) / "versions").glob("*.py"):
        named = dict(_NAMED.findall(path.read_text(encoding="utf-8")))
        former = literal_eval(named["down_revision"])
        revisions.add(literal_eval(named["revision"]))
        followed.update(former if isinstance(former, tuple) else (former,))
    return revisions - followed


def folder_of(service: str) -> Path:
    """Where a service's migrations lie.

    Raises:
        NoHistory: it has none.
    """
    spec = find_spec(f"services.{service}") if service.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise NoHistory(f"There is no service called {service!r}.")
    folder = Path(next(iter(spec.submodule_search_locations))) / "migrations"
    if not (folder / "env.py").is_file():
        raise NoHistory(f"{service} has no migrations/env.py.")
    return folder
