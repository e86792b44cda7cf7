"""What fits which mood: the one place that says what a mood does to a list.

Someone who feels bad gets what is familiar to them, praised by others or known for the joy it
gives them, and easy on the purse;
nothing new is pushed and nothing is tried out on them. Someone who feels good gets what is fresh:
categories they do not know yet, new items, things that people speak of brightly, and a more mixed
list. How far that may move a list is the mood's weight: how sure it is, times how far from neutral
it still is after its decay. So a faint, unsure or old mood moves nothing.
"""

import numpy as np

from services.recommendation.domain.person import FeltMood
from services.recommendation.domain.shelf import Floats

_COMFORT = {"familiar": 0.4, "praised": 0.4, "gentle_price": 0.2}
_FRESH = {"unfamiliar": 0.5, "new": 0.25, "bright": 0.25}


def mood_fit(
    mood: FeltMood,
    *,
    familiar: Floats,
    praised: Floats,
    gentle_price: Floats,
    new: Floats,
    bright: Floats,
) -> Floats:
    """How well each item fits the mood, 0 to 1; so are the arguments."""
    if mood.needs_comfort:
        parts = [
            _COMFORT["familiar"] * familiar,
            _COMFORT["praised"] * praised,
            _COMFORT["gentle_price"] * gentle_price,
        ]
    else:
        parts = [
            _FRESH["unfamiliar"] * (1 - familiar),
            _FRESH["new"] * new,
            _FRESH["bright"] * bright,
        ]
    return np.asarray(np.sum(np.stack(parts), axis=0), np.float32)
