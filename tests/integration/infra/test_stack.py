"""The stack of one folder: who may use it, what a killed starter leaves, what `make up` leaves."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.folder import Folder
from infra.local.programs import StackError
from infra.local.stack import local_stack
from tests.support.stack import ROOT

STARTER = """
import asyncio, sys
from pathlib import Path
from infra.local.stack import local_stack
async def main():
    async with local_stack(Path(sys.argv[1]), [], gateway=False):
        print("up", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


def infra_local(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local", command, "--folder", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_two_stacks_run_side_by_side(tmp_path: Path) -> None:
    async with (
        local_stack(tmp_path / "one", [], gateway=False) as one,
        local_stack(tmp_path / "two", [], gateway=False) as two,
    ):
        for stack in (one, two):
            await stack.postgres.psql(f"CREATE TABLE public.{stack.folder.path.name} (n int)")
        tables = await two.postgres.psql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )

        assert tables == "two"
        assert one.broker_url != two.broker_url
    assert not any(program.is_running for program in (*one.programs, *two.programs))


async def test_a_second_stack_on_a_folder_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    async with local_stack(tmp_path, [], gateway=False) as stack:
        with pytest.raises(StackError, match="Another process uses"):
            async with local_stack(tmp_path, [], gateway=False):
                pass

        assert await stack.postgres.psql("SELECT 1") == "1"


async def test_what_a_killed_starter_left_is_ended_and_its_data_used(tmp_path: Path) -> None:
    starter = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTER, str(tmp_path)), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    first_line = await starter.stdout.readline()
    starter.send_signal(signal.SIGKILL)
    await starter.wait()
    left = Folder(tmp_path).programs()

    async with local_stack(tmp_path, [], gateway=False) as stack:
        now = {program.process.pid for program in stack.programs}

        assert first_line == b"up\n"
        assert [program.name for program in left] == ["postgres", "nats"]
        assert not any(program.is_running for program in left)
        assert now.isdisjoint(program.process.pid for program in left)


async def test_addresses_and_data_survive_a_restart(tmp_path: Path) -> None:
    async with local_stack(tmp_path, [], gateway=False) as stack:
        first = stack.broker_url, stack.postgres.url("profile")
        await stack.postgres.psql("CREATE TABLE public.kept AS SELECT 7 AS n")

    async with local_stack(tmp_path, [], gateway=False) as stack:
        await stack.restart_database(crash=True)

        assert (stack.broker_url, stack.postgres.url("profile")) == first
        assert await stack.postgres.psql("SELECT n FROM public.kept") == "7"


async def test_a_detached_stack_runs_on_until_it_is_brought_down(tmp_path: Path) -> None:
    async with local_stack(tmp_path, [], gateway=False) as stack:
        stack.detach()
    with pytest.raises(StackError, match="make down"):
        async with local_stack(tmp_path, [], gateway=False):
            pass

    up = await asyncio.to_thread(infra_local, "status", tmp_path)
    down = await asyncio.to_thread(infra_local, "down", tmp_path)
    after = await asyncio.to_thread(infra_local, "status", tmp_path)

    assert (up.returncode, down.returncode, after.returncode) == (0, 0, 1)
    assert "postgres" in up.stdout
    assert down.stdout == "Stopped: postgres, nats\n"
    assert not any(program.is_running for program in stack.programs)


async def test_a_service_that_cannot_start_says_why_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    wrong = {"profile": {"PROFILE_SHUTDOWN_GRACE": "5"}}

    with pytest.raises(StackError, match="PROFILE_SHUTDOWN_GRACE is wrong"):
        async with local_stack(tmp_path, ["profile"], gateway=False, settings=wrong):
            pass

    assert not any(program.is_running for program in Folder(tmp_path).programs())


async def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    async with local_stack(tmp_path, [], gateway=False):
        mode = (tmp_path / "secrets.json").stat().st_mode

    assert mode & 0o077 == 0
    assert (tmp_path / "postgres").stat().st_mode & 0o077 == 0
