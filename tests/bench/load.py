"""Makes load from a process of its own and says what came back, as a line of JSON.

    python -m tests.bench.load grpc 127.0.0.1:50051 /package.Service/Method requests.txt
    python -m tests.bench.load http 127.0.0.1:8080 requests.txt --token …

The file has a request a line, sent in turn: hex for gRPC; verb, path and body for HTTP. Each of
`--callers` sends its next one when it has the answer to the last. Answers are counted, not parsed;
anything but success is counted as failed.
"""

import argparse
import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
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
    address: str, method: str, payloads: Sequence[bytes], callers: int
) -> list[Callable[[], Awaitable[Call]]]:
    """Callers that share one channel, as one client process does."""
    channel = grpc.aio.insecure_channel(address)
    multi: Any = channel.unary_unary(method)
    turn = cycle(payloads)

    async def call() -> bool:
        try:
            await multi(next(turn))
        except grpc.aio.AioRpcError:
            return False
        return True

    async def make() -> Call:
        return call

    return [make] * callers


def http_callers(
    address: str, requests: Sequence[bytes], callers: int
) -> list[Callable[[], Awaitable[Call]]]:
    """Callers with a connection each, kept open."""
    host, port = address.rsplit(":", 1)
    turn = cycle(requests)

    async def make() -> Call:
        reader, writer = await asyncio.open_connection(host, int(port))

        async def call() -> bool:
            writer.write(next(turn))
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


def _http_request(line: str, address: str, token: str) -> bytes:
    verb, path, text = line.rstrip("\n").split(" ", 2)
    body = text.encode()
    lines = [
        f"{verb} {path} HTTP/1.1",
        f"Host: {address}",
        *([f"Authorization: Bearer {token}"] if token else []),
        *(["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def main() -> None:
    """Run one load."""
    parser = argparse.ArgumentParser(description="Makes load.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    over_grpc = kinds.add_parser("grpc")
    over_grpc.add_argument("address")
    over_grpc.add_argument("method")
    over_http = kinds.add_parser("http")
    over_http.add_argument("address")
    over_http.add_argument("--token", default="")
    for each in (over_grpc, over_http):
        each.add_argument("requests", type=Path)
        each.add_argument("--callers", type=int, default=16)
        each.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    lines = options.requests.read_text().splitlines()

    async def run() -> Tally:
        address, callers = options.address, options.callers
        if options.kind == "grpc":
            payloads = [bytes.fromhex(line) for line in lines]
            makers = grpc_callers(address, options.method, payloads, callers)
        else:
            requests = [_http_request(line, address, options.token) for line in lines]
            makers = http_callers(address, requests, callers)
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
