"""Events under kill -9: nothing is lost, nothing has its effect twice."""

import random

import pytest

from tests.faults.pair import Pair
from tests.support.ping_pong import effects, told


async def test_a_killed_broker_loses_nothing(pair: Pair) -> None:
    await pair.start("ping", count=250, per_second=150)
    await pair.start("pong")
    await pair.has(effects, 30)

    await pair.restart_broker()
    await pair.has(effects, 100)
    await pair.restart_broker()

    await pair.settled(250)


async def test_a_wiped_broker_loses_nothing(pair: Pair) -> None:
    await pair.start("ping", count=250, per_second=150)
    await pair.has(told, 50)

    await pair.wipe_broker()  # before anybody has read what was told
    await pair.start("pong")
    await pair.has(effects, 100)
    await pair.wipe_broker()  # after some of it was read

    await pair.settled(250)


async def test_a_killed_database_loses_nothing(pair: Pair) -> None:
    await pair.start("ping", count=250, per_second=150)
    await pair.start("pong")
    await pair.has(effects, 50)

    await pair.restart_database()

    await pair.settled(250)


async def test_a_teller_killed_before_it_marks_what_it_published(pair: Pair) -> None:
    await pair.start("pong")
    for _ in range(2):
        await pair.start("ping", count=60, per_second=200, dies=True)
        await pair.died("ping")
    await pair.start("ping", count=60, per_second=200)

    await pair.settled(60)


async def test_a_reader_killed_before_it_acknowledges(pair: Pair) -> None:
    await pair.start("ping", count=60, per_second=200)
    for _ in range(2):
        await pair.start("pong", dies=True)
        await pair.died("pong")
    await pair.start("pong")

    await pair.settled(60)


@pytest.mark.slow_faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(3))
async def test_everything_is_killed_again_and_again(pair: Pair, seed: int) -> None:
    chance = random.Random(seed)
    count = 3_000

    async def restart_ping() -> None:
        await pair.kill("ping")
        await pair.start("ping", count=count, per_second=150)

    async def restart_pong() -> None:
        await pair.kill("pong")
        await pair.start("pong")

    await pair.start("ping", count=count, per_second=150)
    await pair.start("pong")
    faults = [
        restart_ping,
        restart_pong,
        pair.restart_broker,
        pair.wipe_broker,
        pair.restart_database,
    ]
    for reached in range(200, count, 200):
        await pair.has(told, reached, within=120)
        await chance.choice(faults)()

    await pair.settled(count, within=120)
