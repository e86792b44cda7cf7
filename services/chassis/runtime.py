"""Runs a service: starts its parts in order, keeps them together, stops them in order.

`python -m services.profile` is `main("profile", Settings, build)`. Start: settings, logs, traces,
probes, database, its migrations, broker, `build`, `warm_up`, calls, then reactions, relay, loops.
Stop (SIGTERM, SIGINT, or a part that failed): health NOT_SERVING, calls in flight end, reactions
and loops end, the relay sends what is left, everything closes. A second signal stops at once.

Exit status: 0 after a signal, 1 after a failure, 2 if it could not start for want of something.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import uvloop
from prometheus_client import disable_created_metrics

from services.chassis.db.engine import make_engine
from services.chassis.db.revisions import NoHistory
from services.chassis.db.tables import PlatformTables
from services.chassis.db.transaction import Database
from services.chassis.health import BROKER, CALLS, DATABASE, WARM_UP, Health
from services.chassis.kernel.clock import Clock, SystemClock
from services.chassis.kernel.errors import Unavailable
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.loops import reaction_loops
from services.chassis.messaging.reaction import Reaction
from services.chassis.messaging.relay import Relay
from services.chassis.observability import logs, tracing
from services.chassis.observability.probes import Probes
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.rpc.server import AddServicer, Server
from services.chassis.settings import BadSettings, ServiceSettings, read_settings, variable_name

log = logs.get_logger(__name__)

S = TypeVar("S", bound=ServiceSettings)

Loop = Callable[[asyncio.Event], Awaitable[None]]
"""Runs beside the calls; returns soon after the event is set, and not before."""

_GRACE_OF_LOOPS = timedelta(seconds=5)  # that loops, and then the relay, get to return


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the chassis has opened for a service before `build` is called."""

    database: Database
    broker: Broker
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a service hands back: everything that shall run."""

    name: str
    """As its folder and its schema; the error domain is `<name>.resonance`."""
    tables: PlatformTables
    servicers: Sequence[tuple[AddServicer, object]]
    reactions: Sequence[Reaction[Any]] = ()
    loops: Sequence[Loop] = ()
    warm_up: Callable[[], Awaitable[None]] | None = None
    """Awaited before the service is ready, e.g. to load a model."""
    close: Callable[[], Awaitable[None]] | None = None
    """Awaited last, e.g. to close channels to neighbours."""


class CannotStart(Exception):
    """Something required is missing; the message is for whoever starts the process."""


def main(name: str, settings: type[S], build: Callable[[S, Ground], Service]) -> None:
    """Run a service until it is told to stop; never returns."""
    try:
        values = read_settings(settings)
    except BadSettings as error:
        for problem in error.problems:
            print(f"{name}: {problem}", file=sys.stderr)  # noqa: T201 - logs are not set up yet
        sys.exit(2)
    logs.configure(name, values.log_level)
    # gRPC's core writes lines of its own to standard error; what matters reaches us as a status.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    disable_created_metrics()  # type: ignore[no-untyped-call]  # ships without this one type
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status = runner.run(_Process(name, values, build).run())
    sys.exit(status)


class _Process:
    """One run of a service."""

    def __init__(self, name: str, settings: S, build: Callable[[S, Ground], Service]) -> None:
        self._name = name
        self._settings: ServiceSettings = settings
        self._build: Callable[[Ground], Service] = lambda ground: build(settings, ground)
        self._stopping = asyncio.Event()
        self._failed = False
        self._is_told_to_stop = False
        self._health = Health(settings.readiness_every)
        self._readiness = self._health.readiness

    async def run(self) -> int:
        """Start, serve, stop; return the exit status."""
        try:
            async with AsyncExitStack() as opened:
                self._heed_signals(asyncio.current_task())
                await self._start(opened)
        except CannotStart as error:
            log.error("cannot start", why=str(error))  # noqa: TRY400 - the message says it all
            return 2
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
        except Exception:
            log.exception("failed")
            return 1
        log.info("stopped")
        return 1 if self._failed else 0

    async def _start(self, opened: AsyncExitStack) -> None:
        settings = self._settings
        if settings.otlp_endpoint:
            opened.push_async_callback(_export_spans(self._name, settings.otlp_endpoint))
        probes = Probes(self._readiness)
        opened.push_async_callback(probes.close)
        port = await _listening(probes.start(settings.metrics_address))
        log.info("starting", metrics=_at(settings.metrics_address, port))

        database = await self._open_database(opened)
        broker = await self._open_broker(opened)
        service = self._build(Ground(database=database, broker=broker, clock=SystemClock()))
        if service.close is not None:
            opened.push_async_callback(service.close)
        if service.warm_up is not None:
            await service.warm_up()
        self._readiness.has(WARM_UP)
        # What was made so far stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()

        idempotency = Idempotency(database, service.tables.requests)
        server = Server(
            service.servicers, domain=f"{service.name}.resonance", idempotency=idempotency
        )
        opened.push_async_callback(server.stop, 0)
        port = await _listening(server.start(settings.grpc_address))
        self._readiness.has(CALLS)
        await server.set_serving(is_serving=True)
        log.info("ready", grpc=_at(settings.grpc_address, port))
        await self._run(service, database, broker, server, idempotency)

    async def _run(
        self,
        service: Service,
        database: Database,
        broker: Broker,
        server: Server,
        idempotency: Idempotency,
    ) -> None:
        """Run everything until told to stop, then stop it: calls, then loops, then the relay."""
        keep = self._settings.keep_requests
        loops: list[Loop] = [
            *reaction_loops(service.reactions, database, broker, service.tables),
            *service.loops,
            partial(idempotency.run, keep=keep),
            partial(self._health.watch, database, broker, server),
        ]
        relay = Relay(database, service.tables.outbox, broker)
        stop_loops, stop_relay = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as parts:
            first = [parts.create_task(self._part(loop, stop_loops)) for loop in loops]
            last = [parts.create_task(self._part(relay.run, stop_relay))]
            await self._stopping.wait()
            log.info("stopping")
            await server.stop(self._settings.shutdown_grace.total_seconds())
            for event, tasks in ((stop_loops, first), (stop_relay, last)):
                event.set()
                _, late = await asyncio.wait(tasks, timeout=_GRACE_OF_LOOPS.total_seconds())
                for task in late:
                    log.warning("cut off", part=task.get_name())
                    task.cancel()

    async def _part(self, loop: Loop, stop: asyncio.Event) -> None:
        """Run one loop; if it ends before it is told to, everything ends."""
        try:
            await loop(stop)
            if not stop.is_set():
                log.error("a part ended by itself", part=_name(loop))
        except Exception:
            log.exception("a part failed", part=_name(loop))
            self._failed = True
        finally:
            self._failed = self._failed or not stop.is_set()
            self._stopping.set()

    async def _open_database(self, opened: AsyncExitStack) -> Database:
        settings = self._settings
        engine = make_engine(
            settings.database_url.get_secret_value(),
            application=self._name,
            pool_size=settings.database_pool_size,
        )
        opened.push_async_callback(engine.dispose)
        database = Database(engine)
        try:
            async with asyncio.timeout(settings.start_timeout.total_seconds()):
                await self._health.until_database(database, self._name)
        except TimeoutError:
            raise CannotStart(self._why_not()) from None
        except NoHistory as error:
            raise CannotStart(str(error)) from None
        return database

    async def _open_broker(self, opened: AsyncExitStack) -> Broker:
        settings = self._settings
        broker = Broker(settings.nats_url.get_secret_value(), self._name)
        try:
            await broker.connect(settings.start_timeout)
        except Unavailable as error:
            variable = variable_name(type(settings), "nats_url")
            raise CannotStart(f"{error} ({variable})") from None
        opened.push_async_callback(broker.close)
        self._readiness.has(BROKER)
        return broker

    def _why_not(self) -> str:
        variable = variable_name(type(self._settings), "database_url")
        missing = self._readiness.missing
        if DATABASE in missing:
            return f"The database cannot be had: {missing[DATABASE]} ({variable})"
        return (
            f"The schema {self._name} is not at the newest revision. "
            f"Run: python -m services.chassis.db.migrate {self._name} upgrade"
        )

    def _heed_signals(self, main_task: "asyncio.Task[Any] | None") -> None:
        """Stop in order at the first signal, at once at the second."""

        def stop() -> None:
            if self._is_told_to_stop:
                log.warning("stopping at once")
                os._exit(1)
            self._is_told_to_stop = True
            self._stopping.set()
            if CALLS in self._readiness.missing and main_task is not None:  # still starting
                main_task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)


async def _listening(start: Awaitable[int]) -> int:
    try:
        return await start
    except OSError as error:
        raise CannotStart(str(error)) from None


def _export_spans(name: str, endpoint: str) -> Callable[[], Awaitable[None]]:
    """Begin to export; return what ends it. Imported here: it costs memory few processes need."""
    from services.chassis.observability import export  # noqa: PLC0415

    exporter = export.to_collector(name, endpoint)
    tracing.record_with(exporter)

    async def close() -> None:
        tracing.record_with(None)
        await asyncio.to_thread(exporter.close)

    return close


def _at(address: str, port: int) -> str:
    return f"{address.rsplit(':', 1)[0]}:{port}"


def _name(loop: Loop) -> str:
    inner = loop.func if isinstance(loop, partial) else loop
    return str(getattr(inner, "__qualname__", inner))
