import asyncio
import os
import random
import signal
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psutil
import pytest
from sqlalchemy import select

from resonance.profile.v1 import behavior_pb2
from resonance.recommendation.v1 import recommendation_events_pb2
from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from services.recommendation.adapters.tables import interactions, models, platform
from tests.support.loops import eventually
from tests.support.recommending import BOTH, Recommending, consents, did, item, recommending

pytestmark = pytest.mark.timeout(180)


async def with_history(shop: Recommending, people: int = 30, each: int = 20) -> list[UUID]:
    """People who each keep to one of four categories; returns them."""
    await shop.stock([item(f"i{at}", f"c{at % 4}") for at in range(80)])
    chance = random.Random(7)
    users = [new_id() for _ in range(people)]
    await shop.tell(*(consents(user, *BOTH) for user in users))
    start = datetime.now(UTC) - timedelta(days=40)
    events = [
        did(
            user,
            f"i{chance.randrange(20) * 4 + at % 4}",
            behavior_pb2.BEHAVIOR_TYPE_LIKE,
            at=start + timedelta(hours=chance.randrange(900)),
        )
        for at, user in enumerate(users)
        for _ in range(each)
    ]
    await shop.tell(*events)

    async def is_there() -> bool:
        async with shop.database.reads(lambda connection: connection)() as connection:
            known = (await connection.execute(select(interactions.c.event_id))).all()
        return len(known) == len(events)

    await eventually(is_there)
    return users


async def ended(shop: Recommending, training_id: str) -> pb.Training:
    async def is_over() -> bool:
        return (await training(shop, training_id)).state != pb.TRAINING_STATE_RUNNING

    await eventually(is_over, within=90)
    return await training(shop, training_id)


async def training(shop: Recommending, training_id: str = "") -> pb.Training:
    request = pb.GetTrainingRequest(training_id=training_id)
    return (await shop.stub.GetTraining(request)).training


async def start(shop: Recommending) -> pb.Training:
    return (await shop.stub.StartTraining(pb.StartTrainingRequest())).training


def programs() -> list[psutil.Process]:
    """Training processes this test run has started."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "services.recommendation.training" in " ".join(child.cmdline())
    ]


async def test_a_model_is_swapped_in_under_load_in_every_replica(
    shop: Recommending, urls: tuple[str, str]
) -> None:
    users = await with_history(shop)
    versions: dict[str, set[str]] = {"one": set(), "other": set()}
    done = asyncio.Event()

    async def call(name: str, replica: Recommending) -> int:
        calls = 0
        while not done.is_set():
            answer = await replica.listed(users[calls % len(users)])
            assert len(answer.items) == 20
            versions[name].add(answer.model_version)
            calls += 1
            await asyncio.sleep(0.002)
        return calls

    async with recommending(*urls) as other:
        calls = [
            asyncio.ensure_future(call("one", shop)),
            asyncio.ensure_future(call("other", other)),
        ]
        result = await ended(shop, (await start(shop)).training_id)

        async def both_have() -> bool:
            return all(result.model_version in seen for seen in versions.values())

        await eventually(both_have)
        done.set()
        counts = await asyncio.gather(*calls)

    assert result.state == pb.TRAINING_STATE_SUCCEEDED
    assert result.progress == 1
    assert result.interaction_count == 600
    assert [one.ranking for one in result.evaluations] == ["most_popular", "lightfm", "resonance"]
    assert result.evaluations[2].ndcg_at_10 > result.evaluations[0].ndcg_at_10
    assert min(counts) > 20
    assert versions["one"] == {"", result.model_version}
    async with shop.database.reads(lambda connection: connection)() as connection:
        subject = "resonance.recommendation.v1.ModelPromoted"
        query = select(platform.outbox.c.payload).where(platform.outbox.c.subject == subject)
        payloads = (await connection.scalars(query)).all()
    told = [recommendation_events_pb2.ModelPromoted.FromString(one) for one in payloads]
    assert [one.model_version for one in told] == [result.model_version]


async def test_a_second_training_is_refused_while_one_runs(shop: Recommending) -> None:
    await with_history(shop)
    first = await start(shop)

    with pytest.raises(RemoteError) as failure:
        await start(shop)

    assert failure.value.reason == "TRAINING_RUNNING"
    assert failure.value.metadata["training_id"] == first.training_id
    assert (await training(shop)).training_id == first.training_id
    await ended(shop, first.training_id)


async def test_a_killed_training_fails_and_the_next_one_works(shop: Recommending) -> None:
    users = await with_history(shop)
    first = await start(shop)

    async def is_at_work() -> bool:
        return bool(programs())

    await eventually(is_at_work)
    for program in programs():
        os.kill(program.pid, signal.SIGKILL)
    failed = await ended(shop, first.training_id)
    second = await ended(shop, (await start(shop)).training_id)

    assert failed.state == pb.TRAINING_STATE_FAILED
    assert "signal 9" in failed.error
    assert second.state == pb.TRAINING_STATE_SUCCEEDED

    async def answers() -> bool:
        return (await shop.listed(users[0])).model_version == second.model_version

    await eventually(answers)


async def test_a_training_goes_on_after_a_restart_of_the_service(urls: tuple[str, str]) -> None:
    async with recommending(*urls) as before:
        await with_history(before)
        first = await start(before)

        async def is_at_work() -> bool:
            return bool(programs())

        await eventually(is_at_work)

    assert not programs()
    async with recommending(*urls) as after:
        assert (await ended(after, first.training_id)).state == pb.TRAINING_STATE_SUCCEEDED


async def test_the_last_three_models_are_kept(shop: Recommending) -> None:
    await with_history(shop, people=12, each=12)
    versions = [
        (await ended(shop, (await start(shop)).training_id)).model_version for _ in range(4)
    ]

    async with shop.database.reads(lambda connection: connection)() as connection:
        kept = (await connection.scalars(select(models.c.version).order_by(models.c.number))).all()

    assert kept == versions[1:]
