"""The newest revision of a service, found without Alembic."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

import services
from infra.local.postgres import SERVICES
from services.chassis.db.revisions import NoHistory, folder_of, newest_of


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The revisions of a service called `branched`, of which there are none yet."""
    folder = tmp_path / "branched" / "migrations" / "versions"
    folder.mkdir(parents=True)
    (folder.parents[1] / "__init__.py").touch()
    (folder.parent / "env.py").touch()
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])
    return folder


def write(versions: Path, revision: str, former: str | tuple[str, ...] | None) -> None:
    (versions / f"{revision}.py").write_text(
        f'"""A revision.\n\nRevision: {revision}.\n"""\n\n'
        f"revision = {revision!r}\ndown_revision = {former!r}\n"
    )


@pytest.mark.parametrize("service", SERVICES)
def test_the_newest_revision_is_the_one_that_alembic_finds(service: str) -> None:
    found = newest_of(service)

    assert len(found) == 1
    assert found == set(ScriptDirectory(str(folder_of(service))).get_heads())


def test_branches_are_both_newest_until_they_meet(versions: Path) -> None:
    assert newest_of("branched") == set()

    write(versions, "first", None)
    write(versions, "left", "first")
    write(versions, "right", "first")
    apart = newest_of("branched")
    write(versions, "both", ("left", "right"))

    assert apart == {"left", "right"}
    assert newest_of("branched") == {"both"}


@pytest.mark.parametrize("name", ["nobody", "chassis", "not a name"])
def test_what_has_no_migrations_is_said_to_have_none(name: str) -> None:
    with pytest.raises(NoHistory, match=name):
        folder_of(name)
