"""How a person may be in the next hours, from what they said, and whether that is worth saying.

The model: what was said leaves masses that fade, as in `mood.py`. The share c of what is left
(mass / (mass + `unknown_mass`)) stays with the person, moved by one step of the learned
transitions with probability `change`; the rest 1 - c is what the person usually says, drawn to what
people usually say (`usual_mass`). So the expected valence reverts to the person's own mean, as an
Ornstein-Uhlenbeck process does, and irregular gaps need no care.

Whether it is shown is decided by the person's own past: each thing said is predicted from what had
been said before, and the model must beat “as just now” and “as people usually are” at it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.emotion_tag.domain.mood import Evidence, share_left
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion

FLOOR = 0.001  # of the base rate in every prediction, so that nothing is ever impossible
TAIL = 0.1  # outside of the interval on either side; mood_service.proto says the same

LEAST_PREDICTIONS = 20
NEAREST, FARTHEST = timedelta(minutes=30), timedelta(hours=24)
"""Gaps over which the past is predicted: what is said within minutes is one mood."""
LEAST_LEAD = 1.645
"""Standard errors by which both baselines must be beaten: one-sided 95 %."""

_VALENCES = tuple(TAXONOMY[emotion].valence for emotion in EMOTIONS)

Distribution = tuple[float, ...]
"""Over `EMOTIONS`, in their order; adds up to 1."""


@dataclass(frozen=True, kw_only=True)
class ForecastModel:
    """What was fitted, see `training/forecast.py`."""

    version: str
    transitions: tuple[Distribution, ...]
    """Where a feeling goes when it changes."""
    change: float
    unknown_mass: float
    usual_mass: float
    persistence: float
    """Probability of “the same again” in the baseline; the rest is the base rate."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """A prediction for one moment."""

    at: datetime
    scores: Distribution
    valence: float
    """The mean; where one side has a long tail it may lie outside of the interval."""
    valence_median: float
    """What is shown with the interval, and never outside of it."""
    valence_low: float
    valence_high: float

    def ranked(self) -> list[tuple[Emotion, float]]:
        """The emotions with their probabilities, most likely first."""
        return sorted(zip(EMOTIONS, self.scores, strict=True), key=lambda pair: -pair[1])


@dataclass(frozen=True, kw_only=True)
class Record:
    """How the model would have done on somebody's past; losses in nats, less is better."""

    predictions: int
    log_loss: float
    persistence_log_loss: float
    base_rate_log_loss: float
    coverage: float
    leads: tuple[float, float]
    """By how many standard errors it beats persistence and base rate."""

    @property
    def is_enough(self) -> bool:
        return self.predictions >= LEAST_PREDICTIONS

    @property
    def beats_baselines(self) -> bool:
        return min(self.leads) > LEAST_LEAD


class Past:
    """What a person has said until a moment, as the model keeps it."""

    def __init__(self, half_life: timedelta) -> None:
        self._half_life = half_life
        self._masses = [0.0] * len(EMOTIONS)
        self._said = [0.0] * len(EMOTIONS)
        self.last: Evidence | None = None

    def add(self, piece: Evidence) -> None:
        """Take in the next piece; pieces come oldest first."""
        left = share_left(piece.said_at - self.last.said_at, self._half_life) if self.last else 0.0
        for i, score in enumerate(piece.scores):
            self._masses[i] = self._masses[i] * left + score * piece.weight
            self._said[i] += score * piece.weight
        self.last = piece

    def predict(self, model: ForecastModel, base: Distribution, at: datetime) -> Distribution:
        """What the person may feel at a moment that is not before the last piece."""
        left = share_left(at - self.last.said_at, self._half_life) if self.last else 0.0
        masses = [mass * left for mass in self._masses]
        mass = sum(masses)
        stays = mass / (mass + model.unknown_mass)
        said = sum(self._said) + model.usual_mass
        moved = [0.0] * len(EMOTIONS)
        for i, share in enumerate(masses):
            if share:
                for j, probability in enumerate(model.transitions[i]):
                    moved[j] += share * probability
        scores = []
        for i, usual in enumerate(base):
            now = ((1 - model.change) * masses[i] + model.change * moved[i]) / mass if mass else 0.0
            own = (self._said[i] + model.usual_mass * usual) / said
            scores.append((1 - FLOOR) * (stays * now + (1 - stays) * own) + FLOOR * usual)
        return tuple(scores)


def outlook(at: datetime, scores: Distribution) -> Outlook:
    return Outlook(
        at=at,
        scores=scores,
        valence=sum(v * p for v, p in zip(_VALENCES, scores, strict=True)),
        valence_median=quantile(scores, 0.5),
        valence_low=quantile(scores, TAIL),
        valence_high=quantile(scores, 1 - TAIL),
    )


def quantile(scores: Distribution, share: float) -> float:
    """The least valence that is not exceeded with this probability."""
    reached = 0.0
    ordered = sorted(zip(_VALENCES, scores, strict=True))
    for valence, probability in ordered:
        reached += probability
        if reached >= share:
            return valence
    return ordered[-1][0]


def same_again(last: Evidence, model: ForecastModel, base: Distribution) -> Distribution:
    """The baseline “as just now”."""
    same = EMOTIONS.index(last.emotion)
    rest = 1 - model.persistence
    return tuple(
        rest * usual + (model.persistence if i == same else 0.0) for i, usual in enumerate(base)
    )


def record_of(
    pieces: Sequence[Evidence], model: ForecastModel, base: Distribution, half_life: timedelta
) -> Record:
    """Predict each piece from those at least `NEAREST` and at most `FARTHEST` before it.

    `pieces` come oldest first.
    """
    past = Past(half_life)
    losses: list[tuple[float, float, float]] = []
    inside = 0
    ahead = 0
    for piece in pieces:
        while pieces[ahead].said_at <= piece.said_at - NEAREST:
            past.add(pieces[ahead])
            ahead += 1
        last = past.last
        if last is None or piece.said_at - last.said_at > FARTHEST:
            continue
        felt = EMOTIONS.index(piece.emotion)
        scores = past.predict(model, base, piece.said_at)
        same = same_again(last, model, base)
        losses.append((-math.log(scores[felt]), -math.log(same[felt]), -math.log(base[felt])))
        view = outlook(piece.said_at, scores)
        inside += view.valence_low <= _VALENCES[felt] <= view.valence_high
    count = len(losses)
    own, same_loss, base_loss = (
        [sum(column) / count for column in zip(*losses, strict=True)] if count else [0.0] * 3
    )
    return Record(
        predictions=count,
        log_loss=own,
        persistence_log_loss=same_loss,
        base_rate_log_loss=base_loss,
        coverage=inside / count if count else 0.0,
        leads=(
            _lead(loss[1] - loss[0] for loss in losses),
            _lead(loss[2] - loss[0] for loss in losses),
        ),
    )


def _lead(differences: Iterable[float]) -> float:
    """Mean over its standard error; 0 with fewer than two."""
    values = list(differences)
    count = len(values)
    if count < 2:  # noqa: PLR2004 - no spread in one
        return 0.0
    mean = sum(values) / count
    spread = sum((value - mean) ** 2 for value in values) / (count - 1)
    return mean / math.sqrt(max(spread, 1e-12) / count)
