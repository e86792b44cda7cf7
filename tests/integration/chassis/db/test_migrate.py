"""A service's history: made, checked, run by several at once."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.util.exc import CommandError

import services
from services.chassis.db import migrate
from services.chassis.db.engine import make_engine
from services.chassis.db.revisions import at_newest
from tests.support.stack import ROOT

TABLES = """
from sqlalchemy import BigInteger, Column, Table, Text, text
from services.chassis.db.tables import PlatformTables, service_metadata

metadata = service_metadata("migrated")
platform = PlatformTables(metadata)
things = Table(
    "things",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("name", Text, nullable=False, server_default=text("''"), index=True),
)
"""
ENVIRONMENT = """
from services.chassis.db.migrate import run
from services.migrated.tables import metadata

run(metadata)
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A service called `migrated` that has tables and no history yet."""
    folder = tmp_path / "services" / "migrated"
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "tables.py").write_text(TABLES)
    (folder / "migrations" / "env.py").write_text(ENVIRONMENT)
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path / "services")])
    yield folder
    for name in [name for name in sys.modules if name.startswith("services.migrated")]:
        del sys.modules[name]


@pytest.fixture
def url(service: Path, database_url_of: Callable[[str], str]) -> str:
    return database_url_of("migrated")


async def is_newest(url: str) -> bool:
    engine = make_engine(url)
    try:
        return await at_newest(engine, "migrated")
    finally:
        await engine.dispose()


def test_a_history_is_written_run_and_checked(service: Path, url: str) -> None:
    assert not asyncio.run(is_newest(url))
    migrate.revision("migrated", url, "first tables")
    assert not asyncio.run(is_newest(url))
    migrate.upgrade("migrated", url)
    assert asyncio.run(is_newest(url))
    migrate.check("migrated", url)
    assert [path.name for path in (service / "migrations").iterdir() if path.is_file()] == [
        "env.py"
    ]

    changed = (service / "tables.py").read_text().replace('"name", Text', '"title", Text')
    (service / "tables.py").write_text(changed)
    del sys.modules["services.migrated.tables"]
    with pytest.raises(CommandError, match="title"):
        migrate.check("migrated", url)

    migrate.revision("migrated", url, "rename")
    assert not asyncio.run(is_newest(url))
    migrate.upgrade("migrated", url)
    migrate.check("migrated", url)
    migrate.upgrade("migrated", url)


def test_replicas_may_migrate_at_once(service: Path, url: str, tmp_path: Path) -> None:
    migrate.revision("migrated", url, "first tables")
    (version,) = (service / "migrations" / "versions").glob("*.py")
    slow = version.read_text().replace(
        "def upgrade() -> None:\n",
        'def upgrade() -> None:\n    op.execute("SELECT pg_sleep(0.5)")\n',
    )
    version.write_text(slow)
    program = (
        "import sys, services;"
        f"services.__path__.append({str(tmp_path / 'services')!r});"
        "from services.chassis.db.migrate import main; sys.exit(main(['migrated', 'upgrade']))"
    )

    replicas = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"MIGRATED_DATABASE_URL": url},
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    ends = [replica.communicate(timeout=40)[1] for replica in replicas]

    assert [replica.returncode for replica in replicas] == [0, 0, 0], ends
    assert asyncio.run(is_newest(url))


def test_the_command_says_what_is_wrong(
    service: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MIGRATED_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit) as wrong_use:
        migrate.main(["migrated", "check"])
    assert wrong_use.value.code == 2
    assert "MIGRATED_DATABASE_URL is not set" in capsys.readouterr().err

    monkeypatch.setenv("NOBODY_DATABASE_URL", url)
    assert migrate.main(["nobody", "upgrade"]) == 1
    assert "no service called 'nobody'" in capsys.readouterr().err

    monkeypatch.setenv("MIGRATED_DATABASE_URL", url)
    assert migrate.main(["migrated", "check"]) == 1
    assert "migrated: " in capsys.readouterr().err
