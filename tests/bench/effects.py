"""From an event to its effect, behaviours a second, and what the idle stack costs."""

import asyncio
import random
from collections.abc import AsyncIterator
from time import perf_counter

import grpc
import psutil

from infra.local.programs import Program
from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from resonance.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from tests.bench.row import Row
from tests.bench.scene import Scene, behavior

COMMENTS = 200  # of which the latency is taken
BACKGROUND = 100  # behaviours a second meanwhile
TEXTS = (
    "收到货太失望了，做工差，跟图片完全不一样",
    "太喜欢了！音色好听，强烈推荐",
    "I am so angry, it broke after one day",
    "Absolutely love it, thank you so much!",
)
TIMEOUT = 5.0  # seconds until a comment must have had its effect
LOOK_EVERY = 0.002
BATCH = 100
INGEST_SECONDS = 8.0
INGEST_CALLERS = 4
IDLE_SETTLE = 10.0  # seconds of quiet before idleness is measured
IDLE_SECONDS = 20.0


async def effect_row(scene: Scene) -> Row:
    """HTTP post of a comment → first recommendations that know the new mood."""
    stop = asyncio.Event()
    background = asyncio.create_task(_background(scene, stop))
    taken: list[float] = []
    late = 0
    async with grpc.aio.insecure_channel(scene.stack.address("recommendation")) as channel:
        stub = RecommendationServiceStub(channel)
        for number in range(COMMENTS):
            user_id = scene.user_ids[number % len(scene.user_ids)]
            seconds = await _effect(scene, stub, user_id, TEXTS[number % len(TEXTS)])
            if seconds is None:
                late += 1
            else:
                taken.append(seconds * 1000)
    stop.set()
    sent = await background
    taken.extend([TIMEOUT * 1000] * late)
    taken.sort()
    return Row(
        name="a comment's way into the recommendations, p99",
        area="platform",
        value=taken[int(len(taken) * 0.99)],
        unit="ms",
        goal="≤ 250",
        detail=(
            f"p50 {taken[len(taken) // 2]:.0f} ms of {len(taken)} comments, "
            f"{late} not within {TIMEOUT:.0f} s, under {sent:.0f} behaviours/s"
        ),
    )


async def _effect(
    scene: Scene, stub: RecommendationServiceStub, user_id: str, text: str
) -> float | None:
    request = pb.ListRecommendationsRequest(user_id=user_id, page_size=20)
    before = (await stub.ListRecommendations(request)).mood_version
    began = perf_counter()
    await scene.admin.post(
        f"/v1/posts/{scene.post_id}/comments", {"authorId": user_id, "body": text}
    )
    while perf_counter() - began < TIMEOUT:
        if (await stub.ListRecommendations(request)).mood_version > before:
            return perf_counter() - began
        await asyncio.sleep(LOOK_EVERY)
    return None


async def _background(scene: Scene, stop: asyncio.Event) -> float:
    """Record behaviours at a steady pace; return how many a second it came to."""
    chance = random.Random(2)
    began, sent = perf_counter(), 0
    while not stop.is_set():
        rows = [behavior(chance.choice(scene.user_ids), chance) for _ in range(10)]
        await scene.admin.post("/v1/behaviors:batchRecord", {"behaviors": rows})
        sent += len(rows)
        await asyncio.sleep(max(0.0, began + sent / BACKGROUND - perf_counter()))
    return sent / (perf_counter() - began)


async def ingest_row(scene: Scene) -> Row:
    """Behaviours accepted a second, in batches of 100 through the gateway, durable."""
    chance = random.Random(3)
    batches = [
        [behavior(chance.choice(scene.user_ids), chance) for _ in range(BATCH)] for _ in range(600)
    ]
    accepted = 0
    end = perf_counter() + INGEST_SECONDS

    async def caller() -> None:
        nonlocal accepted
        while batches and perf_counter() < end:
            answer = await scene.admin.post(
                "/v1/behaviors:batchRecord", {"behaviors": batches.pop()}
            )
            accepted += answer.get("acceptedCount", 0)

    began = perf_counter()
    await asyncio.gather(*(caller() for _ in range(INGEST_CALLERS)))
    seconds = perf_counter() - began
    await scene.heard()
    stored = perf_counter() - began
    return Row(
        name="behaviours accepted through the gateway",
        area="profile",
        value=accepted / seconds,
        unit="behaviours/s",
        detail=(
            f"batches of {BATCH}, {INGEST_CALLERS} callers, client and servers on the same "
            f"cores; {accepted} in the stream after {seconds:.1f} s, in every reader's "
            f"tables after {stored:.1f} s ({accepted / stored:,.0f}/s)"
        ),
    )


async def idle_rows(scene: Scene) -> AsyncIterator[Row]:
    """Memory and processor time of everything, when nobody asks for anything."""
    await asyncio.sleep(IDLE_SETTLE)
    processes = list(_processes(scene))
    before = sum(_busy(each) for each in processes)
    await asyncio.sleep(IDLE_SECONDS)
    busy = sum(_busy(each) for each in processes) - before
    memory = {each.pid: each.memory_full_info().pss / 2**30 for each in processes}
    yield Row(
        name="memory of the whole idle stack",
        area="platform",
        value=sum(memory.values()),
        unit="GiB",
        goal="≤ 1.4",  # 1.5 GB
        detail=f"proportional set size of {len(processes)} processes: {_by_name(scene)}",
    )
    yield Row(
        name="processor time of the whole idle stack",
        area="platform",
        value=100 * busy / IDLE_SECONDS,
        unit="% of a core",
        goal="≤ 5",
        detail=f"over {IDLE_SECONDS:.0f} s, {len(processes)} processes",
    )


def _family(program: Program) -> list[psutil.Process]:
    """A program and the processes it has started; PostgreSQL has many."""
    root = program.process
    return [root, *root.children(recursive=True)] if root else []


def _processes(scene: Scene) -> list[psutil.Process]:
    return [each for program in scene.stack.programs for each in _family(program)]


def _by_name(scene: Scene) -> str:
    sizes = {
        program.name: sum(each.memory_full_info().pss for each in _family(program)) / 2**20
        for program in scene.stack.programs
    }
    return ", ".join(f"{name} {mebibytes:.0f} MiB" for name, mebibytes in sizes.items())


def _busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
