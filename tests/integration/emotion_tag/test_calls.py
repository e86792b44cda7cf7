"""The calls of EmotionTagService, through the whole admission."""

import pytest

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from tests.integration.emotion_tag.conftest import Harness


async def test_a_text_is_tagged_with_all_that_the_contract_promises(emotions: Harness) -> None:
    text = "😀這家店太垃圾了，氣死我了！"

    tag = (await emotions.stub.TagText(pb.TagTextRequest(text=text))).tag

    assert tag.emotion == emotion_pb2.EMOTION_ANGER
    assert tag.polarity == emotion_pb2.POLARITY_NEGATIVE
    assert tag.language_code == "zh-Hant"
    assert len(tag.scores) == 12
    assert tag.scores[0].emotion == tag.emotion
    assert sum(score.probability for score in tag.scores) == pytest.approx(1, abs=1e-6)
    assert 1 <= len(tag.evidence) <= 5
    assert all(0 <= span.start < span.end <= len(text) for span in tag.evidence)
    assert any("氣死" in text[span.start : span.end] for span in tag.evidence)
    assert tag.model_version
    assert tag.taxonomy_version == "1"


async def test_an_empty_text_is_neutral_and_unsure(emotions: Harness) -> None:
    tag = (await emotions.stub.TagText(pb.TagTextRequest(text=""))).tag

    assert tag.emotion == emotion_pb2.EMOTION_NEUTRAL
    assert tag.unsure
    assert not tag.evidence


async def test_a_batch_is_answered_in_its_order_with_the_same_tags(emotions: Harness) -> None:
    texts = ["谢谢老板", "", "What a scam!", "求链接", "好担心过敏" * 100] * 50

    answer = await emotions.stub.BatchTagTexts(
        pb.BatchTagTextsRequest(texts=[pb.TextInput(text=text) for text in texts])
    )

    alone = [(await emotions.stub.TagText(pb.TagTextRequest(text=text))).tag for text in texts[:5]]
    assert list(answer.tags) == alone * 50


@pytest.mark.parametrize(
    "request_",
    [
        pb.BatchTagTextsRequest(),
        pb.BatchTagTextsRequest(texts=[pb.TextInput(text="x")] * 1001),
        pb.BatchTagTextsRequest(texts=[pb.TextInput(text="好" * 5001)]),
    ],
    ids=["none", "too many", "too long"],
)
async def test_a_batch_beyond_its_limits_is_refused(
    emotions: Harness, request_: pb.BatchTagTextsRequest
) -> None:
    with pytest.raises(RemoteError) as failure:
        await emotions.stub.BatchTagTexts(request_)

    assert failure.value.reason == "INVALID_REQUEST"


async def test_the_taxonomy_has_twelve_emotions_in_the_order_of_the_contract(
    emotions: Harness,
) -> None:
    taxonomy = await emotions.stub.GetTaxonomy(pb.GetTaxonomyRequest())

    assert [one.emotion for one in taxonomy.emotions] == list(range(1, 13))
    assert all(one.name.zh and one.name.en and one.example.zh for one in taxonomy.emotions)
    assert all(-1 <= one.valence <= 1 and 0 <= one.arousal <= 1 for one in taxonomy.emotions)


async def test_an_untagged_content_is_not_found_with_a_reason(emotions: Harness) -> None:
    with pytest.raises(RemoteError) as failure:
        await emotions.stub.GetContentTag(pb.GetContentTagRequest(content_id=str(new_id())))

    assert failure.value.reason == "TAG_NOT_FOUND"


async def test_a_stranger_is_neutral_without_confidence(emotions: Harness, person: str) -> None:
    mood = await emotions.mood(person)

    assert mood.emotion == emotion_pb2.EMOTION_NEUTRAL
    assert mood.confidence == 0
    assert not mood.HasField("update_time")
    assert len(mood.scores) == 12
