"""How much of an answer what is known beside the text decides."""

import re
from bisect import bisect_left

from services.emotion_tag.adapters.cascade.calibration import ContextWeights
from services.emotion_tag.adapters.cascade.decide import blended

_LEAST = 1e-3  # no emotion is ruled out by what stands beside a text
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


def with_reply(
    weights: ContextWeights, text: str, own: list[float], answered: list[float]
) -> list[float]:
    """What a text feels like that answers another, which feels like `answered`.

    The less clear it is by itself the more that counts; of a mere echo it decides.
    """
    if is_echo(text):
        return blended(own, answered, 1 - weights.echo, weights.echo)
    return _tilted(weights, own, answered, weights.reply[_range_of(weights, text)])


def with_prior(
    weights: ContextWeights, text: str, own: list[float], prior: tuple[float, ...]
) -> list[float]:
    """The same where people feel like `prior` at present; half of that may be chance."""
    likely = [(share + usual) / 2 for share, usual in zip(prior, weights.usual, strict=True)]
    return _tilted(weights, own, likely, weights.prior[_range_of(weights, text)])


def _tilted(
    weights: ContextWeights, own: list[float], other: list[float], power: float
) -> list[float]:
    """`own`, with more of what is more likely in `other` than it usually is."""
    power *= 1 - max(own)
    if not power:
        return own
    lift = [max(o, _LEAST) / u for o, u in zip(other, weights.usual, strict=True)]
    return blended(own, lift, 1.0, power)


def _range_of(weights: ContextWeights, text: str) -> int:
    return bisect_left(weights.lengths, len(text.strip()))
