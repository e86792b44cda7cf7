"""Our own events at the broker, where single ones can be overwritten."""

import base64
from uuid import UUID

from services.chassis.messaging.broker import Broker
from services.chassis.messaging.session import ApiError
from services.chassis.messaging.streams import MESSAGE_ID

_NOT_FOUND = 10037  # JetStream: no message found


class BrokerStream:
    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def erase(self, event_id: UUID, sequence: int) -> None:
        """Overwrite the event in this place; another one, of a stream made anew, stays."""
        session = await self._broker.session()
        name = self._broker.service
        try:
            found = await session.api(f"STREAM.MSG.GET.{name}", {"seq": sequence})
            headers = base64.b64decode(found["message"].get("hdrs", "")).decode()
            if f"{MESSAGE_ID}: {event_id}" in headers:
                await session.api(f"STREAM.MSG.DELETE.{name}", {"seq": sequence, "no_erase": False})
        except ApiError as error:
            if error.code != _NOT_FOUND:
                raise
