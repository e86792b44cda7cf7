"""The connection to NATS: confirmed, never silent about a loss, and back after every break."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker, Receipt
from services.chassis.messaging.outbox import Message
from services.chassis.messaging.session import BrokerUnavailable
from tests.support.loops import eventually
from tests.support.stack import TestNats


def message(subject: str = "resonance.ping.v1.Pinged") -> Message:
    return Message(id=new_id(), subject=subject, payload=b"x", occurred_at=datetime.now(UTC))


async def connected(broker: Broker) -> bool:
    return broker.is_connected


async def test_every_message_of_a_batch_gets_its_own_outcome(ping_broker: Broker) -> None:
    first = message()

    outcomes = await ping_broker.publish_many(
        [first, message(), message("resonance.nobody.v1.Heard"), first]
    )

    assert outcomes[0] == Receipt("ping", 1, duplicate=False)
    assert outcomes[1] == Receipt("ping", 2, duplicate=False)
    assert isinstance(outcomes[2], BrokerUnavailable)
    assert outcomes[3] == Receipt("ping", 1, duplicate=True)


async def test_a_batch_with_something_known_in_it_is_stored_all_the_same(
    ping_broker: Broker,
) -> None:
    messages = [message() for _ in range(10)]
    await ping_broker.publish_many(messages[3:5])

    outcomes = await ping_broker.publish_many(messages)

    assert [(one.sequence, one.duplicate) for one in outcomes if isinstance(one, Receipt)] == [
        *((3, False), (4, False), (5, False), (1, True), (2, True)),
        *((6, False), (7, False), (8, False), (9, False), (10, False)),
    ]


async def test_thousands_in_flight_keep_their_order(ping_broker: Broker) -> None:
    outcomes = await ping_broker.publish_many([message() for _ in range(2_500)])

    assert [one.sequence for one in outcomes if isinstance(one, Receipt)] == list(range(1, 2_501))


async def test_a_killed_broker_fails_what_is_in_flight_and_nothing_after(
    ping_broker: Broker, nats: TestNats
) -> None:
    await nats.kill()
    began = monotonic()
    outcomes = await ping_broker.publish_many([message(), message()])

    assert all(isinstance(one, BrokerUnavailable) for one in outcomes)
    assert monotonic() - began < 2
    with pytest.raises(BrokerUnavailable):
        await ping_broker.publish(message())
    await nats.start_again()
    await eventually(lambda: connected(ping_broker))
    assert (await ping_broker.publish(message())).sequence == 1


async def test_notices_reach_every_replica_also_after_a_break(
    ping_broker: Broker, broker_url: str, nats: TestNats
) -> None:
    heard: list[bytes] = []
    gaps = 0

    async def hear(payload: bytes) -> None:
        heard.append(payload)

    async def forget_all() -> None:
        nonlocal gaps
        gaps += 1

    async with Broker(broker_url, "ping") as replica:
        await replica.listen("consents", hear, forget_all)
        await ping_broker.broadcast("consents", b"one")
        await nats.kill()
        await nats.start_again()
        await eventually(lambda: connected(ping_broker))
        await eventually(lambda: connected(replica))
        while len(heard) < 2:
            await ping_broker.broadcast("consents", b"two")
            await asyncio.sleep(0.05)

    assert heard[-1] == b"two"
    assert gaps == 1


async def test_a_broker_that_cannot_be_had_is_named(nats: TestNats, broker_url: str) -> None:
    wrong = broker_url.replace("operator:", "operator:not-")
    for url in (wrong, "nats://127.0.0.1:9"):
        with pytest.raises(BrokerUnavailable) as failure:
            await Broker(url, "ping").connect(timedelta(milliseconds=500))
        assert "cannot be reached" in str(failure.value)


async def test_a_service_may_read_only_what_it_listens_to(
    broker_url_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the permissions forbid is not answered at all.
    monkeypatch.setattr("services.chassis.messaging.session.API_SECONDS", 0.5)
    monkeypatch.setattr(
        "services.chassis.messaging.broker.CONFIRM_WITHIN", timedelta(milliseconds=500)
    )
    async with (
        Broker(broker_url_of("emotion_tag"), "emotion_tag") as emotion_tag,
        Broker(broker_url_of("campaign"), "campaign"),
    ):
        session = await emotion_tag.session()
        await session.api("STREAM.INFO.emotion_tag")
        for verb in ("STREAM.DELETE.campaign", "CONSUMER.CREATE.campaign.emotion_tag_spy"):
            with pytest.raises(BrokerUnavailable):
                await session.api(verb)
        with pytest.raises(BrokerUnavailable):
            await emotion_tag.publish(message("resonance.campaign.v1.OfferGranted"))
