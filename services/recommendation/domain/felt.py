"""What an item is known for by how people feel about it, as emotion_tag told it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.recommendation.domain.words import Emotion, Polarity

_GLAD = {Emotion.JOY, Emotion.LIKE, Emotion.GRATITUDE}
_HEAVY = {Emotion.ANGER, Emotion.DISGUST, Emotion.FEAR, Emotion.DISAPPOINTMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFor:
    """One thing an item is known for."""

    names: Mapping[str, str]
    """What people call it, by BCP-47."""
    emotion: Emotion | None
    aspect: int
    """As the contract counts aspects; 0 if it is about all of the item."""
    polarity: Polarity
    share: float
    confidence: float
    """That it really is so, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """How people feel about an item, surely enough to act on; nothing by default."""

    version: int = 0
    """Counts what was told of the item; an older one changes nothing."""
    joy: float = 0.0
    """The share of joy in what is felt, 0 to 1; 0 where too few have spoken."""
    known_for: tuple[KnownFor, ...] = ()
    """Surest first."""

    @property
    def trouble(self) -> float:
        """How much it is known for letting people down, 0 to 1: a share, as far as it is sure.

        Complaints about an aspect count by their share of what is said of it; so an item that
        angers people about its quality is in trouble though they like its look.
        """
        return max(
            (
                tag.share * tag.confidence
                for tag in self.known_for
                if tag.polarity is Polarity.NEGATIVE and (tag.aspect or tag.emotion in _HEAVY)
            ),
            default=0.0,
        )

    @property
    def gladdest(self) -> KnownFor | None:
        """What it is known for that makes people glad, if anything."""
        return next(
            (tag for tag in self.known_for if not tag.aspect and tag.emotion in _GLAD), None
        )
