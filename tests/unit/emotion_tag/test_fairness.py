"""Sentences that should be answered alike, and what is made of answers that are not."""

import pytest

from services.emotion_tag.adapters.fairness.sentences import SentencePairs
from services.emotion_tag.application.governance.measure_fairness import measure
from services.emotion_tag.domain.fairness import Pair, PairGroup, gap_of
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from tests.support.fake_tagger import FakeTagger

GROUPS = SentencePairs().groups()


def tag_of(emotion: Emotion) -> EmotionTag:
    return EmotionTag(
        emotion=emotion,
        scores=tuple(float(one is emotion) for one in EMOTIONS),
        polarity=Polarity.NEUTRAL,
        intensity=0.5,
        confidence=0.5,
        unsure=False,
        language="zh-Hans",
        evidence=(),
        model_version="test",
    )


def test_the_sentences_cover_gender_region_script_dialects_and_length() -> None:
    kinds = {group.name.split(":")[0] for group in GROUPS}

    assert kinds == {"gender", "region", "script", "dialect", "length"}
    assert sum(len(group.pairs) for group in GROUPS) >= 300
    assert all(group.meaning_zh and group.meaning_en for group in GROUPS)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_every_pair_differs_and_none_is_there_twice(group: PairGroup) -> None:
    assert all(pair.first != pair.second for pair in group.pairs)
    assert len(set(group.pairs)) == len(group.pairs) >= 10


def test_a_swap_that_turns_joy_into_anger_is_a_gap() -> None:
    group = PairGroup("g", "", "", tuple(Pair(f"a{at}", f"b{at}") for at in range(4)))
    joy, anger = tag_of(Emotion.JOY), tag_of(Emotion.ANGER)

    gap = gap_of(group, [joy] * 4, [joy, joy, joy, anger])

    assert gap.flip_share == 0.25
    assert gap.flip_low < 0.25 < gap.flip_high
    assert gap.valence == pytest.approx((-0.75 - 0.9) / 4)
    assert gap.valence_low < gap.valence < gap.valence_high


def test_a_model_that_always_says_the_same_has_no_gap() -> None:
    found = measure("fake", FakeTagger(), SentencePairs())

    assert all(gap.flip_share == 0 and gap.valence == 0 for gap in found.gaps)
    assert {one.name for one in found.slices} >= {
        "dialect:cantonese:plain",
        "dialect:cantonese:changed",
        "script:traditional:changed",
    }
    assert all(0 < one.accuracy < 0.5 for one in found.slices)  # neutral is right for some
