"""emotion_tag at work: streams of texts, comments that move moods, complaints that raise an alert.

What is told is heard from the broker, so a latency ends when every reader could have it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import grpc
import nats
import psutil
from nats.aio.msg import Msg

from resonance.community.v1 import community_service_pb2 as community
from resonance.community.v1.community_service_pb2_grpc import CommunityServiceStub
from resonance.community.v1.post_pb2 import POST_KIND_NOTE
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from resonance.emotion_tag.v1.alert_pb2 import ALERT_STATE_OPEN
from resonance.emotion_tag.v1.emotion_pb2 import (
    SUBJECT_KIND_PRODUCT,
    TEXT_KIND_DANMAKU,
    TEXT_KIND_UNSPECIFIED,
)
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import AlertChanged, MoodChanged
from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import EmotionTagServiceStub
from tests.bench.effects import TEXTS
from tests.bench.rates import BLAME, PRAISE
from tests.bench.row import Row
from tests.bench.scene import Scene
from tests.bench.texts import danmaku

STREAMED = 5_000  # texts
COMMENTS, PER_SECOND = 3_000, 200
COMPLAINTS = (
    "太生气了，质量太差，退钱！",
    "垃圾，用一天就坏了，气死我了",
    "骗子店铺，根本不理人，愤怒",
)
MOST_COMPLAINTS = 60
BETWEEN = 2.5  # seconds from one complaint to the next: more than an alert may take
STARTS = 3


async def feeling_rows(scene: Scene) -> AsyncIterator[Row]:
    """Every figure of the running service; its restarts come last."""
    mixed = [f"{PRAISE[n % 4]}，{BLAME[n // 4 % 4]} {n}" for n in range(STREAMED)]
    yield await _stream_row(scene, "danmaku", danmaku(STREAMED), TEXT_KIND_DANMAKU)
    yield await _stream_row(scene, "praise and blame", mixed, TEXT_KIND_UNSPECIFIED)
    yield await _mood_row(scene)
    yield await _alert_row(scene)
    yield _memory_row(scene)
    yield await _start_row(scene)


async def _stream_row(scene: Scene, what: str, texts: Sequence[str], kind: Any) -> Row:
    """Texts a second of one TagStream, each of them new."""

    async def asked() -> AsyncIterator[pb.TagStreamRequest]:
        for number, text in enumerate(texts):
            yield pb.TagStreamRequest(id=str(number), text=pb.TextInput(text=text, kind=kind))

    async with grpc.aio.insecure_channel(scene.stack.address("emotion_tag")) as channel:
        began = perf_counter()
        answers = EmotionTagServiceStub(channel).TagStream(asked())
        in_order = [answer.id async for answer in answers] == [str(n) for n in range(len(texts))]
        seconds = perf_counter() - began
    return Row(
        name=f"TagStream of {what}, one stream",
        area="emotion_tag",
        value=len(texts) / seconds,
        unit="texts/s",
        detail=f"{len(texts):,} texts, {'in order' if in_order else 'NOT IN ORDER'}",
    )


async def _mood_row(scene: Scene) -> Row:
    """A comment is written → its author's mood is told."""
    sent: dict[str, float] = {}
    refused = 0
    heard: dict[str, float] = {}

    def note(data: bytes) -> None:
        now = perf_counter()
        for cause in MoodChanged.FromString(data).mood.causes:
            heard.setdefault(cause.content_id, now)

    async with _listening(scene, MoodChanged.DESCRIPTOR.full_name, note), _writing(scene) as write:
        began, busy = perf_counter(), _busy(scene)

        async def say(number: int) -> None:
            nonlocal refused
            author = scene.user_ids[number % len(scene.user_ids)]
            started = perf_counter()
            try:
                comment_id = await write(scene.post_id, author, TEXTS[number % len(TEXTS)])
            except grpc.aio.AioRpcError:
                refused += 1
            else:
                sent[comment_id] = started

        async with asyncio.TaskGroup() as group:
            for number in range(COMMENTS):
                pause = began + number / PER_SECOND - perf_counter()
                await asyncio.sleep(max(0.0, pause))
                group.create_task(say(number))
        rate = COMMENTS / (perf_counter() - began)
        await scene.heard()
        cost = 1000 * (_busy(scene) - busy) / COMMENTS
    taken = sorted(1000 * (heard[one] - sent[one]) for one in sent.keys() & heard.keys())
    lost = len(sent) - len(taken)
    at = {share: taken[int(len(taken) * share)] if taken else float("inf") for share in (0.5, 0.99)}
    return Row(
        name="a comment's way into its author's mood, p99",
        area="emotion_tag",
        value=at[0.99],
        unit="ms",
        goal="≤ 250",
        detail=(
            f"p50 {at[0.5]:.0f} ms of {len(taken):,} at {rate:.0f} comments/s, "
            f"{refused} refused, {lost} without effect; writing the comment "
            f"included; {cost:.1f} ms of a core of emotion_tag for each"
        ),
    )


async def _alert_row(scene: Scene) -> Row:
    """The complaint that makes a crowd is written → the alert is told."""
    post = community.CreatePostRequest(
        author_id=scene.user_ids[0],
        kind=POST_KIND_NOTE,
        body="What do you think of it?",
        item_ids=["item-7"],
    )
    opened = asyncio.Event()
    heard_at = 0.0

    def note(data: bytes) -> None:
        nonlocal heard_at
        alert = AlertChanged.FromString(data).alert
        is_ours = (alert.subject.kind, alert.subject.subject_id) == (SUBJECT_KIND_PRODUCT, "item-7")
        if is_ours and alert.state == ALERT_STATE_OPEN and not opened.is_set():
            heard_at = perf_counter()
            opened.set()

    started = 0.0
    said = 0
    async with _listening(scene, AlertChanged.DESCRIPTOR.full_name, note), _writing(scene) as write:
        async with grpc.aio.insecure_channel(scene.stack.address("community")) as channel:
            made = await CommunityServiceStub(channel).CreatePost(post)
        while not opened.is_set() and said < MOST_COMPLAINTS:
            started = perf_counter()
            author = scene.user_ids[said % len(scene.user_ids)]
            await write(made.post.post_id, author, COMPLAINTS[said % len(COMPLAINTS)])
            said += 1
            try:
                async with asyncio.timeout(BETWEEN):
                    await opened.wait()
            except TimeoutError:
                continue
    return Row(
        name="from a complaint to the alert it makes",
        area="emotion_tag",
        value=heard_at - started if opened.is_set() else float("inf"),
        unit="s",
        goal="≤ 2",
        detail=f"the {said}th complaint about an item, one every {BETWEEN} s, each by another",
    )


def _memory_row(scene: Scene) -> Row:
    about = _process(scene).memory_full_info()
    return Row(
        name="memory of the process after all that",
        area="emotion_tag",
        value=about.rss / 1e6,
        unit="MB",
        goal="≤ 300",
        detail=f"resident; {about.uss / 1e6:.0f} MB of it nobody else's",
    )


async def _start_row(scene: Scene) -> Row:
    """From the start of the process to its first good health check."""
    walls, busy = [], []
    for _ in range(STARTS):
        await scene.stack.stop("emotion_tag")
        began = perf_counter()
        await scene.stack.start("emotion_tag")
        walls.append(perf_counter() - began)
        busy.append(_busy(scene))
    return Row(
        name="start of the process until it is ready",
        area="emotion_tag",
        value=sorted(walls)[len(walls) // 2],
        unit="s",
        goal="≤ 3",
        detail=f"median of {STARTS}; {min(busy):.1f} s of a core",
    )


def _busy(scene: Scene) -> float:
    """Seconds of a core that emotion_tag has taken since its start."""
    times = _process(scene).cpu_times()
    return float(times.user + times.system)


def _process(scene: Scene) -> psutil.Process:
    process = next(one for one in scene.stack.programs if one.name == "emotion_tag").process
    assert process is not None
    return process


@asynccontextmanager
async def _listening(
    scene: Scene, subject: str, note: Callable[[bytes], None]
) -> AsyncIterator[None]:
    """Hear every event of a kind as it is told."""
    connection = await nats.connect(scene.stack.broker_url)

    async def hear(message: Msg) -> None:
        note(message.data)

    await connection.subscribe(subject, cb=hear)
    await connection.flush()
    try:
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def _writing(scene: Scene) -> AsyncIterator["Write"]:
    async with grpc.aio.insecure_channel(scene.stack.address("community")) as channel:
        yield Write(CommunityServiceStub(channel))


class Write:
    """Writes comments, straight to the service."""

    def __init__(self, stub: CommunityServiceStub) -> None:
        self._stub = stub

    async def __call__(self, post_id: str, author_id: str, body: str) -> str:
        request = community.CreateCommentRequest(post_id=post_id, author_id=author_id, body=body)
        return str((await self._stub.CreateComment(request)).comment.comment_id)
