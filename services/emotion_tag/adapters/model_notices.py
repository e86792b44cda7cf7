"""Notices between the processes of this service: look at the models, look for evaluations."""

import asyncio

from services.chassis.db.transaction import Database
from services.chassis.messaging.broker import Broker, OnNotice
from services.chassis.messaging.session import BrokerUnavailable
from services.chassis.observability.logs import get_logger

log = get_logger(__name__)

_MODEL, _EVALUATION = "model", "evaluation"


class ModelNotices:
    """Wakes the loops of this process at once, those of the others through the broker.

    A notice may get lost with the broker: the loops look by themselves too, now and then.
    """

    def __init__(self, broker: Broker, database: Database) -> None:
        self._broker, self._database = broker, database
        self.model_changed, self.evaluation_asked = asyncio.Event(), asyncio.Event()
        self._events = {_MODEL: self.model_changed, _EVALUATION: self.evaluation_asked}
        self._topics: set[str] = set()
        self._to_send = asyncio.Event()

    def model_changes(self) -> None:
        """Inside a transaction: tell everybody once it has committed."""
        self._database.after_commit(lambda: self._tell(_MODEL))

    def evaluation_waits(self) -> None:
        """Inside a transaction: tell everybody once it has committed."""
        self._database.after_commit(lambda: self._tell(_EVALUATION))

    async def run(self, stopping: asyncio.Event) -> None:
        """Hear the others and send them what is told here, until the process stops."""
        for topic in self._events:
            await self._broker.listen(topic, self._heard(topic), self._gap)
        ended = asyncio.ensure_future(stopping.wait())
        try:
            while not stopping.is_set():
                told = asyncio.ensure_future(self._to_send.wait())
                await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
                told.cancel()
                self._to_send.clear()
                await self._send()
        finally:
            ended.cancel()

    def _tell(self, topic: str) -> None:
        self._events[topic].set()
        self._topics.add(topic)
        self._to_send.set()

    async def _send(self) -> None:
        topics, self._topics = self._topics, set()
        try:
            for topic in sorted(topics):
                await self._broker.broadcast(topic)
        except BrokerUnavailable:
            log.warning("other replicas were not told", topics=sorted(topics))

    def _heard(self, topic: str) -> OnNotice:
        async def heard(_payload: bytes) -> None:
            self._events[topic].set()

        return heard

    async def _gap(self) -> None:
        for event in self._events.values():
            event.set()
