"""Runs a reaction to the events of a kind: in batches, in one transaction each, the effect once.

A batch is committed together with its inbox rows and only then acknowledged: a crash between the
two brings it again, and the inbox knows it. If a batch fails, its events are tried one by one, so
that one poison event holds up nobody; it comes again after a growing pause and, having failed
`max_tries` times, is put aside as a dead letter. What is not the event's fault does not count:
while the database is away the reader waits and holds what it has; while a neighbour is away, or
locks collide, the event comes again until it can be done.

Tries are counted in the process, not by the broker, who also counts deliveries to readers that were
killed: a restart forgives some tries rather than burying an event that never failed.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic
from uuid import UUID

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from sqlalchemy import Table, exc

from services.chassis.db.transaction import Database, DatabaseUnavailable
from services.chassis.kernel.errors import DomainError, Unavailable
from services.chassis.messaging import metrics, streams
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.feed import ConsumerMissing, Feed
from services.chassis.messaging.holding import DONE, GIVEN_UP, Holding, again_after
from services.chassis.messaging.inbox import Inbox
from services.chassis.messaging.reaction import Delivered, E, Reaction
from services.chassis.messaging.session import ApiError, BrokerUnavailable, Session
from services.chassis.observability.logs import get_logger
from services.chassis.observability.tracing import Span
from services.chassis.rpc.errors import DatabaseConflict, expected

log = get_logger(__name__)

# What is held is renewed three times in this span. After it, what a killed reader held, or what was
# on its way when the broker was killed, comes again.
ACK_WAIT = timedelta(seconds=10)
# Given out and not yet acknowledged, over all replicas; events that wait for another try count.
MAX_PENDING = 5_000

LONGEST_PAUSE = timedelta(minutes=1)
PAUSE_WHEN_AWAY = timedelta(seconds=5)
_DATABASE_PAUSE = 0.25  # seconds between attempts while the database is away
_COLLISIONS = 3  # deadlocks and the like after which a batch is taken apart
_STREAM_PAUSE_FIRST, _STREAM_PAUSE_LONGEST = 0.1, 2.0  # while a stream has not been made yet

_LONGEST_ERROR = 300  # characters of an error that a dead letter carries
_MOST_FAILING = 10_000  # events whose tries are remembered


@dataclass(frozen=True)
class _Held(Generic[E]):
    message: Msg
    delivered: Delivered[E]


@dataclass
class _Failures:
    """How often events have failed here, by their own fault."""

    counts: dict[UUID, int] = field(default_factory=dict)

    def add(self, event_id: UUID) -> int:
        if event_id not in self.counts and len(self.counts) >= _MOST_FAILING:
            self.counts.pop(next(iter(self.counts)))
        self.counts[event_id] = self.counts.get(event_id, 0) + 1
        return self.counts[event_id]

    def forget(self, event_id: UUID) -> None:
        self.counts.pop(event_id, None)


class _Stopped(Exception):
    """The process stops while a batch cannot be done."""


class Subscriber(Generic[E]):
    """One reader, in this process; others may run beside it in other processes."""

    def __init__(
        self,
        database: Database,
        inbox: Table,
        broker: Broker,
        reaction: Reaction[E],
        *,
        ack_wait: timedelta = ACK_WAIT,
        turns: asyncio.Semaphore | None = None,
    ) -> None:
        """Share `turns` among the readers of a process to leave connections to its calls."""
        self._database, self._broker, self._reaction = database, broker, reaction
        self._inbox = Inbox(inbox, reaction.reader)
        self._stream = streams.stream_of(reaction.to)
        self._ack_wait = ack_wait
        self._turns = turns or asyncio.Semaphore()
        self._failures = _Failures()
        self._holding = Holding(ack_wait)
        self._feed: Feed | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Read until told to stop; outlives every failure of the database and of the broker."""
        async with asyncio.TaskGroup() as parts:
            aside = [
                parts.create_task(self._end_feed_at(stopping)),
                parts.create_task(self._holding.keep()),
            ]
            await self._run(stopping)
            for part in aside:
                part.cancel()

    async def _run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            session = await self._broker.session_until(stopping)
            if session is None:
                return
            try:
                await self._make_consumer(session, stopping)
                await self._read(session, stopping)
            except ConsumerMissing:
                log.warning("the consumer is gone and made again", reader=self._reaction.reader)
            except BrokerUnavailable:
                await _pause(stopping, _STREAM_PAUSE_FIRST)
            except Exception:
                log.exception("unexpected failure in a subscriber", reader=self._reaction.reader)
                await _pause(stopping, _STREAM_PAUSE_LONGEST)

    async def _make_consumer(self, session: Session, stopping: asyncio.Event) -> None:
        """Make the durable consumer, or find it; waits for the stream if nobody has made it yet."""
        reaction = self._reaction
        config = streams.durable(
            self._stream,
            reaction.reader,
            reaction.to.DESCRIPTOR.full_name,
            ack_wait=self._ack_wait,
            max_pending=MAX_PENDING,
        )
        pause = _STREAM_PAUSE_FIRST
        while not stopping.is_set():
            try:
                await session.api(
                    f"CONSUMER.CREATE.{self._stream}.{reaction.reader}",
                    {"stream_name": self._stream, "config": config},
                )
            except ApiError as error:
                if not error.stream_is_missing:
                    raise
            else:
                return
            await _pause(stopping, pause)
            pause = min(pause * 2, _STREAM_PAUSE_LONGEST)

    async def _read(self, session: Session, stopping: asyncio.Event) -> None:
        self._feed = feed = Feed(
            session,
            self._stream,
            self._reaction.reader,
            self._reaction.batch,
            pace=self._reaction.pace,
        )
        await feed.open()
        self._holding.begin(session, feed)
        try:
            while not stopping.is_set() and (taken := await feed.take()):
                self._holding.take(taken)
                await self._handle(taken, stopping)
        finally:
            self._feed = None
            await feed.close()
            await self._holding.end()

    async def _handle(self, taken: Sequence[Msg], stopping: asyncio.Event) -> None:
        held: list[_Held[E]] = []
        for message in taken:
            try:
                held.append(_Held(message, self._decode(message)))
            except (DecodeError, ValueError) as error:
                await self._bury(message, "UNDECODABLE", error, tries=1)
        if held:
            with suppress(_Stopped):
                await self._settle(held, stopping)

    def _decode(self, message: Msg) -> Delivered[E]:
        headers = message.headers or {}
        return Delivered(
            id=streams.event_id_of(headers),
            event=self._reaction.to.FromString(message.data),
            occurred_at=streams.occurred_at_of(headers),
        )

    async def _settle(self, held: Sequence[_Held[E]], stopping: asyncio.Event) -> None:
        """Do the events, and tell the broker what became of them."""
        reader = self._reaction.reader
        traceparent = (held[0].message.headers or {}).get(streams.TRACEPARENT)
        with Span(f"react {reader}", kind="consumer", traceparent=traceparent) as span:
            span.note({"messaging.batch.message_count": len(held)})
            try:
                with metrics.event_handling_seconds.labels(reader).time():
                    done = await self._do(held, stopping)
            except _Stopped:
                raise
            except Exception as error:  # noqa: BLE001 - logged where it is decided upon
                if len(held) == 1:
                    span.failed(type(error).__name__)
                    await self._failed(held[0], error)
                    return
                if _is_passing(error) and all(_comes_first_time(one.message) for one in held):
                    # One by one they would all wait for the same neighbour.
                    await self._defer(held, error)
                    return
                log.info(
                    "a batch failed, its events are tried one by one",
                    reader=reader,
                    events=len(held),
                    error=type(error).__name__,
                )
            else:
                metrics.events_handled.labels(reader, "done").inc(done)
                metrics.events_handled.labels(reader, "repeated").inc(len(held) - done)
                for one in held:
                    self._failures.forget(one.delivered.id)
                    await self._holding.let_go(one.message, DONE)
                return
        for one in held:
            await self._settle([one], stopping)

    async def _do(self, held: Sequence[_Held[E]], stopping: asyncio.Event) -> int:
        """Commit the effect of the events; return how many were new. Waits for the database."""
        waiting, collisions = False, 0
        while True:
            try:
                return await self._attempt(held)
            except (DatabaseUnavailable, exc.TimeoutError):
                if not waiting:
                    log.warning("the reader waits for the database", reader=self._reaction.reader)
                waiting = True
            except exc.DBAPIError as error:
                collisions += 1
                if not isinstance(expected(error), DatabaseConflict) or collisions > _COLLISIONS:
                    raise
            await _pause(stopping, _DATABASE_PAUSE)
            if stopping.is_set():
                raise _Stopped

    async def _attempt(self, held: Sequence[_Held[E]]) -> int:
        events = {one.delivered.id: one.delivered for one in held}
        do = self._reaction.do
        if self._reaction.prepare is not None:
            known = await self._known(held)
            unknown = [event for event in events.values() if event.id not in known]
            if not unknown:
                return 0
            do = await self._reaction.prepare(unknown)
        assert do is not None, "checked when the reaction was made"
        async with self._turns, self._database.ambient() as connection:
            new = await self._inbox.take(connection, list(events))
            fresh = [event for event in events.values() if event.id in new]
            if fresh:
                await do(fresh)
        return len(fresh)

    async def _known(self, held: Sequence[_Held[E]]) -> set[UUID]:
        """Those done before; only of what comes again is it worth asking."""
        again = [one.delivered.id for one in held if not _comes_first_time(one.message)]
        if not again:
            return set()
        async with (
            self._turns,
            self._database.reads(lambda connection: connection)() as connection,
        ):
            return await self._inbox.known(connection, again)

    async def _failed(self, one: _Held[E], error: Exception) -> None:
        """Decide what becomes of an event that failed by itself."""
        reaction, event_id = self._reaction, one.delivered.id
        if _is_passing(error):
            await self._defer([one], error)
            return
        tries = self._failures.add(event_id)
        metrics.events_handled.labels(reaction.reader, "failed").inc()
        log.warning(
            "an event failed",
            reader=reaction.reader,
            event_id=str(event_id),
            tries=tries,
            exc_info=error,
        )
        if tries >= reaction.max_tries:
            reason = error.reason if isinstance(error, DomainError) else type(error).__name__
            await self._bury(one.message, reason, error, tries)
            self._failures.forget(event_id)
        else:
            pause = min(reaction.retry_after * 2 ** (tries - 1), LONGEST_PAUSE)
            await self._holding.let_go(one.message, again_after(pause))

    async def _defer(self, held: Sequence[_Held[E]], error: Exception) -> None:
        """Let events come again in a while without counting it as a failure of theirs."""
        metrics.events_handled.labels(self._reaction.reader, "deferred").inc(len(held))
        log.warning(
            "events have to wait",
            reader=self._reaction.reader,
            events=len(held),
            error=f"{type(error).__name__}: {error}",
        )
        for one in held:
            await self._holding.let_go(one.message, again_after(PAUSE_WHEN_AWAY))

    async def _bury(self, message: Msg, reason: str, error: Exception, tries: int) -> None:
        """Put a message aside as a dead letter; if that fails, it comes again in a while."""
        reader = self._reaction.reader
        event_id = (message.headers or {}).get(streams.MESSAGE_ID, "")[: streams.UUID_LENGTH]
        headers = streams.own_headers(message.headers or {}) | {
            streams.MESSAGE_ID: f"{event_id}.{reader}.{message.metadata.sequence.stream}",
            streams.READER: reader,
            streams.REASON: reason,
            streams.ERROR: _one_line(error),
            streams.TRIES: str(tries),
            streams.ORIGINAL_SUBJECT: self._reaction.to.DESCRIPTOR.full_name,
        }
        try:
            await self._broker.put(streams.dead_subject(reader), message.data, headers)
        except BrokerUnavailable as unavailable:
            log.warning("no dead letter could be left", reader=reader, error=str(unavailable))
            await self._holding.let_go(message, again_after(LONGEST_PAUSE))
            return
        await self._holding.let_go(message, GIVEN_UP)
        metrics.dead_letters.labels(reader).inc()
        metrics.events_handled.labels(reader, "dead").inc()
        log.error("an event is given up", reader=reader, event_id=event_id, reason=reason)

    async def _end_feed_at(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        if self._feed is not None:
            self._feed.end()


def _is_passing(error: Exception) -> bool:
    """Whether this is not the event's fault and may be over soon."""
    return isinstance(expected(error), Unavailable | DatabaseConflict)


def _comes_first_time(message: Msg) -> bool:
    return bool(message.metadata.num_delivered == 1)


def _one_line(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text.encode("ascii", "backslashreplace").decode()[:_LONGEST_ERROR]


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
