"""What every call passes before and after its handler.

In this order: trace and request id, metrics, identity, deadline, decoding, the rules of the
contract, idempotency, the handler; and back: the answer, or a typed failure. It is composed once
per method when the server is built, not per call: no interceptor runs, because on grpc.aio each
costs more than all the steps here together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, TypeAlias

import grpc

from services.chassis.kernel.errors import DomainError
from services.chassis.observability import metrics
from services.chassis.observability.logs import get_logger
from services.chassis.observability.tracing import REQUEST_ID, TRACEPARENT, Span
from services.chassis.rpc import deadlines
from services.chassis.rpc.errors import (
    DeadlineExceeded,
    Failure,
    Internal,
    ShuttingDown,
    expected,
    to_failure,
)
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.rpc.identity import read_caller, set_caller
from services.chassis.rpc.methods import Context, Handler, Method
from services.chassis.rpc.names import code_name

log = get_logger(__name__)

Answer: TypeAlias = Callable[[Any, Context], Awaitable[Any]]

_LONGEST_REQUEST_ID = 128  # characters
_LONGEST_CAUSE = 300  # characters of a log line

# Those that somebody on duty wants to see; the others are the caller's business.
_WORTH_A_LINE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


class Admission:
    """Composes what stands before and after the handlers of one server."""

    def __init__(self, domain: str, idempotency: Idempotency | None) -> None:
        self._domain = domain
        self._idempotency = idempotency
        self._streams: set[asyncio.Timeout] = set()
        self._is_stopping = False

    def end_streams(self) -> None:
        """End the streams that are open: UNAVAILABLE, so that clients open them elsewhere."""
        self._is_stopping = True
        for limit in self._streams:
            if not limit.expired():
                limit.reschedule(0)

    def admit(self, name: str, handler: Handler) -> Handler:
        """Put the admission around one handler; `name` as in `/package.Service/Method`."""
        method = Method(name, handler)
        run = method.runner(self._idempotency)
        return method.handler(self._around(method, run))

    def _around(self, method: Method, run: Answer) -> Answer:
        started = metrics.server_started.labels(*method.labels)
        seconds = metrics.server_seconds.labels(*method.labels)
        handled = _ByCode(method.labels)
        name, is_stream = method.name, method.is_stream

        async def answer(request: Any, context: Context) -> Any:
            began = perf_counter()
            started.inc()
            metadata = dict(context.invocation_metadata())
            code: Any = grpc.StatusCode.CANCELLED
            limit: asyncio.Timeout | None = None
            with Span(
                name,
                kind="server",
                traceparent=metadata.get(TRACEPARENT),
                request_id=_request_id(metadata),
            ) as span:
                try:
                    set_caller(read_caller(metadata))
                    ends_at = deadlines.admit(context.time_remaining(), is_stream=is_stream)
                    limit = asyncio.timeout_at(ends_at)
                    async with limit:
                        if is_stream:
                            self._open(limit)
                        response = await run(request, context)
                    code = context.code() or grpc.StatusCode.OK
                except grpc.aio.AbortError:
                    code = context.code()
                    raise
                except Exception as error:  # noqa: BLE001 - this is the edge
                    failure = self._explain(error, limit, name)
                    code = failure.code
                    span.failed(failure.reason)
                    await context.abort(code, failure.message, failure.trailing_metadata)
                else:
                    return response
                finally:
                    if is_stream and limit is not None:
                        self._streams.discard(limit)
                    handled[code].inc()
                    seconds.observe(perf_counter() - began)

        return answer

    def _open(self, limit: asyncio.Timeout) -> None:
        if self._is_stopping:
            raise ShuttingDown("This process is stopping.")
        self._streams.add(limit)

    def _explain(self, error: Exception, limit: asyncio.Timeout | None, name: str) -> Failure:
        known: DomainError | None
        if isinstance(error, TimeoutError) and limit is not None and limit.expired():
            if self._is_stopping and limit in self._streams:
                known = ShuttingDown("This process is stopping.")
            else:
                known = DeadlineExceeded("The time of the call ran out.")
        else:
            known = expected(error)
        if known is None:
            log.error("unexpected failure", method=name, exc_info=error)
            known = Internal("Internal error.")
        failure = to_failure(known, self._domain)
        if failure.code in _WORTH_A_LINE and not isinstance(known, ShuttingDown):
            cause = repr(error.__cause__ or error)[:_LONGEST_CAUSE]
            log.warning("call failed", method=name, reason=failure.reason, cause=cause)
        return failure


class _ByCode(dict[Any, Any]):
    """The counter of each status code of a method, made when it first occurs."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__()
        self._labels = labels

    def __missing__(self, code: Any) -> Any:
        self[code] = counter = metrics.server_handled.labels(*self._labels, code_name(code))
        return counter


def _request_id(metadata: Mapping[str, Any]) -> str:
    given = metadata.get(REQUEST_ID)
    if isinstance(given, str) and len(given) <= _LONGEST_REQUEST_ID and given.isprintable():
        return given
    return ""
