"""Makes load from a process of its own and says what came back, as a line of JSON.

    python -m tests.bench.load grpc 127.0.0.1:50051 /package.Service/Method --payload 0a02 …
    python -m tests.bench.load http 127.0.0.1:8080 GET /v1/emotions --token …

Each of `--callers` sends its next request when it has the answer to the last one. Answers are
counted, not parsed; anything but success is counted as failed.
"""

import argparse
import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import grpc
import uvloop

Call = Callable[[], Awaitable[bool]]


@dataclass
class Tally:
    """What one process saw."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


async def drive(makers: list[Callable[[], Awaitable[Call]]], seconds: float) -> Tally:
    """Let each caller call again and again for `seconds`, after a short warm-up."""
    calls = [await make() for make in makers]
    tally = Tally()
    warm_until = perf_counter() + min(0.5, seconds / 4)
    end = warm_until + seconds

    async def caller(call: Call) -> None:
        while (began := perf_counter()) < end:
            is_good = await call()
            if began < warm_until:
                continue
            if is_good:
                tally.seconds.append(perf_counter() - began)
            else:
                tally.failed += 1

    await asyncio.gather(*(caller(call) for call in calls))
    return tally


def grpc_callers(
    address: str, method: str, payload: bytes, callers: int
) -> list[Callable[[], Awaitable[Call]]]:
    """Callers that share one channel, as one client process does."""
    channel = grpc.aio.insecure_channel(address)
    multi: Any = channel.unary_unary(method)

    async def call() -> bool:
        try:
            await multi(payload)
        except grpc.aio.AioRpcError:
            return False
        return True

    async def make() -> Call:
        return call

    return [make] * callers


def http_callers(address: str, request: bytes, callers: int) -> list[Callable[[], Awaitable[Call]]]:
    """Callers with a connection each, kept open."""
    host, port = address.rsplit(":", 1)

    async def make() -> Call:
        reader, writer = await asyncio.open_connection(host, int(port))

        async def call() -> bool:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await _skip_body(reader, head.lower())
            return head[9:10] == b"2"

        return call

    return [make] * callers


async def _skip_body(reader: asyncio.StreamReader, head: bytes) -> None:
    at = head.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(head[at + 15 : head.index(b"\r", at)]))
    elif b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()


def _http_request(options: argparse.Namespace) -> bytes:
    body: bytes = options.body.encode()
    lines = [
        f"{options.verb} {options.path} HTTP/1.1",
        f"Host: {options.address}",
        *([f"Authorization: Bearer {options.token}"] if options.token else []),
        *(["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []),
    ]
    head = "\r\n".join([*lines, "", ""])
    return head.encode() + body


def main() -> None:
    """Run one load."""
    parser = argparse.ArgumentParser(description="Makes load.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    over_grpc = kinds.add_parser("grpc")
    over_grpc.add_argument("address")
    over_grpc.add_argument("method")
    over_grpc.add_argument("--payload", type=bytes.fromhex, default=b"")
    over_http = kinds.add_parser("http")
    over_http.add_argument("address")
    over_http.add_argument("verb")
    over_http.add_argument("path")
    over_http.add_argument("--token", default="")
    over_http.add_argument("--body", default="")
    for each in (over_grpc, over_http):
        each.add_argument("--callers", type=int, default=16)
        each.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()

    async def run() -> Tally:
        if options.kind == "grpc":
            makers = grpc_callers(options.address, options.method, options.payload, options.callers)
        else:
            makers = http_callers(options.address, _http_request(options), options.callers)
        return await drive(makers, options.seconds)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        tally = runner.run(run())
    used = resource.getrusage(resource.RUSAGE_SELF)
    taken = sorted(tally.seconds)
    json.dump(
        {
            "calls": len(taken),
            "failed": tally.failed,
            "rate": len(taken) / options.seconds,
            "p50_ms": 1000 * taken[len(taken) // 2] if taken else 0.0,
            "p99_ms": 1000 * taken[int(len(taken) * 0.99)] if taken else 0.0,
            "cpu_seconds": used.ru_utime + used.ru_stime,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
