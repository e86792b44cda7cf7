"""Pulls one reader's messages from its durable consumer: at once when there are any, else silent.

One pull request is open at a time and asks for one batch. While the batch that came is worked on,
the next is already on its way, so at most two are held. A reader with a pace leaves time between
two batches for more to come, unless a whole one is there. Idle, a request lives a minute and the
broker sends a heartbeat now and then; when even that stays away, the request is made anew.
"""

import asyncio
import json
from collections import deque
from datetime import timedelta
from time import monotonic

from nats.aio.msg import Msg

from services.chassis.messaging.session import BrokerUnavailable, Session
from services.chassis.messaging.streams import nanoseconds

PULL_LIVES = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=15)
_SILENCE = 2.5 * HEARTBEAT.total_seconds()
_AFTER_REFUSAL = 0.2  # seconds

_HEARTBEAT, _REFUSED, _NO_RESPONDERS = "100", "409", "503"


class ConsumerMissing(Exception):
    """The consumer, or its stream, is not there (any more)."""


class Feed:
    """The messages of one consumer over one session."""

    def __init__(
        self,
        session: Session,
        stream: str,
        reader: str,
        batch: int,
        *,
        pace: timedelta = timedelta(0),
    ) -> None:
        self._session, self._batch, self._pace = session, batch, pace.total_seconds()
        self._not_before = 0.0  # by the monotonic clock
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{reader}"
        self._inbox = session.new_inbox()
        self._pull = 0
        self._wanted = 0
        self._missing = False
        self._refused = False
        self.arrived: deque[Msg] = deque()
        self._stir = asyncio.Event()
        self._ended = False

    async def open(self) -> None:
        """Begin to listen for what will be pulled."""
        self._subscription = await self._session.subscribe(f"{self._inbox}.*", self._on_message)
        self._unwatch = self._session.watch(self._stir.set)

    async def close(self) -> None:
        """Stop listening; what has arrived and was not taken stays in `arrived`."""
        self._unwatch()
        if self._session.is_alive:
            await self._subscription.unsubscribe()

    def end(self) -> None:
        """Make `take` return, now and from now on, with nothing."""
        self._ended = True
        self._stir.set()

    async def take(self) -> list[Msg]:
        """Wait for messages and take up to one batch, in the order of the stream.

        Empty once `end` has been called.

        Raises:
            ConsumerMissing: it must be made (again).
            BrokerUnavailable: the session is over.
        """
        await self._wait()
        await self._gather()
        if self._ended:
            return []
        self._not_before = monotonic() + self._pace
        taken = [self.arrived.popleft() for _ in range(min(len(self.arrived), self._batch))]
        if taken and self._wanted <= 0 and self._session.is_alive:
            await self._ask()  # what comes next travels while this batch is worked on
        return taken

    async def _wait(self) -> None:
        while not self.arrived and not self._ended:
            if not await self._listen(_SILENCE):
                self._wanted = 0

    async def _gather(self) -> None:
        """Wait until the next batch may begin or is whole."""
        while len(self.arrived) < self._batch and not self._ended:
            left = self._not_before - monotonic()
            if left <= 0:
                return
            await self._listen(left)

    async def _listen(self, seconds: float) -> bool:
        """Wait for something to happen, with a pull open; tell whether it did in time."""
        self._stir.clear()
        if not self._session.is_alive:
            raise BrokerUnavailable("The connection to the broker broke.")
        if self._missing:
            raise ConsumerMissing
        if self._refused:
            self._refused = False
            await asyncio.sleep(_AFTER_REFUSAL)
        if self._wanted <= 0:
            await self._ask()
        try:
            async with asyncio.timeout(seconds):
                await self._stir.wait()
        except TimeoutError:
            return False
        return True

    async def _ask(self) -> None:
        self._pull += 1
        self._wanted = self._batch
        await self._session.send(
            self._next,
            json.dumps(
                {
                    "batch": self._batch,
                    "expires": nanoseconds(PULL_LIVES),
                    "idle_heartbeat": nanoseconds(HEARTBEAT),
                }
            ).encode(),
            reply=f"{self._inbox}.{self._pull}",
        )

    async def _on_message(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status") if not message.reply else None
        if status is None:
            self._wanted -= 1
            self.arrived.append(message)
        elif message.subject != f"{self._inbox}.{self._pull}":
            return  # about a request that is over already
        elif status == _NO_RESPONDERS:
            self._missing, self._wanted = True, 0
        elif status != _HEARTBEAT:  # 408 its time is over, 409 the broker ended it
            self._refused, self._wanted = status == _REFUSED, 0
            self._missing = "consumer deleted" in str(message.headers).lower()
        self._stir.set()
