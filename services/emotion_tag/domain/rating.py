"""How far raters agree with each other and with the model."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.emotion_tag.domain.agreement import (
    TWO,
    Unit,
    against_each,
    krippendorff_alpha,
    observed_agreement,
    pair_kappas,
)
from services.emotion_tag.domain.metrics import wilson
from services.emotion_tag.domain.taxonomy import EMOTIONS

MAX_PAIRS, MAX_RATERS = 50, 100  # model_service.proto says the same


@dataclass(frozen=True, kw_only=True)
class Rating:
    """What one person says of one text now."""

    content_id: UUID
    rater_id: UUID
    emotion: str
    model_emotion: str


@dataclass(frozen=True, slots=True)
class AgreementFigures:
    """On one emotion against all others, or on all (`emotion` is "")."""

    emotion: str
    count: int
    """Texts with two ratings, of which one at least gave the emotion."""
    observed: float
    alpha: float | None


@dataclass(frozen=True, slots=True)
class RaterPair:
    """How two raters agree: Cohen's kappa."""

    rater_id: UUID
    other_rater_id: UUID
    kappa: float
    count: int


@dataclass(frozen=True, slots=True)
class RaterReliability:
    """How often most of the others say the same as this rater, with the 95 % interval."""

    rater_id: UUID
    count: int
    agreement: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """All of it."""

    overall: AgreementFigures
    emotions: tuple[AgreementFigures, ...]
    pairs: tuple[RaterPair, ...]
    raters: tuple[RaterReliability, ...]
    content_count: int
    rating_count: int
    model_agreement: float


def agreement_of(ratings: Sequence[Rating]) -> Agreement:
    """Work out all figures; of no ratings all are 0."""
    units: dict[UUID, dict[str, str]] = defaultdict(dict)
    for one in ratings:
        units[one.content_id][str(one.rater_id)] = one.emotion
    several = [unit for unit in units.values() if len(unit) >= TWO]
    like_model = sum(one.emotion == one.model_emotion for one in ratings)
    return Agreement(
        overall=_figures("", several),
        emotions=tuple(
            _figures(str(emotion), against_each(touched, str(emotion)))
            for emotion in EMOTIONS
            if (touched := [unit for unit in several if str(emotion) in unit.values()])
        ),
        pairs=tuple(_pairs(several)),
        raters=tuple(_raters(several)),
        content_count=len(units),
        rating_count=len(ratings),
        model_agreement=like_model / len(ratings) if ratings else 0.0,
    )


def _figures(emotion: str, units: Sequence[Unit]) -> AgreementFigures:
    return AgreementFigures(
        emotion, len(units), observed_agreement(units), krippendorff_alpha(units)
    )


def _pairs(units: Sequence[Unit]) -> list[RaterPair]:
    found = [
        RaterPair(UUID(one), UUID(other), kappa, count)
        for (one, other), (kappa, count) in pair_kappas(units).items()
    ]
    return sorted(found, key=lambda pair: (-pair.count, pair.rater_id))[:MAX_PAIRS]


def _raters(units: Sequence[Unit]) -> list[RaterReliability]:
    """A rater agrees if nobody's answer is more frequent among the others than theirs."""
    agreed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for unit in units:
        for rater, value in unit.items():
            others = Counter(said for other, said in unit.items() if other != rater)
            total[rater] += 1
            agreed[rater] += others[value] == max(others.values())
    return [
        RaterReliability(UUID(rater), count, agreed[rater] / count, *wilson(agreed[rater], count))
        for rater, count in total.most_common(MAX_RATERS)
    ]
