"""Calls the services: bytes in, bytes out, with a deadline, and again where that is safe."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import cycle
from typing import Protocol, TypeAlias

import grpc
from grpc_health.v1 import health_pb2

Metadata: TypeAlias = tuple[tuple[str, str], ...]

TRIES = 3
"""Calls at most, the first included."""
FIRST_PAUSE = 0.05
"""Seconds before the second try, doubled for each further one, less up to a half by chance."""

_OPTIONS = (
    ("grpc.enable_retries", 0),  # retries are here, and only here
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.keepalive_time_ms", 60_000),
)


class Backend(Protocol):
    """Answers the RPCs of one service; failures are `grpc.aio.AioRpcError`."""

    async def call(
        self, rpc: str, request: bytes, metadata: Metadata, *, within: float, is_repeatable: bool
    ) -> bytes:
        """Answer within so many seconds; a repeatable call may be made again if nobody answers."""

    def stream(
        self, rpc: str, request: bytes, metadata: Metadata, *, within: float | None
    ) -> AsyncIterator[bytes]:
        """Answer with many messages."""

    async def is_ready(self) -> bool:
        """Whether the service says that it can answer."""


class RemoteService:
    """A service behind one address."""

    def __init__(self, address: str, channels: int = 1) -> None:
        """Connect lazily; with several channels calls take turns."""
        self.address = address
        # A distinct argument makes grpc open a connection of its own instead of sharing one.
        self._channels = [
            grpc.aio.insecure_channel(address, options=(*_OPTIONS, ("resonance.channel", number)))
            for number in range(channels)
        ]
        self._made: dict[str, list[grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]]] = {}
        self._turns = cycle(range(channels))
        self._health: grpc.aio.UnaryUnaryMultiCallable[
            health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse
        ] = self._channels[0].unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )

    async def call(
        self, rpc: str, request: bytes, metadata: Metadata, *, within: float, is_repeatable: bool
    ) -> bytes:
        multicallable = self._multicallable(rpc)
        ends = asyncio.get_running_loop().time() + within
        pause, left = FIRST_PAUSE, TRIES if is_repeatable else 1
        while True:
            left -= 1
            try:
                return await multicallable(request, timeout=within, metadata=metadata)
            except grpc.aio.AioRpcError as error:
                wait = pause * random.uniform(0.5, 1)  # noqa: S311  spreads the retries
                within = ends - asyncio.get_running_loop().time() - wait
                if error.code() is not grpc.StatusCode.UNAVAILABLE or not left or within <= 0:
                    raise
            await asyncio.sleep(wait)
            pause *= 2

    async def stream(
        self, rpc: str, request: bytes, metadata: Metadata, *, within: float | None
    ) -> AsyncIterator[bytes]:
        channel = self._channels[next(self._turns)]
        start: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(rpc)
        call = start(request, timeout=within, metadata=metadata)
        try:
            async for message in call:
                yield message
        finally:
            call.cancel()

    async def is_ready(self) -> bool:
        try:
            answer = await self._health(health_pb2.HealthCheckRequest(), timeout=1)
        except grpc.aio.AioRpcError:
            return False
        return answer.status == health_pb2.HealthCheckResponse.SERVING

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()

    def _multicallable(self, rpc: str) -> grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]:
        calls = self._made.get(rpc)
        if calls is None:
            calls = self._made[rpc] = [channel.unary_unary(rpc) for channel in self._channels]
        return calls[next(self._turns)]
