"""Reactions that fail: who waits, who is given up, and how it comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from services.chassis.db.transaction import Database
from services.chassis.kernel.errors import Refused, Unavailable
from services.chassis.kernel.ids import new_id
from services.chassis.messaging import streams
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.reaction import Delivered, Reaction, each
from services.chassis.messaging.relay import Relay
from services.chassis.messaging.replay import DeadLetter, dead_letters, main
from services.chassis.messaging.subscriber import Subscriber
from tests.support.loops import eventually, running
from tests.support.ping_pong import (
    PING_TABLES,
    PONG_TABLES,
    PingedProto,
    effects,
    has,
    numbers_in,
    reacting,
    tell,
)

SOON = timedelta(milliseconds=50)


class Poisoned(Refused):
    """Some number is not liked."""

    reason = "POISONED"


class NeighbourAway(Unavailable):
    """Somebody else does not answer."""

    reason = "NEIGHBOUR_AWAY"


async def letters(broker: Broker, reader: str = "pong_react") -> list[DeadLetter]:
    return [letter async for letter in dead_letters(broker, reader)]


@asynccontextmanager
async def reading(pong: Database, broker: Broker, *reactions: Reaction[Any]) -> AsyncIterator[None]:
    loops = [Subscriber(pong, PONG_TABLES.inbox, broker, one).run for one in reactions]
    async with running(*loops):
        yield


@pytest.fixture
async def relay(ping: Database, ping_broker: Broker) -> AsyncIterator[None]:
    async with running(Relay(ping, PING_TABLES.outbox, ping_broker).run):
        yield


async def test_a_poison_event_holds_up_nobody_and_ends_as_a_dead_letter(
    ping: Database, pong: Database, pong_broker: Broker, relay: None
) -> None:
    tries = 0

    def fails(number: int) -> None:
        nonlocal tries
        if number == 3:
            tries += 1
            raise Poisoned("Three is not liked.")

    reaction = reacting(pong, fails=fails, max_tries=3, retry_after=SOON)
    await tell(ping, 1, 2, 3, 4, 5)

    async def one_is_dead() -> bool:
        return len(await letters(pong_broker)) == 1

    async with reading(pong, pong_broker, reaction):
        await has(pong, effects, 4)
        await tell(ping, 6)
        await has(pong, effects, 5)
        await eventually(one_is_dead)

    assert await numbers_in(pong.engine, effects) == [1, 2, 4, 5, 6]
    (letter,) = await letters(pong_broker)
    assert PingedProto.FromString(letter.payload).number == 3
    assert letter.headers[streams.REASON] == "POISONED"
    assert letter.headers[streams.ERROR] == "Poisoned: Three is not liked."
    assert letter.headers[streams.TRIES] == "3"
    assert letter.headers[streams.READER] == "pong_react"
    assert letter.headers[streams.ORIGINAL_SUBJECT] == "resonance.ping.v1.Pinged"
    assert tries >= 3


async def test_a_dead_letter_is_given_back_to_its_reader_only(
    ping: Database,
    pong: Database,
    pong_broker: Broker,
    broker_url: str,
    relay: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mended = False
    heard_by_other: list[int] = []

    def fails(number: int) -> None:
        if not mended and number == 2:
            raise Poisoned("Not yet.")

    async def hear(one: Delivered[Any]) -> None:
        heard_by_other.append(one.event.number)

    reaction = reacting(pong, fails=fails, max_tries=1)
    other = Reaction(reader="pong_other", to=PingedProto, do=each(hear))
    monkeypatch.setenv("PONG_NATS_URL", broker_url)

    async def one_is_dead() -> bool:
        return len(await letters(pong_broker)) == 1

    async with reading(pong, pong_broker, reaction, other):
        await tell(ping, 1, 2, 3)
        await has(pong, effects, 2)
        await eventually(one_is_dead)
        listed = await asyncio.to_thread(main, ["dead", "--reader", "pong_react", "--dry-run"])
        assert len(await letters(pong_broker)) == 1
        mended = True
        given_back = await asyncio.to_thread(main, ["dead", "--reader", "pong_react"])
        await has(pong, effects, 3)
        await asyncio.sleep(0.2)

    assert (listed, given_back) == (0, 0)
    assert "POISONED after 1 tries" in capsys.readouterr().out
    assert await numbers_in(pong.engine, effects) == [1, 3, 2]
    assert heard_by_other == [1, 2, 3]
    assert await letters(pong_broker) == []


async def test_what_cannot_be_read_is_a_dead_letter_at_once(
    pong: Database, ping_broker: Broker, pong_broker: Broker
) -> None:
    subject = "resonance.ping.v1.Pinged"
    headers = {
        streams.MESSAGE_ID: str(new_id()),
        streams.OCCURRED_AT: "2026-05-01T12:00:00+00:00",
    }
    await ping_broker.put(subject, b"\xff\xff", headers)
    await ping_broker.put(subject, b"", {streams.MESSAGE_ID: "no id"})
    good = PingedProto(number=7).SerializeToString()
    await ping_broker.put(subject, good, headers | {streams.MESSAGE_ID: str(new_id())})

    async with reading(pong, pong_broker, reacting(pong)):
        await has(pong, effects, 1)

    assert await numbers_in(pong.engine, effects) == [7]
    assert [letter.headers[streams.REASON] for letter in await letters(pong_broker)] == [
        "UNDECODABLE",
        "UNDECODABLE",
    ]


async def test_a_neighbour_that_is_away_does_not_count(
    ping: Database,
    pong: Database,
    pong_broker: Broker,
    relay: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away = 4

    def fails(_number: int) -> None:
        nonlocal away
        if away:
            away -= 1
            raise NeighbourAway("No answer.")

    monkeypatch.setattr("services.chassis.messaging.subscriber.PAUSE_WHEN_AWAY", SOON)

    async with reading(pong, pong_broker, reacting(pong, fails=fails, max_tries=1)):
        await tell(ping, 1)
        await has(pong, effects, 1)

    assert await letters(pong_broker) == []


async def test_a_failed_reaction_leaves_nothing_and_is_done_once_when_it_succeeds(
    ping: Database, pong: Database, pong_broker: Broker, relay: None
) -> None:
    failures = 2

    async def write_then_fail(one: Delivered[Any]) -> None:
        nonlocal failures
        async with pong.transactions(lambda connection: connection)() as connection:
            await connection.execute(insert(effects), {"number": one.event.number})
        if failures:
            failures -= 1
            raise RuntimeError("after the writing")

    reaction = Reaction(
        reader="pong_late", to=PingedProto, do=each(write_then_fail), retry_after=SOON
    )
    async with reading(pong, pong_broker, reaction):
        await tell(ping, 1)
        await has(pong, effects, 1)
        await asyncio.sleep(0.2)

    assert await numbers_in(pong.engine, effects) == [1]


async def test_an_event_published_twice_has_its_effect_once(
    ping: Database, pong: Database, ping_broker: Broker, pong_broker: Broker, relay: None
) -> None:
    payload = PingedProto(number=1).SerializeToString()
    event_id = new_id()
    for again in ("", ".again.1", ".again.2"):  # past the broker's own window for duplicates
        await ping_broker.put(
            "resonance.ping.v1.Pinged",
            payload,
            {
                streams.MESSAGE_ID: f"{event_id}{again}",
                streams.OCCURRED_AT: "2026-05-01T12:00:00+00:00",
            },
        )
    await tell(ping, 2)

    async with reading(pong, pong_broker, reacting(pong)):
        await has(pong, effects, 2)
        await asyncio.sleep(0.2)

    assert await numbers_in(pong.engine, effects) == [1, 2]


def test_replay_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PONG_NATS_URL", raising=False)
    monkeypatch.delenv("PING_DATABASE_URL", raising=False)

    assert main(["dead", "--reader", "pong_react"]) == 1
    assert "pong_react" in capsys.readouterr().err
    assert main(["outbox", "--service", "ping", "--since", "2026-05-01T12:00Z"]) == 1
    assert "PING_DATABASE_URL is not set." in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong_use:
        main(["outbox", "--service", "ping", "--since", "2026-05-01T12:00"])
    assert wrong_use.value.code == 2
