"""What a service does about events of a kind."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from google.protobuf.message import Message as ProtoMessage

E = TypeVar("E", bound=ProtoMessage)


@dataclass(frozen=True, kw_only=True)
class Delivered(Generic[E]):
    """An event as it reached the reader."""

    id: UUID
    event: E
    occurred_at: datetime


Do = Callable[[Sequence[Delivered[E]]], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Reaction(Generic[E]):
    """What a service does about events of one kind. Give `do`, or `prepare` instead."""

    reader: str
    """`<service>_<what it does>`: name of the durable consumer and in the inbox. Renaming it makes
    a new reader, to whom everything in the stream is new."""
    to: type[E]
    """Proto class of the event; the stream and the subject follow from its full name."""
    do: Do[E] | None = None
    """Runs inside the ambient transaction with the new events of a batch, in order; each once."""
    prepare: Callable[[Sequence[Delivered[E]]], Awaitable[Do[E]]] | None = None
    """For work that has no place in a transaction (asking a neighbour, running a model): runs
    before it, with events of which some may turn out to be known, and returns what to do inside."""
    batch: int = 100
    """At most this many events at once."""
    pace: timedelta = timedelta(0)
    """Least time from the start of one batch to the next, unless a whole one waits. Where much
    happens, events are gathered, as a batch costs little more than an event; the first after a
    silence is handled at once. Give it to whatever nobody waits for."""
    max_tries: int = 8
    """Failures of an event, all its own fault, until it is a dead letter."""
    retry_after: timedelta = timedelta(seconds=1)
    """Pause after the first failure; doubles with each, up to a minute."""

    def __post_init__(self) -> None:
        if (self.do is None) == (self.prepare is None):
            raise ValueError(f"{self.reader} needs either `do` or `prepare`.")


def each(fn: Callable[[Delivered[E]], Awaitable[None]]) -> Do[E]:
    """Make the batch form of a reaction to a single event."""

    async def do(events: Sequence[Delivered[E]]) -> None:
        for event in events:
            await fn(event)

    return do
