"""Evidence that fades: half of it is gone after 30 days, without anybody writing."""

import math
from dataclasses import dataclass

HALF_LIFE = 30 * 86_400.0  # seconds
_PER_SECOND = 1 / HALF_LIFE


@dataclass(frozen=True, slots=True)
class Evidence:
    """An amount as it was at the moment of the latest thing that is in it.

    Adding is order-independent (up to rounding): the sum is kept as of the latest moment, and what
    is older is faded to it, whichever comes first. Moments are seconds since the epoch: thousands
    of these are added for each batch of behaviours. The amount may be negative.
    """

    amount: float = 0.0
    as_of: float = 0.0

    def at(self, moment: float) -> float:
        """What is left at that moment; of a moment before `as_of`, the whole amount."""
        age = moment - self.as_of
        return self.amount * math.exp2(-age * _PER_SECOND) if age > 0 else self.amount

    def plus(self, amount: float, moment: float) -> "Evidence":
        """This and an amount that arose at that moment, however late it is heard of."""
        age = moment - self.as_of
        if age >= 0:
            return Evidence(self.amount * math.exp2(-age * _PER_SECOND) + amount, moment)
        return Evidence(self.amount + amount * math.exp2(age * _PER_SECOND), self.as_of)
