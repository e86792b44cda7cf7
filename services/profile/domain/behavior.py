"""What a person did, the rules for it, and how much it says."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.money import Money

MAX_AHEAD = timedelta(minutes=5)
MAX_AGE = timedelta(days=20 * 365.25)

# The catalogue's own rule (item.proto): an item with another key can never become known.
_ITEM_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


class BehaviorType(IntEnum):
    """The numbers are those of `behavior.proto`; they are stored."""

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


# How much one behaviour says for (or against) what it is about, in views. The scale is the usual
# one of implicit feedback: an action that costs more effort or money says more, roughly doubling
# from look to like to take to buy; a return takes back most of a purchase. How many were bought
# does not count: a dozen bottles are one decision. A rating counts (stars - 3) * 2.
WEIGHTS = {
    BehaviorType.VIEW: 1.0,
    BehaviorType.CLICK: 1.0,
    BehaviorType.SEARCH: 0.5,
    BehaviorType.WATCH: 1.5,
    BehaviorType.LIKE: 2.0,
    BehaviorType.FAVORITE: 3.0,
    BehaviorType.SHARE: 3.0,
    BehaviorType.ADD_TO_CART: 4.0,
    BehaviorType.PURCHASE: 6.0,
    BehaviorType.RETURN: -4.0,
    BehaviorType.DISLIKE: -3.0,
}
_MIDDLE_RATING = 3
_STAR = 2.0

_COUNTED = (BehaviorType.ADD_TO_CART, BehaviorType.PURCHASE, BehaviorType.RETURN)


@dataclass(frozen=True, slots=True)
class Behavior:
    """One thing a person did, once. `item_id` is empty only for a search."""

    event_id: UUID
    user_id: UUID
    type: BehaviorType
    item_id: str
    occurred_at: datetime
    quantity: int = 1
    paid: Money | None = None
    rating: int = 0
    platform: str = ""

    @property
    def weight(self) -> float:
        """How much it says, in views; negative if it speaks against."""
        if self.type is BehaviorType.RATE:
            return (self.rating - _MIDDLE_RATING) * _STAR
        return WEIGHTS[self.type]

    def check(self, now: datetime) -> None:
        """Hold it against what the contract cannot express.

        Raises:
            InvalidField: naming the field and what is allowed.
        """
        if self.occurred_at > now + MAX_AHEAD:
            raise InvalidField(
                "occur_time", "occur_time.future", "Must be at most 5 minutes in the future."
            )
        if self.occurred_at < now - MAX_AGE:
            raise InvalidField(
                "occur_time", "occur_time.past", "Must be at most 20 years in the past."
            )
        if self.item_id and not _ITEM_ID.fullmatch(self.item_id):
            raise InvalidField(
                "item_id", "item_id.pattern", "Must be letters, digits, `_`, `-`, `.` and `:`."
            )
        if self.paid is not None and self.type is not BehaviorType.PURCHASE:
            raise InvalidField("paid", "paid.purchase", "Must be unset but for a purchase.")
        if self.quantity > 1 and self.type not in _COUNTED:
            raise InvalidField(
                "quantity",
                "quantity.counted",
                "Must be 0 or 1 but for a purchase, a return and the cart.",
            )
        if not self.platform.isprintable():
            raise InvalidField("platform", "platform.printable", "Must be printable.")
