"""What the messaging part measures. Labels are readers' names, never ids."""

from prometheus_client import Counter, Gauge, Histogram

from services.chassis.observability.metrics import BUCKETS

outbox_waiting = Gauge(
    "resonance_outbox_waiting", "Events committed and not yet in the stream (counted to 10,000)."
)
outbox_lag_seconds = Gauge(
    "resonance_outbox_lag_seconds", "Age of the oldest event that waits for the relay."
)
outbox_published = Counter("resonance_outbox_published_total", "Events the relay has published.")
outbox_told_again = Counter(
    "resonance_outbox_told_again_total", "Events published once more because a stream lost them."
)
events_handled = Counter(
    "resonance_events_handled_total",
    "Events by outcome: done, repeated (dropped by the inbox), failed, deferred, dead.",
    ("reader", "outcome"),
)
event_handling_seconds = Histogram(
    "resonance_event_handling_seconds",
    "One batch, from taking to commit.",
    ("reader",),
    buckets=BUCKETS,
)
dead_letters = Counter(
    "resonance_dead_letters_total", "Events given up and put aside.", ("reader",)
)
broker_connected = Gauge("resonance_broker_connected", "1 while there is a connection to NATS.")
