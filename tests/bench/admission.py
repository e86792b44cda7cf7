"""What the admission costs: a bare grpc.aio server against ours, equal answers, interleaved.

`python -m tests.bench.admission` prints rates and the processor time of the server for each call;
each server is a process of its own, the client one more. The answer has 20 items, the call carries
an identity, a trace and a request id, and both servers run on uvloop.
"""

import asyncio
import multiprocessing
import statistics
import time
from multiprocessing.connection import Connection
from typing import Any

import grpc
import uvloop

from services.chassis.kernel.ids import new_id
from services.chassis.rpc.server import Server
from tests.support.echo import contract, echo_servicer

CALLS, AT_ONCE, ROUNDS = 1_600, 16, 9
METADATA = (
    ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"),
    ("x-request-id", "bench"),
    ("resonance-subject", str(new_id())),
    ("resonance-roles", "shopper"),
)


def _servicer() -> Any:
    pb = contract()

    async def echo(request: Any, _context: Any) -> Any:
        return pb.EchoResponse(
            text=request.text, parts=[pb.Part(name=f"an item called {i:04}") for i in range(20)]
        )

    return echo_servicer(Echo=echo)


async def _serve(kind: str, parent: Connection) -> None:
    ours, bare = Server([_servicer()], domain="bench"), grpc.aio.server()
    if kind == "ours":
        parent.send(await ours.start("127.0.0.1:0"))
    else:
        add, servicer = _servicer()
        add(servicer, bare)
        parent.send(bare.add_insecure_port("127.0.0.1:0"))
        await bare.start()
    while True:
        await asyncio.sleep(0.02)
        if parent.poll():
            parent.recv()
            parent.send(time.process_time())


def _process(kind: str, parent: Connection) -> None:
    uvloop.run(_serve(kind, parent))


async def _burst(stub: Any, request: Any) -> float:
    async def some() -> None:
        for _ in range(CALLS // AT_ONCE):
            await stub.Echo(request, timeout=5, metadata=METADATA)

    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return CALLS / (time.perf_counter() - began)


async def _measure(ports: dict[str, int], parents: dict[str, Connection]) -> None:
    pb = contract()
    request = pb.EchoRequest(text="hello")
    stubs = {
        kind: pb.EchoServiceStub(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
        for kind, port in ports.items()
    }
    rates: dict[str, list[float]] = {kind: [] for kind in ports}
    spent: dict[str, list[float]] = {kind: [] for kind in ports}

    def processor_time(kind: str) -> float:
        parents[kind].send("time")
        return float(parents[kind].recv())

    for stub in stubs.values():
        await _burst(stub, request)
    for _ in range(ROUNDS):
        for kind, stub in stubs.items():
            before = processor_time(kind)
            rates[kind].append(await _burst(stub, request))
            spent[kind].append((processor_time(kind) - before) / CALLS * 1e6)
    for kind in ports:
        rate, cost = statistics.median(rates[kind]), statistics.median(spent[kind])
        print(f"{kind:6} {rate:7.0f} calls/s   {cost:6.1f} µs of the server's processor a call")
    ratios = [ours / bare for ours, bare in zip(rates["ours"], rates["bare"], strict=True)]
    print(f"ours / bare: {statistics.median(ratios):.3f}")


def main() -> None:
    """Start both servers, measure, end them."""
    spawn = multiprocessing.get_context("spawn")
    ports: dict[str, int] = {}
    parents: dict[str, Connection] = {}
    children = []
    for kind in ("bare", "ours"):
        parents[kind], there = spawn.Pipe()
        child = spawn.Process(target=_process, args=(kind, there), daemon=True)
        child.start()
        children.append(child)
        ports[kind] = parents[kind].recv()
    uvloop.run(_measure(ports, parents))
    for child in children:
        child.kill()


if __name__ == "__main__":
    main()
