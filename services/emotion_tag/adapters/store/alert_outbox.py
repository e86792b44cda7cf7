"""What is told of alerts, in words: readers of the event need not ask what it is about."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from resonance.emotion_tag.v1.emotion_tag_events_pb2 import AlertChanged
from services.chassis.kernel.events import DomainEvent
from services.chassis.messaging.outbox import Message, Outbox, message_of
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.adapters.store.trends import PostgresTrendReader
from services.emotion_tag.alert_wire import to_alert
from services.emotion_tag.application.trends.name_topics import names_by
from services.emotion_tag.domain.alert import AlertMoved
from services.emotion_tag.domain.locale import Locale


class AlertOutbox:
    def __init__(self, connection: AsyncConnection, locales: Sequence[Locale]) -> None:
        self._connection, self._locales = connection, locales

    async def add(self, events: Iterable[DomainEvent]) -> None:
        """Store events so that they are sent if, and only if, this transaction commits."""
        told = list(events)
        if not told:
            return
        subjects = {event.alert.subject for event in told if isinstance(event, AlertMoved)}
        now = max(event.occurred_at for event in told)
        names = await names_by(PostgresTrendReader(self._connection), subjects, now)

        def encode(event: DomainEvent) -> Message:
            if not isinstance(event, AlertMoved):
                raise TypeError(f"{type(event).__name__} is not about an alert.")
            alert = event.alert
            shown = to_alert(alert, self._locales, names.get(alert.subject, ""))
            return message_of(event, AlertChanged(alert=shown))

        await Outbox(self._connection, platform.outbox, encode).add(told)
