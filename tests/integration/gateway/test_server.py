"""The gateway over real sockets: what only a server can get wrong."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from gateway import server as gateway_server
from gateway.server import LARGEST_HEAD, HttpServer, listen
from tests.support.gateway import Served, serve_gateway


@asynccontextmanager
async def listening(served: Served, grace: float = 2) -> AsyncIterator[tuple[HttpServer, int]]:
    """Serve on a free port; gives the server and the port."""
    listener = listen("127.0.0.1:0")
    server = HttpServer(served.app, timedelta(seconds=grace))
    running = asyncio.create_task(server.run_on(listener))
    port = listener.getsockname()[1]
    await until(lambda: server.started)
    try:
        yield server, port
    finally:
        server.should_exit = True
        await running


async def until(done: Callable[[], bool]) -> None:
    """Wait for something that tells nobody when it happens; 5 seconds at most."""
    for _ in range(250):
        if done():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def talk(port: int, *parts: bytes, pause: float = 0) -> bytes:
    """Send parts, then read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def parsed(answer: bytes) -> tuple[int, bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.lower(), body


CLOSE = b"Host: shop\r\nConnection: close\r\n\r\n"


async def test_a_call_is_answered(served: Served) -> None:
    async with listening(served) as (_, port):
        status, head, body = parsed(await talk(port, b"GET /v1/items/7 HTTP/1.1\r\n" + CLOSE))

    assert status == 200
    assert b"server:" not in head
    assert json.loads(body)["itemId"] == "7"


async def test_many_calls_share_a_connection(served: Served) -> None:
    call = b"GET /v1/items/7 HTTP/1.1\r\nHost: shop\r\n\r\n"

    async with listening(served) as (_, port):
        answer = await talk(port, call * 5, b"GET /v1/items/8 HTTP/1.1\r\n" + CLOSE)

    assert answer.count(b"HTTP/1.1 200 OK") == 6


async def test_a_body_in_chunks_is_measured_on_the_way() -> None:
    head = (
        b"POST /v1/items:find HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"

    async with serve_gateway(largest_body=2048) as served, listening(served) as (_, port):
        status, answer_head, body = parsed(await talk(port, head, *[chunk] * 4))

    assert status == 413
    assert b"connection: close" in answer_head
    assert json.loads(body)["reason"] == "BODY_TOO_LARGE"


async def test_a_body_in_chunks_is_put_together(served: Served) -> None:
    head = (
        b"POST /v1/items:find HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )

    async with listening(served) as (_, port):
        answer = await talk(
            port, head, b'9\r\n{"itemId"\r\n', b'5\r\n:"7"}\r\n0\r\n\r\n', pause=0.05
        )

    assert json.loads(parsed(answer)[2])["itemId"] == "7"


async def test_headers_without_end_are_hung_up_on(served: Served) -> None:
    async with listening(served) as (_, port):
        flood = [b"X-Flood: " + b"a" * 8000 + b"\r\n"] * (LARGEST_HEAD // 8000 + 2)
        try:
            answer = await talk(port, b"GET /v1/items/7 HTTP/1.1\r\n", *flood)
        except ConnectionError:
            return

    assert b" 400 " in answer


async def test_a_head_that_does_not_arrive_is_hung_up_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_server, "HEAD_PATIENCE", timedelta(seconds=0.2))

    async with listening(served) as (_, port):
        assert await talk(port, b"GET /v1/items/7 HTTP/1.1\r\nX-Slow: ") == b""
        assert await talk(port) == b""


async def test_a_slow_answer_is_not_hung_up_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_server, "HEAD_PATIENCE", timedelta(seconds=0.2))
    body = b'{"code":"NOT_FOUND","sleepSeconds":0.6}'
    call = b"POST /v1/failures HTTP/1.1\r\nContent-Length: %d\r\n" % len(body) + CLOSE + body

    async with listening(served) as (_, port):
        assert parsed(await talk(port, call))[0] == 404


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"HELLO\r\n\r\n",
        b"GET /v1/items/\xff HTTP/1.1\r\n" + CLOSE,
        b"GET /v1/items/7 HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n" + CLOSE,
        b"GET /v1/items/7 HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" + CLOSE,
        b"GET /v1/items/7 HTTP/1.1\r\nContent-Length: -5\r\n" + CLOSE,
    ],
)
async def test_what_is_no_http_is_refused(served: Served, garbage: bytes) -> None:
    async with listening(served) as (_, port):
        answer = await talk(port, garbage)

    assert parsed(answer)[0] == 400
    assert served.shop.heard == []


async def test_calls_in_flight_end_before_the_server_does(served: Served) -> None:
    body = b'{"code":"NOT_FOUND","sleepSeconds":0.5}'
    call = b"POST /v1/failures HTTP/1.1\r\nContent-Length: %d\r\n" % len(body) + CLOSE + body

    async with listening(served, grace=5) as (server, port):
        answering = asyncio.create_task(talk(port, call))
        await asyncio.sleep(0.2)
        server.should_exit = True

    assert parsed(await answering)[0] == 404


async def test_a_stream_ends_with_its_client(served: Served) -> None:
    async with listening(served) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /v1/numbers?upTo=100000 HTTP/1.1\r\n" + CLOSE)
        assert b" 200 " in await reader.readline()
        await reader.readuntil(b"result")
        writer.close()

        await until(lambda: bool(served.shop.calls["Count ended"]))
