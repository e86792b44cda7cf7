"""The one list of what this house measures, in Prometheus' terms.

The names of gRPC are those of the gRPC ecosystem (go-grpc-prometheus and its successors), so that
dashboards and alerts made for it fit. Labels never hold ids, texts or anything unbounded. A
service that measures something of its own declares it beside the code that knows it, named
`resonance_<service>_…`; what several parts of the chassis share stands here.
"""

from prometheus_client import Counter, Gauge, Histogram

# Upper bounds in seconds. The ecosystem's, and three below: our reads answer in a millisecond.
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_METHOD = ("grpc_type", "grpc_service", "grpc_method")

server_started = Counter("grpc_server_started_total", "Calls that arrived.", _METHOD)
server_handled = Counter(
    "grpc_server_handled_total", "Calls that ended, by status.", (*_METHOD, "grpc_code")
)
server_seconds = Histogram(
    "grpc_server_handling_seconds", "From arrival to answer.", _METHOD, buckets=BUCKETS
)
client_handled = Counter(
    "grpc_client_handled_total",
    "Calls to neighbours that ended, by status.",
    (*_METHOD, "grpc_code"),
)
client_seconds = Histogram(
    "grpc_client_handling_seconds", "From call to answer.", _METHOD, buckets=BUCKETS
)
requests_replayed = Counter(
    "resonance_requests_replayed_total",
    "Writes answered from the store because their request_id was known.",
    ("grpc_method",),
)
ready = Gauge("resonance_ready", "1 if the part of the process can do its work.", ("part",))
