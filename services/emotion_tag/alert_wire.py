"""Alerts as the contract has them; used by calls and by events."""

from collections.abc import Sequence

from resonance.emotion_tag.v1 import alert_pb2 as pb
from resonance.emotion_tag.v1 import emotion_pb2
from services.emotion_tag.domain.alert import Alert, AlertState, Step
from services.emotion_tag.domain.alert_counts import FAMILIES
from services.emotion_tag.domain.locale import Locale
from services.emotion_tag.subject_wire import to_subject
from services.emotion_tag.wire import ASPECT_NUMBERS, to_time

STATE_NUMBERS = {
    state: pb.AlertState.Value(f"ALERT_STATE_{state.value.upper()}") for state in AlertState
}
_FAMILY_NUMBERS = {
    family: pb.EmotionFamily.Value(f"EMOTION_FAMILY_{family.value.upper()}") for family in FAMILIES
}


def to_alert(alert: Alert, locales: Sequence[Locale] = (), subject_name: str = "") -> pb.Alert:
    """The alert, with what is said of it in these locales, and how most write its topic."""
    seen = alert.sighting
    return pb.Alert(
        alert_id=str(alert.id),
        subject=to_subject(alert.subject, subject_name),
        family=_FAMILY_NUMBERS[alert.family],
        state=STATE_NUMBERS[alert.state],
        severity=pb.AlertSeverity.ValueType(alert.severity),
        version=alert.version,
        negative_count=seen.negatives,
        text_count=seen.texts,
        author_count=seen.authors,
        observed_rate=seen.observed,
        expected_rate=seen.expected,
        expected_rate_low=seen.expected_low,
        expected_rate_high=seen.expected_high,
        aspect=ASPECT_NUMBERS[seen.aspect] if seen.aspect else emotion_pb2.ASPECT_UNSPECIFIED,
        aspect_lift=seen.aspect_lift,
        start_time=to_time(seen.started_at),
        open_time=to_time(alert.opened_at),
        last_seen_time=to_time(seen.last_seen_at),
        peak_time=to_time(seen.peak_at),
        peak_rate=seen.peak_rate,
        reopen_count=alert.reopen_count,
        acknowledgement=_to_step(alert.acknowledgement),
        resolution=_to_step(alert.resolution),
        names={one.name: one.headline(alert.family, seen.aspect) for one in locales},
    )


def _to_step(step: Step | None) -> pb.AlertStep | None:
    if step is None:
        return None
    user_id = str(step.user_id) if step.user_id else ""
    return pb.AlertStep(user_id=user_id, step_time=to_time(step.at), note=step.note)
