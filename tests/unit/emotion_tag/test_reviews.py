"""Which texts people should look at first, and when what they say counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.correction import (
    ADJUDICATED_CONFIDENCE,
    PEOPLE,
    Correction,
    adjudicate,
    corrected,
)
from services.emotion_tag.domain.rating import Rating, agreement_of
from services.emotion_tag.domain.review import (
    LEAST_UNCERTAINTY,
    Review,
    ReviewCause,
    diverse,
    review_of,
    uncertainty_of,
)
from services.emotion_tag.domain.tag import EmotionTag, EvidenceSpan, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
CONTENT = UUID(int=7)


def tag_of(emotion: Emotion = Emotion.ANGER, top: float = 0.9) -> EmotionTag:
    rest = (1 - top) / 11
    return EmotionTag(
        emotion=emotion,
        scores=tuple(top if one is emotion else rest for one in EMOTIONS),
        polarity=Polarity.NEGATIVE,
        intensity=0.5,
        confidence=top,
        unsure=False,
        language="zh-Hans",
        evidence=(EvidenceSpan(0, 1, 1.0),),
        model_version="m1",
    )


def content_of(tag: EmotionTag, **more: object) -> TaggedContent:
    values: dict[str, object] = {
        "content_id": uuid4(),
        "author_id": None,
        "kind": TextKind.COMMENT,
        "item_ids": (),
        "digest": b"",
        "tag": tag,
        "published_at": NOON,
        "tagged_at": NOON,
        **more,
    }
    return TaggedContent(**values)  # type: ignore[arg-type]  # all by name


def said(
    emotion: Emotion, rater: int = 1, minute: int = 0, *, is_author: bool = False
) -> Correction:
    return Correction(
        correction_id=UUID(int=1000 + minute),
        content_id=CONTENT,
        rater_id=UUID(int=rater),
        is_author=is_author,
        emotion=emotion,
        polarity=Polarity.POSITIVE,
        aspects=(),
        reason="",
        model_emotion=Emotion.ANGER,
        model_version="m1",
        created_at=NOON + timedelta(minutes=minute),
    )


def review_with(score: float, emotion: Emotion, language: str = "zh-Hans") -> Review:
    return Review(
        content_id=uuid4(),
        kind=TextKind.COMMENT,
        language=language,
        emotion=emotion,
        confidence=0.5,
        uncertainty=score,
        weight=1.0,
        reach=0,
        cause=ReviewCause.UNCERTAIN,
        wanted_count=1,
        rating_count=0,
        created_at=NOON,
    )


def test_a_doubtful_answer_is_more_uncertain_than_a_sure_one() -> None:
    assert uncertainty_of(tag_of(top=0.3)) > LEAST_UNCERTAINTY > uncertainty_of(tag_of(top=0.95))
    assert 0 <= uncertainty_of(tag_of(top=1.0)) < 0.01


def test_sure_answers_wait_only_if_they_were_drawn() -> None:
    sure = [review_of(content_of(tag_of(top=0.97)), NOON) for _ in range(2_000)]

    drawn = [review for review in sure if review is not None]
    assert 15 <= len(drawn) <= 75  # one in fifty
    assert {review.cause for review in drawn} == {ReviewCause.SAMPLED}


def test_a_share_is_looked_at_by_two_raters() -> None:
    found = [review_of(content_of(tag_of(top=0.3)), NOON) for _ in range(1_000)]

    doubled = sum(review is not None and review.wanted_count == 2 for review in found)
    assert 140 <= doubled <= 260  # one in five


def test_what_many_see_comes_before_what_nobody_sees() -> None:
    quiet = review_of(content_of(tag_of(top=0.3), kind=TextKind.DANMAKU), NOON)
    loud = review_of(content_of(tag_of(top=0.3), kind=TextKind.REVIEW, item_ids=("a",)), NOON)
    assert quiet is not None
    assert loud is not None

    assert loud.score > quiet.score
    assert replace(quiet, reach=3).influence == pytest.approx(3 * quiet.influence)


def test_a_choice_is_spread_over_emotions_and_languages() -> None:
    alike = [review_with(0.9 - at / 100, Emotion.ANGER) for at in range(6)]
    others = [review_with(0.6, Emotion.JOY), review_with(0.6, Emotion.JOY, "en")]

    taken = diverse([*alike, *others], 4)

    assert taken[0] is alike[0]
    assert set(map(id, others)) <= set(map(id, taken))
    assert len(diverse(alike, 50)) == 6


def test_one_rater_does_not_decide_and_two_who_agree_do() -> None:
    one, two = said(Emotion.JOY, 1), said(Emotion.JOY, 2, 1)

    assert adjudicate([], NOON) is None
    assert adjudicate([one], NOON) is None
    decided = adjudicate([one, two], NOON)
    assert decided is not None
    assert (decided.emotion, decided.rater_count) == (Emotion.JOY, 2)
    assert not decided.is_by_author


def test_two_do_not_outnumber_two_others() -> None:
    votes = [said(Emotion.JOY, 1), said(Emotion.JOY, 2, 1)]
    against = [said(Emotion.SADNESS, 3, 2), said(Emotion.FEAR, 4, 3)]

    assert adjudicate([*votes, *against], NOON) is None
    assert adjudicate([*votes, against[0]], NOON) is not None


def test_the_author_decides_whatever_others_say() -> None:
    others = [said(Emotion.JOY, rater, rater) for rater in (1, 2, 3)]

    decided = adjudicate([*others, said(Emotion.SADNESS, 9, 9, is_author=True)], NOON)

    assert decided is not None
    assert (decided.emotion, decided.is_by_author) == (Emotion.SADNESS, True)


def test_a_corrected_tag_is_sure_and_keeps_what_the_model_held_possible() -> None:
    tag = tag_of()
    decided = adjudicate([said(Emotion.JOY, is_author=True)], NOON)
    assert decided is not None

    shown = corrected(tag, decided)

    assert shown.emotion is Emotion.JOY
    assert sum(shown.scores) == pytest.approx(1)
    assert shown.scores[EMOTIONS.index(Emotion.JOY)] == ADJUDICATED_CONFIDENCE
    assert shown.ranked()[1][0] is Emotion.ANGER
    assert (shown.model_version, shown.evidence, shown.unsure) == (PEOPLE, (), False)


def test_a_confirmed_tag_keeps_its_evidence() -> None:
    decided = adjudicate([said(Emotion.ANGER, is_author=True)], NOON)
    assert decided is not None

    assert corrected(tag_of(top=1.0), decided).evidence == tag_of().evidence
    assert sum(corrected(tag_of(top=1.0), decided).scores) == pytest.approx(1)


def test_agreement_is_worked_out_for_each_rater_and_emotion() -> None:
    def rated(content: int, rater: int, emotion: str) -> Rating:
        return Rating(
            content_id=UUID(int=content),
            rater_id=UUID(int=rater),
            emotion=emotion,
            model_emotion="joy",
        )

    found = agreement_of(
        [
            rated(1, 1, "joy"),
            rated(1, 2, "joy"),
            rated(1, 3, "anger"),
            rated(2, 1, "anger"),
            rated(2, 2, "anger"),
            rated(3, 1, "joy"),
        ]
    )

    assert (found.content_count, found.rating_count) == (3, 6)
    assert found.overall.observed == pytest.approx((1 + 1) / 4)
    assert [one.emotion for one in found.emotions] == ["joy", "anger"]
    reliability = {one.rater_id.int: one.agreement for one in found.raters}
    assert reliability == {1: 1.0, 2: 1.0, 3: 0.0}
    assert found.model_agreement == pytest.approx(3 / 6)
    assert agreement_of([]).overall.alpha is None
