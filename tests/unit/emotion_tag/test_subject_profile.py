"""Profiles, trends and comparisons: how sure they are, and when they say nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.beta import beta_below, beta_quantile, interval_of
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.crowd import changes
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_comparison import compared
from services.emotion_tag.domain.subject_profile import (
    AspectView,
    SubjectProfile,
    profile_of,
    share_of,
)
from services.emotion_tag.domain.subject_trend import (
    DAY,
    HOUR,
    Span,
    filled,
    span_start,
    trend_of,
)
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from services.emotion_tag.domain.voice import (
    POLARITIES,
    POLARITY,
    SIZE,
    VOLUME,
    Sums,
)
from tests.support.saying import NOON, text_of, voice

ARIA = Subject(SubjectKind.BRAND, "aria")
LYRA = Subject(SubjectKind.BRAND, "lyra")
PRAISE, FAULT = (Aspect.QUALITY, Polarity.POSITIVE), (Aspect.QUALITY, Polarity.NEGATIVE)

near_zero_to_many = st.floats(0.05, 2000)


def sums_of(texts: Sequence[TaggedContent]) -> Sums:
    found = [change.sums for text in texts for change in changes([], [voice(text)])]
    return np.sum(found, axis=0) if found else np.zeros(SIZE)


def profile(*texts: TaggedContent, of: Subject = ARIA) -> SubjectProfile:
    return profile_of(of, sums_of(texts), NOON)


@given(st.floats(0, 1), near_zero_to_many, near_zero_to_many)
def test_the_beta_distribution_is_that_of_scipy(share: float, a: float, b: float) -> None:
    assert beta_below(share, a, b) == pytest.approx(stats.beta.cdf(share, a, b), abs=1e-9)


@given(st.sampled_from([0.025, 0.1, 0.5, 0.975]), near_zero_to_many, near_zero_to_many)
def test_quantiles_are_those_of_scipy(probability: float, a: float, b: float) -> None:
    expected = stats.beta.ppf(probability, a, b)

    assert beta_quantile(probability, a, b) == pytest.approx(expected, abs=2e-6)


@given(near_zero_to_many, near_zero_to_many)
def test_an_interval_holds_the_middle(a: float, b: float) -> None:
    low, high = interval_of(a, b)

    assert 0 <= low <= beta_quantile(0.5, a, b) + 2e-6
    assert beta_quantile(0.5, a, b) - 2e-6 <= high <= 1


def test_of_nothing_said_the_profile_says_nothing() -> None:
    found = profile()

    assert (found.emotion, found.volume, found.aspects) == (Emotion.NEUTRAL, 0, ())
    assert found.intensity == found.valence == 0
    assert not found.is_reliable
    assert [share.share for _, share in found.mix] == pytest.approx([1 / 12] * 12)


def test_shares_add_up_and_are_surer_with_more_texts() -> None:
    few = profile(*(text_of(Emotion.JOY) for _ in range(4)))
    many = profile(*(text_of(Emotion.JOY) for _ in range(40)))

    for found in (few, many):
        assert sum(share.share for _, share in found.mix) == pytest.approx(1)
        assert sum(share.share for _, share in found.polarities) == pytest.approx(1)
        assert found.emotion is Emotion.JOY
    width = [high - low for low, high in (p.share_of(Emotion.JOY).interval for p in (few, many))]
    assert width[1] < width[0] / 2
    assert [found.is_reliable for found in (few, many)] == [False, True]


def test_an_interval_holds_the_real_share_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        share = random.uniform(0.05, 0.95)
        seen = random.binomial(30, share)
        low, high = share_of(float(seen), 30.0, 2).interval
        held += low <= share <= high

    assert 0.92 <= held / 400 <= 0.98


def test_a_crowd_of_one_author_is_no_public() -> None:
    spam = [text_of(Emotion.ANGER, author=1, at=NOON + timedelta(seconds=n)) for n in range(100)]
    voices = [voice(text) for text in spam]

    found = profile_of(ARIA, np.sum([c.sums for c in changes([], voices)], axis=0), NOON)

    assert not found.is_reliable


def test_what_is_felt_about_an_aspect_is_told() -> None:
    angry = [text_of(Emotion.ANGER, aspects=[(Aspect.LOGISTICS, Polarity.NEGATIVE)])] * 3
    happy = [text_of(Emotion.JOY, aspects=[PRAISE])] * 5

    found = profile(*angry, *happy)

    quality, logistics = found.aspects
    assert (quality.aspect, quality.volume, quality.positive) == (Aspect.QUALITY, 5, 5)
    assert logistics.complaint is Emotion.ANGER
    assert logistics.positive_share.share < 0.2
    assert quality.positive_share.share > 0.8


def test_dust_is_nothing() -> None:
    found = profile_of(ARIA, sums_of([text_of()]) * 1e-9 - 1e-12, NOON)

    assert found.volume == 0
    assert found.aspects == ()
    assert all(share.share >= 0 for _, share in found.mix)


def days(volumes: Sequence[float], positive: Sequence[float]) -> list[Span]:
    spans = []
    for n, (volume, share) in enumerate(zip(volumes, positive, strict=True)):
        sums = np.zeros(SIZE)
        sums[VOLUME] = volume
        sums[POLARITY.start + POLARITIES.index(Polarity.POSITIVE)] = volume * share
        sums[POLARITY.start + POLARITIES.index(Polarity.NEGATIVE)] = volume * (1 - share)
        spans.append(Span(span_start(NOON, is_day=True) + n * DAY, True, sums))  # noqa: FBT003
    return spans


def test_growth_and_a_turn_of_the_mood_are_seen() -> None:
    spans = days([10 * 1.1**n for n in range(20)], [0.9 - 0.04 * n for n in range(20)])

    trend = trend_of(spans, NOON + 40 * DAY)

    assert trend.volume is not None
    assert trend.volume.per_day == pytest.approx(np.log(1.1), abs=0.01)
    assert trend.volume.is_sure
    assert trend.balance is not None
    assert trend.balance.per_day == pytest.approx(-0.08, abs=0.005)
    assert trend.balance.is_sure


def test_noise_has_no_sure_slope_more_often_than_stated() -> None:
    random = np.random.default_rng(3)
    sure = 0
    for _ in range(200):
        volumes = random.poisson(8, 20).astype(float)
        shares = [random.binomial(int(n), 0.7) / n if n else 0 for n in volumes]
        trend = trend_of(days(list(volumes), shares), NOON + 40 * DAY)
        assert trend.volume is not None
        assert trend.balance is not None
        sure += trend.volume.is_sure + trend.balance.is_sure

    assert sure / 400 <= 0.08


def test_too_few_spans_have_no_slope() -> None:
    assert trend_of(days([5] * 4, [0.5] * 4), NOON + 40 * DAY).volume is None
    silent = trend_of(days([0] * 20, [0] * 20), NOON + 40 * DAY)
    assert (silent.volume, silent.balance) == (None, None)


def test_the_span_that_still_runs_does_not_count_for_the_slope() -> None:
    spans = days([10] * 10 + [0], [0.5] * 10 + [0])

    trend = trend_of(spans, spans[-1].starts_at + HOUR)

    assert trend.volume is not None
    assert trend.volume.per_day == pytest.approx(0, abs=1e-6)


def test_silent_spans_are_filled() -> None:
    spans = days([1, 1, 1], [1, 1, 1])

    found = filled([spans[0], spans[2]], spans[0].starts_at, NOON + 2 * DAY, is_day=True)

    assert [span.sums[VOLUME] for span in found] == [1, 0, 1]


def said_of(of: Subject, *, praises: int, faults: int) -> SubjectProfile:
    texts = [text_of(Emotion.LIKE, aspects=[PRAISE]) for _ in range(praises)]
    texts += [text_of(Emotion.ANGER, aspects=[FAULT]) for _ in range(faults)]
    return profile(*texts, of=of)


def test_what_is_praised_here_and_missed_there() -> None:
    good, bad = said_of(ARIA, praises=40, faults=5), said_of(LYRA, praises=10, faults=30)

    (found,) = compared([bad, good])

    assert (found.praised, found.missed) == (ARIA, LYRA)
    assert found.is_significant
    assert 0 < found.low < found.difference < found.high < 1


def test_little_said_is_no_comparison() -> None:
    assert compared([said_of(ARIA, praises=4, faults=0), said_of(LYRA, praises=0, faults=40)]) == []
    (found,) = compared([said_of(ARIA, praises=6, faults=2), said_of(LYRA, praises=5, faults=3)])
    assert not found.is_significant


def test_many_comparisons_claim_a_difference_by_chance_in_one_of_twenty_at_most() -> None:
    random = np.random.default_rng(11)
    mistaken = 0
    for _ in range(200):
        profiles = []
        for name in "abcd":
            praises = int(random.binomial(25, 0.7))
            of = Subject(SubjectKind.BRAND, name)
            sums = np.zeros(SIZE)
            sums[VOLUME] = 25
            found = profile_of(of, sums, NOON)
            share = share_of(praises, 25, 2)
            view = AspectView(Aspect.QUALITY, 25, praises, 25 - praises, share, None)
            profiles.append(replace(found, aspects=(view,)))
        mistaken += any(one.is_significant for one in compared(profiles))

    assert mistaken / 200 <= 0.08


def test_the_mix_is_told_for_every_emotion() -> None:
    assert {emotion for emotion, _ in profile(text_of()).mix} == set(EMOTIONS)
