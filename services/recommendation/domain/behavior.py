"""What people do with items, and how much it says about what they like."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.recommendation.domain.decay import forward

POPULARITY_HALF_LIFE = timedelta(days=60)


class Kind(IntEnum):
    """Behaviour types of profile's contract, and the reaction to a post about an item."""

    VIEW = 1
    CLICK = 2
    SEARCH = 3
    FAVORITE = 4
    ADD_TO_CART = 5
    PURCHASE = 6
    RETURN = 7
    SHARE = 8
    LIKE = 9
    DISLIKE = 10
    RATE = 11
    WATCH = 12
    REACTION = 100


# How strongly one of them speaks for the item (below 0: against it). The order is that of effort
# and cost to the person; a purchase is worth five looks. Not tuned: every shop will want its own.
WEIGHTS = {
    Kind.VIEW: 1.0,
    Kind.CLICK: 1.0,
    Kind.FAVORITE: 3.0,
    Kind.ADD_TO_CART: 4.0,
    Kind.PURCHASE: 5.0,
    Kind.RETURN: -4.0,
    Kind.SHARE: 3.0,
    Kind.LIKE: 2.0,
    Kind.DISLIKE: -5.0,
    Kind.WATCH: 0.5,
    Kind.REACTION: 0.5,
}

_RATING_WEIGHTS = {1: -3.0, 2: -1.0, 3: 1.0, 4: 3.0, 5: 5.0}


def weight_of(kind: Kind, *, rating: int = 0, quantity: int = 1) -> float:
    """How much it says, -5 to about 10; 0 for what says nothing about an item (a search).

    More pieces say more, but slowly: ten are worth twice one.
    """
    if kind is Kind.RATE:
        return _RATING_WEIGHTS.get(rating, 0.0)
    weight = WEIGHTS.get(kind, 0.0)
    if kind is Kind.PURCHASE:
        weight *= 1 + math.log10(min(max(quantity, 1), 10))
    return weight


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing a person did with an item."""

    event_id: UUID
    user_id: UUID
    item_id: str
    kind: Kind
    weight: float
    occurred_at: datetime

    def popularity(self, so_far: float) -> float:
        """What it adds to the item's popularity, forward decayed; nothing if it speaks against.

        Popular is what many people take, not what one takes often: each person counts once, with
        the deed that says most by now. `so_far` is what the person's deeds with the item have added
        before; the order in which they are told makes no difference.
        """
        whole = max(self.weight, 0.0) * forward(self.occurred_at, POPULARITY_HALF_LIFE)
        return max(whole - so_far, 0.0)
