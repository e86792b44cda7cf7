"""The bare thing: a grpc.aio server that answers every call with the same bytes.

python -m tests.bench.echo ANSWER.bin    # prints its port
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import grpc
import uvloop


class _Anything(grpc.GenericRpcHandler):
    """Answers whatever method is asked for, without decoding or encoding."""

    def __init__(self, answer: bytes) -> None:
        async def echo(request: bytes, context: Any) -> bytes:
            return answer

        self._handler: Any = grpc.unary_unary_rpc_method_handler(echo)

    def service(self, _details: grpc.HandlerCallDetails) -> Any:
        return self._handler


async def serve(answer: bytes) -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_Anything(answer),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1]).read_bytes()))
