"""Old things count less: halves by age, and sums that never need to be aged.

A sum of decaying weights is kept *forward*: each weight is multiplied by 2^((time - LANDMARK) /
half-life) once, when it is added. All sums of one half-life then keep their ratios for ever, can be
added in any order, and a weight can be taken out again exactly. Only who wants the absolute value
of today divides by the factor of today. Source: Cormode, Shkapenyuk, Srivastava, Xu, "Forward
decay", ICDE 2009. Doubles hold it from 1900 to beyond 2100 for half-lives of 30 days and more.
"""

from datetime import UTC, datetime, timedelta

LANDMARK = datetime(2025, 1, 1, tzinfo=UTC)


def share_left(age: timedelta, half_life: timedelta) -> float:
    """Return what is left after `age`, 0 to 1; a future time (clock skew) counts as now."""
    return float(0.5 ** max(age / half_life, 0.0))


def forward(at: datetime, half_life: timedelta) -> float:
    """Return the factor for something that happens `at`."""
    return float(2.0 ** ((at - LANDMARK) / half_life))
