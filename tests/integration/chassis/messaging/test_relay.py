"""The relay against a stream that is away, new, shorter than it was, or simply old."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.inbox import Inbox
from services.chassis.messaging.outbox import MAX_PAYLOAD_BYTES, Message, Outbox
from services.chassis.messaging.purge import Purge
from services.chassis.messaging.relay import Relay
from services.chassis.messaging.replay import tell_again
from services.chassis.messaging.session import BrokerUnavailable
from tests.support.loops import eventually, running
from tests.support.ping_pong import PING_TABLES, Pinged, PingedProto, tell

OUTBOX, INBOX = PING_TABLES.outbox, PING_TABLES.inbox


@pytest.fixture
async def broker(ping_broker: Broker) -> Broker:
    return ping_broker


@pytest.fixture
async def relay(ping: Database, broker: Broker) -> Relay:
    return Relay(ping, OUTBOX, broker)


async def stored(broker: Broker) -> list[int]:
    """The numbers that the stream holds, in order."""
    session = await broker.session()
    state = await session.stream_state("ping")
    numbers = []
    for sequence in range(max(state.first_sequence, 1), state.last_sequence + 1):
        answer = await session.api("STREAM.MSG.GET.ping", {"seq": sequence})
        numbers.append(PingedProto.FromString(base64.b64decode(answer["message"]["data"])).number)
    return numbers


async def waiting(database: Database) -> int:
    async with database.engine.connect() as connection:
        found = await connection.scalar(
            select(func.count()).select_from(OUTBOX).where(OUTBOX.c.published_at.is_(None))
        )
    return int(found or 0)


async def test_told_events_stay_with_their_place(
    ping: Database, broker: Broker, relay: Relay
) -> None:
    await tell(ping, 1, 2)

    assert await relay.relay_once() == 2
    assert await relay.relay_once() == 0

    async with ping.engine.connect() as connection:
        rows = (await connection.execute(select(OUTBOX).order_by(OUTBOX.c.position))).all()
    assert [row.stream_sequence for row in rows] == [1, 2]
    session = await broker.session()
    assert {row.stream_created_at for row in rows} == {
        (await session.stream_state("ping")).created_at
    }


async def test_without_a_broker_events_wait(ping: Database, broker: Broker, relay: Relay) -> None:
    await broker.close()
    await tell(ping, 1)

    async with running(relay.run):
        await asyncio.sleep(0.3)

    assert await waiting(ping) == 1


async def test_a_stream_removed_under_the_relay_is_made_and_told_again(
    ping: Database, broker: Broker, relay: Relay
) -> None:
    await tell(ping, 1, 2, 3)
    await relay.relay_once()
    session = await broker.session()
    await session.api("STREAM.DELETE.ping")

    async def all_stored() -> bool:
        return await waiting(ping) == 0 and sorted(await stored(broker)) == [1, 2, 3, 4]

    async with running(relay.run):
        await tell(ping, 4)
        await asyncio.sleep(0.5)
        await eventually(all_stored)


async def test_a_stream_made_anew_under_the_relay_is_noticed_by_its_receipts(
    ping: Database, broker: Broker, relay: Relay
) -> None:
    await tell(ping, 1, 2, 3)
    await relay.relay_once()
    session = await broker.session()
    await session.api("STREAM.DELETE.ping")
    await broker.make_streams()
    await tell(ping, 4)

    async with running(relay.run):

        async def all_stored() -> bool:
            return set(await stored(broker)) == {1, 2, 3, 4}

        await eventually(all_stored)


async def test_a_stream_that_lost_its_end_is_told_it_again(
    ping: Database, relay: Relay, broker: Broker, broker_url: str
) -> None:
    for number in range(1, 41):
        await tell(ping, number)
    while await relay.relay_once():
        pass
    session = await broker.session()
    for sequence in range(31, 41):
        await session.api("STREAM.MSG.DELETE.ping", {"seq": sequence, "no_erase": True})

    async with Broker(broker_url, "ping") as reconnected:
        again = Relay(ping, OUTBOX, reconnected)
        told = 0
        while count := await again.relay_once():
            told += count

    # Found by strides that double: the ten that were lost, and a few before them.
    assert 10 <= told <= 20
    state = await session.stream_state("ping")
    assert state.last_sequence == 40 + told


async def test_what_left_the_stream_by_age_is_not_told_again(
    ping: Database, relay: Relay, broker: Broker, broker_url: str
) -> None:
    await tell(ping, 1, 2, 3)
    await relay.relay_once()
    session = await broker.session()
    await session.api("STREAM.PURGE.ping")

    async with Broker(broker_url, "ping") as reconnected:
        assert await Relay(ping, OUTBOX, reconnected).relay_once() == 0


async def test_another_connection_to_an_intact_stream_tells_nothing_again(
    ping: Database, relay: Relay, broker_url: str
) -> None:
    await tell(ping, 1, 2, 3)
    await relay.relay_once()

    async with Broker(broker_url, "ping") as reconnected:
        assert await Relay(ping, OUTBOX, reconnected).relay_once() == 0


async def test_a_stretch_of_the_outbox_is_told_again_on_demand(
    ping: Database, relay: Relay, broker: Broker
) -> None:
    await tell(ping, 1, 2)
    await relay.relay_once()

    assert await tell_again(ping, "ping", datetime.now(UTC) + timedelta(minutes=1)) == 0
    assert await tell_again(ping, "ping", datetime.now(UTC) - timedelta(minutes=1)) == 2
    assert await relay.relay_once() == 2
    assert await stored(broker) == [1, 2, 1, 2]


async def test_old_rows_go_and_waiting_ones_stay(ping: Database, relay: Relay) -> None:
    await tell(ping, 1, 2, 3)
    await relay.relay_once()
    await tell(ping, 4)
    inbox = Inbox(INBOX, "ping_reader")
    async with ping.ambient() as connection:
        await inbox.take(connection, [new_id(), new_id()])
        old = datetime.now(UTC) - timedelta(days=20)
        await connection.execute(
            update(OUTBOX).where(OUTBOX.c.position <= 2).values(published_at=old)
        )
        await connection.execute(
            update(OUTBOX).where(OUTBOX.c.published_at.is_(None)).values(occurred_at=old)
        )
        await connection.execute(update(INBOX).values(received_at=old))
        await inbox.take(connection, [new_id()])

    assert await Purge(ping, PING_TABLES).purge() == 4

    async with ping.engine.connect() as connection:
        kept = await connection.scalars(select(OUTBOX.c.position).order_by(OUTBOX.c.position))
        assert list(kept) == [3, 4]
        assert await connection.scalar(select(func.count()).select_from(INBOX)) == 1


async def test_an_event_too_large_for_the_broker_is_refused_at_once(ping: Database) -> None:
    def encode_large(_event: object) -> Message:
        return Message(
            id=new_id(),
            subject="resonance.ping.v1.Pinged",
            payload=bytes(MAX_PAYLOAD_BYTES + 1),
            occurred_at=datetime.now(UTC),
        )

    async with ping.engine.connect() as connection:
        outbox = Outbox(connection, OUTBOX, encode_large)
        with pytest.raises(ValueError, match=r"resonance\.ping\.v1\.Pinged has 921601 bytes"):
            await outbox.add([Pinged(number=1)])


async def test_while_the_stream_refuses_events_wait(
    ping: Database, relay: Relay, broker: Broker
) -> None:
    await relay.relay_once()
    session = await broker.session()
    await session.api("STREAM.DELETE.ping")
    await tell(ping, 1)

    with pytest.raises(BrokerUnavailable):
        await relay.relay_once()

    assert await waiting(ping) == 1
    assert await relay.relay_once() == 1
