"""A gRPC server as this house runs it: every servicer behind the admission, health, reflection."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from services.chassis.rpc.admission import Admission
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.rpc.methods import Handler

AddServicer: TypeAlias = Callable[[Any, Any], None]
"""`add_…Servicer_to_server` of the generated code."""

LARGEST_REQUEST = 4 * 1024 * 1024  # bytes; gRPC's own default, said aloud

_OPTIONS = (
    # A port that is taken shall be an error, not silently shared with whoever has it.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", LARGEST_REQUEST),
    # Callers may ping idle connections, so that nothing on the way forgets them.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)


class Server:
    """Answers for a service. Make it inside the event loop that serves."""

    def __init__(
        self,
        servicers: Iterable[tuple[AddServicer, object]],
        *,
        domain: str,
        idempotency: Idempotency | None = None,
    ) -> None:
        """Compose the admission of every method.

        `domain` stands in every `ErrorInfo`. Without `idempotency` a `request_id` has no effect.
        """
        self._server = grpc.aio.server(options=_OPTIONS)
        self._admission = Admission(domain, idempotency)
        self._health = health.aio.HealthServicer()
        catalogue = _Catalogue()
        for add, servicer in servicers:
            add(servicer, catalogue)
        self._services = sorted({name.split("/")[1] for name in catalogue.handlers})
        names = (*self._services, health.SERVICE_NAME, reflection.SERVICE_NAME)
        for add, servicer in _everywhere(self._health, names):
            add(servicer, catalogue)
        admitted = {
            name: self._admission.admit(name, handler)
            for name, handler in catalogue.handlers.items()
        }
        # One table and no registered methods: for each call grpc.aio waits anew on every
        # registered method, so that each method would make all the others slower.
        self._server.add_generic_rpc_handlers((_Table(admitted),))

    async def start(self, address: str) -> int:
        """Listen and answer, with health still NOT_SERVING; return the port.

        Raises:
            OSError: the address cannot be had.
        """
        await self.set_serving(is_serving=False)
        try:
            port: int = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise OSError(f"cannot listen on {address}") from error
        await self._server.start()
        return port

    async def set_serving(self, *, is_serving: bool) -> None:
        """Tell who asks the health service, for the process and for each of its services."""
        answer = health_pb2.HealthCheckResponse
        for name in ("", *self._services):
            await self._health.set(name, answer.SERVING if is_serving else answer.NOT_SERVING)

    async def stop(self, grace: float) -> None:
        """Take no more calls, end streams, give calls in flight `grace` seconds, then cut off."""
        await self._health.enter_graceful_shutdown()
        self._admission.end_streams()
        await self._server.stop(grace)


def _everywhere(
    status: object, names: Iterable[str]
) -> tuple[tuple[AddServicer, object], tuple[AddServicer, object]]:
    """List the servicers that every server has."""
    return (
        (health_pb2_grpc.add_HealthServicer_to_server, status),
        (
            reflection_pb2_grpc.add_ServerReflectionServicer_to_server,
            reflection.aio.ReflectionServicer(names),
        ),
    )


class _Catalogue:
    """Stands in for a server while the generated code adds servicers, and keeps their handlers."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def add_generic_rpc_handlers(self, _handlers: object) -> None:
        """Take nothing: the same handlers come by name."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        for name, handler in handlers.items():
            self.handlers[f"/{service}/{name}"] = handler


class _Table(grpc.GenericRpcHandler):
    """Finds a handler by its full name."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    def service(self, handler_call_details: Any) -> Handler | None:
        return self._handlers.get(handler_call_details.method)
