"""Confidence is fitted to how often answers were right."""

from itertools import pairwise

import numpy as np
import pytest

from services.emotion_tag.training.confidence import RIGHT_IF_SURE, with_confidence
from services.emotion_tag.training.scales import PLAIN


@pytest.mark.parametrize("texts", [300, 20_000])
def test_answers_that_were_right_as_often_as_they_were_clear_are_believed(texts: int) -> None:
    random = np.random.default_rng(3)
    clear = random.uniform(0.3, 0.99, texts)
    right = (random.random(texts) < clear).astype(np.float64)

    scale = with_confidence(PLAIN, clear, right)

    known, believed = np.array(scale.confidence_knots).T
    assert np.abs(np.interp(clear, known, believed) - clear).mean() < 0.05
    assert 0.5 < scale.unsure_below < RIGHT_IF_SURE


@pytest.mark.parametrize("texts", [80, 5_000])
def test_confidence_never_falls_with_clearness(texts: int) -> None:
    random = np.random.default_rng(4)
    clear, right = random.uniform(0.2, 1, texts), random.integers(0, 2, texts).astype(np.float64)

    knots = with_confidence(PLAIN, clear, right).confidence_knots

    for (at, rate), (next_at, next_rate) in pairwise(knots):
        assert at < next_at
        assert rate <= next_rate


def test_answers_that_are_never_right_are_all_unsure() -> None:
    scale = with_confidence(PLAIN, np.linspace(0.3, 0.9, 100), np.zeros(100))

    assert scale.unsure_below == 0.95
