"""The small HTTP server of a process."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from services.chassis.observability.probes import Probes
from services.chassis.observability.readiness import Readiness


@pytest.fixture
def readiness() -> Readiness:
    return Readiness(("database", "broker"))


@pytest.fixture
async def port(readiness: Readiness) -> AsyncIterator[int]:
    probes = Probes(readiness)
    yield await probes.start("127.0.0.1:0")
    await probes.close()


async def get(port: int, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{port}{path}", headers=headers)


async def test_readiness_names_what_is_missing(port: int, readiness: Readiness) -> None:
    readiness.has("broker")
    readiness.lacks("database", "no answer in time")
    missing = await get(port, "/healthz")
    readiness.has("database")
    there = await get(port, "/healthz")

    assert (missing.status_code, missing.text) == (503, "not ready\ndatabase: no answer in time")
    assert (there.status_code, there.text) == (200, "ready")
    assert there.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_part_may_get_lost_again(port: int, readiness: Readiness) -> None:
    for part in ("database", "broker"):
        readiness.has(part)
    readiness.lacks("broker", "not connected")

    assert (await get(port, "/healthz")).status_code == 503
    assert (await get(port, "/livez")).status_code == 200


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "application/openmetrics-text; version=1.0.0",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
        ),
    ],
)
async def test_metrics_come_in_the_format_asked_for(
    port: int, accept: str, content_type: str
) -> None:
    answer = await get(port, "/metrics", accept=accept)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert "# TYPE grpc_server_handled" in answer.text


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /else HTTP/1.1\r\n\r\n", b"404 Not Found"),
        (b"GET /healthz?verbose HTTP/1.1\r\n\r\n", b"503 Service Unavailable"),
        (b"POST /metrics HTTP/1.1\r\n\r\n", b"405 Method Not Allowed"),
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"\xff\xfe\r\n\r\n", b"400 Bad Request"),
    ],
)
async def test_any_other_request_is_refused(port: int, request_head: bytes, status: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request_head)
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()

    assert answer == b"HTTP/1.1 " + status + b"\r\n"


async def test_a_head_has_no_body(port: int) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.head(f"http://127.0.0.1:{port}/livez")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "5"
