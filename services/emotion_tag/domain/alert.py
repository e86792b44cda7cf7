"""An alert: a spike of negative emotion on a subject, and what people did about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.ids import new_id
from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.alert_sighting import Severity, Sighting
from services.emotion_tag.domain.errors import WrongAlertState
from services.emotion_tag.domain.subject import Subject

LONGEST_NOTE = 500  # characters; alert_service.proto says the same

SAME_SPIKE = timedelta(days=1)
"""What flares up again so soon after it was resolved is the same alert, open again."""


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was done with an alert."""

    user_id: UUID | None
    """None if the rate was normal again by itself."""
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class AlertMoved(DomainEvent):
    """An alert was opened, acknowledged, resolved, opened again, or is worse; as it is now."""

    alert: "Alert"


@dataclass(kw_only=True)
class Alert:
    """At most one of a subject and family is not resolved. `version` counts what was told."""

    id: UUID
    subject: Subject
    family: Family
    sighting: Sighting
    state: AlertState
    severity: Severity
    opened_at: datetime
    version: int = 0
    reopen_count: int = 0
    acknowledgement: Step | None = None
    resolution: Step | None = None
    events: list[DomainEvent] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def opened(cls, subject: Subject, family: Family, seen: Sighting, now: datetime) -> "Alert":
        alert = cls(
            id=new_id(),
            subject=subject,
            family=family,
            sighting=seen,
            state=AlertState.OPEN,
            severity=seen.severity,
            opened_at=now,
        )
        alert._tell(now)
        return alert

    @property
    def is_over(self) -> bool:
        return self.state is AlertState.RESOLVED

    def is_same_spike(self, now: datetime) -> bool:
        """Whether a flare at `now` belongs to it, resolved as it may be."""
        return self.resolution is None or now - self.resolution.at < SAME_SPIKE or not self.is_over

    def see(self, seen: Sighting, now: datetime) -> None:
        """Note how it is by now; told only if it is worse than it was."""
        worse = seen.severity > self.severity
        self.sighting = seen.after(self.sighting)
        self.severity = max(self.severity, seen.severity)
        if worse:
            self._tell(now)

    def reopen(self, seen: Sighting, now: datetime) -> None:
        """It flares up again: nobody looks after it yet."""
        self._must_be(AlertState.RESOLVED)
        self.state, self.opened_at = AlertState.OPEN, now
        self.sighting, self.severity = seen, seen.severity
        self.acknowledgement = None
        self.reopen_count += 1
        self._tell(now)

    def acknowledge(self, step: Step) -> None:
        """Somebody looks after it.

        Raises:
            WrongAlertState: somebody does already, or it is resolved.
        """
        self._must_be(AlertState.OPEN)
        self.state, self.acknowledgement = AlertState.ACKNOWLEDGED, step
        self._tell(step.at)

    def resolve(self, step: Step) -> None:
        """It is dealt with, or normal again.

        Raises:
            WrongAlertState: it is resolved.
        """
        self._must_be(AlertState.OPEN, AlertState.ACKNOWLEDGED)
        self.state, self.resolution = AlertState.RESOLVED, step
        self._tell(step.at)

    def _must_be(self, *states: AlertState) -> None:
        if self.state not in states:
            raise WrongAlertState(f"The alert is {self.state}.", state=self.state.value)

    def _tell(self, now: datetime) -> None:
        self.version += 1
        self.events.append(AlertMoved(alert=self, occurred_at=now))


def told_of(alerts: Sequence[Alert]) -> list[DomainEvent]:
    """What is to be told of them."""
    return [event for alert in alerts for event in alert.events]
