"""What is measured of alerts."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Counter as Count
from prometheus_client import Gauge, Histogram

from services.emotion_tag.domain.alert import Alert
from services.emotion_tag.domain.alert_sighting import Severity
from services.emotion_tag.domain.subject import SubjectKind

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

_unresolved = Gauge(
    "resonance_emotion_tag_alerts_unresolved",
    "Alerts that are open or acknowledged.",
    ("subject_kind", "severity"),
)
_seconds = Histogram(
    "resonance_emotion_tag_alert_seconds",
    "From the text that made an alert sure to its commit.",
    buckets=_SECONDS,
)
_opened = Count(
    "resonance_emotion_tag_alerts_opened_total",
    "Alerts that were opened, also again.",
    ("subject_kind", "severity"),
)


def note_opened(alert: Alert, committed_at: datetime | None) -> None:
    """Note an alert that was opened just now; the time is None if no new text made it."""
    _opened.labels(alert.subject.kind.value, alert.severity.name.lower()).inc()
    if committed_at is not None:
        late = committed_at - alert.sighting.last_seen_at
        _seconds.observe(max(late.total_seconds(), 0.0))


def note_unresolved(alerts: Iterable[Alert]) -> None:
    """Note all that are not resolved."""
    counts = Counter((alert.subject.kind, alert.severity) for alert in alerts)
    for kind in SubjectKind:
        for severity in Severity:
            _unresolved.labels(kind.value, severity.name.lower()).set(counts[kind, severity])
