"""The whole stack as one object: started in order, poked by tests, stopped in order.

async with local_stack(Path(".local/demo")) as stack:
    httpx.get(f"{stack.gateway_url}/openapi.json")
    await stack.kill("campaign")  # -9
    await stack.start("campaign")
"""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx

from infra.local import layout
from infra.local.folder import Folder
from infra.local.layout import GATEWAY, ROOT
from infra.local.nats import OPERATOR, Nats
from infra.local.postgres import SERVICES, Postgres
from infra.local.programs import Program, StackError

READY_TIMEOUT = 60.0  # seconds from the start of a process to its first good /healthz
STOP_TIMEOUT = 20.0  # a process drains for `shutdown_grace` (10 s) by itself
LOOK_EVERY = 0.05

Say = Callable[[str], None]


class Stack:
    """The servers, the services and the gateway of one folder."""

    def __init__(
        self,
        folder: Folder,
        services: Sequence[str],
        *,
        gateway: bool,
        settings: Mapping[str, Mapping[str, str]],
        say: Say,
    ) -> None:
        self.folder = folder
        self.postgres = Postgres(folder)
        self.nats = Nats(folder)
        self.services = tuple(services)
        self._processes = {
            name: Program(name, folder.log(name))
            for name in (*services, *([GATEWAY] if gateway else []))
        }
        self._settings = settings
        self._say = say
        self._migrations = asyncio.Semaphore(2)  # at once: each takes a core for a second
        self.is_detached = False

    @property
    def gateway_url(self) -> str:
        """Where HTTP clients go, without a slash at the end."""
        return f"http://{self.address(GATEWAY)}"

    @property
    def broker_url(self) -> str:
        """The broker, as a user who may do everything."""
        return self.nats.url(OPERATOR)

    @property
    def programs(self) -> list[Program]:
        """Every program of the stack, in the order of its start."""
        return [self.postgres.program, self.nats.program, *self._processes.values()]

    def address(self, name: str) -> str:
        """`host:port` of a service's gRPC, or of the gateway's HTTP."""
        return self.folder.ports.address(name)

    def metrics_url(self, name: str) -> str:
        """Where a process answers `/metrics` and `/healthz`."""
        return f"http://{self.folder.ports.address(f'{name}-metrics')}"

    def environment(self, name: str) -> dict[str, str]:
        """The variables a process of this stack is told where it lives by."""
        return {
            **layout.own_variables(name, self.folder, self.postgres, self.nats),
            **self._settings.get(name, {}),
        }

    async def up(self) -> None:
        """Start everything: the servers, then every process as soon as its schema is there.

        Raises:
            StackError: something did not start; the rest has been given up.
        """
        await self._together(
            self._timed("PostgreSQL", self.postgres.start()),
            self._timed("NATS", self.nats.start()),
        )
        self._remember()
        await self._together(*(self._timed(name, self._bring_up(name)) for name in self._processes))

    async def down(self) -> None:
        """Stop everything, in the opposite order."""
        if GATEWAY in self._processes:
            await self.stop(GATEWAY)
        await asyncio.gather(*(self.stop(name) for name in self.services))
        await self.nats.stop()
        await self.postgres.stop()
        self._remember()

    async def migrate(self) -> None:
        """Bring every schema to its newest revision."""
        await self._together(*(self._migrate(service) for service in self.services))

    async def start(self, name: str) -> None:
        """Start a service or the gateway; returns when it is ready.

        Raises:
            StackError: it ended or was not ready in time; the message has the end of its log.
        """
        program = self._processes[name]
        program.start(
            [sys.executable, "-m", layout.module(name)],
            layout.environment(self.environment(name)),
            folder=ROOT,
        )
        self._remember()
        await self._ready(program)

    async def stop(self, name: str) -> None:
        """End a service or the gateway as an orchestrator would: SIGTERM, and time to drain."""
        await self._processes[name].stop(within=STOP_TIMEOUT)

    async def kill(self, name: str) -> None:
        """End a service or the gateway at once, with SIGKILL."""
        await self._processes[name].kill()

    async def restart(self, name: str) -> None:
        """Stop in order, start again."""
        await self.stop(name)
        await self.start(name)

    async def kill_broker(self) -> None:
        """End NATS with SIGKILL."""
        await self.nats.kill()

    async def start_broker(self) -> None:
        """Start NATS again, over what it had stored."""
        await self.nats.start()
        self._remember()

    async def restart_database(self, *, crash: bool = False) -> None:
        """Restart PostgreSQL under everybody; `crash` ends it with SIGKILL."""
        await (self.postgres.kill() if crash else self.postgres.stop())
        await self.postgres.start()
        self._remember()

    def detach(self) -> None:
        """Leave it running when this process ends; `python -m infra.local down` ends it."""
        self.is_detached = True
        self._remember()

    def _remember(self) -> None:
        self.folder.remember(self.programs, detached=self.is_detached)

    async def _together(self, *work: Coroutine[None, None, None]) -> None:
        """Do it all at once; the first failure ends the rest."""
        try:
            async with asyncio.TaskGroup() as group:
                for one in work:
                    group.create_task(one)
        except* StackError as failures:
            first = failures.exceptions[0]
        else:
            return
        raise first

    async def _timed(self, what: str, work: Awaitable[None]) -> None:
        began = monotonic()
        await work
        self._say(f"{what}: ready in {monotonic() - began:.1f} s")

    async def _bring_up(self, name: str) -> None:
        if name != GATEWAY:
            await self._migrate(name)
        await self.start(name)

    async def _migrate(self, service: str) -> None:
        if not (ROOT / "services" / service / "migrations" / "env.py").is_file():
            return
        program = Program(f"migrate-{service}", self.folder.log(f"migrate-{service}"))
        program.log.unlink(missing_ok=True)
        async with self._migrations:
            program.start(
                [sys.executable, "-m", "services.chassis.db.migrate", service, "upgrade"],
                layout.environment(self.environment(service)),
                folder=ROOT,
            )
            try:
                ended = await program.ended(within=READY_TIMEOUT)
            finally:
                await program.kill()
        if not ended or program.exit_code:
            raise StackError(f"The migrations of {service} failed:\n{program.last_lines()}")

    async def _ready(self, program: Program) -> None:
        give_up_at = monotonic() + READY_TIMEOUT
        url = f"{self.metrics_url(program.name)}/healthz"
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while True:
                if not program.is_running:
                    raise StackError(f"{program.name} did not start:\n{program.last_lines()}")
                try:
                    if (await client.get(url)).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass  # not listening yet
                if monotonic() > give_up_at:
                    raise StackError(
                        f"{program.name} is not ready after {READY_TIMEOUT:.0f} s:\n"
                        f"{program.last_lines()}"
                    )
                await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def local_stack(
    folder: Path,
    services: Sequence[str] = SERVICES,
    *,
    gateway: bool = True,
    settings: Mapping[str, Mapping[str, str]] | None = None,
    fresh: bool = False,
    say: Say = lambda _: None,
) -> AsyncIterator[Stack]:
    """A running stack over `folder`, which keeps data, logs, ports and passwords between runs.

    `fresh` forgets the data of earlier runs first.

    `settings` are further variables by process, such as `{"campaign": {"CAMPAIGN_LOG_LEVEL":
    "debug"}}`; `say` is told about each step. At the end everything is stopped in order, unless
    `detach` was called.

    Raises:
        StackError: the folder is in use, or something did not start.
    """
    own = Folder(folder)
    await own.claim()
    if fresh:
        for data in ("postgres", "nats"):
            shutil.rmtree(own.path / data, ignore_errors=True)
    stack = Stack(own, services, gateway=gateway, settings=settings or {}, say=say)
    try:
        try:
            await stack.up()
            yield stack
        finally:
            if not stack.is_detached:
                await stack.down()
    finally:
        own.release()
