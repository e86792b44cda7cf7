"""Corrections, agreement, reviews and gold as the contract has them."""

from collections.abc import Iterable

from resonance.emotion_tag.v1 import correction_pb2 as pb
from resonance.emotion_tag.v1 import emotion_pb2, gold_pb2
from services.chassis.kernel.errors import InvalidField
from services.emotion_tag.domain.aspect import ASPECTS, Aspect
from services.emotion_tag.domain.correction import Adjudication, AspectLabel, Correction
from services.emotion_tag.domain.gold import GoldRow, GoldSet
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.domain.rating import Agreement, AgreementFigures
from services.emotion_tag.domain.review import Review, ReviewCause
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from services.emotion_tag.wire import (
    EMOTION_NUMBERS,
    POLARITY_NUMBERS,
    from_kind,
    to_kind,
    to_time,
)

_EMOTIONS_BACK = {number: emotion for emotion, number in EMOTION_NUMBERS.items()}
_POLARITIES_BACK = {number: polarity for polarity, number in POLARITY_NUMBERS.items()}
_ASPECTS = {
    aspect: emotion_pb2.Aspect.Value(f"ASPECT_{aspect.value.upper()}") for aspect in ASPECTS
}
_ASPECTS_BACK = {number: aspect for aspect, number in _ASPECTS.items()}
_SPACES = {
    space: gold_pb2.LabelSpace.Value(f"LABEL_SPACE_{space.value.upper()}") for space in LabelSpace
}
_SPACES_BACK = {number: space for space, number in _SPACES.items()}
_CAUSES = {
    cause: pb.ReviewCause.Value(f"REVIEW_CAUSE_{cause.value.upper()}") for cause in ReviewCause
}

_ALL = emotion_pb2.EMOTION_UNSPECIFIED


def from_emotion(number: int) -> Emotion:
    return _EMOTIONS_BACK[emotion_pb2.Emotion.ValueType(number)]


def from_polarity(number: int) -> Polarity:
    return _POLARITIES_BACK[emotion_pb2.Polarity.ValueType(number)]


def from_space(number: int) -> LabelSpace:
    return _SPACES_BACK[gold_pb2.LabelSpace.ValueType(number)]


def kind_or_all(number: int) -> TextKind | None:
    """The kind that a list is of; unspecified is all."""
    return from_kind(number) if number else None


def from_aspects(labels: Iterable[pb.AspectLabel]) -> tuple[AspectLabel, ...]:
    """Read what is said of aspects, in their order.

    Raises:
        InvalidField: an aspect is there twice.
    """
    found: dict[Aspect, AspectLabel] = {}
    for at, one in enumerate(labels):
        aspect = _ASPECTS_BACK[one.aspect]
        if aspect in found:
            raise InvalidField(f"aspects[{at}].aspect", "aspects.unique", "Give each aspect once.")
        found[aspect] = AspectLabel(aspect, from_polarity(one.polarity))
    return tuple(found[aspect] for aspect in ASPECTS if aspect in found)


def to_correction(one: Correction) -> pb.Correction:
    return pb.Correction(
        correction_id=str(one.correction_id),
        content_id=str(one.content_id),
        rater_id=str(one.rater_id),
        is_author=one.is_author,
        emotion=EMOTION_NUMBERS[one.emotion],
        polarity=POLARITY_NUMBERS[one.polarity],
        aspects=_to_aspects(one.aspects),
        reason=one.reason,
        model_emotion=EMOTION_NUMBERS[one.model_emotion],
        model_version=one.model_version,
        create_time=to_time(one.created_at),
        supersede_time=to_time(one.superseded_at) if one.superseded_at else None,
    )


def to_adjudication(one: Adjudication | None) -> pb.Adjudication | None:
    if one is None:
        return None
    return pb.Adjudication(
        content_id=str(one.content_id),
        emotion=EMOTION_NUMBERS[one.emotion],
        polarity=POLARITY_NUMBERS[one.polarity],
        aspects=_to_aspects(one.aspects),
        is_by_author=one.is_by_author,
        rater_count=one.rater_count,
        model_emotion=EMOTION_NUMBERS[one.model_emotion],
        model_version=one.model_version,
        decide_time=to_time(one.decided_at),
    )


def to_agreement(found: Agreement) -> pb.Agreement:
    return pb.Agreement(
        overall=_to_figures(found.overall),
        emotions=[_to_figures(one) for one in found.emotions],
        pairs=[
            pb.RaterPair(
                rater_id=str(one.rater_id),
                other_rater_id=str(one.other_rater_id),
                kappa=one.kappa,
                content_count=one.count,
            )
            for one in found.pairs
        ],
        raters=[
            pb.RaterReliability(
                rater_id=str(one.rater_id),
                content_count=one.count,
                agreement=one.agreement,
                agreement_low=one.low,
                agreement_high=one.high,
            )
            for one in found.raters
        ],
        content_count=found.content_count,
        rating_count=found.rating_count,
        model_agreement=found.model_agreement,
    )


def to_review(one: Review) -> pb.Review:
    return pb.Review(
        content_id=str(one.content_id),
        kind=to_kind(one.kind),
        language_code=one.language,
        emotion=EMOTION_NUMBERS[one.emotion],
        confidence=one.confidence,
        uncertainty=one.uncertainty,
        influence=one.influence,
        score=one.score,
        reach=one.reach,
        cause=_CAUSES[one.cause],
        wanted_count=one.wanted_count,
        rating_count=one.rating_count,
        text=one.text,
        claim_expire_time=to_time(one.claimed_until) if one.claimed_until else None,
        create_time=to_time(one.created_at),
    )


def to_gold_set(one: GoldSet) -> gold_pb2.GoldSet:
    return gold_pb2.GoldSet(
        gold_set_id=str(one.gold_set_id),
        name=one.name,
        kind=to_kind(one.kind),
        label_space=_SPACES[one.space],
        source=one.source,
        licence=one.licence,
        row_count=one.row_count,
        creator_id=str(one.creator_id) if one.creator_id else "",
        create_time=to_time(one.created_at),
    )


def to_gold_row(one: GoldRow) -> gold_pb2.GoldRow:
    return gold_pb2.GoldRow(
        row_id=str(one.row_id),
        text=one.text,
        label=one.label,
        content_id=str(one.content_id) if one.content_id else "",
        slices=one.slices,
    )


def _to_figures(one: AgreementFigures) -> pb.AgreementFigures:
    return pb.AgreementFigures(
        emotion=EMOTION_NUMBERS[Emotion(one.emotion)] if one.emotion else _ALL,
        content_count=one.count,
        observed=one.observed,
        alpha=one.alpha or 0.0,
        has_alpha=one.alpha is not None,
    )


def _to_aspects(labels: Iterable[AspectLabel]) -> list[pb.AspectLabel]:
    return [
        pb.AspectLabel(aspect=_ASPECTS[one.aspect], polarity=POLARITY_NUMBERS[one.polarity])
        for one in labels
    ]
