"""How much of an answer what is known beside the text decides."""

import re
from collections.abc import Sequence

from services.emotion_tag.adapters.cascade.calibration import ContextWeights
from services.emotion_tag.adapters.cascade.decide import FAMILIES, blended

_NOT_SAID = re.compile(r"[^\w+]+|_")
_ECHO = re.compile(
    r"(?:\+?1|same|same ?here|me ?too|agreed?|this|so ?true|ditto|exactly|yes+"
    r"|我也[是一]?样?|俺也一样|一样一样|同感\+?1?|附[议議]|[赞贊]同|同意|[说說]得?[对對]|[对對]+|没错|沒錯"
    r"|确实|確實|是[的啊呀]+|嗯+|就是|真的|加一|\+\d+|同上|[楼樓]上[说說]得?[对對])+",
    re.IGNORECASE,
)
_LONGEST_ECHO = 12  # characters


def is_echo(text: str) -> bool:
    """Whether a text says no more than that it agrees: "+1", "同感", "me too"."""
    said = text.strip()
    if len(said) > _LONGEST_ECHO:
        return False
    return _ECHO.fullmatch(_NOT_SAID.sub("", said)) is not None


def echoing(weights: ContextWeights, echoed: Sequence[float]) -> list[float]:
    """What a mere echo feels like: as what it echoes, and for the rest as anybody does.

    What the model makes of its few words is no more than chance.
    """
    return blended(weights.usual, echoed, 1 - weights.echo, weights.echo)


def lifted(
    weights: ContextWeights, own: list[float], other: Sequence[float], share: float
) -> list[float]:
    """`own`, the less clear it is the more of the families that are likelier in `other` than usual.

    `share` is how often one feels as others do there, and not as anywhere: Bayes' rule gives the
    lift. Which of a family it is only the text itself says: a lift of single emotions helped a
    tenth as much on dialogues.
    """
    power = 1 - max(own)
    if not power or not share:
        return own
    lift = [1.0] * len(own)
    for members in FAMILIES:
        here, usual = (sum([one[place] for place in members]) for one in (other, weights.usual))
        for place in members:
            lift[place] = 1 - share + share * here / usual
    return blended(own, lift, 1.0, power)
