"""How a spike looks at a moment: observed against expected, since when, how bad, over what."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.emotion_tag.domain.alert_counts import (
    FAMILIES,
    HOUR,
    QUARTER,
    Counts,
    Family,
    hour_of,
    quarter_of,
    total,
)
from services.emotion_tag.domain.alert_rate import (
    Expected,
    Habit,
    expected_complaints,
    expected_share,
    gamma_quantile,
)
from services.emotion_tag.domain.alert_watch import Quarters, log_ratio
from services.emotion_tag.domain.aspect import ASPECTS, Aspect

LONGEST_SPIKE = timedelta(hours=12)
"""How far back the counts of a spike go; what began earlier is counted from there."""

MAX_EXAMPLES = 5  # alert_service.proto says the same

QUIET = timedelta(hours=2)
"""An alert is over when the rate was normal for so long."""
NORMAL = 1.5
"""Up to so many times the expected count is normal again ..."""
FEW = 3.0
"""... and so few are in any case."""

ASPECT_LIFT = 1.5
"""An aspect stands out from so many times as many complaints as usual, and five people on."""
LEAST_COMPLAINTS = 5.0

_95 = 1.96
_SURELY = -1.645  # 5 % quantile


class Severity(IntEnum):
    """In the order of the contract."""

    MINOR = 1
    MAJOR = 2
    CRITICAL = 3


_SEVERITIES = ((Severity.CRITICAL, 4.0, 50), (Severity.MAJOR, 2.0, 15))
"""From which ratio, surely, and from how many authors on."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A spike as it is by now."""

    negatives: float
    texts: float
    authors: int
    expected: float
    """Share of negative texts."""
    expected_low: float
    expected_high: float
    started_at: datetime
    last_seen_at: datetime
    peak_at: datetime
    peak_rate: float
    severity: Severity
    aspect: Aspect | None = None
    aspect_lift: float = 0.0
    examples: tuple[UUID, ...] = ()
    """Content ids of authors who allow it, latest first."""

    @property
    def observed(self) -> float:
        return self.negatives / self.texts if self.texts else 0.0

    def after(self, before: "Sighting") -> "Sighting":
        """The same spike, seen before: its beginning, peak, aspect and examples are kept."""
        is_peak = self.peak_rate >= before.peak_rate
        return replace(
            self,
            started_at=min(self.started_at, before.started_at),
            last_seen_at=max(self.last_seen_at, before.last_seen_at),
            peak_at=self.peak_at if is_peak else before.peak_at,
            peak_rate=max(self.peak_rate, before.peak_rate),
            aspect=self.aspect or before.aspect,
            aspect_lift=self.aspect_lift if self.aspect else before.aspect_lift,
            examples=tuple(dict.fromkeys(self.examples + before.examples))[:MAX_EXAMPLES],
        )

    def without(self, content_ids: Collection[UUID]) -> "Sighting":
        """Without these examples: they do not say so any more."""
        left = tuple(one for one in self.examples if one not in content_ids)
        return replace(self, examples=left)


def spike_start(since: datetime, now: datetime) -> datetime:
    """From where a spike is counted."""
    return max(quarter_of(since), hour_of(now) + HOUR - LONGEST_SPIKE)


def sight(
    family: Family,
    habit: Habit,
    of_kind: Habit,
    quarters: Quarters,
    *,
    since: datetime,
    last_seen_at: datetime,
    authors: int,
    examples: tuple[UUID, ...],
) -> Sighting:
    """Measure the spike from `since` on; quarters before it are ignored."""
    at = FAMILIES.index(family)
    spike = {quarter: counts for quarter, counts in quarters.items() if quarter >= since}
    whole = total(spike.values())
    expected = _expected(family, habit, of_kind, spike)
    peak_at, peak_rate = _peak(spike, at)
    aspect, lift = _aspect(whole, expected_complaints(habit, of_kind))
    return Sighting(
        negatives=whole.negatives[at],
        texts=whole.texts,
        authors=authors,
        expected=expected.mean,
        expected_low=min(expected.quantile(-_95), 1.0),
        expected_high=min(expected.quantile(_95), 1.0),
        started_at=since,
        last_seen_at=last_seen_at,
        peak_at=peak_at or since,
        peak_rate=peak_rate,
        severity=_severity(whole.negatives[at], expected.mean * whole.texts, authors),
        aspect=aspect,
        aspect_lift=lift,
        examples=examples,
    )


def is_normal(
    family: Family, habit: Habit, of_kind: Habit, quarters: Quarters, now: datetime
) -> bool:
    """Whether the rate was normal for `QUIET`, texts or not."""
    at = FAMILIES.index(family)
    lately = {quarter: c for quarter, c in quarters.items() if quarter + QUARTER > now - QUIET}
    seen = total(lately.values())
    usual = _expected(family, habit, of_kind, lately).mean * seen.texts
    return seen.negatives[at] <= max(FEW, NORMAL * usual)


def _expected(
    family: Family, habit: Habit, of_kind: Habit, quarters: Mapping[datetime, Counts]
) -> Expected:
    """Over all quarters together, each with its share of the texts."""
    texts = sum(counts.texts for counts in quarters.values())
    shape, weighted = 0.0, 0.0
    for quarter, counts in quarters.items():
        one = expected_share(habit, of_kind, family, quarter)
        shape, weighted = one.shape, weighted + one.mean * counts.texts
    if not texts:
        return Expected(0.0, max(shape, 1.0))
    return Expected(weighted / texts, shape)


def _peak(quarters: Mapping[datetime, Counts], at: int) -> tuple[datetime | None, float]:
    """The quarter with the highest rate; of few texts, the rate is taken lower."""
    rated = [
        (counts.negatives[at] / (counts.texts + 1), counts.negatives[at] / counts.texts, quarter)
        for quarter, counts in quarters.items()
        if counts.texts
    ]
    if not rated:
        return None, 0.0
    _, rate, quarter = max(rated)
    return quarter, rate


def _severity(observed: float, expected: float, authors: int) -> Severity:
    least = gamma_quantile(max(observed, 0.5), _SURELY)
    for severity, ratio, most in _SEVERITIES:
        if authors >= most and least >= ratio * expected:
            return severity
    return Severity.MINOR


def _aspect(whole: Counts, usual: tuple[float, ...]) -> tuple[Aspect | None, float]:
    """What is complained of more than usual; of several, where it can least be chance."""
    best: tuple[float, Aspect, float] | None = None
    for aspect, seen, share in zip(ASPECTS, whole.aspects, usual, strict=True):
        expected = max(share * whole.texts, 1e-9)
        lift = seen / expected
        if seen < LEAST_COMPLAINTS or lift < ASPECT_LIFT:
            continue
        score = log_ratio(seen, expected, 1e-3, lift)
        if best is None or score > best[0]:
            best = (score, aspect, lift)
    return (best[1], best[2]) if best else (None, 0.0)
