"""Serves servicers as a process would, without a process: for tests of RPC entrypoints."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from services.chassis.rpc.channels import Channel, open_channel
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.rpc.identity import Caller
from services.chassis.rpc.server import AddServicer, Server

Stub = TypeVar("Stub")


@dataclass(frozen=True)
class Served:
    """A running server on this machine."""

    server: Server
    address: str
    plain: grpc.aio.Channel
    """A bare channel: failures are `grpc.aio.AioRpcError`."""
    typed: Channel
    """A channel as neighbours use it: failures are `RemoteError` with the reason."""

    def stub(self, make: Callable[[Any], Stub]) -> Stub:
        """Make a stub of the generated code whose failures are `RemoteError`."""
        return make(self.typed)


def as_caller(caller: Caller) -> tuple[tuple[str, str], ...]:
    """Return the metadata by which a call is made for somebody."""
    return caller.metadata()


@asynccontextmanager
async def serve(
    *servicers: tuple[AddServicer, object],
    domain: str = "test.resonance",
    idempotency: Idempotency | None = None,
    address: str = "127.0.0.1:0",
) -> AsyncIterator[Served]:
    """Serve on a free port with the whole admission in front, and stop at the end.

    No database and no broker are needed: give the servicers fakes. Without `idempotency` a
    `request_id` has no effect::

        servicer = ProfileServicer(transactions=FakeDatabase().transaction, clock=FixedClock())
        async with serve((add_ProfileServiceServicer_to_server, servicer)) as served:
            profiles = served.stub(ProfileServiceStub)
            with pytest.raises(RemoteError) as failure:
                await profiles.GetUser(GetUserRequest(user_id=str(new_id())))
            assert failure.value.reason == "USER_NOT_FOUND"

    To call as somebody: `metadata=as_caller(Caller(user_id, frozenset({"shopper"})))`.
    """
    server = Server(servicers, domain=domain, idempotency=idempotency)
    port = await server.start(address)
    await server.set_serving(is_serving=True)
    address = f"127.0.0.1:{port}"
    try:
        async with grpc.aio.insecure_channel(address) as plain, open_channel(address) as typed:
            # gRPC may still be backing off from another server that had this port before.
            await typed.channel_ready()
            yield Served(server, address, plain, typed)
    finally:
        await server.stop(0)
