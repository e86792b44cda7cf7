"""The small HTTP server of every process, for those who watch it.

- `GET /metrics`: Prometheus' text, or OpenMetrics where that is asked for.
- `GET /healthz`: 200 `ready`, or 503 and a line for each part that is missing. Send traffic or not.
- `GET /livez`: 200 `alive` as long as the event loop turns. Restart or not.

It speaks as much HTTP/1.1 as they need: one request a connection, no bodies.
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from services.chassis.observability.readiness import Readiness

_LARGEST_HEAD = 16 * 1024  # bytes
_PATIENCE = 5.0  # seconds for a request to arrive and its answer to leave
_TEXT = "text/plain; charset=utf-8"


class _Answer(NamedTuple):
    status: HTTPStatus
    content_type: str
    body: bytes


class Probes:
    """Answers on one address until closed."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness
        self._server: asyncio.Server | None = None

    async def start(self, address: str) -> int:
        """Listen on `host:port`; return the port.

        Raises:
            OSError: the address cannot be had.
        """
        host, port = address.rsplit(":", 1)
        self._server = await asyncio.start_server(
            self._serve, host.strip("[]"), int(port), limit=_LARGEST_HEAD
        )
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    answer, is_head = _text(HTTPStatus.BAD_REQUEST, "not a request"), False
                else:
                    answer, is_head = self._answer(head), head.startswith(b"HEAD ")
                writer.write(_encode(answer, is_head=is_head))
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _answer(self, head: bytes) -> _Answer:
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/"):  # noqa: PLR2004 - method, path, version
            return _text(HTTPStatus.BAD_REQUEST, "not a request")
        if words[0] not in ("GET", "HEAD"):
            return _text(HTTPStatus.METHOD_NOT_ALLOWED, "GET and HEAD only")
        match words[1].partition("?")[0]:
            case "/metrics":
                encode, content_type = choose_encoder(_header(lines[1:], "accept"))
                return _Answer(HTTPStatus.OK, content_type, encode(REGISTRY))
            case "/healthz":
                return self._health()
            case "/livez":
                return _text(HTTPStatus.OK, "alive")
        return _text(HTTPStatus.NOT_FOUND, "there are /metrics, /healthz and /livez")

    def _health(self) -> _Answer:
        if self._readiness.is_ready:
            return _text(HTTPStatus.OK, "ready")
        missing = (f"{part}: {why}" for part, why in self._readiness.missing.items())
        return _text(HTTPStatus.SERVICE_UNAVAILABLE, "\n".join(("not ready", *missing)))


def _header(lines: list[str], name: str) -> str:
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return ""


def _text(status: HTTPStatus, body: str) -> _Answer:
    return _Answer(status, _TEXT, body.encode())


def _encode(answer: _Answer, *, is_head: bool) -> bytes:
    head = (
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
        f"Content-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(answer.body)}\r\n"
        "Cache-Control: no-store\r\n"
        "Connection: close\r\n"
        "\r\n"
    ).encode()
    return head if is_head else head + answer.body
