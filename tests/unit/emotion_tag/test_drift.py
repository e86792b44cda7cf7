"""How far things have moved, in numbers, and what is counted of a text."""

import math

import numpy as np
import pytest

from services.emotion_tag.domain.drift import (
    FEATURES,
    LEAST_COUNT,
    DriftState,
    Traits,
    drift_of,
    features_of,
    jensen_shannon,
    population_stability,
    worst,
)
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity

LANGUAGE = next(feature for feature in FEATURES if feature.key == "language")


def test_the_index_is_that_of_the_formula() -> None:
    before, now = np.array([600_000, 400_000]), np.array([500_000, 500_000])

    found = population_stability(before, now)

    assert found == pytest.approx(-0.1 * math.log(5 / 6) + 0.1 * math.log(5 / 4), abs=1e-5)
    assert population_stability(before, before) == 0


def test_the_divergence_is_in_bits_and_bounded() -> None:
    assert jensen_shannon(np.array([5, 0]), np.array([0, 9])) == pytest.approx(1)
    assert jensen_shannon(np.array([1, 1]), np.array([9, 9])) == pytest.approx(0)
    assert jensen_shannon(np.array([0, 0]), np.array([9, 9])) == 0


def test_small_changes_have_a_divergence_of_an_eighth_of_the_index_in_nats() -> None:
    before, now = np.array([520_000, 480_000]), np.array([500_000, 500_000])

    bits = jensen_shannon(before, now)

    assert bits * math.log(2) == pytest.approx(population_stability(before, now) / 8, rel=0.01)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ({"zh-Hans": 800, "en": 200}, DriftState.STABLE),
        ({"zh-Hans": 650, "en": 350}, DriftState.MODERATE),
        ({"zh-Hans": 400, "en": 600}, DriftState.LARGE),
        ({"zh-Hans": 40, "en": 60}, DriftState.TOO_LITTLE),
        ({}, DriftState.TOO_LITTLE),
    ],
)
def test_states_follow_from_the_cut_offs_and_the_volume(
    now: dict[str, int], state: DriftState
) -> None:
    assert drift_of(LANGUAGE, {"zh-Hans": 8_000, "en": 2_000}, now).state is state


def test_a_new_value_is_seen_and_does_not_divide_by_nothing() -> None:
    found = drift_of(LANGUAGE, {"zh-Hans": 1_000}, {"zh-Hans": 900, "und": 100})

    assert math.isfinite(found.psi)
    assert found.state is DriftState.LARGE


def test_chance_alone_is_stable_at_the_least_volume() -> None:
    random = np.random.default_rng(3)
    shares = np.full(12, 1 / 12)
    values = [f"v{at}" for at in range(12)]

    states = []
    for _ in range(200):
        before, now = random.multinomial(LEAST_COUNT, shares, size=2).tolist()
        found = drift_of(
            LANGUAGE, dict(zip(values, before, strict=True)), dict(zip(values, now, strict=True))
        )
        states.append(found.state)

    assert states.count(DriftState.STABLE) >= 195
    assert DriftState.LARGE not in states


def test_the_worst_state_counts() -> None:
    assert worst([DriftState.STABLE, DriftState.LARGE, DriftState.TOO_LITTLE]) is DriftState.LARGE
    assert worst([]) is DriftState.TOO_LITTLE


def test_what_a_model_cannot_say_is_not_counted() -> None:
    tag = EmotionTag(
        emotion=Emotion.JOY,
        scores=(1.0,) + (0.0,) * 11,
        polarity=Polarity.POSITIVE,
        intensity=0.5,
        confidence=1.0,
        unsure=False,
        language="zh-Hans",
        evidence=(),
        model_version="test",
    )

    plain = features_of("开心😀", TextKind.DANMAKU, tag, Traits())
    told = features_of("开心", TextKind.DANMAKU, tag, Traits(0.34, "encoder"))

    assert plain == {
        "language": "zh-Hans",
        "kind": "danmaku",
        "length": "short",
        "emoji": "with",
        "emotion": "joy",
        "polarity": "positive",
        "confidence": "0.9",
    }
    assert (told["unknown"], told["tier"], told["emoji"]) == ("0.3", "encoder", "without")
    assert set(told) == {feature.key for feature in FEATURES}
