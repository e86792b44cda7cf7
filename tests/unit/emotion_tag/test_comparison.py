"""Whether one model is better than another, and what an evaluation makes of answers."""

import random

import numpy as np
import pytest

from services.chassis.kernel.ids import new_id
from services.emotion_tag.domain.comparison import both, compare, macro_f1_interval, mcnemar
from services.emotion_tag.domain.evaluation import Answer, figures_of, length_of
from services.emotion_tag.domain.labels import CLASSES, LabelSpace, answered, label_of
from services.emotion_tag.domain.metrics import confusion
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity


def tag_of(scores: dict[Emotion, float]) -> EmotionTag:
    return EmotionTag(
        emotion=max(scores, key=lambda one: scores[one]),
        scores=tuple(scores.get(emotion, 0.0) for emotion in EMOTIONS),
        polarity=Polarity.NEGATIVE,
        intensity=0.5,
        confidence=0.5,
        unsure=False,
        language="zh-Hans",
        evidence=(),
        model_version="test",
    )


@pytest.mark.parametrize(
    ("only_one", "only_other", "p_value"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 22 / 1024), (0, 6, 2 / 64), (10, 2, 158 / 4096)],
)
def test_mcnemar_is_the_exact_binomial_test(only_one: int, only_other: int, p_value: float) -> None:
    assert mcnemar(only_one, only_other) == pytest.approx(p_value)
    assert mcnemar(only_other, only_one) == pytest.approx(p_value)


def test_mcnemar_takes_many_texts() -> None:
    assert 0 < mcnemar(9_000, 9_300) < 0.05


def test_an_interval_of_macro_f1_holds_it_and_narrows_with_more_texts() -> None:
    few = confusion(np.array([0, 1] * 25), np.array([0, 1, 1, 0, 0] * 10), 2)
    many = few * 40

    low, high = macro_f1_interval(few)
    narrow_low, narrow_high = macro_f1_interval(many)

    assert low < 0.6 < high
    assert low < narrow_low < narrow_high < high
    assert macro_f1_interval(np.zeros((2, 2), np.int64)) == (0.0, 0.0)


def test_a_model_against_itself_differs_in_nothing() -> None:
    answers = {str(at): (at % 3, 0.5) for at in range(60)}
    rows = {str(at): ((at + at // 20) % 3, ("all",)) for at in range(60)}

    found = compare(both(answers, answers, rows), 3)

    assert (found.count, found.p_value) == (60, 1.0)
    assert (found.macro_f1, found.macro_f1_low, found.macro_f1_high) == (0, 0, 0)
    assert found.slices[0].accuracy == 0


def test_the_better_model_is_found_and_the_worse_slice_comes_first() -> None:
    chance = random.Random(1)
    rows = {str(at): (at % 4, ("long",) if at < 200 else ("short",)) for at in range(400)}
    good = {row: (said, 0.9) for row, (said, _) in rows.items()}
    poor = {
        row: (said if chance.random() < (0.9 if traits == ("long",) else 0.5) else 0, 0.9)
        for row, (said, traits) in rows.items()
    }

    found = compare(both(poor, good, rows), 4)

    assert found.macro_f1_high < 0
    assert found.p_value < 0.001
    assert found.only_one_right == 0
    assert [part.name for part in found.slices] == ["short", "long"]
    assert found.calibration_error > 0


def test_only_rows_that_both_answered_are_compared() -> None:
    rows = {"a": (0, ()), "b": (1, ()), "c": (0, ())}

    found = both({"a": (0, 0.5), "b": (1, 0.5)}, {"b": (0, 0.5), "c": (0, 0.5)}, rows)

    assert [(one.said, one.one, one.other) for one in found] == [(1, 1, 0)]


def test_a_family_is_answered_by_the_sum_of_its_members() -> None:
    tag = tag_of({Emotion.ANGER: 0.4, Emotion.SADNESS: 0.35, Emotion.DISAPPOINTMENT: 0.25})

    assert answered(tag, LabelSpace.EMOTION) == "anger"
    assert answered(tag, LabelSpace.SMP_SIX) == "sad"
    assert answered(tag, LabelSpace.EKMAN) == "sadness"
    assert answered(tag, LabelSpace.POLARITY) == "negative"


@pytest.mark.parametrize("space", list(LabelSpace))
def test_every_answer_has_a_class_in_every_space(space: LabelSpace) -> None:
    labels = {label_of(emotion, polarity, space) for emotion in EMOTIONS for polarity in Polarity}

    assert labels <= set(CLASSES[space])


def test_figures_follow_from_the_answers_and_their_slices() -> None:
    answers = [
        Answer(new_id(), "joy", "joy", 0.9, ("language:en",)),
        Answer(new_id(), "joy", "anger", 0.6, ("language:en", "slice:sarcasm")),
        Answer(new_id(), "anger", "anger", 0.8, ("language:zh-Hans",)),
    ]

    figures = figures_of(answers, LabelSpace.EMOTION, texts_per_second=10)

    assert figures.accuracy == pytest.approx(2 / 3)
    assert figures.macro_f1 == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert figures.coverage[0][0] == 1.0
    assert figures.coverage[0][1] == pytest.approx(2 / 3)
    assert {one.name: one.count for one in figures.slices} == {
        "language:en": 2,
        "language:zh-Hans": 1,
        "slice:sarcasm": 1,
    }
    assert sum(map(sum, figures.confusion)) == 3


def test_no_answers_make_figures_of_nothing() -> None:
    figures = figures_of([], LabelSpace.POLARITY)

    assert (figures.count, figures.accuracy, figures.macro_f1) == (0, 0, 0)
    assert not figures.slices


@pytest.mark.parametrize(
    ("text", "length"), [("好", "short"), ("好" * 10, "middle"), (" " + "好" * 50, "long")]
)
def test_a_text_is_short_middle_or_long(text: str, length: str) -> None:
    assert length_of(text) == length
