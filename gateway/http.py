"""The little of HTTP that the gateway needs on top of ASGI."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from gateway.problems.problem import MEDIA_TYPE, Problem, refuse

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header: TypeAlias = tuple[bytes, bytes]

JSON = b"application/json"
LONGEST_URL = 8 * 1024
"""Bytes of path and query; what most proxies take."""
LARGEST_HEADERS = 16 * 1024
"""Bytes of all names and values together."""
MOST_DISCARDED = 8 * 1024 * 1024
"""Bytes of a refused body that are read and thrown away."""
DISCARDING = timedelta(seconds=1)
"""How long that may take."""


class ClientGone(Exception):
    """The client closed the connection before it had sent its request."""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer."""

    status: int
    body: bytes
    media_type: bytes = JSON
    headers: tuple[Header, ...] = ()


def read_headers(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by lower-case name; of a repeated one, all values with commas.

    Raises:
        Refusal: 414 or 431, URL or headers are larger than we take.
    """
    if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URL:
        raise refuse(414, "URL_TOO_LONG", f"Path and query may have {LONGEST_URL} bytes.")
    headers: dict[bytes, bytes] = {}
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        headers[name] = headers[name] + b", " + value if name in headers else value
    if size > LARGEST_HEADERS:
        raise refuse(431, "HEADERS_TOO_LARGE", f"Headers may have {LARGEST_HEADERS} bytes.")
    return headers


async def read_body(receive: Receive, headers: dict[bytes, bytes], largest: int) -> bytes:
    """The body, whole.

    Raises:
        Refusal: 413, it is larger than `largest` bytes, whether announced or not.
        ClientGone: the connection was closed before the end.
    """
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > largest:
        if int(announced) <= MOST_DISCARDED and b"expect" not in headers:
            await _discard(receive)
        raise _too_large(largest)
    chunks = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > largest:
            await _discard(receive)
            raise _too_large(largest)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def respond(send: Send, response: Response, extra: Iterable[Header], *, bare: bool) -> None:
    """Send a whole answer; a bare one (to HEAD) without its body."""
    headers = [
        (b"content-type", response.media_type),
        (b"content-length", b"%d" % len(response.body)),
        *response.headers,
        *extra,
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bare else response.body})


def problem_response(problem: Problem, request_id: str) -> Response:
    """The answer that carries a problem."""
    return Response(problem.status, problem.body(request_id), MEDIA_TYPE, problem.headers)


async def _discard(receive: Receive) -> None:
    """Read on for a while: who hangs up on a client that is still sending is not heard by it."""
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARDING.total_seconds()):
            while size <= MOST_DISCARDED:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _too_large(largest: int) -> Exception:
    # The rest of the body is still on its way: the connection cannot be used again.
    return refuse(
        413, "BODY_TOO_LARGE", f"The body may have {largest} bytes.", (b"connection", b"close")
    )
