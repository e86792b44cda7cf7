"""Fits how sure an answer may be: how often those as clear as it were right."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.emotion_tag.adapters.cascade.calibration import Scale

Floats = NDArray[np.float64]

RIGHT_IF_SURE = 0.8
"""Of the answers that are not unsure, this share is right on the validation data."""
_KNOTS = 24
_FEW = 40 * _KNOTS
"""Texts below which bins are too rough, and a line in log-odds is fitted instead."""
_AT = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 0.985, 0.995)
_EDGE = 1e-3
_SUREST = 0.985  # a bin has some hundred texts: that none is wrong does not mean that none will be


def with_confidence(scale: Scale, clear: Floats, right: Floats) -> Scale:
    """The scale with knots and a threshold; `clear` and `right` are those of validation texts."""
    if len(right) < _FEW:
        knots = _line(clear, right)
    else:
        order = np.argsort(clear, kind="stable")
        knots = _rising(clear[order], right[order])
    believed = np.interp(clear, [c for c, _ in knots], [r for _, r in knots])
    return replace(scale, confidence_knots=knots, unsure_below=_least_confidence(believed, right))


def _rising(clear: Floats, right: Floats) -> list[tuple[float, float]]:
    """How often answers were right by how clear they were: equal bins, made to rise by pooling."""
    pools: list[tuple[float, float, int]] = []
    for part in np.array_split(np.arange(len(right)), _KNOTS):
        pools.append((float(clear[part].mean()), float(right[part].mean()), len(part)))
        while len(pools) > 1 and pools[-2][1] >= pools[-1][1]:
            (p1, r1, n1), (p2, r2, n2) = pools[-2:]
            both = n1 + n2
            pools[-2:] = [((p1 * n1 + p2 * n2) / both, (r1 * n1 + r2 * n2) / both, both)]
    return [(round(c, 5), round(min(r, _SUREST), 5)) for c, r, _ in pools]


def _line(clear: Floats, right: Floats) -> list[tuple[float, float]]:
    """Logistic regression of being right on the log-odds of being clear, kept near to no slope."""
    shown = _log_odds(clear)

    def loss(x: Floats) -> float:
        odds = x[0] * shown + x[1]
        return float((np.logaddexp(0, odds) - right * odds).sum() + 0.5 * float(x[0]) ** 2)

    slope, start = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(0, 4), (-4, 4)]).x
    at = np.array(_AT)
    rate = 1 / (1 + np.exp(-slope * _log_odds(at) - start))
    return [(c, round(min(r, _SUREST), 5)) for c, r in zip(_AT, rate.tolist(), strict=True)]


def _log_odds(share: Floats) -> Floats:
    kept = share.clip(_EDGE, 1 - _EDGE)
    odds: Floats = np.log(kept / (1 - kept))
    return odds


def _least_confidence(believed: Floats, right: Floats) -> float:
    for threshold in np.arange(0.2, 0.95, 0.01):
        sure = believed >= threshold
        if sure.any() and right[sure].mean() >= RIGHT_IF_SURE:
            return round(float(threshold), 2)
    return 0.95
