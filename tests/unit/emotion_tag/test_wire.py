"""What is left out of the contract's messages where there is nothing to say."""

from datetime import UTC, datetime

import numpy as np

from services.emotion_tag.domain.aspect import Aspect, AspectSentiment
from services.emotion_tag.domain.product_emotion import Told, looked_at
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_profile import profile_of
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from services.emotion_tag.domain.voice import SIZE
from services.emotion_tag.subject_wire import to_product, to_profile
from services.emotion_tag.wire import to_tag

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_aspect_without_words_has_no_span() -> None:
    added = AspectSentiment(Aspect.SERVICE, Polarity.NEGATIVE, 0, 0, 0.95)
    found = AspectSentiment(Aspect.PRICE, Polarity.POSITIVE, 0, 2, 0.9)
    tag = EmotionTag(
        emotion=Emotion.ANGER,
        scores=tuple(float(one is Emotion.ANGER) for one in EMOTIONS),
        polarity=Polarity.NEGATIVE,
        intensity=0.5,
        confidence=0.95,
        unsure=False,
        language="zh-Hans",
        evidence=(),
        model_version="people",
        aspects=(found, added),
    )

    shown = to_tag(tag).aspects

    assert [(one.HasField("start"), one.HasField("end")) for one in shown] == [
        (True, True),
        (False, False),
    ]
    assert (shown[0].start, shown[0].end) == (0, 2)


def test_what_nobody_has_spoken_of_has_no_shares() -> None:
    unheard = profile_of(Subject(SubjectKind.PRODUCT, "sku-1"), np.zeros(SIZE), NOON)

    profile = to_profile(unheard)
    product = to_product(looked_at(Told(item_id="sku-1"), unheard))

    assert not profile.mix
    assert not profile.polarities
    assert not product.mix
    assert (product.positive_share, product.negative_share) == (0, 0)
