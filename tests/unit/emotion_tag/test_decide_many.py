"""Deciding about many texts at once is deciding about each, to the last bit."""

import numpy as np
import pytest

from services.emotion_tag.adapters.cascade import calibration, decide
from services.emotion_tag.adapters.cascade.calibration import Scale
from services.emotion_tag.adapters.cascade.decide_many import decided
from services.emotion_tag.adapters.cascade.model import SHIPPED
from services.emotion_tag.domain.taxonomy import EMOTIONS

FITTED = calibration.load(SHIPPED)
SCALES = [scale for kinds in FITTED.alone.values() for scale in kinds.values()]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("spread", [0.1, 2.0, 40.0])
@pytest.mark.parametrize("count", [1, 7, 300])
def test_many_texts_are_decided_about_as_each_alone(
    scale: Scale, spread: float, count: int
) -> None:
    scores = np.random.default_rng(7).normal(0, spread, (count, len(EMOTIONS) + 1))
    made = decided(scale, scores, FITTED.sharpening)
    for row, shares, odds, confidence in zip(scores.tolist(), *made, strict=True):
        scaled = decide.scaled(scale, row, None)
        assert shares == decide.probabilities(scaled, FITTED.sharpening)
        assert odds == scaled[-1]
        assert confidence == decide.confidence(scale, shares)
