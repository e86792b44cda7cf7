"""How evidence makes a mood, and how it fades."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emotion_tag.domain.mood import (
    HALF_LIFE,
    MAX_CAUSES,
    Evidence,
    Mood,
    evidence_of,
    mood_from,
    no_mood,
    seen_at,
    weight_of,
)
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
ANN = UUID(int=1)


def said(
    emotion: Emotion, *, at: datetime = NOON, weight: float = 0.6, number: int = 1
) -> Evidence:
    return Evidence(
        content_id=UUID(int=number),
        emotion=emotion,
        scores=tuple(0.89 if e is emotion else 0.01 for e in EMOTIONS),
        weight=weight,
        said_at=at,
    )


def mood_of(*evidence: Evidence) -> Mood:
    mood = mood_from(ANN, evidence, version=1, half_life=HALF_LIFE)
    assert mood is not None
    return mood


evidence_strategy = st.builds(
    Evidence,
    content_id=st.uuids(),
    emotion=st.sampled_from(EMOTIONS),
    scores=st.lists(st.floats(0.01, 1), min_size=12, max_size=12).map(
        lambda shares: tuple(share / sum(shares) for share in shares)
    ),
    weight=st.floats(0.01, 1),
    said_at=st.integers(0, 200_000).map(lambda seconds: NOON - timedelta(seconds=seconds)),
)


def test_one_strong_text_makes_a_mood() -> None:
    view = seen_at(mood_of(said(Emotion.ANGER)), NOON, HALF_LIFE)

    assert view.emotion is Emotion.ANGER
    assert view.valence < -0.3
    assert 0.5 < view.confidence < 1


def test_a_lukewarm_text_does_not() -> None:
    view = seen_at(mood_of(said(Emotion.ANGER, weight=0.2)), NOON, HALF_LIFE)

    assert view.emotion is Emotion.NEUTRAL


def test_a_half_life_leaves_half() -> None:
    mood = mood_of(said(Emotion.JOY, weight=0.7))

    view = seen_at(mood, NOON + HALF_LIFE, HALF_LIFE)

    assert view.confidence == pytest.approx(0.35 / (0.35 + 0.35))


@given(st.lists(evidence_strategy, min_size=1, max_size=6), st.integers(0, 10**6))
def test_the_scores_of_a_mood_always_add_up(pieces: list[Evidence], later: int) -> None:
    view = seen_at(mood_of(*pieces), NOON + timedelta(seconds=later), HALF_LIFE)

    assert sum(view.scores) == pytest.approx(1, abs=1e-9)
    assert all(score >= 0 for score in view.scores)
    assert -1 <= view.valence <= 1
    assert 0 <= view.arousal <= 1
    assert all(0 <= cause.share <= 1 for cause in view.causes)
    assert sum(cause.share for cause in view.causes) <= view.confidence + 1e-9


@given(
    st.lists(evidence_strategy, min_size=1, max_size=6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_confidence_never_grows_by_waiting(pieces: list[Evidence], one: int, other: int) -> None:
    mood = mood_of(*pieces)
    sooner, later = sorted((one, other))

    first = seen_at(mood, NOON + timedelta(seconds=sooner), HALF_LIFE)
    second = seen_at(mood, NOON + timedelta(seconds=later), HALF_LIFE)

    assert second.confidence <= first.confidence + 1e-12
    assert abs(second.valence) <= abs(first.valence) + 1e-12


@given(st.lists(evidence_strategy, min_size=2, max_size=4, unique_by=lambda e: e.content_id))
def test_the_order_in_which_things_are_learned_does_not_matter(pieces: list[Evidence]) -> None:
    moods = [mood_of(*order) for order in permutations(pieces)]

    for mood in moods[1:]:
        assert mood.as_of == moods[0].as_of
        assert mood.causes == moods[0].causes
        assert mood.masses == pytest.approx(moods[0].masses)


def test_only_the_latest_causes_are_remembered() -> None:
    pieces = [
        said(Emotion.JOY, at=NOON - timedelta(minutes=i), number=i + 1)
        for i in range(MAX_CAUSES + 5)
    ]

    mood = mood_of(*reversed(pieces))

    assert [cause.content_id.int for cause in mood.causes] == list(range(1, MAX_CAUSES + 1))


def test_a_moment_before_the_last_word_shows_the_mood_of_then() -> None:
    mood = mood_of(said(Emotion.JOY))

    early = seen_at(mood, NOON - timedelta(days=1), HALF_LIFE)

    assert early == seen_at(mood, NOON, HALF_LIFE)


def test_nothing_known_is_neutral_without_confidence() -> None:
    view = no_mood(ANN, 3)

    assert view.emotion is Emotion.NEUTRAL
    assert view.confidence == 0
    assert view.version == 3
    assert sum(view.scores) == 1


def test_an_unsure_tag_counts_a_quarter() -> None:
    def tag(*, unsure: bool) -> EmotionTag:
        return EmotionTag(
            emotion=Emotion.JOY,
            scores=(1.0,) + (0.0,) * 11,
            polarity=Polarity.POSITIVE,
            intensity=0.5,
            confidence=0.8,
            unsure=unsure,
            language="en",
            evidence=(),
            model_version="test",
        )

    assert weight_of(tag(unsure=True)) == pytest.approx(weight_of(tag(unsure=False)) / 4)
    assert evidence_of(ANN, tag(unsure=False), NOON).weight == weight_of(tag(unsure=False))
