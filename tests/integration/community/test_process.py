"""The service as it is run: a process of its own, told by its neighbours, telling them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import nats
import pytest
from google.protobuf.message import Message as ProtoMessage

from resonance.community.v1 import community_service_pb2 as pb
from resonance.community.v1 import post_pb2
from resonance.community.v1.community_events_pb2 import ContentPublished
from resonance.community.v1.community_service_pb2_grpc import CommunityServiceStub
from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentCorrected, ContentTagged
from resonance.profile.v1.profile_events_pb2 import UserRegistered
from services.chassis.kernel.ids import new_id
from services.chassis.messaging.broker import Broker
from services.chassis.messaging.outbox import Message
from services.chassis.rpc.channels import open_channel
from services.chassis.rpc.errors import RemoteError
from tests.support.stack import ROOT

T = TypeVar("T")


@dataclass(frozen=True)
class Running:
    """A process of the service and a broker that speaks for its neighbours."""

    stub: CommunityServiceStub
    broker_url: str

    async def tell(self, service: str, *events: ProtoMessage, at: datetime | None = None) -> None:
        async with Broker(self.broker_url, service) as broker:
            for event in events:
                await broker.publish(
                    Message(
                        id=new_id(),
                        subject=event.DESCRIPTOR.full_name,
                        payload=event.SerializeToString(),
                        occurred_at=at or datetime.now(UTC),
                    )
                )


@pytest.fixture
async def running(
    database_url_of: Callable[[str], str],
    broker_url: str,
    broker_url_of: Callable[[str], str],
) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.community",
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}:{ROOT / 'protos' / 'gen'}",
            "COMMUNITY_DATABASE_URL": database_url_of("community"),
            "COMMUNITY_NATS_URL": broker_url_of("community"),
        },
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(20):
            address = ""
            while not address:
                line = json.loads(await process.stderr.readline())
                address = line.get("grpc", "")
        draining = asyncio.create_task(process.stderr.read())
        async with open_channel(address) as channel:
            yield Running(CommunityServiceStub(channel), broker_url)
    finally:
        process.terminate()
        assert await process.wait() == 0
    await draining


async def until(ask: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
    async with asyncio.timeout(10):
        while not good(answer := await ask()):  # noqa: ASYNC110 - the other end is a process
            await asyncio.sleep(0.02)
    return answer


async def write(running: Running, author: UUID, body: str) -> post_pb2.Post:
    request = pb.CreatePostRequest(
        author_id=str(author), kind=post_pb2.POST_KIND_NOTE, body=body, item_ids=["a"]
    )
    return (await running.stub.CreatePost(request)).post


async def test_who_registers_can_be_followed(running: Running) -> None:
    ann, ben = uuid4(), uuid4()
    follow = pb.FollowUserRequest(user_id=str(ann), followee_id=str(ben))
    with pytest.raises(RemoteError, match="USER_NOT_FOUND"):
        await running.stub.FollowUser(follow)

    await running.tell("profile", *(UserRegistered(user_id=str(who)) for who in (ann, ben, ben)))

    async def try_follow() -> bool:
        try:
            await running.stub.FollowUser(follow)
        except RemoteError:
            return False
        return True

    assert await until(try_follow, bool)


async def test_what_a_text_feels_like_is_shown_if_it_is_sure(running: Running) -> None:
    sure, unsure = await write(running, uuid4(), "开心"), await write(running, uuid4(), "哦")
    comment = await running.stub.CreateComment(
        pb.CreateCommentRequest(post_id=sure.post_id, author_id=str(uuid4()), body="气死我了")
    )

    def tagged(
        content_id: str,
        kind: emotion_pb2.TextKind.ValueType,
        emotion: emotion_pb2.Emotion.ValueType,
        *,
        is_unsure: bool = False,
    ) -> ContentTagged:
        return ContentTagged(
            content_id=content_id,
            kind=kind,
            tag=emotion_pb2.EmotionTag(emotion=emotion, unsure=is_unsure),
        )

    post_kind, joy = emotion_pb2.TEXT_KIND_POST, emotion_pb2.EMOTION_JOY
    anger = emotion_pb2.EMOTION_ANGER
    await running.tell(
        "emotion_tag",
        tagged(unsure.post_id, post_kind, joy),
        tagged(sure.post_id, post_kind, joy),
        tagged(str(uuid4()), emotion_pb2.TEXT_KIND_DANMAKU, joy),
        tagged(unsure.post_id, post_kind, joy, is_unsure=True),
        tagged(comment.comment.comment_id, emotion_pb2.TEXT_KIND_COMMENT, anger),
    )
    await running.tell(
        "emotion_tag",
        tagged(sure.post_id, post_kind, anger),
        at=datetime.now(UTC) - timedelta(hours=1),
    )

    async def comments() -> pb.ListCommentsResponse:
        return await running.stub.ListComments(pb.ListCommentsRequest(post_id=sure.post_id))

    await until(comments, lambda page: page.comments[0].emotion == anger)
    feed = await running.stub.ListFeed(pb.ListFeedRequest(user_id=str(uuid4())))
    assert [(one.post_id, one.emotion) for one in feed.posts] == [
        (unsure.post_id, emotion_pb2.EMOTION_UNSPECIFIED),
        (sure.post_id, joy),
    ]


async def test_what_people_decide_about_a_text_is_shown_instead(running: Running) -> None:
    post = await write(running, uuid4(), "呵呵，真好")
    now = datetime.now(UTC)

    def felt(emotion: emotion_pb2.Emotion.ValueType) -> ContentTagged:
        tag = emotion_pb2.EmotionTag(emotion=emotion)
        return ContentTagged(content_id=post.post_id, kind=emotion_pb2.TEXT_KIND_POST, tag=tag)

    joy, anger = felt(emotion_pb2.EMOTION_JOY), felt(emotion_pb2.EMOTION_ANGER)
    other = await write(running, uuid4(), "开心")
    marker = ContentTagged(content_id=other.post_id, kind=emotion_pb2.TEXT_KIND_POST, tag=joy.tag)

    async def shown() -> dict[str, int]:
        feed = await running.stub.ListFeed(pb.ListFeedRequest(user_id=str(uuid4())))
        return {one.post_id: one.emotion for one in feed.posts}

    await running.tell("emotion_tag", joy, at=now)
    await until(shown, lambda posts: posts[post.post_id] == emotion_pb2.EMOTION_JOY)
    decided = ContentCorrected(content=anger, former_tag=joy.tag)
    await running.tell("emotion_tag", decided, at=now + timedelta(seconds=1))
    await until(shown, lambda posts: posts[post.post_id] == emotion_pb2.EMOTION_ANGER)
    # A tag that was on its way is older than what people decided.
    await running.tell("emotion_tag", joy, marker, at=now)
    posts = await until(shown, lambda posts: posts[other.post_id] == emotion_pb2.EMOTION_JOY)

    assert posts[post.post_id] == emotion_pb2.EMOTION_ANGER


async def test_what_is_published_reaches_the_stream_within_a_moment(running: Running) -> None:
    client = await nats.connect(running.broker_url)
    reader = await client.subscribe("resonance.community.v1.ContentPublished")
    await client.flush()

    written = await write(running, uuid4(), "开心")
    message = await reader.next_msg(timeout=5)
    await client.close()

    event = ContentPublished.FromString(message.data)
    assert event.content_id == written.post_id
    assert message.headers is not None
    assert message.headers["Nats-Msg-Id"]
