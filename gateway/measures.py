"""What the gateway measures, by the names of OpenTelemetry's HTTP conventions."""

from prometheus_client import Counter, Gauge, Histogram

from services.chassis.observability.metrics import BUCKETS

_seconds = Histogram(
    "http_server_request_duration_seconds",
    "From the request's headers to the end of its answer.",
    ("http_request_method", "http_route", "http_response_status_code"),
    buckets=BUCKETS,
)
active = Gauge("http_server_active_requests", "Requests that are being answered.")
refused = Counter(
    "resonance_gateway_refused_total", "Calls refused by the gateway itself.", ("reason",)
)
_children: dict[tuple[str, str, int], Histogram] = {}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Note one answer; `route` is a template of the contracts or a page, never a path as sent."""
    key = (method, route, status)
    child = _children.get(key)
    if child is None:
        child = _children[key] = _seconds.labels(method, route, str(status))
    child.observe(seconds)
