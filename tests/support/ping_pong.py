"""Two tiny services for tests of the messaging: `ping` tells, `pong` reacts and tells back.

`ping` keeps the numbers it has told and those that came back; `pong` keeps one row per effect,
without any constraint, so that an effect that happens twice shows. Run one as a process with
`python -m tests.support.ping_pong ping` (or `pong`); see `main` for what the environment says.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message as ProtoMessage
from sqlalchemy import BigInteger, Column, Integer, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.db.engine import make_engine
from services.chassis.db.tables import PlatformTables, service_metadata
from services.chassis.db.transaction import Database
from services.chassis.kernel.events import DomainEvent
from services.chassis.messaging.broker import Broker, Receipt
from services.chassis.messaging.holding import Holding
from services.chassis.messaging.outbox import Message, Outbox, message_of
from services.chassis.messaging.reaction import Delivered, Reaction
from services.chassis.messaging.relay import Relay
from services.chassis.messaging.session import BrokerUnavailable
from services.chassis.messaging.subscriber import Subscriber
from tests.support.loops import eventually

# Shorter than in earnest: what a killed process held comes again after this.
ACK_WAIT = timedelta(seconds=1.5)


def _message_class(package: str, name: str) -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name=f"tests/{package}.{name}.proto", package=package, syntax="proto3"
    )
    message = file.message_type.add(name=name)
    field = descriptor_pb2.FieldDescriptorProto
    message.field.add(name="number", number=1, type=field.TYPE_INT64, label=field.LABEL_OPTIONAL)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))


PingedProto = _message_class("resonance.ping.v1", "Pinged")
PongedProto = _message_class("resonance.pong.v1", "Ponged")


@dataclass(frozen=True, kw_only=True)
class Pinged(DomainEvent):
    """A number was told."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Ponged(DomainEvent):
    """A number was heard."""

    number: int


def encode(event: DomainEvent) -> Message:
    """Write either event as it goes over the wire."""
    match event:
        case Pinged(number=number):
            return message_of(event, PingedProto(number=number))
        case Ponged(number=number):
            return message_of(event, PongedProto(number=number))
    raise TypeError(type(event).__name__)


PING, PONG = service_metadata("ping"), service_metadata("pong")
PING_TABLES, PONG_TABLES = PlatformTables(PING), PlatformTables(PONG)
told = Table("told", PING, Column("number", BigInteger, primary_key=True))
returned = Table(
    "returned", PING, Column("row", Integer, primary_key=True), Column("number", BigInteger)
)
effects = Table(
    "effects", PONG, Column("row", Integer, primary_key=True), Column("number", BigInteger)
)


async def make_tables(engine: AsyncEngine, tables: PlatformTables) -> None:
    """Make a service's tables, without a history: these never change."""
    async with engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)


async def tell(database: Database, *numbers: int) -> None:
    """Note numbers and their events in one transaction."""

    def make(connection: AsyncConnection) -> tuple[AsyncConnection, Outbox]:
        return connection, Outbox(connection, PING_TABLES.outbox, encode)

    async with database.transactions(make)() as (connection, outbox):
        await connection.execute(insert(told), [{"number": number} for number in numbers])
        await outbox.add(Pinged(number=number) for number in numbers)


async def numbers_in(engine: AsyncEngine, table: Table) -> list[int]:
    """Return the numbers in the order in which they were written."""
    async with engine.connect() as connection:
        by = table.c.row if "row" in table.c else table.c.number
        return list(await connection.scalars(select(table.c.number).order_by(by)))


async def has(database: Database, table: Table, count: int, *, within: float = 15) -> None:
    """Wait until a table has so many rows."""

    async def enough() -> bool:
        async with database.engine.connect() as connection:
            found = await connection.scalar(select(func.count()).select_from(table))
        return int(found or 0) >= count

    await eventually(enough, within=within)


def returning(database: Database) -> Reaction[Any]:
    """Note in `ping` what has come back."""

    def make(connection: AsyncConnection) -> AsyncConnection:
        return connection

    async def note(events: Sequence[Delivered[Any]]) -> None:
        async with database.transactions(make)() as connection:
            await connection.execute(
                insert(returned), [{"number": one.event.number} for one in events]
            )

    return Reaction(reader="ping_note_returned", to=PongedProto, do=note)


def reacting(
    database: Database,
    *,
    fails: Callable[[int], None] = lambda _: None,
    reader: str = "pong_react",
    **settings: Any,
) -> Reaction[Any]:
    """Write one effect per number in `pong` and tell it back; `fails` may raise."""

    def make(connection: AsyncConnection) -> tuple[AsyncConnection, Outbox]:
        return connection, Outbox(connection, PONG_TABLES.outbox, encode)

    async def react(events: Sequence[Delivered[Any]]) -> None:
        for one in events:
            fails(one.event.number)
        async with database.transactions(make)() as (connection, outbox):
            numbers = [one.event.number for one in events]
            await connection.execute(insert(effects), [{"number": number} for number in numbers])
            await outbox.add(Ponged(number=number) for number in numbers)

    return Reaction(reader=reader, to=PingedProto, do=react, **settings)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DiesBeforeMarking(Broker):
    """Ends its process after the stream has a batch and before the outbox knows."""

    async def publish_many(self, messages: Sequence[Message]) -> list[Receipt | BrokerUnavailable]:
        outcomes = await super().publish_many(messages)
        if messages:
            _die()
        return outcomes


class DiesBeforeAnswering(Holding):
    """Ends its process after the effect is committed and before the broker knows."""

    async def let_go(self, *_: object) -> None:
        _die()


class DiesBeforeAck(Subscriber[ProtoMessage]):
    """A reader that so ends."""

    def __init__(self, *parts: Any, ack_wait: timedelta) -> None:
        super().__init__(*parts, ack_wait=ack_wait)
        self._holding = DiesBeforeAnswering(ack_wait)


async def ping(url: str, broker_url: str, *, count: int, per_second: float, dies: bool) -> None:
    """Tell the numbers up to `count`, going on where an earlier process has ended."""
    engine = make_engine(url, application="ping", pool_size=4)
    database = Database(engine)
    broker = (DiesBeforeMarking if dies else Broker)(broker_url, "ping")
    await broker.connect()

    async def tell_all(stopping: asyncio.Event) -> None:
        async with engine.connect() as connection:
            last = await connection.scalar(select(func.coalesce(func.max(told.c.number), 0)))
        number = int(last or 0)
        while number < count and not stopping.is_set():
            try:
                await tell(database, number + 1)
                number += 1
            except Exception as error:  # noqa: BLE001 - a caller who tries again
                print(f"ping {number + 1}: {error!r}", flush=True)  # noqa: T201
                async with asyncio.timeout(30), engine.connect() as connection:
                    last = await connection.scalar(select(func.max(told.c.number)))
                number = int(last or 0)
            await asyncio.sleep(1 / per_second)
        await stopping.wait()

    reader = Subscriber(database, PING_TABLES.inbox, broker, returning(database), ack_wait=ACK_WAIT)
    await _run([reader.run, tell_all, Relay(database, PING_TABLES.outbox, broker).run])


async def pong(url: str, broker_url: str, *, dies: bool) -> None:
    """React to every number."""
    database = Database(make_engine(url, application="pong", pool_size=4))
    broker = Broker(broker_url, "pong")
    await broker.connect()
    reader = (DiesBeforeAck if dies else Subscriber)(
        database, PONG_TABLES.inbox, broker, reacting(database), ack_wait=ACK_WAIT
    )
    await _run([reader.run, Relay(database, PONG_TABLES.outbox, broker).run])


async def _run(loops: Sequence[Callable[[asyncio.Event], Any]]) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with asyncio.TaskGroup() as parts:
        for loop in loops:
            parts.create_task(loop(stopping))


def main(name: str) -> None:
    """Run one of the two: DATABASE_URL, NATS_URL, COUNT, PER_SECOND, and DIES to die on the way."""
    env = os.environ
    dies = bool(env.get("DIES"))
    if name == "ping":
        work = ping(
            env["DATABASE_URL"],
            env["NATS_URL"],
            count=int(env["COUNT"]),
            per_second=float(env["PER_SECOND"]),
            dies=dies,
        )
    else:
        work = pong(env["DATABASE_URL"], env["NATS_URL"], dies=dies)
    asyncio.run(work)


if __name__ == "__main__":
    main(sys.argv[1])
