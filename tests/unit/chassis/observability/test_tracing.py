"""Traces: continued, passed on, and exported only where there is somewhere to."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from services.chassis.observability import tracing
from services.chassis.observability.export import Exporter
from services.chassis.observability.tracing import Span, current_span, current_traceparent
from services.chassis.rpc.errors import RemoteError
from tests.support.echo import contract, echo_servicer
from tests.support.serving import serve

TRACE, PARENT = "a" * 32, "b" * 16


class Collector:
    """Records what this process exports, and keeps it."""

    def __init__(self) -> None:
        self._memory = InMemorySpanExporter()
        self._exporter = Exporter("echo", self._memory)
        tracing.record_with(self._exporter)

    def spans(self) -> tuple[ReadableSpan, ...]:
        """End the export; return what arrived."""
        tracing.record_with(None)
        self._exporter.close()
        return self._memory.get_finished_spans()


@pytest.fixture
def collector() -> Iterator[Collector]:
    yield Collector()
    tracing.record_with(None)


def test_a_span_continues_what_it_is_given() -> None:
    with Span("work", traceparent=f"00-{TRACE}-{PARENT}-01", request_id="r-1") as span:
        assert current_span() is span
        assert current_traceparent() == f"00-{TRACE}-{span.span_id}-01"

    assert span.span_id != PARENT
    assert span.request_id == "r-1"
    assert current_span() is None
    assert current_traceparent() is None


def test_a_step_within_a_step_belongs_to_the_same_trace() -> None:
    with Span("outer", request_id="r-1") as outer, Span("inner") as inner:
        assert inner.trace_id == outer.trace_id
        assert inner.span_id != outer.span_id
        assert inner.request_id == "r-1"


def test_a_trace_that_is_not_sampled_stays_so() -> None:
    with Span("work", traceparent=f"00-{TRACE}-{PARENT}-00") as span:
        assert span.traceparent.endswith("-00")


@pytest.mark.parametrize(
    "unreadable",
    [
        "",
        "nonsense",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}",
    ],
)
def test_what_cannot_be_read_begins_a_trace(unreadable: str) -> None:
    with Span("work", traceparent=unreadable) as span:
        assert span.trace_id != TRACE
        assert int(span.trace_id, 16)
        assert span.request_id == span.trace_id


def test_exported_spans_have_their_parents(collector: Collector) -> None:
    given = f"00-{TRACE}-{PARENT}-01"
    with (
        Span("outer", kind="server", traceparent=given, request_id="r-1") as outer,
        Span("inner", kind="producer") as inner,
    ):
        inner.note({"rows": 3})

    done_inner, done_outer = collector.spans()
    assert done_outer.parent is not None
    assert done_inner.parent is not None
    assert f"{done_outer.context.trace_id:032x}" == TRACE == outer.trace_id
    assert f"{done_outer.parent.span_id:016x}" == PARENT
    assert done_inner.parent.span_id == done_outer.context.span_id == int(outer.span_id, 16)
    assert (done_outer.kind, done_inner.kind) == (SpanKind.SERVER, SpanKind.PRODUCER)
    assert dict(done_inner.attributes or {}) == {"rows": 3, "resonance.request_id": "r-1"}


async def test_a_call_and_its_failure_are_exported(collector: Collector) -> None:
    pb = contract()
    async with serve(echo_servicer()) as served:
        stub = served.stub(pb.EchoServiceStub)
        await stub.Echo(pb.EchoRequest())
        with pytest.raises(RemoteError):
            await stub.Echo(pb.EchoRequest(text="much too long"))

    spans = collector.spans()
    assert [(span.name, span.kind) for span in spans] == [
        ("/echo.v1.EchoService/Echo", SpanKind.SERVER),
        ("/echo.v1.EchoService/Echo", SpanKind.CLIENT),
    ] * 2
    assert spans[0].status.status_code is StatusCode.UNSET
    assert spans[2].status.status_code is StatusCode.ERROR
    assert spans[2].status.description == "INVALID_REQUEST"
    assert len({span.context.trace_id for span in spans}) == 2


async def test_a_stream_is_exported_when_it_has_ended(collector: Collector) -> None:
    pb = contract()
    async with serve(echo_servicer()) as served:
        answers = served.stub(pb.EchoServiceStub).Count(pb.CountRequest(up_to=3))
        assert [answer.number async for answer in answers] == [0, 1, 2]

    server, client = sorted(collector.spans(), key=lambda span: span.kind.name, reverse=True)
    assert (server.kind, client.kind) == (SpanKind.SERVER, SpanKind.CLIENT)
    assert server.parent is not None
    assert server.parent.span_id == client.context.span_id
