"""The queue of texts that people should look at, through the real service."""

from datetime import timedelta
from uuid import UUID

import pytest

from resonance.community.v1.community_events_pb2 import PostReacted
from resonance.community.v1.post_pb2 import REACTION_KIND_LIKE
from resonance.emotion_tag.v1 import correction_pb2, emotion_pb2
from resonance.emotion_tag.v1 import model_service_pb2 as pb
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceStub
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from tests.integration.emotion_tag.conftest import Harness, tell
from tests.support.loops import eventually
from tests.support.serving import as_caller

PATIENCE = 30.0  # seconds; what is tested is what is answered, not how fast
DOUBTFUL = [
    f"嗯……这个{thing}吧，也就那样，说不上来" for thing in ("杯子", "鞋子", "耳机", "外套", "面霜")
]


class Queue:
    """Calls about reviews, and a queue that tests fill by hand where chance would decide."""

    def __init__(self, emotions: Harness) -> None:
        self.emotions = emotions
        self.stub = emotions.served.stub(ModelServiceStub)

    async def waits(self, *texts: str, wanted: int = 1) -> list[str]:
        """Publish texts and let each wait for so many raters; their ids, highest score first."""
        content_ids = [await self.emotions.says(str(new_id()), text) for text in texts]
        for content_id in content_ids:
            await self.emotions.tagged(content_id)

        async def are_queued() -> bool:
            done = await self.emotions.rows(
                "SELECT 1 FROM emotion_tag.inbox WHERE reader = 'emotion_tag_queue_reviews'"
            )
            return len(done) >= len(texts)

        await eventually(are_queued, within=60)
        async with self.emotions.database.transactions(lambda on: on)() as connection:
            await connection.exec_driver_sql("DELETE FROM emotion_tag.reviews")
            for at, content_id in enumerate(content_ids):
                await connection.exec_driver_sql(
                    "INSERT INTO emotion_tag.reviews (content_id, kind, language, emotion,"
                    " confidence, uncertainty, weight, score, cause, wanted_count, created_at)"
                    " VALUES ($1, 'comment', 'zh-Hans', 'joy', 0.3, $2, 1, $2, 'uncertain', $3,"
                    " now())",
                    (UUID(content_id), 0.9 - at / 10, wanted),
                )
        return content_ids

    async def listed(self, **more: object) -> list[correction_pb2.Review]:
        request = pb.ListReviewQueueRequest(**more)  # type: ignore[arg-type]  # its fields
        answer = await self.stub.ListReviewQueue(request, timeout=PATIENCE)
        return list(answer.reviews)

    async def claimed(self, rater: Caller, count: int = 10) -> list[correction_pb2.Review]:
        answer = await self.stub.ClaimReviews(
            pb.ClaimReviewsRequest(count=count), metadata=as_caller(rater), timeout=PATIENCE
        )
        return list(answer.reviews)

    async def rated(self, rater: Caller, content_id: str) -> None:
        await self.stub.SubmitCorrection(
            pb.SubmitCorrectionRequest(
                content_id=content_id,
                emotion=emotion_pb2.EMOTION_NEUTRAL,
                polarity=emotion_pb2.POLARITY_NEUTRAL,
            ),
            metadata=as_caller(rater),
            timeout=PATIENCE,
        )


@pytest.fixture
def queue(emotions: Harness) -> Queue:
    return Queue(emotions)


def agent() -> Caller:
    return Caller(new_id(), frozenset({"agent"}))


async def test_what_the_model_is_not_sure_of_waits_without_its_text(queue: Queue) -> None:
    for text in DOUBTFUL:
        await queue.emotions.tagged(await queue.emotions.says(str(new_id()), text))

    async def waits() -> bool:
        return bool(await queue.listed())

    await eventually(waits, within=60)
    found = await queue.listed()
    assert all(0 <= one.uncertainty <= 1 and one.influence >= 0.6 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert not any(one.text for one in found)
    rows = await queue.emotions.rows("SELECT row_to_json(r)::text FROM emotion_tag.reviews r")
    assert not any("说不上来" in row[0] for row in rows)


async def test_two_raters_do_not_get_the_same_text(queue: Queue) -> None:
    content_ids = await queue.waits(*DOUBTFUL)
    ann, ben = agent(), agent()

    first, second = await queue.claimed(ann, 3), await queue.claimed(ben, 3)

    taken = [one.content_id for one in (*first, *second)]
    assert sorted(taken) == sorted(content_ids)
    assert {one.text for one in (*first, *second)} == set(DOUBTFUL)
    assert all(one.HasField("claim_expire_time") for one in first)
    assert await queue.claimed(agent()) == []


async def test_a_text_for_two_raters_is_given_to_two_and_no_more(queue: Queue) -> None:
    [content_id] = await queue.waits(DOUBTFUL[0], wanted=2)
    ann, ben = agent(), agent()

    assert len(await queue.claimed(ann)) == len(await queue.claimed(ben)) == 1
    assert await queue.claimed(agent()) == []
    await queue.rated(ann, content_id)
    assert await queue.claimed(ann) == []
    assert len(await queue.listed()) == 1
    await queue.rated(ben, content_id)
    assert await queue.listed() == []


async def test_asking_again_gives_the_same_texts(queue: Queue) -> None:
    await queue.waits(*DOUBTFUL)
    ann = agent()

    first, again = await queue.claimed(ann, 2), await queue.claimed(ann, 2)

    assert [one.content_id for one in again] == [one.content_id for one in first]
    assert len(await queue.claimed(ann, 3)) == 3


async def test_a_claim_ends_after_a_while(queue: Queue) -> None:
    await queue.waits(DOUBTFUL[0])
    await queue.claimed(agent())

    queue.emotions.clock.shift = timedelta(minutes=16)

    assert len(await queue.claimed(agent())) == 1


async def test_who_skips_a_text_does_not_get_it_again_and_others_do(queue: Queue) -> None:
    [content_id] = await queue.waits(DOUBTFUL[0])
    ann = agent()
    await queue.claimed(ann)
    skip = pb.SkipReviewRequest(content_id=content_id)

    await queue.stub.SkipReview(skip, metadata=as_caller(ann), timeout=PATIENCE)

    assert await queue.claimed(ann) == []
    with pytest.raises(RemoteError) as failure:
        await queue.stub.SkipReview(skip, metadata=as_caller(ann), timeout=PATIENCE)
    assert failure.value.reason == "REVIEW_NOT_FOUND"
    assert len(await queue.claimed(agent())) == 1


async def test_a_text_that_is_gone_leaves_the_queue(queue: Queue) -> None:
    content_ids = await queue.waits(*DOUBTFUL[:2])
    queue.emotions.contents.contents.pop(content_ids[0])

    claimed = await queue.claimed(agent())

    assert [one.content_id for one in claimed] == [content_ids[1]]
    assert [one.content_id for one in await queue.listed()] == [content_ids[1]]


async def test_reactions_and_comments_lift_a_text(queue: Queue) -> None:
    content_ids = await queue.waits(*DOUBTFUL[:2])
    low = content_ids[1]
    for _ in range(3):
        reacted = PostReacted(post_id=low, user_id=str(new_id()), kind=REACTION_KIND_LIKE)
        await tell(queue.emotions.community, reacted)

    async def is_lifted() -> bool:
        return (await queue.listed())[0].reach == 3

    await eventually(is_lifted, within=60)
    lifted = (await queue.listed())[0]
    assert lifted.content_id == low
    assert lifted.influence == pytest.approx(3)
    assert lifted.score == pytest.approx(3 * lifted.uncertainty)


async def test_the_queue_comes_in_pages(queue: Queue) -> None:
    content_ids = await queue.waits(*DOUBTFUL)

    first = await queue.stub.ListReviewQueue(
        pb.ListReviewQueueRequest(page_size=3), timeout=PATIENCE
    )
    rest = await queue.stub.ListReviewQueue(
        pb.ListReviewQueueRequest(page_size=3, page_token=first.next_page_token), timeout=PATIENCE
    )

    assert [one.content_id for one in (*first.reviews, *rest.reviews)] == content_ids
    assert rest.next_page_token == ""
