"""One connection to NATS, from its making to its break; never mended, always replaced.

The client library can reconnect by itself, and loses things when it does: requests in flight
hang, pull subscriptions stay silent (nats.py #504), a connection may end closed for good. So here
it may not. A session is over at the first sign of a break, everything that belongs to it fails at
once, and `broker.py` makes a new one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple, TypeAlias

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from services.chassis.kernel.errors import Unavailable
from services.chassis.observability.logs import get_logger

log = get_logger(__name__)

CONNECT_SECONDS = 3
# A broker that vanishes without closing the connection is noticed after two of these.
PING_SECONDS = 5
API_SECONDS = 5.0

_NO_RESPONDERS = "503"
_STREAM_MISSING = 10059
_NAME_IN_USE = 10058


class BrokerUnavailable(Unavailable):
    """NATS cannot be reached now, or did not confirm in time; what was sent may have arrived."""

    reason = "BROKER_UNAVAILABLE"


class ApiError(Exception):
    """JetStream refused; `code` is its own error code."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code

    @property
    def stream_is_missing(self) -> bool:
        return self.code == _STREAM_MISSING

    @property
    def differs(self) -> bool:
        """The thing exists with another configuration."""
        return self.code == _NAME_IN_USE


Answer: TypeAlias = "asyncio.Future[dict[str, Any]]"


class StreamState(NamedTuple):
    """Which stream there is, and how far it reaches."""

    created_at: datetime
    first_sequence: int
    last_sequence: int


class Session:
    """What can be done while a connection lasts."""

    def __init__(self, service: str) -> None:
        self._client = Client()
        self._inbox = f"_INBOX.{service}"
        self._service = service
        self._tokens = count()
        self._asked: dict[str, Answer] = {}
        self._answer_prefix = ""
        self._watchers: set[Callable[[], None]] = set()
        self._broken = asyncio.Event()
        self.trouble: Exception | None = None

    @property
    def is_alive(self) -> bool:
        return not self._broken.is_set() and self._client.is_connected

    async def open(self, url: str) -> None:
        """Connect.

        Raises:
            BrokerUnavailable: it cannot be reached, or does not know us.
        """
        try:
            async with asyncio.timeout(CONNECT_SECONDS + 1):
                await self._client.connect(
                    url.split(","),
                    name=self._service,
                    inbox_prefix=self._inbox,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0,
                    connect_timeout=CONNECT_SECONDS,
                    ping_interval=PING_SECONDS,
                    max_outstanding_pings=1,
                    error_cb=self._on_error,
                    disconnected_cb=self._on_end,
                    closed_cb=self._on_end,
                )
                self._answer_prefix = self.new_inbox() + "."
                await self._client.subscribe(f"{self._answer_prefix}*", cb=self._on_answer)
        except (OSError, nats.errors.Error) as error:
            await self.close()
            cause = error if self.trouble is None else self.trouble
            raise BrokerUnavailable(f"The broker cannot be reached: {cause}") from error

    async def close(self) -> None:
        """End it; what was published before is sent off first, if it still can be."""
        if self._client.is_connected:
            with suppress(nats.errors.Error, OSError):
                await self._client.flush(2)
        self._break()
        with suppress(nats.errors.Error, OSError):
            await self._client.close()

    async def ended(self) -> None:
        """Wait until the connection has broken."""
        while self.is_alive:
            # The library tells of most breaks; looking now and then finds the others.
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._broken.wait()
        self._break()

    def watch(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call this when the connection breaks; returns what ends the watch."""
        self._watchers.add(call)
        return lambda: self._watchers.discard(call)

    def new_inbox(self) -> str:
        """Return a subject that only this session listens on."""
        return self._client.new_inbox()

    async def subscribe(
        self, subject: str, callback: Callable[[Msg], Awaitable[None]]
    ) -> Subscription:
        """Listen on core NATS.

        Raises:
            BrokerUnavailable: the connection is broken.
        """
        try:
            return await self._client.subscribe(subject, cb=callback)
        except (nats.errors.Error, OSError) as error:
            raise self._gone(error) from error

    async def send(
        self,
        subject: str,
        payload: bytes,
        *,
        reply: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send on core NATS, unconfirmed.

        Raises:
            BrokerUnavailable: the connection is broken.
        """
        if not self.is_alive:
            raise self._gone(None)
        try:
            await self._client.publish(
                subject, payload, reply, dict(headers) if headers is not None else None
            )
        except (nats.errors.Error, OSError) as error:
            raise self._gone(error) from error

    async def ask(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send something JetStream answers; the future has the answer or what came of it instead.

        That is `ApiError` if it refused, `BrokerUnavailable` if the connection broke. Whoever
        gives up waiting cancels the future.

        Raises:
            BrokerUnavailable: the connection is broken already.
        """
        token = str(next(self._tokens))
        answer: Answer = asyncio.get_running_loop().create_future()
        self._asked[token] = answer
        answer.add_done_callback(lambda _: self._asked.pop(token, None))
        try:
            await self.send(subject, payload, reply=self._answer_prefix + token, headers=headers)
        except BrokerUnavailable:
            answer.cancel()
            raise
        return answer

    async def api(self, verb: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Ask JetStream to do something, e.g. `STREAM.INFO.profile`.

        Raises:
            ApiError: it refused.
            BrokerUnavailable: it did not answer.
        """
        try:
            async with asyncio.timeout(API_SECONDS):
                return await (await self.ask(f"$JS.API.{verb}", json.dumps(body or {}).encode()))
        except TimeoutError:
            raise BrokerUnavailable(f"JetStream did not answer to {verb}.") from None

    async def stream_state(self, stream: str) -> StreamState:
        """Look at a stream.

        Raises:
            ApiError: there is none.
            BrokerUnavailable: no answer.
        """
        answer = await self.api(f"STREAM.INFO.{stream}")
        state = answer["state"]
        created_at = datetime.fromisoformat(answer["created"])
        return StreamState(created_at, state["first_seq"], state["last_seq"])

    def _gone(self, error: Exception | None) -> BrokerUnavailable:
        return BrokerUnavailable(f"The broker does not answer: {error or self.trouble}")

    def _break(self) -> None:
        self._broken.set()
        for answer in list(self._asked.values()):
            if not answer.done():
                answer.set_exception(self._gone(None))
        for call in list(self._watchers):
            call()

    async def _on_answer(self, reply: Msg) -> None:
        answer = self._asked.get(reply.subject[len(self._answer_prefix) :])
        if answer is None or answer.done():
            return
        if reply.headers and reply.headers.get("Status") == _NO_RESPONDERS:
            answer.set_exception(ApiError(_STREAM_MISSING, "nobody answers on this subject"))
            return
        content = json.loads(reply.data)
        if "error" in content:
            error = content["error"]
            code = error.get("err_code", error.get("code", 0))
            answer.set_exception(ApiError(code, error.get("description", "")))
        else:
            answer.set_result(content)

    async def _on_error(self, error: Exception) -> None:
        self.trouble = error
        if isinstance(error, OSError | nats.errors.StaleConnectionError):
            self._break()
        elif "permissions violation" in str(error).lower():
            log.error("the broker forbids this", error=str(error))
        elif self._client.is_connected:
            log.warning("trouble with the broker", error=str(error))

    async def _on_end(self) -> None:
        self._break()
