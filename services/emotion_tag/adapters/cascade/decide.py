"""From the scores of one text to its answer: plain arithmetic, the same alone and in a batch."""

from bisect import bisect_right
from collections.abc import Sequence
from math import exp, log

from services.emotion_tag.adapters.cascade.calibration import Scale
from services.emotion_tag.adapters.wide.polarity import Leaning
from services.emotion_tag.domain.taxonomy import EMOTIONS, SMP_SIX, TAXONOMY, Emotion, Polarity

NEUTRAL = EMOTIONS.index(Emotion.NEUTRAL)
_SIZE = len(EMOTIONS)
FAMILIES = [
    [place for place, emotion in enumerate(EMOTIONS) if TAXONOMY[emotion].smp_parent == family]
    for family in SMP_SIX
]
FOR, AGAINST = (
    [place for place, emotion in enumerate(EMOTIONS) if TAXONOMY[emotion].polarity is side]
    for side in (Polarity.POSITIVE, Polarity.NEGATIVE)
)
_FAMILY_OF = [next(members for members in FAMILIES if place in members) for place in range(_SIZE)]
LARGE = [members for members in FAMILIES if len(members) > 1]
_TWO_SIDED = 9
"""Of two clauses that disagree each is half of what is said, of ten one is an exception: the fewer
they are, the further the whole may lean and still be mixed."""
# No corpus has mixed: these were set by hand, on what we learn from of our own comments.
_CLAUSE_LEANS = (1.5, 0.0)
"""Log-odds that some clause must have each way for a text to be mixed: without a word such as
"but", and with one in a short text."""
_SHORT = 4  # of more clauses a contrast may be about anything
_SIDED = (1.5, 2.5)
"""Log-odds of the whole from which it is not mixed, whatever its clauses say; as above."""
LEAST = 1e-9  # no probability is smaller


def read(
    scale: Scale, sharpening: float, wide: Sequence[float], encoder: Sequence[float] | None
) -> tuple[list[float], float]:
    """The probabilities of the emotions and the log-odds of positive, of what both models say."""
    odds = _odds(_scores(scale, wide, encoder))
    return _shares(odds, sharpening), _positive(scale, wide, encoder, odds)


def scaled(scale: Scale, wide: Sequence[float], encoder: Sequence[float] | None) -> list[float]:
    """The emotions' scores and the log-odds of positive, of what both models say."""
    scores = _scores(scale, wide, encoder)
    return [*scores, _positive(scale, wide, encoder, _odds(scores))]


def leaning_of(scores: Sequence[float]) -> float:
    """Log-odds of the emotions that are for something against those that are against it."""
    return lean(_odds(scores))


def probabilities(scores: Sequence[float], sharpening: float) -> list[float]:
    """Of the emotions, whose top one lies in the top one of SMP's six.

    "Happy" is four emotions here: sharpening keeps the sum of a family and makes its strongest
    stand out, and where that does not make it the top one, it gets all of its family.
    """
    return _shares(_odds(scores[:_SIZE]), sharpening)


def _scores(scale: Scale, wide: Sequence[float], encoder: Sequence[float] | None) -> list[float]:
    by_wide, by_encoder, bias = scale.wide, scale.encoder, scale.bias
    if encoder is None:
        return [by_wide * w + b for w, b in zip(wide, bias, strict=False)]
    return [by_wide * w + by_encoder * e + b for w, e, b in zip(wide, encoder, bias, strict=False)]


def _odds(scores: Sequence[float]) -> list[float]:
    """Against the likeliest emotion."""
    highest = max(scores)
    return [exp(score - highest) for score in scores]


def lean(odds: Sequence[float]) -> float:
    """The same of their odds, or of their probabilities."""
    for_it = sum([odds[place] for place in FOR])
    against = sum([odds[place] for place in AGAINST])
    return log(max(for_it, LEAST) / max(against, LEAST))


def _positive(
    scale: Scale, wide: Sequence[float], encoder: Sequence[float] | None, odds: Sequence[float]
) -> float:
    by_wide, by_encoder, by_emotions, added = scale.positive
    said = 0.0 if encoder is None else encoder[_SIZE]
    return by_wide * wide[_SIZE] + by_encoder * said + by_emotions * lean(odds) + added


def _shares(odds: Sequence[float], sharpening: float) -> list[float]:
    total = sum(odds)
    shares = [odd / total for odd in odds]
    families = [sum([shares[place] for place in members]) for members in FAMILIES]
    for members, family in zip(FAMILIES, families, strict=True):
        if len(members) > 1:
            _sharpen(shares, members, family, sharpening)
    top_sum = max(families)
    top_family = FAMILIES[families.index(top_sum)]
    if shares.index(max(shares)) not in top_family:
        strongest = max(top_family, key=shares.__getitem__)
        for place in top_family:
            shares[place] = top_sum if place == strongest else 0.0
    return shares


def _sharpen(shares: list[float], members: list[int], family: float, power: float) -> None:
    sharp = [shares[place] ** power for place in members]
    total = sum(sharp)
    if total > 0:
        for place, share in zip(members, sharp, strict=True):
            shares[place] = share * family / total


def blended(
    own: Sequence[float], other: Sequence[float], share: float, power: float
) -> list[float]:
    """`own` to the power of `share`, times `other` to that of `power`, as probabilities."""
    mixed = [
        exp(share * log(max(o, LEAST)) + power * log(max(p, LEAST)))
        for o, p in zip(own, other, strict=True)
    ]
    total = sum(mixed)
    return [part / total for part in mixed]


def clearness(shares: Sequence[float]) -> float:
    """Probability of the whole family of the top emotion, one of SMP's six.

    That an answer is right is told better by it than by the top emotion's own probability.
    """
    return sum([shares[place] for place in _FAMILY_OF[shares.index(max(shares))]])


def confidence(scale: Scale, shares: list[float]) -> float:
    """How often answers as clear as this one were right on the validation data.

    Below the lowest knot it falls to 0, so that any two answers can be told apart.
    """
    knots, clear = scale.confidence_knots, clearness(shares)
    behind = bisect_right(knots, clear, key=lambda knot: knot[0])
    if behind == 0:
        return knots[0][1] * clear / knots[0][0] if knots[0][0] > 0 else knots[0][1]
    if behind == len(knots):
        return knots[-1][1]
    (p1, r1), (p2, r2) = knots[behind - 1], knots[behind]
    return r1 + (r2 - r1) * (clear - p1) / (p2 - p1)


def polarity(
    scale: Scale, odds: float, neutral: float, leaning: Leaning, *, contrasts: bool
) -> Polarity:
    """Mixed where the clauses disagree and the whole is torn; neutral where that is likelier than a
    side.

    `odds` are the log-odds that the whole text is for it, `neutral` its probability of neutral;
    `contrasts` says whether a word sets one thing against another.
    """
    is_contrast = contrasts and leaning.clauses <= _SHORT
    leans = _CLAUSE_LEANS[is_contrast]
    sided = abs(odds)
    if (
        leaning.best >= leans
        and leaning.worst <= -leans
        and sided < _SIDED[is_contrast] * max(1, _TWO_SIDED / leaning.clauses)
    ):
        return Polarity.MIXED
    kept = min(max(neutral, LEAST), 1 - LEAST)
    if log(kept / (1 - kept)) + scale.neutral_lead >= sided:
        return Polarity.NEUTRAL
    return Polarity.POSITIVE if odds > 0 else Polarity.NEGATIVE
