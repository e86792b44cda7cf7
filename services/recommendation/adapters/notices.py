"""Notices between the processes of this service: what to forget and what to look at anew."""

import asyncio
from collections.abc import Iterable
from os import urandom
from uuid import UUID

from services.chassis.db.transaction import Database
from services.chassis.messaging.broker import Broker, OnNotice
from services.chassis.messaging.session import BrokerUnavailable
from services.chassis.observability.logs import get_logger
from services.recommendation.application.desk import Desk

log = get_logger(__name__)

_PEOPLE, _SHELF, _TRAINING, _MODEL = "people", "shelf", "training", "model"
_ID_BYTES = 16
_PEOPLE_AT_ONCE = 5_000  # ids in one notice; 80 kB


class NoticeBoard:
    """Tells this process at once, the others through the broker.

    A notice may get lost with the broker; then what it was about grows old: a person by
    `PERSON_LIFETIME`, the catalogue and the model by the pause of the loops that look themselves.
    """

    def __init__(self, broker: Broker, desk: Desk) -> None:
        self._broker, self._desk = broker, desk
        self._me = urandom(8)
        self._people: set[UUID] = set()
        self._topics: set[str] = set()
        self._to_send = asyncio.Event()
        self.shelf_changed, self.training_waits, self.model_changed = (
            asyncio.Event(),
            asyncio.Event(),
            asyncio.Event(),
        )
        self._events = {
            _SHELF: self.shelf_changed,
            _TRAINING: self.training_waits,
            _MODEL: self.model_changed,
        }

    def tell_people(self, user_ids: Iterable[UUID]) -> None:
        """Forget these people here and everywhere."""
        ids = set(user_ids)
        self._desk.forget(ids)
        self._people |= ids
        self._to_send.set()

    def tell_shelf(self) -> None:
        self._tell(_SHELF)

    def tell_training(self) -> None:
        self._tell(_TRAINING)

    def tell_model(self) -> None:
        self._tell(_MODEL)

    def on_commit(self, database: Database) -> "CommittedNotices":
        """Return what a transaction notes its notices with."""
        return CommittedNotices(database, self)

    async def run(self, stopping: asyncio.Event) -> None:
        """Hear the others and send them what is told here, until the process stops."""
        for topic in (_PEOPLE, *self._events):
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
        people, topics = list(self._people), self._topics
        self._people, self._topics = set(), set()
        try:
            for start in range(0, len(people), _PEOPLE_AT_ONCE):
                ids = b"".join(one.bytes for one in people[start : start + _PEOPLE_AT_ONCE])
                await self._broker.broadcast(_PEOPLE, self._me + ids)
            for topic in sorted(topics):
                await self._broker.broadcast(topic, self._me)
        except BrokerUnavailable:
            log.warning("other replicas were not told", people=len(people))

    def _heard(self, topic: str) -> OnNotice:
        async def heard(payload: bytes) -> None:
            sender, ids = payload[: len(self._me)], payload[len(self._me) :]
            if sender == self._me:
                return
            if topic in self._events:
                self._events[topic].set()
                return
            self._desk.forget(
                UUID(bytes=ids[at : at + _ID_BYTES]) for at in range(0, len(ids), _ID_BYTES)
            )

        return heard

    async def _gap(self) -> None:
        self._desk.forget_all()
        for event in self._events.values():
            event.set()


class CommittedNotices:
    """Notices that are given if, and only if, the transaction commits."""

    def __init__(self, database: Database, board: NoticeBoard) -> None:
        self._database, self._board = database, board

    def people_changed(self, user_ids: Iterable[UUID]) -> None:
        ids = set(user_ids)
        if ids:
            self._database.after_commit(lambda: self._board.tell_people(ids))

    def shelf_changed(self) -> None:
        self._database.after_commit(self._board.tell_shelf)

    def training_waits(self) -> None:
        self._database.after_commit(self._board.tell_training)
