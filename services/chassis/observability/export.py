"""Sends spans to an OpenTelemetry collector. Imported only by a process that has one to send to."""

from collections.abc import Mapping

from opentelemetry import trace as otel
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from services.chassis.observability.tracing import Kind

_KINDS: dict[Kind, otel.SpanKind] = {
    "internal": otel.SpanKind.INTERNAL,
    "server": otel.SpanKind.SERVER,
    "client": otel.SpanKind.CLIENT,
    "producer": otel.SpanKind.PRODUCER,
    "consumer": otel.SpanKind.CONSUMER,
}


class ExportedSpan:
    """One span of OpenTelemetry."""

    def __init__(self, span: otel.Span) -> None:
        context = span.get_span_context()
        self.trace_id = otel.format_trace_id(context.trace_id)
        self.span_id = otel.format_span_id(context.span_id)
        self.sampled = context.trace_flags.sampled
        self._span = span

    def note(self, attributes: Mapping[str, str | int | float | bool]) -> None:
        self._span.set_attributes(attributes)

    def failed(self, reason: str) -> None:
        self._span.set_status(otel.StatusCode.ERROR, reason)

    def end(self) -> None:
        self._span.end()


class Exporter:
    """Records spans and sends them in batches from a thread of its own."""

    def __init__(self, service: str, to: SpanExporter) -> None:
        resource = Resource.create({SERVICE_NAME: service})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(to))
        self._tracer = self._provider.get_tracer("resonance")

    def start(
        self, name: str, kind: Kind, parent: tuple[str, str, bool] | None, request_id: str
    ) -> ExportedSpan:
        context = None
        if parent is not None:
            trace_id, span_id, sampled = parent
            above = otel.SpanContext(
                trace_id=int(trace_id, 16),
                span_id=int(span_id, 16),
                is_remote=True,
                trace_flags=otel.TraceFlags(otel.TraceFlags.SAMPLED if sampled else 0),
            )
            context = otel.set_span_in_context(otel.NonRecordingSpan(above))
        attributes = {"resonance.request_id": request_id} if request_id else None
        return ExportedSpan(
            self._tracer.start_span(name, context, kind=_KINDS[kind], attributes=attributes)
        )

    def close(self) -> None:
        """Send what is left, then stop. Blocks until sent or given up."""
        self._provider.shutdown()


def to_collector(service: str, endpoint: str) -> Exporter:
    """Export by OTLP over gRPC to an endpoint such as `http://127.0.0.1:4317`."""
    insecure = not endpoint.startswith("https://")
    return Exporter(service, OTLPSpanExporter(endpoint=endpoint, insecure=insecure))
