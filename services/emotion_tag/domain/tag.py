"""What a text feels like, and why."""

from dataclasses import dataclass
from enum import StrEnum

from services.emotion_tag.domain.aspect import AspectSentiment
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY_VERSION, Emotion, Polarity

MAX_EVIDENCE = 5  # emotion.proto says the same


class TextKind(StrEnum):
    """Where a text was said."""

    UNKNOWN = "unknown"
    COMMENT = "comment"
    REVIEW = "review"
    DANMAKU = "danmaku"
    POST = "post"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Felt:
    """What a text feels like, as far as one that answers it may take after it."""

    scores: tuple[float, ...]
    """As those of a tag, and so the others."""
    polarity: Polarity
    intensity: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Context:
    """Where a text was said, as far as it is known; helps to read short and torn ones."""

    reply_to: str = ""
    """The text that it answers."""
    answered: Felt | None = None
    """What that feels like, if it is known without its text; counts if `reply_to` is empty."""
    prior: tuple[float, ...] | None = None
    """How people feel about the room or the product at present: the probability of each emotion in
    the order of `EMOTIONS`."""


@dataclass(frozen=True, slots=True)
class TextInput:
    """A text to tag."""

    text: str
    kind: TextKind = TextKind.UNKNOWN
    locale: str = ""
    """BCP-47 of the people who say it; empty is as recognised."""
    context: Context | None = None


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """A piece of the text that spoke for the emotion, in code points, end exclusive."""

    start: int
    end: int
    contribution: float
    """Share of all that spoke for the emotion, 0 to 1."""


@dataclass(frozen=True, slots=True)
class EmotionTag:
    """The answer for one text."""

    emotion: Emotion
    scores: tuple[float, ...]
    """Probability of each emotion in the order of `EMOTIONS`; they add up to 1."""
    polarity: Polarity
    intensity: float
    """0 to 1."""
    confidence: float
    """The calibrated probability that `emotion` is right, 0 to 1."""
    unsure: bool
    language: str
    """`zh-Hans`, `zh-Hant`, `en` or `und`."""
    evidence: tuple[EvidenceSpan, ...]
    """Strongest first, at most `MAX_EVIDENCE`; empty for a neutral text."""
    model_version: str
    taxonomy_version: str = TAXONOMY_VERSION
    aspects: tuple[AspectSentiment, ...] = ()
    """Each aspect once, in the order in which they are named."""
    locale: str = ""
    """BCP-47 of the locale whose rules were applied; empty for a tag that was stored before."""

    def felt(self) -> Felt:
        return Felt(self.scores, self.polarity, self.intensity, self.confidence)

    def ranked(self) -> list[tuple[Emotion, float]]:
        """The emotions with their probabilities, most likely first."""
        return sorted(zip(EMOTIONS, self.scores, strict=True), key=lambda pair: -pair[1])
