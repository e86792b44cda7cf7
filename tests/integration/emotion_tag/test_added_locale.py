"""A locale that somebody adds by a file, through the calls of the service, without code."""

from pathlib import Path

import pytest

from resonance.emotion_tag.v1 import alert_service_pb2 as alert_pb
from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from resonance.emotion_tag.v1.alert_service_pb2_grpc import AlertServiceStub
from services.chassis.kernel.ids import new_id
from tests.integration.emotion_tag.conftest import Harness
from tests.support.loops import eventually

SINGAPORE = """
locale = "en-SG"
extends = "en"
serves = ["en-BN"]
lexicons = ["words/singlish.toml"]

[emotions]
anger = "buay tahan"

[aspects]
price = "how much"

[alerts]
angry = "wah, many people angry"
about = "{alert} because of {aspect}"

[thresholds]
unsure_below = 0.999

[[soften]]
emotion = "anger"
becomes = "disappointment"
share = 1.0
"""
WORDS = """
[price]
for = ["sibei worth"]
against = ["chop carrot"]
"""
SAID = "I hate this shop, they chop carrot, so angry"


@pytest.fixture
def locale_folder(tmp_path: Path) -> Path:
    (tmp_path / "en-SG.toml").write_text(SINGAPORE, "utf-8")
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "singlish.toml").write_text(WORDS, "utf-8")
    return tmp_path


async def tag(emotions: Harness, locale: str) -> emotion_pb2.EmotionTag:
    answer = await emotions.stub.TagText(pb.TagTextRequest(text=SAID, locale=locale))
    return answer.tag


async def test_its_words_thresholds_and_labels_are_those_of_the_file(emotions: Harness) -> None:
    here, there = await tag(emotions, "en-SG"), await tag(emotions, "en-GB")
    by_other_name = await tag(emotions, "en-BN")

    assert (here.locale, there.locale, by_other_name.locale) == ("en-SG", "en", "en-SG")
    assert (here.emotion, there.emotion) == (
        emotion_pb2.EMOTION_DISAPPOINTMENT,
        emotion_pb2.EMOTION_ANGER,
    )
    assert here.unsure
    assert not there.unsure
    price = emotion_pb2.ASPECT_PRICE
    assert [one.polarity for one in here.aspects if one.aspect == price] == [
        emotion_pb2.POLARITY_NEGATIVE
    ]
    assert price not in {one.aspect for one in there.aspects}


async def test_its_names_are_told_beside_the_others(emotions: Harness) -> None:
    told = await emotions.stub.GetTaxonomy(pb.GetTaxonomyRequest())

    anger = next(one for one in told.emotions if one.emotion == emotion_pb2.EMOTION_ANGER)
    price = next(one for one in told.aspects if one.aspect == emotion_pb2.ASPECT_PRICE)
    assert set(told.locales) == {"zh-Hans", "zh-Hant", "en", "en-SG"}
    assert (anger.names["en-SG"], anger.names["en"]) == ("buay tahan", "anger")
    assert price.names["en-SG"] == "how much"


async def test_an_alert_is_said_in_its_words(emotions: Harness) -> None:
    alerts: AlertServiceStub = emotions.served.stub(AlertServiceStub)
    for _ in range(14):
        await emotions.says(str(new_id()), "太贵了，什么破店，气死我了，退钱！！")
    found: list[dict[str, str]] = []

    async def is_open() -> bool:
        listed = (await alerts.ListAlerts(alert_pb.ListAlertsRequest())).alerts
        found[:] = [dict(one.names) for one in listed if one.aspect]
        return bool(found)

    await eventually(is_open, within=60)
    assert found[0] == {
        "zh-Hans": "愤怒的人变多，多半因为价格",
        "zh-Hant": "憤怒的人變多，多半因為價格",
        "en": "more people are angry, probably about price",
        "en-SG": "wah, many people angry because of how much",
    }
