"""Timeline, tendency and forecast: what they tell, and when they rather tell nothing."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import sqrt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emotion_tag.adapters.forecast_file import load_forecast
from services.emotion_tag.domain.forecast import (
    LEAST_PREDICTIONS,
    Past,
    outlook,
    quantile,
    record_of,
)
from services.emotion_tag.domain.mood import (
    HALF_LIFE,
    VALENCE_SPREAD,
    Evidence,
    mood_from,
    no_mood,
    seen_at,
)
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion
from services.emotion_tag.domain.tendency import days_of, find_shift, tendency
from services.emotion_tag.domain.timeline import GAP_AFTER, moments, timeline

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
ANN = UUID(int=1)
MODEL, BASE = load_forecast()
EVEN = tuple(1 / len(EMOTIONS) for _ in EMOTIONS)


def said(emotion: Emotion, at: datetime, weight: float = 0.6) -> Evidence:
    return Evidence(
        content_id=UUID(int=int(at.timestamp() * 1000) % 2**64),
        emotion=emotion,
        scores=tuple(0.89 if e is emotion else 0.01 for e in EMOTIONS),
        weight=weight,
        said_at=at,
    )


evidence = st.lists(
    st.builds(
        said,
        st.sampled_from(EMOTIONS),
        st.datetimes(NOON.replace(tzinfo=None) - timedelta(days=3), NOON.replace(tzinfo=None)).map(
            lambda at: at.replace(tzinfo=UTC)
        ),
        st.floats(0.01, 1),
    ),
    max_size=12,
).map(lambda pieces: sorted(pieces, key=lambda piece: piece.said_at))


@given(evidence)
def test_the_timeline_of_now_is_the_mood_of_now(pieces: list[Evidence]) -> None:
    [point] = timeline(pieces, [NOON], HALF_LIFE)

    mood = mood_from(ANN, pieces, version=1, half_life=HALF_LIFE)
    if mood is None or NOON - mood.as_of > GAP_AFTER * HALF_LIFE:
        assert point.picture is None
        return
    assert point.picture is not None
    view = seen_at(mood, NOON, HALF_LIFE)
    assert point.picture.scores == pytest.approx(view.scores)
    assert point.picture.valence == pytest.approx(view.valence)
    assert point.picture.valence_deviation == pytest.approx(view.valence_deviation)


@given(evidence, st.timedeltas(timedelta(minutes=10), timedelta(hours=12)))
def test_a_step_knows_nothing_of_what_was_said_after_it(
    pieces: list[Evidence], step: timedelta
) -> None:
    at = moments(NOON - timedelta(days=2), NOON, step)

    whole = timeline(pieces, at, HALF_LIFE)

    half = at[len(at) // 2]
    until_then = [piece for piece in pieces if piece.said_at <= half]
    assert whole[: len(at) // 2 + 1] == timeline(until_then, at[: len(at) // 2 + 1], HALF_LIFE)


def test_silence_is_a_gap_and_not_neutral() -> None:
    pieces = [said(Emotion.JOY, NOON)]
    at = [NOON - timedelta(hours=1), NOON, NOON + 4 * HALF_LIFE, NOON + 4.1 * HALF_LIFE]

    points = timeline(pieces, at, HALF_LIFE)

    assert [point.picture is None for point in points] == [True, False, False, True]


@given(evidence)
def test_more_evidence_makes_a_mood_surer_and_time_less_sure(pieces: list[Evidence]) -> None:
    mood = mood_from(ANN, [*pieces, said(Emotion.JOY, NOON)], version=1, half_life=HALF_LIFE)
    assert mood is not None
    now, later, much_later = (
        seen_at(mood, NOON + hours * HALF_LIFE, HALF_LIFE).valence_deviation for hours in (0, 4, 40)
    )

    stranger = no_mood(ANN, 0).valence_deviation
    assert stranger == pytest.approx(VALENCE_SPREAD / sqrt(1.35))
    assert much_later == pytest.approx(stranger, abs=1e-6)
    assert 0 < now < 1
    assert later > 0


def a_life(
    chance: random.Random, days: int, *, stays: float, mix: Sequence[float], per_day: int = 4
) -> list[Evidence]:
    """Somebody who says something every three hours; a feeling stays or is drawn anew."""
    felt = chance.choices(EMOTIONS, mix)[0]
    pieces = []
    for day in range(days):
        for number in range(per_day):
            if chance.random() >= stays:
                felt = chance.choices(EMOTIONS, mix)[0]
            pieces.append(said(felt, NOON + timedelta(days=day, hours=3 * number)))
    return pieces


def test_a_forecast_of_a_life_of_lasting_moods_is_shown_mostly() -> None:
    lives = [a_life(random.Random(i), 28, stays=0.9, mix=EVEN) for i in range(40)]

    records = [record_of(life, MODEL, BASE, HALF_LIFE) for life in lives]

    assert all(record.is_enough for record in records)
    assert sum(record.beats_baselines for record in records) >= 30


def test_a_forecast_of_a_life_of_chance_is_hardly_ever_shown() -> None:
    lives = [a_life(random.Random(i), 28, stays=0.0, mix=BASE) for i in range(100)]

    records = [record_of(life, MODEL, BASE, HALF_LIFE) for life in lives]

    assert sum(record.beats_baselines for record in records) <= 5


def test_a_short_past_is_not_enough() -> None:
    life = a_life(random.Random(1), 5, stays=0.9, mix=EVEN)

    assert not record_of(life, MODEL, BASE, HALF_LIFE).is_enough
    assert record_of([], MODEL, BASE, HALF_LIFE).predictions == 0
    assert LEAST_PREDICTIONS == 20


def test_what_is_said_within_minutes_is_one_mood_and_predicts_nothing() -> None:
    burst = [said(Emotion.ANGER, NOON + timedelta(minutes=i / 2)) for i in range(50)]

    assert record_of(burst, MODEL, BASE, HALF_LIFE).predictions == 0


@given(evidence, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_prediction_is_a_distribution_with_a_valence_inside_its_interval(
    pieces: list[Evidence], ahead: timedelta
) -> None:
    past = Past(HALF_LIFE)
    for piece in pieces:
        past.add(piece)

    view = outlook(NOON + ahead, past.predict(MODEL, BASE, NOON + ahead))

    assert sum(view.scores) == pytest.approx(1)
    assert min(view.scores) > 0
    assert -1 <= view.valence_low <= view.valence_median <= view.valence_high <= 1
    assert view.ranked()[0][1] == max(view.scores)


def test_a_forecast_reverts_to_what_the_person_usually_says() -> None:
    past = Past(HALF_LIFE)
    for day in range(30):
        past.add(said(Emotion.JOY, NOON + timedelta(days=day)))
    past.add(said(Emotion.ANGER, end := NOON + timedelta(days=30)))

    soon, later, late = (
        outlook(at, past.predict(MODEL, BASE, at)).valence
        for at in (end, end + timedelta(hours=6), end + timedelta(days=9))
    )

    assert soon < later < late
    assert late > 0


def test_what_is_shown_lies_in_its_interval_though_the_mean_may_not() -> None:
    scores = tuple({Emotion.JOY: 0.92, Emotion.ANGER: 0.08}.get(e, 0.0) for e in EMOTIONS)

    view = outlook(NOON, scores)

    assert view.valence < view.valence_low
    assert view.valence_low <= view.valence_median <= view.valence_high


def test_a_quantile_is_the_least_valence_that_is_not_exceeded() -> None:
    scores = tuple(0.5 if e in (Emotion.JOY, Emotion.SADNESS) else 0.0 for e in EMOTIONS)

    assert quantile(scores, 0.1) == TAXONOMY[Emotion.SADNESS].valence
    assert quantile(scores, 0.9) == TAXONOMY[Emotion.JOY].valence


def days(levels: Sequence[float], chance: random.Random, noise: float = 0.2) -> list[Evidence]:
    """A day for each level: sad or joyful texts so that the day's mean is about the level."""
    pieces = []
    for day, level in enumerate(levels):
        share = min(1.0, max(0.0, (level + chance.gauss(0, noise) + 0.8) / 1.7))
        mixed = tuple(
            share if e is Emotion.JOY else 1 - share if e is Emotion.SADNESS else 0.0
            for e in EMOTIONS
        )
        for hour in (9, 20):
            at = NOON.replace(hour=hour) + timedelta(days=day)
            pieces.append(
                Evidence(
                    content_id=UUID(int=day * 2 + hour),
                    emotion=Emotion.JOY if share > 0.5 else Emotion.SADNESS,
                    scores=mixed,
                    weight=0.5,
                    said_at=at,
                )
            )
    return pieces


def test_a_tendency_needs_days_and_not_only_texts() -> None:
    many_in_a_day = [said(Emotion.JOY, NOON + timedelta(minutes=i)) for i in range(100)]

    assert tendency(many_in_a_day, EVEN, NOON + timedelta(days=1), timedelta(0)) is None


def test_a_tendency_tells_level_hours_and_mix_with_their_uncertainty() -> None:
    pieces = days([0.5] * 40, random.Random(1))

    known = tendency(pieces, EVEN, NOON + timedelta(days=40), timedelta(hours=8))

    assert known is not None
    assert (known.days, known.texts) == (40 + 1, 80)  # 20:00 UTC is the next day there
    assert known.valence.low < 0.5 < known.valence.high + 0.1
    assert known.valence.high - known.valence.low < 0.25
    assert known.emotions[0][0] is Emotion.JOY
    assert sum(share.mean for _, share in known.emotions) == pytest.approx(1)
    spoken = [hour.hour for hour in known.hours if hour.share]
    assert spoken == [4, 17]
    assert known.hours[0].valence.high - known.hours[0].valence.low > 0.5
    assert known.shift is None


def test_few_days_are_drawn_to_all_people() -> None:
    few = tendency(days([0.8] * 10, random.Random(1)), EVEN, NOON, timedelta(0))
    many = tendency(days([0.8] * 60, random.Random(1)), EVEN, NOON, timedelta(0))

    assert few is not None
    assert many is not None
    assert few.valence.mean < many.valence.mean
    assert few.valence.high - few.valence.low > many.valence.high - many.valence.low


def test_a_shift_is_found_where_it_was_and_seldom_where_none_was() -> None:
    shifted = [
        find_shift(days_of(days([0.4] * 25 + [-0.5] * 15, random.Random(i)), timedelta(0)))
        for i in range(20)
    ]
    steady = [
        find_shift(days_of(days([0.1] * 40, random.Random(i), noise=0.3), timedelta(0)))
        for i in range(100)
    ]

    found = [shift for shift in shifted if shift is not None]
    assert len(found) == len(shifted)
    begun = datetime(2025, 6, 26, tzinfo=UTC)
    assert all(abs(shift.at - begun) <= timedelta(days=2) for shift in found)
    assert all(shift.before > shift.after for shift in found)
    assert sum(shift is not None for shift in steady) <= 5
