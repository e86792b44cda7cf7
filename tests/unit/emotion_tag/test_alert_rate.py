"""What is usual, and when it is surely exceeded."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.emotion_tag.domain.alert_counts import (
    FAMILIES,
    NOTHING,
    QUARTER,
    Counts,
    Family,
    of_one_person,
    total,
)
from services.emotion_tag.domain.alert_rate import (
    FIRST_GUESS,
    HALF_LIFE,
    LOCAL,
    Habit,
    expected_share,
    gamma_quantile,
)
from services.emotion_tag.domain.alert_watch import (
    PARTS,
    Run,
    Watch,
    log_ratio,
    threshold_for,
)
from services.emotion_tag.domain.aspect import ASPECTS

NOON = datetime(2026, 3, 4, 12, tzinfo=LOCAL).astimezone(UTC)
ANGRY = Family.ANGRY


def counts(texts: float, angry: float = 0.0) -> Counts:
    return Counts(texts, (angry, 0.0, 0.0))


def learned(days: int, texts: float, angry: float, hours: range = range(24)) -> Habit:
    """What is learned of so many days of which every hour has the same."""
    habit = Habit(NOON - timedelta(days=days))
    for day in range(days, 0, -1):
        midnight = (NOON - timedelta(days=day)).astimezone(LOCAL).replace(hour=0)
        for hour in hours:
            habit = habit.learned(midnight + timedelta(hours=hour), counts(texts, angry))
    return habit


def test_nothing_known_is_the_first_guess() -> None:
    share = expected_share(Habit(NOON), Habit(NOON), ANGRY, NOON)

    assert share.mean == pytest.approx(FIRST_GUESS[0])


def test_a_new_subject_is_held_against_its_kind_and_a_known_one_against_itself() -> None:
    kind = learned(28, 1000, 20)

    new = expected_share(Habit(NOON), kind, ANGRY, NOON)
    known = expected_share(learned(28, 100, 10), kind, ANGRY, NOON)

    assert new.mean == pytest.approx(0.02, rel=0.05)
    assert known.mean == pytest.approx(0.1, rel=0.05)
    assert known.quantile(1.96) - known.quantile(-1.96) < new.quantile(1.96) * 5


def test_an_hour_that_is_always_worse_is_expected_to_be() -> None:
    habit = learned(28, 100, 2)
    for day in range(28, 0, -1):
        evening = (NOON - timedelta(days=day)).astimezone(LOCAL).replace(hour=21)
        habit = habit.learned(evening, counts(100, 18))

    tonight = NOON.astimezone(LOCAL).replace(hour=21)
    calm = expected_share(habit, habit, ANGRY, NOON)
    worse = expected_share(habit, habit, ANGRY, tonight)

    assert worse.mean > 3 * calm.mean


@given(st.permutations(range(6)))
def test_the_order_in_which_hours_are_learned_does_not_matter(order: list[int]) -> None:
    habit, other = Habit(NOON), Habit(NOON)
    for i in range(6):
        habit = habit.learned(NOON - timedelta(hours=i * 7), counts(10 + i, i))
    for i in order:
        other = other.learned(NOON - timedelta(hours=i * 7), counts(10 + i, i))

    assert other.hours == pytest.approx(habit.hours)
    assert other.negative_days == pytest.approx(habit.negative_days)


def test_the_past_fades() -> None:
    habit = Habit(NOON).learned(NOON, counts(8))

    later = habit.learned(NOON + HALF_LIFE, counts(0))

    assert later.texts == pytest.approx(4)


@given(st.floats(2, 500), st.sampled_from([-1.645, 0.0, 1.96]))
def test_quantiles_of_gamma_are_near_the_true_ones(shape: float, z: float) -> None:
    true = float(stats.gamma.ppf(stats.norm.cdf(z), shape))

    assert gamma_quantile(shape, z) == pytest.approx(true, rel=0.04)


@given(st.floats(0.01, 50), st.floats(0.02, 0.5), st.sampled_from([2.0, 4.0]))
def test_evidence_is_a_likelihood_ratio(expected: float, spread: float, ratio: float) -> None:
    """Under the usual rate its exponential is 1 on average: that is what bounds false alarms."""
    many = np.arange(0, 3_000)
    size = 1 / spread
    usual = stats.nbinom.logpmf(many, size, size / (size + expected))

    evidence = np.array([log_ratio(float(k), expected, spread, ratio) for k in many])

    assert np.exp(usual + evidence).sum() == pytest.approx(1, abs=1e-3)


OWN, KIND = learned(28, 20, 1), learned(28, 2000, 100)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=4))
def test_fewer_upset_people_are_never_more_evidence(quarters: list[tuple[int, int]]) -> None:
    watch, kind = Watch(NOON, OWN), KIND
    more = {
        NOON + i * QUARTER: counts(texts + angry, angry)
        for i, (texts, angry) in enumerate(quarters)
    }
    fewer = {at: counts(one.texts, max(0.0, one.negatives[0] - 1)) for at, one in more.items()}

    assert watch.run(ANGRY, fewer, kind).most <= watch.run(ANGRY, more, kind).most


def test_a_spike_that_begins_late_in_the_hour_is_found_where_it_begins() -> None:
    watch, kind = Watch(NOON, OWN), KIND
    quarters = {NOON: counts(30), NOON + QUARTER: counts(30), NOON + 2 * QUARTER: counts(30, 25)}

    run = watch.run(ANGRY, quarters, kind)

    assert run.since == NOON + 2 * QUARTER
    assert run.most > threshold_for(0.001)


def test_evidence_goes_on_into_the_next_hour_and_fades_in_silence() -> None:
    watch, kind = Watch(NOON, OWN), KIND
    quarters = {NOON + 3 * QUARTER: counts(10, 6)}
    before = watch.run(ANGRY, quarters, kind)

    next_hour, _ = watch.rolled(NOON + PARTS * QUARTER, quarters, kind)
    next_day, _ = watch.rolled(NOON + timedelta(days=1), quarters, kind)

    assert 0.8 * before.most < next_hour.runs[0].most <= before.most
    assert next_hour.runs[0].since == NOON + 3 * QUARTER
    assert next_day.runs[0].most < before.most / 3


def test_an_hour_under_an_alert_hardly_changes_what_is_usual() -> None:
    watch, kind = Watch(NOON, OWN), KIND
    bad = {NOON: counts(200, 150)}
    later = NOON + timedelta(hours=1)

    free, _ = watch.rolled(later, bad, kind)
    held, _ = watch.rolled(later, bad, kind, frozenset({ANGRY}))

    usual, own, kept = (
        expected_share(one.habit, kind, ANGRY, NOON).mean for one in (watch, free, held)
    )
    assert usual < kept < own
    assert kept - usual < (own - usual) / 3


def test_a_subject_that_resolved_counts_anew() -> None:
    watch = Watch(NOON, Habit(NOON), (Run((5.0, 7.0), NOON),) * len(FAMILIES))

    again = watch.forgot(ANGRY)

    assert again.runs[0] == Run()
    assert again.runs[1:] == watch.runs[1:]


parts = st.floats(0, 10)
some_counts = st.builds(
    Counts, parts, st.tuples(*[parts] * len(FAMILIES)), st.tuples(*[parts] * len(ASPECTS))
)


@given(st.lists(some_counts, max_size=5))
def test_what_one_person_says_counts_no_more_than_the_most_of_it(said: list[Counts]) -> None:
    one = of_one_person(said)

    assert one.texts == max([c.texts for c in said], default=0)
    assert all(
        one.negatives[i] == max([c.negatives[i] for c in said], default=0)
        for i in range(len(FAMILIES))
    )


@given(some_counts, some_counts)
def test_what_is_taken_back_was_never_there(one: Counts, other: Counts) -> None:
    left = total([one, other]) - other

    assert left.texts == pytest.approx(one.texts)
    assert left.aspects == pytest.approx(one.aspects)
    assert (one - one).is_nothing
    assert NOTHING.is_nothing


def test_a_quieter_world_needs_more_evidence() -> None:
    assert threshold_for(0.001) - threshold_for(0.01) == pytest.approx(math.log(10))
