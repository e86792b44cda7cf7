"""From the outbox of one service to the effect in another, over real servers."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.db.transaction import Database, DatabaseUnavailable
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.outbox import Outbox
from services.chassis.messaging.reaction import Delivered, Do, Reaction, each
from services.chassis.messaging.relay import Relay
from services.chassis.messaging.subscriber import Subscriber
from tests.support.loops import eventually, running
from tests.support.ping_pong import (
    PING_TABLES,
    PONG_TABLES,
    Pinged,
    PingedProto,
    effects,
    encode,
    has,
    numbers_in,
    reacting,
    returned,
    returning,
    tell,
)


def reader_of(database: Database, broker: Broker, reaction: Reaction[Any]) -> Subscriber[Any]:
    return Subscriber(database, PONG_TABLES.inbox, broker, reaction)


async def test_order_is_kept(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)
    reader = reader_of(pong, pong_broker, reacting(pong))

    async with running(relay.run, reader.run):
        for number in range(1, 301):
            await tell(ping, number)
        await has(pong, effects, 300)

    assert await numbers_in(pong.engine, effects) == list(range(1, 301))


async def test_order_is_kept_by_two_relays(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relays = [Relay(ping, PING_TABLES.outbox, ping_broker, batch=7) for _ in range(2)]
    reader = reader_of(pong, pong_broker, reacting(pong))
    await tell(ping, *range(1, 301))

    async with running(*(relay.run for relay in relays), reader.run):
        await has(pong, effects, 300)

    assert await numbers_in(pong.engine, effects) == list(range(1, 301))


async def test_the_commit_wakes_the_relay(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relay = Relay(ping, PING_TABLES.outbox, ping_broker, poll=timedelta(seconds=30))
    reader = reader_of(pong, pong_broker, reacting(pong))

    async with running(relay.run, reader.run):
        await tell(ping, 1)
        await has(pong, effects, 1)  # both have started now
        began = monotonic()
        await tell(ping, 2)
        await has(pong, effects, 2)

    assert monotonic() - began < 5


async def test_a_transaction_rolled_back_tells_nothing(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    def make(connection: AsyncConnection) -> Outbox:
        return Outbox(connection, PING_TABLES.outbox, encode)

    async def tell_then_fail() -> None:
        async with ping.transactions(make)() as outbox:
            await outbox.add([Pinged(number=1)])
            raise LookupError

    with pytest.raises(LookupError):
        await tell_then_fail()
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)

    assert await relay.relay_once() == 0


async def test_a_reader_waits_for_a_stream_that_nobody_has_made_yet(
    ping: Database, pong: Database, pong_broker: Broker, broker_url: str
) -> None:
    reader = reader_of(pong, pong_broker, reacting(pong))

    async with running(reader.run):
        await asyncio.sleep(0.5)
        async with Broker(broker_url, "ping") as ping_broker:
            await tell(ping, 1)
            await Relay(ping, PING_TABLES.outbox, ping_broker).relay_once()
            await has(pong, effects, 1)


async def test_two_replicas_share_the_work_without_doubling(
    ping: Database, pong: Database, ping_broker: Broker, broker_url: str
) -> None:
    worked: dict[str, int] = {"one": 0, "two": 0}

    def replica(name: str, broker: Broker) -> Subscriber[Any]:
        def note(_number: int) -> None:
            worked[name] += 1

        return reader_of(pong, broker, reacting(pong, fails=note, batch=5))

    async with Broker(broker_url, "pong") as first, Broker(broker_url, "pong") as second:
        replicas = [replica("one", first).run, replica("two", second).run]
        relay = Relay(ping, PING_TABLES.outbox, ping_broker)
        async with running(relay.run, *replicas):
            for start in range(1, 401, 20):
                await tell(ping, *range(start, start + 20))
            await has(pong, effects, 400)

    assert sorted(await numbers_in(pong.engine, effects)) == list(range(1, 401))
    assert min(worked.values()) > 0


async def test_what_a_reaction_tells_goes_on(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    loops = [
        Relay(ping, PING_TABLES.outbox, ping_broker).run,
        Relay(pong, PONG_TABLES.outbox, pong_broker).run,
        reader_of(pong, pong_broker, reacting(pong)).run,
        Subscriber(ping, PING_TABLES.inbox, ping_broker, returning(ping)).run,
    ]

    async with running(*loops):
        await tell(ping, 1, 2, 3)
        await has(ping, returned, 3)

    assert await numbers_in(ping.engine, returned) == [1, 2, 3]


async def test_a_reaction_prepares_outside_of_its_transaction(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    prepared: list[int] = []

    async def prepare(events: Sequence[Delivered[Any]]) -> Do[Any]:
        with pytest.raises(RuntimeError, match="no transaction"):
            pong.after_commit(lambda: None)
        doubled = {one.id: 2 * one.event.number for one in events}
        prepared.extend(doubled.values())

        async def do(new: Sequence[Delivered[Any]]) -> None:
            async with pong.transactions(lambda connection: connection)() as connection:
                await connection.execute(
                    insert(effects), [{"number": doubled[one.id]} for one in new]
                )

        return do

    reaction = Reaction(reader="pong_double", to=PingedProto, prepare=prepare)
    reader = reader_of(pong, pong_broker, reaction)
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)

    async with running(relay.run, reader.run):
        await tell(ping, 1, 2)
        await has(pong, effects, 2)

    assert await numbers_in(pong.engine, effects) == prepared == [2, 4]


async def test_a_reader_under_another_name_sees_everything_from_the_start(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)
    heard: list[int] = []

    async def hear(one: Delivered[Any]) -> None:
        heard.append(one.event.number)

    later = Reaction(reader="pong_later", to=PingedProto, do=each(hear))
    async with running(relay.run, reader_of(pong, pong_broker, reacting(pong)).run):
        await tell(ping, 1, 2)
        await has(pong, effects, 2)

    async def all_heard() -> bool:
        return len(heard) >= 2

    async with running(reader_of(pong, pong_broker, later).run):
        await eventually(all_heard)

    assert heard == [1, 2]


async def test_a_consumer_removed_under_its_reader_is_made_again(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)
    reader = reader_of(pong, pong_broker, reacting(pong))

    async with running(relay.run, reader.run):
        await tell(ping, 1)
        await has(pong, effects, 1)
        session = await ping_broker.session()
        await session.api("CONSUMER.DELETE.ping.pong_react")
        await tell(ping, 2)
        await has(pong, effects, 2)
        await session.api("STREAM.DELETE.ping")
        await tell(ping, 3)
        await has(pong, effects, 3)

    assert await numbers_in(pong.engine, effects) == [1, 2, 3]


async def test_a_slow_reaction_keeps_what_it_holds(
    ping: Database, pong: Database, ping_broker: Broker, broker_url: str
) -> None:
    begun: list[int] = []

    async def crawl(one: Delivered[Any]) -> None:
        begun.append(one.event.number)
        await asyncio.sleep(2.5)

    reaction = Reaction(reader="pong_crawl", to=PingedProto, do=each(crawl))
    async with Broker(broker_url, "pong") as first, Broker(broker_url, "pong") as second:
        replicas = [
            Subscriber(pong, PONG_TABLES.inbox, broker, reaction, ack_wait=timedelta(seconds=1))
            for broker in (first, second)
        ]
        await tell(ping, 1)
        await Relay(ping, PING_TABLES.outbox, ping_broker).relay_once()
        async with running(*(replica.run for replica in replicas)):
            await asyncio.sleep(4)

    assert begun == [1]


async def test_a_reader_that_stops_finishes_its_batch_and_gives_back_the_rest(
    ping: Database, pong: Database, ping_broker: Broker, broker_url: str
) -> None:
    stopping, begun = asyncio.Event(), asyncio.Event()

    async def slowly(one: Delivered[Any]) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        async with pong.transactions(lambda connection: connection)() as connection:
            await connection.execute(insert(effects), {"number": one.event.number})

    reaction = Reaction(reader="pong_slow", to=PingedProto, do=each(slowly), batch=1)
    await tell(ping, *range(1, 5))
    await Relay(ping, PING_TABLES.outbox, ping_broker).relay_once()

    async with Broker(broker_url, "pong") as broker:
        async with asyncio.TaskGroup() as parts:
            parts.create_task(reader_of(pong, broker, reaction).run(stopping))
            await begun.wait()
            stopping.set()
        assert await numbers_in(pong.engine, effects) == [1]
        began = monotonic()
        async with running(reader_of(pong, broker, reaction).run):
            await has(pong, effects, 4)

    assert sorted(await numbers_in(pong.engine, effects)) == [1, 2, 3, 4]
    assert monotonic() - began < 10  # not after `ack_wait`


async def test_a_reader_that_stops_while_its_database_is_away_gives_back_what_it_holds(
    ping: Database, pong: Database, ping_broker: Broker, broker_url: str
) -> None:
    stopping, begun = asyncio.Event(), asyncio.Event()

    async def in_vain(_: Sequence[Delivered[Any]]) -> None:
        begun.set()
        raise DatabaseUnavailable("The database cannot be reached.")

    await tell(ping, 1)
    await Relay(ping, PING_TABLES.outbox, ping_broker).relay_once()

    async with Broker(broker_url, "pong") as broker:
        held = Reaction(reader="pong_react", to=PingedProto, do=in_vain)
        async with asyncio.TaskGroup() as parts:
            parts.create_task(reader_of(pong, broker, held).run(stopping))
            await begun.wait()
            stopping.set()
        began = monotonic()
        async with running(reader_of(pong, broker, reacting(pong)).run):
            await has(pong, effects, 1)

    assert monotonic() - began < 8  # not after `ack_wait`


async def test_a_reader_with_a_pace_takes_the_first_at_once_and_then_gathers(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)
    paced = replace(reacting(pong), batch=5, pace=timedelta(hours=1))
    reader = reader_of(pong, pong_broker, paced)

    async with running(relay.run, reader.run):
        await tell(ping, 1)
        await has(pong, effects, 1)  # nothing had come before it
        await tell(ping, 2, 3, 4)
        await asyncio.sleep(0.3)
        gathered = await numbers_in(pong.engine, effects)
        await tell(ping, 5, 6)
        await has(pong, effects, 6)  # a whole batch waits for nothing

    assert gathered == [1]


async def test_what_a_reader_gathers_comes_when_its_time_has_come(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)
    reader = reader_of(pong, pong_broker, replace(reacting(pong), pace=timedelta(seconds=0.2)))

    async with running(relay.run, reader.run):
        for number in range(1, 6):
            await tell(ping, number)
        await has(pong, effects, 5)

    assert await numbers_in(pong.engine, effects) == [1, 2, 3, 4, 5]
