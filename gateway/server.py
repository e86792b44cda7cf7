"""Serves the application over HTTP/1.1; why with this server: services/decisions/0020."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.http import LARGEST_HEADERS, LONGEST_URL

KEEP_ALIVE = timedelta(seconds=75)
"""For idle connections: longer than the 60 s of common proxies, so that they close first."""
HEAD_PATIENCE = timedelta(seconds=10)
"""In which the head of a request must arrive; slower is an attack."""
LARGEST_HEAD = 2 * (LARGEST_HEADERS + LONGEST_URL)
"""Bytes after which the server hangs up; up to here the application says what is too large."""


class OneWrite:
    """A transport that holds the head of an answer back until its body comes, which is at once.

    uvicorn writes them one after the other: two system calls and two packets. What is held goes out
    in order: with the next write, at the end, or when the event loop turns, whatever it was.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
        elif data.startswith(b"HTTP/1.1 ") and len(data) < LARGEST_HEAD:
            self._held = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._held:
            data, self._held = self._held, b""
            self._transport.write(data)


class Protocol(HttpToolsProtocol):
    """Bounds what uvicorn lets grow without end: the size and the time of a request's head."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head_bytes = 0
        self._is_in_head = True
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            if self._patience is None:
                self._wait_for_head()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > LARGEST_HEAD:
            self.send_400_response("The head of the request is too large.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._head_bytes = 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_head = True
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        self._patience = self.loop.call_later(HEAD_PATIENCE.total_seconds(), self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if self._is_in_head and not self.transport.is_closing():
            self.transport.close()


class HttpServer(uvicorn.Server):
    """Listens on an address; stops when told to, not by signals of its own."""

    def __init__(self, app: Any, grace: timedelta) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=round(KEEP_ALIVE.total_seconds()),
                timeout_graceful_shutdown=round(grace.total_seconds()),
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs this."""
        yield

    async def run_on(self, listener: socket.socket) -> None:
        """Serve until `should_exit` is set, then let calls in flight end within the grace."""
        await self.serve([listener])


def listen(address: str) -> socket.socket:
    """Take an address, `host:port`.

    Raises:
        OSError: it cannot be had.
    """
    host, port = address.rsplit(":", 1)
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port)))
    except OSError:
        listener.close()
        raise
    return listener
