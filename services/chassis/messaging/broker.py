"""The one connection of a process to NATS: kept for ever, streams made, messages confirmed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import NamedTuple, Self
from uuid import uuid4

from nats.aio.msg import Msg

from services.chassis.messaging import metrics, streams
from services.chassis.messaging.outbox import Message
from services.chassis.messaging.session import Answer, ApiError, BrokerUnavailable, Session
from services.chassis.observability.logs import get_logger

log = get_logger(__name__)

CONFIRM_WITHIN = timedelta(seconds=5)
# Sent before the first is confirmed; also the most that the broker takes as one batch.
IN_FLIGHT = 1_000

_WORTH_A_BATCH = 2

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between attempts to connect

OnNotice = Callable[[bytes], Awaitable[None]]
OnGap = Callable[[], Awaitable[None]]


class Receipt(NamedTuple):
    """The broker has it in its file."""

    stream: str
    sequence: int
    duplicate: bool
    """It had it already, under this sequence."""


@dataclass(frozen=True)
class _Listening:
    subject: str
    on_notice: OnNotice
    on_gap: OnGap | None


class Broker:
    """A process's way to NATS.

    `service` names the user, and the stream that is made here unless the process `tells` nothing.
    Everything raises `BrokerUnavailable` at once while there is no connection; nothing is queued
    in memory, for what must not be lost waits in the outbox.
    """

    def __init__(self, url: str, service: str, *, tells: bool = True, replicas: int = 1) -> None:
        self._url, self.service = url, service
        self._streams: list[dict[str, object]] = [streams.dead_stream(replicas=replicas)]
        if tells:
            self._streams.append(streams.events_stream(service, replicas=replicas))
        self._session: Session | None = None
        self._changed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._listening: list[_Listening] = []
        self._trouble: BrokerUnavailable | None = None
        self._watchers: set[Callable[[], None]] = set()

    @property
    def is_connected(self) -> bool:
        return self._session is not None and self._session.is_alive

    async def connect(self, patience: timedelta = timedelta(seconds=10)) -> None:
        """Connect, and stay connected until `close`.

        Raises:
            BrokerUnavailable: not within `patience`; the message says why. It is closed then.
        """
        self._keeper = asyncio.create_task(self._keep_connected(), name="broker connection")
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self.session()
        except TimeoutError:
            await self.close()
            raise self._trouble or BrokerUnavailable("The broker does not answer.") from None

    async def close(self) -> None:
        """End the connection for good; what was published is sent off first."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        if self._session is not None:
            await self._session.close()
            self._session = None
        metrics.broker_connected.set(0)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def session(self) -> Session:
        """Return the connection that lives now, waiting for one if need be."""
        while self._session is None or not self._session.is_alive:
            self._changed.clear()
            await self._changed.wait()
        return self._session

    async def session_until(self, stopping: asyncio.Event) -> Session | None:
        """As `session`; None if told to stop before there is one."""
        if self._session is not None and self._session.is_alive:
            return self._session
        ending = asyncio.ensure_future(stopping.wait())
        opening = asyncio.ensure_future(self.session())
        try:
            await asyncio.wait({ending, opening}, return_when=asyncio.FIRST_COMPLETED)
            return opening.result() if opening.done() else None
        finally:
            ending.cancel()
            opening.cancel()

    def watch(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call this at every new connection; returns what ends the watch."""
        self._watchers.add(call)
        return lambda: self._watchers.discard(call)

    async def publish(self, message: Message) -> Receipt:
        """Put an event into the service's stream.

        Raises:
            BrokerUnavailable: it was not confirmed. It may have arrived all the same; publishing
                the same message again is harmless.
        """
        (outcome,) = await self.publish_many([message])
        if isinstance(outcome, BrokerUnavailable):
            raise outcome
        return outcome

    async def publish_many(self, messages: Sequence[Message]) -> list[Receipt | BrokerUnavailable]:
        """Put events into streams, in this order, many in flight; one outcome for each.

        A receipt means that the broker has it in its file. Messages to one stream go as a batch
        that the broker stores, and syncs to its disk, as one: with `sync_interval: always` a
        hundred cost little more than one. If it does not take the batch (an event in it is there
        already, say), they go one by one.
        """
        outcomes: list[Receipt | BrokerUnavailable] = []
        for start in range(0, len(messages), IN_FLIGHT):
            some = messages[start : start + IN_FLIGHT]
            try:
                session = self._living()
                outcomes += await self._as_batch(session, some) or await self._singly(session, some)
            except BrokerUnavailable as error:
                outcomes += [error] * len(some)
        return outcomes

    async def put(self, subject: str, payload: bytes, headers: dict[str, str]) -> Receipt:
        """Put anything into whichever stream takes the subject.

        Raises:
            BrokerUnavailable: it was not confirmed.
        """
        answer = await self._living().ask(subject, payload, headers)
        await asyncio.wait([answer], timeout=CONFIRM_WITHIN.total_seconds())
        outcome = _outcome(answer)
        if isinstance(outcome, BrokerUnavailable):
            raise outcome
        return outcome

    async def make_streams(self) -> None:
        """Create or update the streams of this service, where they are not so already.

        Raises:
            BrokerUnavailable: JetStream does not answer.
            ApiError: it refuses.
        """
        session = self._living()
        for config in self._streams:
            name = config["name"]
            try:
                await session.api(f"STREAM.CREATE.{name}", config)
            except ApiError as error:
                if not error.differs:
                    raise
                if name != streams.DEAD:  # nobody owns that one alone
                    await session.api(f"STREAM.UPDATE.{name}", config)

    async def broadcast(self, topic: str, payload: bytes = b"") -> None:
        """Tell the other replicas of this service, and this one; at most once, may be lost.

        Raises:
            BrokerUnavailable: there is no connection.
        """
        await self._living().send(streams.notice_subject(self.service, topic), payload)

    async def listen(self, topic: str, on_notice: OnNotice, on_gap: OnGap | None = None) -> None:
        """Hear what replicas of this service broadcast, also after a break.

        Notices sent during a break are lost; `on_gap` is called after it, before the next notice,
        to forget everything one might have been told to forget.
        """
        listening = _Listening(streams.notice_subject(self.service, topic), on_notice, on_gap)
        self._listening.append(listening)
        if self._session is not None and self._session.is_alive:
            await _attach(self._session, listening)

    async def _as_batch(
        self, session: Session, messages: Sequence[Message]
    ) -> list[Receipt] | None:
        """Publish all or nothing; None if the broker does not take these as a batch.

        Raises:
            BrokerUnavailable: it was not confirmed.
        """
        if (
            len(messages) < _WORTH_A_BATCH
            or len({one.subject.split(".")[1] for one in messages}) > 1
        ):
            return None
        batch = uuid4().hex
        for number, message in enumerate(messages, 1):
            headers = streams.headers_of(message)
            headers |= {streams.BATCH_ID: batch, streams.BATCH_SEQUENCE: str(number)}
            if number < len(messages):
                await session.send(message.subject, message.payload, headers=headers)
        headers[streams.BATCH_COMMIT] = "1"
        answer = await session.ask(message.subject, message.payload, headers)
        await asyncio.wait([answer], timeout=CONFIRM_WITHIN.total_seconds())
        outcome = _outcome(answer)
        if isinstance(outcome, Receipt):
            first = outcome.sequence - len(messages) + 1
            return [outcome._replace(sequence=first + place) for place in range(len(messages))]
        if isinstance(outcome.__cause__, ApiError) and not outcome.__cause__.stream_is_missing:
            return None
        raise outcome

    async def _singly(
        self, session: Session, messages: Sequence[Message]
    ) -> list[Receipt | BrokerUnavailable]:
        sent: list[Answer | BrokerUnavailable] = []
        for message in messages:
            headers = streams.headers_of(message)
            try:
                sent.append(await session.ask(message.subject, message.payload, headers))
            except BrokerUnavailable as error:
                sent.append(error)
        answers = [one for one in sent if isinstance(one, asyncio.Future)]
        if answers:
            await asyncio.wait(answers, timeout=CONFIRM_WITHIN.total_seconds())
        return [one if isinstance(one, BrokerUnavailable) else _outcome(one) for one in sent]

    def _living(self) -> Session:
        if self._session is None or not self._session.is_alive:
            raise BrokerUnavailable("There is no connection to the broker.")
        return self._session

    async def _keep_connected(self) -> None:
        pause, first = _FIRST_PAUSE, True
        while True:
            session = Session(self.service)
            try:
                await session.open(self._url)
                self._session = session
                await self._prepare(session, first=first)
            except Exception as error:  # noqa: BLE001 - nobody else would ever connect again
                self._note(error)
                await session.close()
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            if not first:
                log.info("connected to the broker again")
            pause, first, self._trouble = _FIRST_PAUSE, False, None
            metrics.broker_connected.set(1)
            self._changed.set()
            for call in list(self._watchers):
                call()
            await session.ended()
            metrics.broker_connected.set(0)
            log.warning("the connection to the broker broke", error=str(session.trouble))
            await session.close()

    def _note(self, error: Exception) -> None:
        if isinstance(error, BrokerUnavailable):
            trouble = error
        else:
            trouble = BrokerUnavailable(f"{type(error).__name__}: {error}")
        if str(trouble) != str(self._trouble):
            log.warning("no connection to the broker", error=str(trouble))
        self._trouble = trouble

    async def _prepare(self, session: Session, *, first: bool) -> None:
        try:
            await self.make_streams()
        except ApiError:
            # The relay finds out again when it publishes; reading may go on meanwhile.
            log.exception("a stream could not be made")
        for listening in self._listening:
            await _attach(session, listening)
            if not first and listening.on_gap is not None:
                await listening.on_gap()


def _outcome(answer: Answer) -> Receipt | BrokerUnavailable:
    if not answer.done():
        answer.cancel()
        return BrokerUnavailable("The broker did not confirm in time.")
    error = answer.exception()
    if error is None:
        content = answer.result()
        return Receipt(content["stream"], content["seq"], content.get("duplicate", False))
    if isinstance(error, BrokerUnavailable):
        return error
    refused = BrokerUnavailable(f"The broker refused: {error}")
    refused.__cause__ = error
    return refused


async def _attach(session: Session, listening: _Listening) -> None:
    async def hear(notice: Msg) -> None:
        await listening.on_notice(notice.data)

    await session.subscribe(listening.subject, hear)
