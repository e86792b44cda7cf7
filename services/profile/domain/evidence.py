"""Evidence that fades: half of it is gone after 30 days, without anybody writing.

An amount that arose at a moment t is kept as `grown(amount, t)`: multiplied by what will have faded
since a fixed landmark. Such amounts are simply added, whichever comes first, however late; which of
two sums is larger does not change with time; and what is left of a sum at any moment is `faded`.
This is forward decay (Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009). Doubles hold it until 2100.
"""

import math

HALF_LIFE = 30 * 86_400.0  # seconds
LANDMARK = 1_577_836_800.0  # 2020-01-01, seconds since the epoch; changing it voids what is kept

_PER_SECOND = 1 / HALF_LIFE


def grown(amount: float, moment: float) -> float:
    """Return an amount that arose at a moment (seconds since the epoch) as it is kept."""
    return amount * math.exp2((moment - LANDMARK) * _PER_SECOND)


def faded(kept: float, moment: float) -> float:
    """Return what is left at a moment of a sum of what `grown` made."""
    return kept * math.exp2((LANDMARK - moment) * _PER_SECOND)
