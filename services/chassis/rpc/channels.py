"""Calls to neighbours: a deadline always, retries of UNAVAILABLE only, typed failures back.

A stub of the generated code works on such a channel as on any other. Each call carries the trace,
the request id and the caller of the call it is made in, and has at most the time that one has left.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any, Final, Self, TypeAlias

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from services.chassis.observability import metrics
from services.chassis.observability.tracing import REQUEST_ID, TRACEPARENT, Span
from services.chassis.rpc import deadlines
from services.chassis.rpc.errors import DETAILS, RemoteError
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.names import code_name

Metadata: TypeAlias = Sequence[tuple[str, str | bytes]]
Connect: TypeAlias = Callable[..., Any]

DEFAULT_TIMEOUT: Final = timedelta(seconds=5)

# AIP-194: UNAVAILABLE may be retried, nothing else. A write is safe to retry by its request_id.
# The throttle stops retries while more than half of the calls fail, so that they do not add to it.
_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.05s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
}

_OPTIONS = (
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    ("grpc.enable_retries", 1),
    # A neighbour that was restarted is found again within a second, not within gRPC's two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)


def open_channel(address: str, *, timeout: timedelta = DEFAULT_TIMEOUT) -> "Channel":
    """Open a channel to `host:port`; it connects at the first call. Close it at the end.

    A call that names no `timeout` gets this one; every call ends with the call it is made in.
    """
    return Channel(grpc.aio.insecure_channel(address, options=_OPTIONS), timeout)


class Channel(grpc.aio.Channel):
    """What a generated stub makes its callables from; see `open_channel`."""

    def __init__(self, channel: grpc.aio.Channel, timeout: timedelta) -> None:
        self._channel: Any = channel
        self._timeout = timeout.total_seconds()

    def unary_unary(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._single("unary_unary", method, *args, **kwargs)

    def stream_unary(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._single("stream_unary", method, *args, **kwargs)

    def unary_stream(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._stream("unary_stream", method, *args, **kwargs)

    def stream_stream(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._stream("stream_stream", method, *args, **kwargs)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002 - gRPC's signature
        state: grpc.ChannelConnectivity = self._channel.get_state(try_to_connect)
        return state

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        await self._channel.channel_ready()

    async def close(self, grace: float | None = None) -> None:
        await self._channel.close(grace)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self.close()

    def _single(self, kind: str, method: str, *args: Any, **kwargs: Any) -> "_Single":
        return _Single(getattr(self._channel, kind)(method, *args, **kwargs), method, self._timeout)

    def _stream(self, kind: str, method: str, *args: Any, **kwargs: Any) -> "_Stream":
        return _Stream(getattr(self._channel, kind)(method, *args, **kwargs), method)


class _Single:
    """A method with one answer."""

    def __init__(self, call: Connect, method: str, timeout: float) -> None:
        self._call, self._method, self._timeout = call, method, timeout
        self._measured = _Measured(method)

    async def __call__(
        self,
        request: Any,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - gRPC's signature
        metadata: Metadata = (),
    ) -> Any:
        """Call and await the answer; `timeout` in seconds.

        Raises:
            RemoteError: the neighbour failed, or did not answer in time.
        """
        began = perf_counter()
        code = grpc.StatusCode.CANCELLED
        with Span(self._method, kind="client") as span:
            try:
                answer = await self._call(
                    request,
                    timeout=_time_left(timeout or self._timeout),
                    metadata=_outgoing(span, metadata),
                )
                code = grpc.StatusCode.OK
            except grpc.aio.AioRpcError as error:
                code = error.code()
                raise _to_remote(error) from None
            else:
                return answer
            finally:
                self._measured.ended(code, perf_counter() - began)


class _Stream:
    """A method with a stream of answers."""

    def __init__(self, call: Connect, method: str) -> None:
        self._call, self._method = call, method

    async def __call__(
        self,
        request: Any,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - gRPC's signature
        metadata: Metadata = (),
    ) -> AsyncIterator[Any]:
        """Yield the answers as they come, for `timeout` seconds at most, by default without end.

        It ends with the call it is made in. Use `contextlib.aclosing` to leave it early.

        Raises:
            RemoteError: the neighbour failed.
        """
        # Not entered: between two answers the caller's own span is the current one.
        span = Span(self._method, kind="client")
        call = self._call(request, timeout=_time_left(timeout), metadata=_outgoing(span, metadata))
        try:
            async for answer in call:
                yield answer
        except grpc.aio.AioRpcError as error:
            remote = _to_remote(error)
            span.failed(remote.reason or remote.code.name)
            raise remote from None
        finally:
            span.end()
            call.cancel()


class _Measured:
    """The metrics of one method as its caller sees it."""

    def __init__(self, method: str) -> None:
        self._labels = ("unary", *method[1:].split("/"))
        self._seconds = metrics.client_seconds.labels(*self._labels)

    def ended(self, code: grpc.StatusCode, seconds: float) -> None:
        metrics.client_handled.labels(*self._labels, code_name(code)).inc()
        self._seconds.observe(seconds)


def _time_left(asked: float | None) -> float | None:
    """Return the seconds a call gets: what was asked for, at most what the outer call has left."""
    left = deadlines.remaining()
    if left is None:
        return asked
    return max(0.0, left if asked is None else min(asked, left))


def _outgoing(span: Span, given: Metadata) -> Metadata:
    return (
        *given,
        (TRACEPARENT, span.traceparent),
        (REQUEST_ID, span.request_id),
        *current_caller().metadata(),
    )


def _to_remote(error: grpc.aio.AioRpcError) -> RemoteError:
    info = ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS:
            for detail in Status.FromString(value).details:
                if detail.Is(ErrorInfo.DESCRIPTOR):
                    detail.Unpack(info)
    return RemoteError(
        error.code(),
        error.details() or "",
        reason=info.reason,
        domain=info.domain,
        metadata=dict(info.metadata),
    )
