"""The Beta distribution: how sure a share is that was seen in a few texts."""

import math

_TINY = 1e-300
_CLOSE = 1e-12
_STEPS = 300


def beta_below(share: float, a: float, b: float) -> float:
    """The probability that a Beta(a, b) value is below `share`: the regularised incomplete beta.

    Source: DLMF 8.17.22, the continued fraction, summed by Lentz's method.
    """
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    if share > (a + 1) / (a + b + 2):  # there the fraction of the other side is quicker
        return 1.0 - beta_below(1 - share, b, a)
    front = math.exp(a * math.log(share) + b * math.log1p(-share) - _log_beta(a, b)) / a
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * share / (a + 1))
    value = d
    for step in range(1, _STEPS):
        for term in (
            step * (b - step) * share / ((a + 2 * step - 1) * (a + 2 * step)),
            -(a + step) * (a + b + step) * share / ((a + 2 * step) * (a + 2 * step + 1)),
        ):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return min(1.0, front * value)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The share below which a Beta(a, b) value lies with a probability, to 1e-6.

    Halves an interval that holds it, by Newton's steps where they stay inside.
    """
    low, high = 0.0, 1.0
    share = a / (a + b)
    for _ in range(100):
        error = beta_below(share, a, b) - probability
        if error > 0:
            high = share
        else:
            low = share
        slope = _density(share, a, b)
        following = share - error / slope if slope > 0 else low
        if not low < following < high:
            following = (low + high) / 2
        if abs(following - share) < 1e-6:  # noqa: PLR2004 - as the docstring says
            return following
        share = following
    return share


def interval_of(a: float, b: float) -> tuple[float, float]:
    """Where a Beta(a, b) value lies with 95 %, the same left out on both sides."""
    return beta_quantile(0.025, a, b), beta_quantile(0.975, a, b)


def _density(share: float, a: float, b: float) -> float:
    if not 0 < share < 1:
        return 0.0
    log = (a - 1) * math.log(share) + (b - 1) * math.log1p(-share) - _log_beta(a, b)
    return math.exp(min(log, 700.0))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
