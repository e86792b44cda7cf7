"""Runs the gateway until it is told to stop.

Exit status as for the services: 0 after a signal, 1 after a failure, 2 if it could not start.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import uvloop
from prometheus_client import disable_created_metrics

from gateway.bootstrap import Built, build
from gateway.health import HTTP
from gateway.server import HttpServer, listen
from gateway.settings import Settings
from gateway.transcoding.routes import BadContract
from services.chassis.observability import logs, tracing
from services.chassis.observability.probes import Probes
from services.chassis.settings import BadSettings, read_settings

log = logs.get_logger(__name__)


class CannotStart(Exception):
    """Something required is missing; the message is for whoever starts the process."""


def main() -> None:
    """Run with the settings of the environment; never returns."""
    try:
        settings = read_settings(Settings)
    except BadSettings as error:
        for problem in error.problems:
            print(f"gateway: {problem}", file=sys.stderr)  # noqa: T201  logs are not set up yet
        sys.exit(2)
    logs.configure("gateway", settings.log_level)
    disable_created_metrics()  # type: ignore[no-untyped-call]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status = runner.run(run(settings))
    sys.exit(status)


async def run(settings: Settings) -> int:
    """Start, serve, stop; returns the exit status."""
    stopping = asyncio.Event()
    _heed_signals(stopping)
    try:
        async with AsyncExitStack() as opened:
            await _serve(settings, stopping, opened)
    except (CannotStart, BadContract) as error:
        log.error("cannot start", why=str(error))  # noqa: TRY400  the message says it all
        return 2
    except Exception:
        log.exception("failed")
        return 1
    log.info("stopped")
    return 0


async def _serve(settings: Settings, stopping: asyncio.Event, opened: AsyncExitStack) -> None:
    if settings.otlp_endpoint:
        opened.push_async_callback(_export_spans(settings.otlp_endpoint))
    if settings.development_login:
        log.warning(
            "DEVELOPMENT LOGIN IS ON: anybody can have a token for anybody from POST /v1/sessions"
        )
    built = build(settings)
    opened.push_async_callback(built.close)
    probes = Probes(built.health.readiness)
    opened.push_async_callback(probes.close)
    await _taken(probes.start, settings.metrics_address)
    listener = _listening(settings.http_address)
    opened.callback(listener.close)
    gc.collect()
    gc.freeze()  # the tables stay: the collector need not look at them again and again
    await _run(settings, built, listener, stopping)


async def _run(
    settings: Settings, built: Built, listener: socket.socket, stopping: asyncio.Event
) -> None:
    server = HttpServer(built.app, settings.shutdown_grace)
    host, port = listener.getsockname()[:2]
    async with asyncio.TaskGroup() as parts:
        serving = parts.create_task(server.run_on(listener))
        parts.create_task(built.health.watch(stopping))
        built.health.readiness.has(HTTP)
        log.info("ready", http=f"{host}:{port}")
        ended = parts.create_task(stopping.wait())
        await asyncio.wait((serving, ended), return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        stopping.set()
        built.health.readiness.lacks(HTTP, "stopping")
        server.should_exit = True


async def _taken(start: Callable[[str], Awaitable[int]], address: str) -> int:
    try:
        return await start(address)
    except OSError as error:
        raise CannotStart(f"{address}: {error}") from None


def _listening(address: str) -> socket.socket:
    try:
        return listen(address)
    except OSError as error:
        raise CannotStart(f"{address}: {error}") from None


def _export_spans(endpoint: str) -> Callable[[], Awaitable[None]]:
    """Begin to export; returns what ends it. Imported here: it costs memory few processes need."""
    from services.chassis.observability import export  # noqa: PLC0415

    exporter = export.to_collector("gateway", endpoint)
    tracing.record_with(exporter)

    async def close() -> None:
        tracing.record_with(None)
        await asyncio.to_thread(exporter.close)

    return close


def _heed_signals(stopping: asyncio.Event) -> None:
    """Stop in order at the first signal, at once at the second."""

    def stop() -> None:
        if stopping.is_set():
            os._exit(1)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
