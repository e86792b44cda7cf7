"""From the outbox of one service to the effect in another, over real servers."""

from services.chassis.db.transaction import Database
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.relay import Relay
from services.chassis.messaging.subscriber import Subscriber
from tests.support.loops import eventually, running
from tests.support.ping_pong import (
    PING_TABLES,
    PONG_TABLES,
    effects,
    numbers_in,
    reacting,
    tell,
)


async def test_order_is_kept(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    relay = Relay(ping, PING_TABLES.outbox, ping_broker)
    reader = Subscriber(pong, PONG_TABLES.inbox, pong_broker, reacting(pong))

    async with running(relay.run, reader.run):
        for number in range(1, 301):
            await tell(ping, number)

        async def all_there() -> bool:
            return len(await numbers_in(pong.engine, effects)) >= 300

        await eventually(all_there)

    assert await numbers_in(pong.engine, effects) == list(range(1, 301))
