"""What an answer has, and how it is asked for: over gRPC, with database and broker behind it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from tests.integration.emotion_tag.conftest import Harness

COMPLAINT = "颜色好看，就是太贵了"
COMMENT = emotion_pb2.TEXT_KIND_COMMENT
NEGATIVE, POSITIVE = emotion_pb2.POLARITY_NEGATIVE, emotion_pb2.POLARITY_POSITIVE


async def sent(*requests: pb.TagStreamRequest) -> AsyncIterator[pb.TagStreamRequest]:
    for request in requests:
        yield request


def text(content: str, message_id: str = "", **fields: Any) -> pb.TagStreamRequest:
    return pb.TagStreamRequest(id=message_id, text=pb.TextInput(text=content, **fields))


def aspects_of(tag: emotion_pb2.EmotionTag) -> list[tuple[int, int]]:
    return [(one.aspect, one.polarity) for one in tag.aspects]


async def test_a_tag_says_what_is_praised_and_what_is_blamed(emotions: Harness) -> None:
    tag = (await emotions.stub.TagText(pb.TagTextRequest(text=COMPLAINT))).tag

    assert aspects_of(tag) == [
        (emotion_pb2.ASPECT_LOOK, POSITIVE),
        (emotion_pb2.ASPECT_PRICE, NEGATIVE),
    ]
    assert [COMPLAINT[one.start : one.end] for one in tag.aspects] == ["颜色好看", "贵"]
    assert tag.locale == "zh-Hans"


async def test_aspects_are_stored_and_told_with_the_tag(emotions: Harness) -> None:
    content_id = await emotions.says(str(new_id()), COMPLAINT)

    told = await emotions.tagged(content_id)
    stored = await emotions.stub.GetContentTag(pb.GetContentTagRequest(content_id=content_id))

    assert len(told.tag.aspects) == 2
    assert told.tag == stored.tag


async def test_a_text_may_come_with_its_surroundings(emotions: Harness) -> None:
    said = await emotions.says(str(new_id()), "气死我了")
    await emotions.tagged(said)
    context = pb.TextContext(
        reply_to_text="这家店怎么样", reply_to_id=said, item_id="sku-1", room_id="room-1"
    )

    tag = (
        await emotions.stub.TagText(pb.TagTextRequest(text="同意", context=context, locale="zh-HK"))
    ).tag

    assert tag.locale == "zh-Hant"
    assert sum(one.probability for one in tag.scores) == pytest.approx(1)


async def test_a_known_content_is_answered_as_its_text_is(emotions: Harness) -> None:
    said = await emotions.says(str(new_id()), "气死我了")
    await emotions.tagged(said)

    by_id, by_text = [
        (await emotions.stub.TagText(pb.TagTextRequest(text="同感", kind=COMMENT, context=one))).tag
        for one in (pb.TextContext(reply_to_id=said), pb.TextContext(reply_to_text="气死我了"))
    ]

    assert by_id == by_text
    assert (by_id.emotion, by_id.polarity) == (emotion_pb2.EMOTION_ANGER, NEGATIVE)


@pytest.mark.parametrize(
    "request_",
    [
        pb.TagTextRequest(locale="not a locale"),
        pb.TagTextRequest(context=pb.TextContext(reply_to_text="x" * 1001)),
        pb.TagTextRequest(context=pb.TextContext(reply_to_id="x")),
        pb.TagTextRequest(context=pb.TextContext(item_id="x" * 65)),
    ],
    ids=["locale", "reply", "id", "item"],
)
async def test_surroundings_that_break_a_rule_are_refused(
    emotions: Harness, request_: pb.TagTextRequest
) -> None:
    with pytest.raises(RemoteError) as failure:
        await emotions.stub.TagText(request_)

    assert failure.value.reason == "INVALID_REQUEST"


async def test_a_stream_is_answered_in_its_order(emotions: Harness) -> None:
    words = ["谢谢老板", "", "What a scam!", "好担心过敏" * 100] * 50
    stream = emotions.stub.TagStream(sent(*(text(one, str(i)) for i, one in enumerate(words))))

    answers = [answer async for answer in stream]

    assert [answer.id for answer in answers] == [str(i) for i in range(len(words))]
    batch = await emotions.stub.BatchTagTexts(
        pb.BatchTagTextsRequest(texts=[pb.TextInput(text=one) for one in words])
    )
    assert [answer.tag for answer in answers] == list(batch.tags)


async def test_a_stream_goes_on_behind_a_text_that_breaks_a_rule(emotions: Harness) -> None:
    requests: Iterable[pb.TagStreamRequest] = (
        text("谢谢", "first"),
        text("x" * 5001, "long"),
        text("谢谢", "x" * 65),
        pb.TagStreamRequest(id="bare"),
        text("谢\0谢", "nul"),
    )

    answers = [answer async for answer in emotions.stub.TagStream(sent(*requests))]

    outcomes = [answer.WhichOneof("outcome") for answer in answers]
    assert outcomes == ["tag", "refusal", "refusal", "tag", "refusal"]
    assert answers[1].id == "long"
    assert answers[1].refusal.reason == "INVALID_REQUEST"
    assert "text.text" in answers[1].refusal.message
    assert answers[3].tag.unsure
    assert answers[4].refusal.message == "text.text: Text must not contain NUL."


async def test_a_nul_is_refused_as_it_is_over_http(emotions: Harness) -> None:
    with pytest.raises(RemoteError, match="text: Text must not contain NUL"):
        await emotions.stub.TagText(pb.TagTextRequest(text="谢\0谢"))


async def test_a_stream_stays_open_for_what_comes_later(emotions: Harness) -> None:
    answers: list[pb.TagStreamResponse] = []
    has_answer = asyncio.Event()

    async def one_by_one() -> AsyncIterator[pb.TagStreamRequest]:
        for number in range(3):
            yield text("气死我了", str(number))
            await has_answer.wait()
            has_answer.clear()

    async for answer in emotions.stub.TagStream(one_by_one()):
        answers.append(answer)
        has_answer.set()

    assert [answer.id for answer in answers] == ["0", "1", "2"]
    assert {answer.tag.emotion for answer in answers} == {emotion_pb2.EMOTION_ANGER}


async def test_a_tag_is_explained(emotions: Harness) -> None:
    words = "今天收到了，气死我了，太贵了"

    answer = await emotions.stub.ExplainTag(pb.ExplainTagRequest(text=words))

    assert answer.tag == (await emotions.stub.TagText(pb.TagTextRequest(text=words))).tag
    strongest = max(answer.pieces, key=lambda piece: piece.contribution)
    assert "气死" in words[strongest.start : strongest.end]
    assert strongest.emotion_without != emotion_pb2.EMOTION_ANGER
    assert answer.tier in (pb.TIER_WIDE, pb.TIER_ENCODER)
    assert len(answer.alternatives) == 3
    assert {one.name for one in answer.thresholds} >= {"unsure"}
    assert all(one.meaning.zh and one.meaning.en for one in answer.thresholds)
    assert answer.readings == len(answer.pieces) + 1
    assert not answer.HasField("tag_without_context")
    assert answer.lexicon_version


async def test_a_text_that_is_too_long_to_explain_is_refused(emotions: Harness) -> None:
    with pytest.raises(RemoteError) as failure:
        await emotions.stub.ExplainTag(pb.ExplainTagRequest(text="好" * 1001))

    assert failure.value.reason == "INVALID_REQUEST"


async def test_the_taxonomy_says_names_parents_and_what_is_derived(emotions: Harness) -> None:
    taxonomy = await emotions.stub.GetTaxonomy(pb.GetTaxonomyRequest())

    assert set(taxonomy.locales) == {"zh-Hans", "zh-Hant", "en"}
    by_emotion = {one.emotion: one for one in taxonomy.emotions}
    joy, boredom = by_emotion[emotion_pb2.EMOTION_JOY], by_emotion[emotion_pb2.EMOTION_BOREDOM]
    assert dict(joy.names) == {"zh-Hans": "喜悦", "zh-Hant": "喜悅", "en": "joy"}
    assert set(joy.examples) == set(taxonomy.locales)
    assert (joy.plutchik_parent, joy.is_derived) == ("joy", False)
    assert boredom.is_derived
    assert by_emotion[emotion_pb2.EMOTION_LIKE].is_derived
    assert not by_emotion[emotion_pb2.EMOTION_GRATITUDE].is_derived
    assert boredom.derivation.zh
    assert boredom.derivation.en
    assert len(taxonomy.aspects) == 8
    assert taxonomy.aspects[1].names["zh-Hant"] == "價格"
