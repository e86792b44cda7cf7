"""Carries the outbox into the service's stream: nothing lost, in order, a moment after the commit.

Rows stay in the outbox after publishing, with the incarnation of the stream and the place in it. On
every new connection, and whenever a receipt shows that the stream has changed under it, the relay
looks whether the stream still holds what it was told; what it does not hold is told again.

Several replicas may run relays: an advisory lock lets one at a time through, so that the order of
the outbox is the order of the stream. A crash between the receipt and the commit tells some events
twice; readers drop ids they have seen.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import Table, exc
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.transaction import Database, DatabaseUnavailable
from services.chassis.messaging import metrics
from services.chassis.messaging.broker import Broker, Receipt
from services.chassis.messaging.lost_events import Stored, forget_lost
from services.chassis.messaging.outbox import Message
from services.chassis.messaging.outbox_statements import OutboxStatements
from services.chassis.messaging.session import ApiError, BrokerUnavailable, Session
from services.chassis.observability.logs import get_logger

log = get_logger(__name__)

# Large enough to keep the broker busy, small enough that a crash repeats little.
BATCH = 256
# A commit wakes the relay; looking by itself is for what a crash or a broken broker left behind.
POLL = timedelta(seconds=2)
# A stream that is removed and made anew while we stay connected is mostly noticed by its receipts.
CHECK_EVERY = timedelta(minutes=1)
PAUSE_AFTER_TROUBLE = timedelta(milliseconds=250)

# What the relay waits out. A lock that is not had in time is another relay at work; a connection
# that is not, a pool that others use.
_TROUBLE = (
    DatabaseUnavailable,
    BrokerUnavailable,
    ApiError,
    exc.DBAPIError,
    exc.TimeoutError,
)


class Relay:
    """Publishes what one service has to tell."""

    def __init__(
        self,
        database: Database,
        table: Table,
        broker: Broker,
        *,
        batch: int = BATCH,
        poll: timedelta = POLL,
    ) -> None:
        self._database, self._broker = database, broker
        self._batch, self._poll = batch, poll
        self._sql = OutboxStatements(table)
        self._checked: Session | None = None
        self._stream_created_at: datetime | None = None
        self._highest = 0
        self._looked_at = self._checked_at = 0.0
        self._trouble = ""

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop, then send what is left, if that can be done at once.

        Outlives every failure of the database and of the broker.
        """
        unwatch = self._broker.watch(self._database.told.set)
        try:
            async with asyncio.TaskGroup() as parts:
                waker = parts.create_task(_wake_at(stopping, self._database.told))
                await self._run(stopping)
                waker.cancel()
            with suppress(*_TROUBLE):
                while await self.relay_once() == self._batch:
                    pass
        finally:
            unwatch()

    async def relay_once(self) -> int:
        """Publish one batch, oldest first; return how many events the stream has confirmed.

        Raises:
            DatabaseUnavailable: nothing is lost, nothing is marked.
            BrokerUnavailable: what it did not confirm stays waiting.
        """
        if not self._broker.is_connected:
            return 0
        session = await self._broker.session()
        if self._must_check(session):
            await self._check(session)
        async with self._database.ambient() as connection:
            await connection.execute(self._sql.lock)
            rows = (await connection.execute(self._sql.oldest, {"batch": self._batch})).all()
            if not rows:
                return 0
            outcomes = await self._broker.publish_many([_message(row) for row in rows])
            confirmed = [
                (row.position, outcome.sequence)
                for row, outcome in zip(rows, outcomes, strict=True)
                if isinstance(outcome, Receipt)
            ]
            await self._mark(connection, confirmed)
        metrics.outbox_published.inc(len(confirmed))
        self._notice_changes(outcomes)
        return len(confirmed)

    async def _run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            self._database.told.clear()
            try:
                more = await self._turn()
                self._trouble = ""
            except _TROUBLE as error:
                self._note(error)
                more = False
                await asyncio.sleep(PAUSE_AFTER_TROUBLE.total_seconds())
            except Exception:
                log.exception("unexpected failure in the relay")
                more = False
                await asyncio.sleep(PAUSE_AFTER_TROUBLE.total_seconds())
            if not more:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll.total_seconds()):
                        await self._database.told.wait()

    async def _turn(self) -> bool:
        """Publish a batch if there is any; return whether there may be more."""
        if monotonic() - self._looked_at >= self._poll.total_seconds():
            waiting = await self._look()
            self._looked_at = monotonic()
            if not waiting and self._checked is not None and not self._must_check(self._checked):
                return False
        return await self.relay_once() == self._batch

    async def _look(self) -> int:
        """Count what waits, for the metrics and for us."""
        async with self._database.reads(lambda connection: connection)() as connection:
            found = (await connection.execute(self._sql.waiting)).one()
        lag = (datetime.now(UTC) - found.oldest).total_seconds() if found.oldest else 0.0
        metrics.outbox_waiting.set(found.waiting)
        metrics.outbox_lag_seconds.set(max(lag, 0.0))
        return int(found.waiting)

    async def _mark(
        self, connection: AsyncConnection, confirmed: Sequence[tuple[int, int]]
    ) -> None:
        if confirmed:
            await connection.execute(
                self._sql.mark,
                {
                    "created_at": self._stream_created_at,
                    "positions": [position for position, _ in confirmed],
                    "sequences": [sequence for _, sequence in confirmed],
                },
            )

    def _notice_changes(self, outcomes: Sequence[Receipt | BrokerUnavailable]) -> None:
        """Check the stream again before the next batch if anything looks odd."""
        fresh = [one.sequence for one in outcomes if isinstance(one, Receipt) and not one.duplicate]
        if fresh and min(fresh) <= self._highest:
            self._checked = None  # places are given out anew: another stream, or a shorter one
        self._highest = max([self._highest, *fresh])
        failed = next((one for one in outcomes if isinstance(one, BrokerUnavailable)), None)
        if failed is not None:
            self._checked = None
            raise failed

    def _must_check(self, session: Session) -> bool:
        return (
            session is not self._checked
            or not session.is_alive
            or monotonic() - self._checked_at >= CHECK_EVERY.total_seconds()
        )

    async def _check(self, session: Session) -> None:
        """Make sure that the stream exists and holds what it was told; else tell it again."""
        try:
            state = await session.stream_state(self._broker.service)
        except ApiError as error:
            if not error.stream_is_missing:
                raise
            await self._broker.make_streams()
            state = await session.stream_state(self._broker.service)
        async with self._database.ambient() as connection:
            await connection.execute(self._sql.lock)
            lost = await forget_lost(connection, self._sql, session, self._broker.service, state)
        if lost:
            metrics.outbox_told_again.inc(lost)
            log.warning("the stream has lost events, they are told again", events=lost)
        self._stream_created_at, self._highest = state.created_at, state.last_sequence
        self._checked, self._checked_at = session, monotonic()

    def _note(self, error: Exception) -> None:
        if str(error) != self._trouble:
            self._trouble = str(error)
            log.warning("the relay waits", error=self._trouble)


def _message(row: Stored) -> Message:
    told_before = row.stream_sequence is not None
    return Message(
        id=row.event_id,
        subject=row.subject,
        payload=row.payload,
        occurred_at=row.occurred_at,
        traceparent=row.traceparent,
        again=f".again.{row.stream_sequence}" if told_before else "",
    )


async def _wake_at(stopping: asyncio.Event, told: asyncio.Event) -> None:
    await stopping.wait()
    told.set()
