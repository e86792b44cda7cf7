"""An item of the catalogue, and how people feel about it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from services.chassis.kernel.money import Money
from services.recommendation.domain.decay import share_left
from services.recommendation.domain.felt import Felt
from services.recommendation.domain.words import Emotion, Polarity

MENTION_HALF_LIFE = timedelta(days=30)

NOTHING_FELT = Felt()

# Words that everybody is taken to have said before anybody spoke: so few of the same opinion do not
# make 100 %. Source: the usual Bayesian average; 5 because a shop's item has 7 to 20 reviews.
PRIOR_MENTIONS = 5.0
AVERAGE_POSITIVE = 0.7
"""The share of positive words where nothing is known; about what shops see."""


@dataclass(frozen=True, slots=True)
class Item:
    """What the merchant says of it; `version` counts its changes, from 1."""

    item_id: str
    title: str
    category: str
    brand: str
    tags: tuple[str, ...]
    price: Money | None
    is_unavailable: bool
    created_at: datetime
    version: int = 1

    def described_as(self, other: Self) -> bool:
        """Whether both say the same of it."""
        return replace(other, created_at=self.created_at, version=self.version) == self


@dataclass(frozen=True, slots=True)
class Mention:
    """Something said about items; `weight` is how sure its tag is, 0 to 1.

    Of two tags of one content the one that was told later holds, whichever is heard first.
    """

    content_id: str
    item_ids: tuple[str, ...]
    emotion: Emotion
    polarity: Polarity
    weight: float
    said_at: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What people make of an item.

    `popularity` is a forward decayed sum. The words are sums as of `as_of`, decaying from there:
    those `positive` and `negative` of polar words (mixed ones count half each), `valence` of all
    words, `words` of all. `mention_count` does not decay.
    """

    popularity: float = 0.0
    positive: float = 0.0
    negative: float = 0.0
    valence: float = 0.0
    words: float = 0.0
    emotion: Emotion | None = None
    mention_count: int = 0
    as_of: datetime | None = None
    felt: Felt = NOTHING_FELT

    def positive_share(self, now: datetime) -> float:
        """Return the share of positive words, 0 to 1, drawn to the average while few spoke."""
        left = self._left(now)
        positive, polar = self.positive * left, (self.positive + self.negative) * left
        return (positive + PRIOR_MENTIONS * AVERAGE_POSITIVE) / (polar + PRIOR_MENTIONS)

    def mean_valence(self) -> float:
        """Unpleasant -1 to pleasant 1; 0 if nobody spoke."""
        return self.valence / self.words if self.words > 0 else 0.0

    def _left(self, now: datetime) -> float:
        return 0.0 if self.as_of is None else share_left(now - self.as_of, MENTION_HALF_LIFE)
