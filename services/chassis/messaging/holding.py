"""What a reader was given and has not answered for: kept from others meanwhile, then let go."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

from nats.aio.msg import Msg

from services.chassis.messaging import streams
from services.chassis.messaging.feed import Feed
from services.chassis.messaging.session import BrokerUnavailable, Session

DONE, GIVEN_UP = b"+ACK", b"+TERM"
_NAK, _IN_PROGRESS = b"-NAK ", b"+WPI"


class Holding:
    """The messages of one reader in this process."""

    def __init__(self, ack_wait: timedelta) -> None:
        """`ack_wait`: without a sign for so long the broker gives a message to others."""
        self._renew_every = ack_wait / 3
        self._session: Session | None = None
        self._feed: Feed | None = None
        self._held: dict[str, Msg] = {}

    def begin(self, session: Session, feed: Feed) -> None:
        """Hold what comes of this feed, too, from its arrival on."""
        self._session, self._feed = session, feed

    async def end(self) -> None:
        """Give back at once, for others, what nobody here will do."""
        arrived = self._feed.arrived if self._feed is not None else ()
        for message in [*self._held.values(), *arrived]:
            await self._tell(message, _NAK)
        self._session, self._feed, self._held = None, None, {}

    def take(self, messages: Iterable[Msg]) -> None:
        """Hold these until they are answered for; those before them have been."""
        self._held = {message.reply: message for message in messages}

    async def let_go(self, message: Msg, answer: bytes) -> None:
        """Answer for a message."""
        self._held.pop(message.reply, None)
        await self._tell(message, answer)

    async def keep(self) -> None:
        """Renew what is held for ever, so that the broker gives it to nobody else."""
        while True:
            await asyncio.sleep(self._renew_every.total_seconds())
            arrived: Sequence[Msg] = self._feed.arrived if self._feed is not None else ()
            for message in [*self._held.values(), *arrived]:
                await self._tell(message, _IN_PROGRESS)

    async def _tell(self, message: Msg, answer: bytes) -> None:
        """If the connection is gone, the message comes again and the inbox knows it."""
        if self._session is not None:
            with suppress(BrokerUnavailable):
                await self._session.send(message.reply, answer)


def again_after(pause: timedelta) -> bytes:
    """The answer that lets a message come again in a while."""
    return _NAK + json.dumps({"delay": streams.nanoseconds(pause)}).encode()
