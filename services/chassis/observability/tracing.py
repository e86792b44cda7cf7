"""Traces across HTTP, gRPC and NATS: W3C trace context, exported only if there is somewhere to.

Without an exporter a span is two random ids that show in logs and travel on, which costs about a
microsecond. With one (`export.py`), the same spans are recorded by OpenTelemetry and sent on.
"""

import random
import re
from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Literal, Protocol, Self

TRACEPARENT = "traceparent"
"""Key of the trace context in HTTP headers, gRPC metadata and NATS headers."""

REQUEST_ID = "x-request-id"
"""Key of the request id in HTTP headers and gRPC metadata."""

Kind = Literal["internal", "server", "client", "producer", "consumer"]

_FORMAT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_current: ContextVar["Span | None"] = ContextVar("span", default=None)


class Recorded(Protocol):
    """A span that an exporter will send."""

    trace_id: str
    span_id: str
    sampled: bool

    def note(self, attributes: Mapping[str, str | int | float | bool]) -> None:
        """Attach facts."""

    def failed(self, reason: str) -> None:
        """Mark as an error."""

    def end(self) -> None:
        """Note the time and hand over to the exporter."""


class Recorder(Protocol):
    """Where spans are recorded; see `export.py`."""

    def start(
        self, name: str, kind: Kind, parent: "tuple[str, str, bool] | None", request_id: str
    ) -> Recorded:
        """Begin a span under a parent given as trace id, span id and whether it is sampled."""


class _Process:
    """The recorder of this process; None while nothing is exported."""

    recorder: Recorder | None = None


def record_with(recorder: Recorder | None) -> None:
    """Record every span begun from now on; with None, stop."""
    _Process.recorder = recorder


class Span:
    """A step of a trace, entered with `with`; the steps begun inside it are its children.

    `request_id` is what a person who reports a problem can quote: given at the edge, the same in
    every process, and in every log line. Where none was given, it is the trace id.
    """

    __slots__ = (
        "_has_failed",
        "_recorded",
        "_token",
        "request_id",
        "sampled",
        "span_id",
        "trace_id",
    )

    trace_id: str
    span_id: str
    sampled: bool
    request_id: str

    def __init__(
        self,
        name: str,
        *,
        kind: Kind = "internal",
        traceparent: str | None = None,
        request_id: str = "",
    ) -> None:
        """Continue `traceparent` if it is given and readable, else the current span, else begin."""
        parent: tuple[str, str, bool] | None = None
        inherited = ""
        found = _FORMAT.match(traceparent) if traceparent else None
        if found is not None:
            parent = (found[1], found[2], bool(int(found[3], 16) & 1))
        elif (outer := _current.get()) is not None:
            parent = (outer.trace_id, outer.span_id, outer.sampled)
            inherited = outer.request_id
        self._recorded: Recorded | None = None
        self._token: Token[Span | None] | None = None
        if _Process.recorder is None:
            if parent is None:
                self.trace_id, self.sampled = f"{random.getrandbits(128) or 1:032x}", True
            else:
                self.trace_id, _, self.sampled = parent
            self.span_id = f"{random.getrandbits(64) or 1:016x}"
        else:
            made = _Process.recorder.start(name, kind, parent, request_id or inherited)
            self.trace_id, self.span_id, self.sampled = made.trace_id, made.span_id, made.sampled
            self._recorded, self._has_failed = made, False
        self.request_id = request_id or inherited or self.trace_id

    @property
    def traceparent(self) -> str:
        """What to send along so that the receiver continues from here."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def note(self, attributes: Mapping[str, str | int | float | bool]) -> None:
        """Attach facts to the exported span; never personal data."""
        if self._recorded is not None:
            self._recorded.note(attributes)

    def failed(self, reason: str) -> None:
        """Mark the exported span as an error."""
        if self._recorded is not None:
            self._recorded.failed(reason)
            self._has_failed = True

    def end(self, error: BaseException | None = None) -> None:
        """End the exported span; for the few that are not entered with `with`."""
        if self._recorded is not None:
            if error is not None and not self._has_failed:
                self._recorded.failed(type(error).__name__)
            self._recorded.end()

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _current.reset(self._token)
        self.end(error)


def current_span() -> Span | None:
    """Return the span that this task is in."""
    return _current.get()


def current_traceparent() -> str | None:
    """Return what to send along with a message or a call made now; None outside any span."""
    span = _current.get()
    return span.traceparent if span is not None else None
