"""A real process on real servers: how it starts, tells how it is, and stops."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.chassis.db.migrate import upgrade
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.channels import open_channel
from tests.support.echo import contract
from tests.support.services import make_findable
from tests.support.stack import TestNats, TestPostgres

pb = contract()
ROOT = Path(__file__).parents[3]


class Process:
    """The echo service as a process of its own."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self.child = child
        self.lines: list[dict[str, Any]] = []
        self.plain: list[str] = []
        self._arrived = asyncio.Event()

    async def read(self) -> None:
        assert self.child.stderr is not None
        async for raw in self.child.stderr:
            text = raw.decode().rstrip()
            if text.startswith("{"):
                self.lines.append(json.loads(text))
            else:
                self.plain.append(text)
            self._arrived.set()
        self._arrived.set()

    async def line(self, event: str) -> dict[str, Any]:
        """Wait for a log line."""
        async with asyncio.timeout(15):
            while True:
                for line in self.lines:
                    if line["event"] == event:
                        return line
                assert self.child.returncode is None, (event, self.lines, self.plain)
                self._arrived.clear()
                await self._arrived.wait()

    async def address(self) -> str:
        return str((await self.line("ready"))["grpc"])

    async def get(self, path: str) -> httpx.Response:
        address = (await self.line("starting"))["metrics"]
        async with httpx.AsyncClient() as client:
            return await client.get(f"http://{address}{path}")

    async def until(self, status: int, text: str = "") -> httpx.Response:
        """Wait until `/healthz` answers so, with that text in it."""
        for _ in range(300):
            answer = await self.get("/healthz")
            if answer.status_code == status and text in answer.text:
                return answer
            await asyncio.sleep(0.05)
        raise AssertionError(answer.text)

    async def ended(self) -> int:
        async with asyncio.timeout(20):
            return await self.child.wait()


Run = Callable[..., Any]


@pytest.fixture
def environment(database_url_of: Callable[[str], str], broker_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "protos" / "gen"))),
        "ECHO_DATABASE_URL": database_url_of("echo"),
        "ECHO_NATS_URL": broker_url,
        "ECHO_READINESS_EVERY": "100ms",
        "ECHO_START_TIMEOUT": "3s",
    }


@pytest.fixture
async def migrated(environment: dict[str, str]) -> dict[str, str]:
    make_findable()
    await asyncio.to_thread(upgrade, "echo", environment["ECHO_DATABASE_URL"])
    return environment


@asynccontextmanager
async def started(environment: dict[str, str], **more: str) -> AsyncIterator[Process]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.services.echo"),
        cwd=ROOT,
        env=environment | {f"ECHO_{name.upper()}": value for name, value in more.items()},
        stderr=asyncio.subprocess.PIPE,
    )
    process = Process(child)
    async with asyncio.TaskGroup() as parts:
        parts.create_task(process.read())
        try:
            yield process
        finally:
            if child.returncode is None:
                child.kill()
            await child.wait()


async def test_it_starts_answers_and_stops_when_told(
    migrated: dict[str, str], tmp_path: Path
) -> None:
    async with started(migrated, closed=str(tmp_path / "closed")) as process:
        address = await process.address()
        async with open_channel(address) as channel:
            answer = await pb.EchoServiceStub(channel).Echo(pb.EchoRequest(text="hello"))
            health: Any = health_pb2_grpc.HealthStub(channel)
            status = (await health.Check(health_pb2.HealthCheckRequest())).status
        healthz, livez, metrics = [
            await process.get(path) for path in ("/healthz", "/livez", "/metrics")
        ]
        process.child.send_signal(signal.SIGTERM)
        code = await process.ended()

    assert answer.text == "hello"
    assert status == health_pb2.HealthCheckResponse.SERVING
    assert (healthz.status_code, healthz.text) == (200, "ready")
    assert (livez.status_code, livez.text) == (200, "alive")
    assert metrics.headers["content-type"].startswith("text/plain; version=")
    assert 'grpc_server_handled_total{grpc_code="OK",grpc_method="Echo"' in metrics.text
    assert 'resonance_ready{part="database"} 1.0' in metrics.text
    assert code == 0
    assert (tmp_path / "closed").exists()
    assert process.plain == [], "everything on standard error is JSON"
    assert [line["event"] for line in process.lines][-2:] == ["stopping", "stopped"]


async def test_without_its_settings_it_says_which(environment: dict[str, str]) -> None:
    del environment["ECHO_DATABASE_URL"]
    async with started(environment, shutdown_grace="5", nats_url="hunter2") as process:
        code = await process.ended()

    assert code == 2
    assert [line.split()[:2] for line in process.plain] == [
        ["echo:", "ECHO_SHUTDOWN_GRACE"],
        ["echo:", "ECHO_DATABASE_URL"],
        ["echo:", "ECHO_NATS_URL"],
    ]
    assert "hunter2" not in str(process.plain)


async def test_without_a_database_it_gives_up_in_time_and_says_so(
    environment: dict[str, str],
) -> None:
    url = "postgresql+asyncpg://echo:hunter2@127.0.0.1:1/resonance"
    async with started(environment, database_url=url, start_timeout="1s") as process:
        code = await process.ended()

    [line] = [line for line in process.lines if line["event"] == "cannot start"]
    assert code == 2
    assert "database" in line["why"]
    assert "ECHO_DATABASE_URL" in line["why"]
    assert "hunter2" not in str(process.lines)


async def test_without_a_broker_it_gives_up_in_time_and_says_so(migrated: dict[str, str]) -> None:
    url = "nats://echo:hunter2@127.0.0.1:1"
    async with started(migrated, nats_url=url, start_timeout="1s") as process:
        code = await process.ended()

    [line] = [line for line in process.lines if line["event"] == "cannot start"]
    assert code == 2
    assert "ECHO_NATS_URL" in line["why"]
    assert "hunter2" not in str(process.lines)


async def test_without_its_migrations_it_says_what_to_run(environment: dict[str, str]) -> None:
    async with started(environment, start_timeout="1s") as process:
        code = await process.ended()

    [line] = [line for line in process.lines if line["event"] == "cannot start"]
    assert code == 2
    assert "python -m services.chassis.db.migrate echo upgrade" in line["why"]


async def test_a_taken_address_is_said(migrated: dict[str, str]) -> None:
    async with started(migrated) as first:
        address = await first.address()
        async with started(migrated, grpc_address=address) as second:
            code = await second.ended()

    [line] = [line for line in second.lines if line["event"] == "cannot start"]
    assert code == 2
    assert address in line["why"]


async def test_it_waits_for_its_migrations_and_tells_what_is_missing(
    environment: dict[str, str],
) -> None:
    async with started(environment, start_timeout="30s") as process:
        answer = await process.until(503, "migrations: not at the newest revision")
        make_findable()
        await asyncio.to_thread(upgrade, "echo", environment["ECHO_DATABASE_URL"])
        await process.until(200)

    assert answer.text.splitlines()[0] == "not ready"


async def test_it_is_not_ready_before_it_is_warm(migrated: dict[str, str]) -> None:
    async with started(migrated, warm_up="1s") as process:
        answer = await process.until(503, "not ready\nwarm-up: not yet\ncalls: not yet")
        await process.until(200)

    assert "database" not in answer.text


async def test_a_signal_while_it_starts_ends_it_too(migrated: dict[str, str]) -> None:
    async with started(migrated, warm_up="1m") as process:
        await process.until(503)
        process.child.send_signal(signal.SIGTERM)

        assert await process.ended() == 0


async def test_calls_in_flight_end_before_it_does(migrated: dict[str, str]) -> None:
    async with started(migrated) as process:
        address = await process.address()
        async with grpc.aio.insecure_channel(address) as channel:
            stub = pb.EchoServiceStub(channel)
            call = stub.Echo(pb.EchoRequest(text="sleep"))
            await asyncio.sleep(0.3)
            process.child.send_signal(signal.SIGINT)
            await process.line("stopping")

            assert (await call).text == "sleep"
        assert await process.ended() == 0


async def test_a_second_signal_stops_at_once(migrated: dict[str, str]) -> None:
    async with started(migrated) as process:
        address = await process.address()
        async with grpc.aio.insecure_channel(address) as channel:
            call = pb.EchoServiceStub(channel).Echo(pb.EchoRequest(text="sleep"))
            await asyncio.sleep(0.3)
            process.child.send_signal(signal.SIGTERM)
            await process.line("stopping")
            process.child.send_signal(signal.SIGTERM)
            async with asyncio.timeout(0.5):
                code = await process.child.wait()
            call.cancel()

    assert code == 1


@pytest.mark.parametrize(
    ("loop", "event"), [("fails", "a part failed"), ("ends", "a part ended by itself")]
)
async def test_one_part_that_fails_ends_the_process(
    migrated: dict[str, str], tmp_path: Path, loop: str, event: str
) -> None:
    async with started(migrated, loop=loop, closed=str(tmp_path / "closed")) as process:
        line = await process.line(event)
        code = await process.ended()

    assert code == 1
    assert "_loop" in line["part"]
    assert (tmp_path / "closed").exists(), "it stops in order all the same"


async def test_a_defect_is_logged_with_the_trace_of_the_call(migrated: dict[str, str]) -> None:
    async with started(migrated) as process:
        address = await process.address()
        async with grpc.aio.insecure_channel(address) as channel:
            with pytest.raises(grpc.aio.AioRpcError):
                await pb.EchoServiceStub(channel).Echo(
                    pb.EchoRequest(text="fail"),
                    metadata=(
                        ("traceparent", f"00-{'e' * 32}-{'f' * 16}-01"),
                        ("x-request-id", "r-7"),
                    ),
                )
        line = await process.line("unexpected failure")

    assert (line["trace_id"], line["request_id"]) == ("e" * 32, "r-7")
    assert (line["service"], line["level"]) == ("echo", "error")
    assert "a defect" in line["exception"]


async def test_it_is_not_ready_while_the_database_is_away_and_recovers(
    migrated: dict[str, str], postgres: TestPostgres
) -> None:
    async with started(migrated) as process:
        address = await process.address()
        await process.until(200)
        await postgres.kill()
        try:
            away = await process.until(503)
            async with open_channel(address) as channel:
                health: Any = health_pb2_grpc.HealthStub(channel)
                status = (await health.Check(health_pb2.HealthCheckRequest())).status
        finally:
            await postgres.start_again()
        await process.until(200)
        async with open_channel(address) as channel:
            request = pb.KeepRequest(text="a", request_id=str(new_id()))
            await pb.EchoServiceStub(channel).Keep(request)

    assert "database:" in away.text
    assert status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert process.child.returncode == -signal.SIGKILL, "it lived through it"


async def test_it_is_not_ready_while_the_broker_is_away_and_recovers(
    migrated: dict[str, str], nats: TestNats
) -> None:
    async with started(migrated) as process:
        await process.address()
        await process.until(200)
        await nats.kill()
        try:
            away = await process.until(503)
        finally:
            await nats.start_again()
        await process.until(200)

    assert "broker:" in away.text


async def test_a_killed_process_has_kept_what_it_answered(migrated: dict[str, str]) -> None:
    request = pb.KeepRequest(text="a", request_id=str(new_id()))
    async with started(migrated) as process, open_channel(await process.address()) as channel:
        first = await pb.EchoServiceStub(channel).Keep(request)
        process.child.kill()
        await process.ended()
    async with started(migrated) as process, open_channel(await process.address()) as channel:
        second = await pb.EchoServiceStub(channel).Keep(request)

    assert first == second
