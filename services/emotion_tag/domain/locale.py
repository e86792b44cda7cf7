"""What people of a place call things, and how their words are to be taken."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion


@dataclass(frozen=True, kw_only=True)
class Softening:
    """What sounds like one emotion and is meant, or had better be read, as another."""

    emotion: Emotion
    becomes: Emotion
    """Of the same polarity."""
    share: float
    """Of the probability of `emotion`, above 0 to 1."""
    below_intensity: float
    """A stronger feeling is left as it is."""


@dataclass(frozen=True, kw_only=True)
class Locale:
    """One locale with its rules."""

    name: str
    """BCP-47."""
    emotion_names: Mapping[Emotion, str]
    aspect_names: Mapping[Aspect, str]
    alert_names: Mapping[Family, str]
    """What is said of an alert."""
    alert_about: str
    """The same with what is complained of; has `{alert}` and `{aspect}` where they stand."""
    examples: Mapping[Emotion, str]
    softenings: tuple[Softening, ...]
    unsure_below: float | None
    """Confidence under which an answer is unsure; None leaves it to the model."""
    least_aspect_confidence: float
    """Aspects that are less sure are left out."""
    lexicons: int
    """The lists of words that count, as bits in the order of the lexicons."""

    @property
    def changes_answers(self) -> bool:
        return bool(self.softenings or self.unsure_below or self.least_aspect_confidence)

    def headline(self, family: Family, aspect: Aspect | None) -> str:
        """What is said of an alert in one line."""
        name = self.alert_names[family]
        if aspect is None:
            return name
        about = self.alert_about.replace("{aspect}", self.aspect_names[aspect])
        return about.replace("{alert}", name)


def as_spoken(tag: EmotionTag, locale: Locale) -> EmotionTag:
    """The tag by the rules of a locale."""
    if not locale.changes_answers:
        return tag
    scores = list(tag.scores)
    for rule in locale.softenings:
        if tag.intensity < rule.below_intensity:
            moved = scores[EMOTIONS.index(rule.emotion)] * rule.share
            scores[EMOTIONS.index(rule.emotion)] -= moved
            scores[EMOTIONS.index(rule.becomes)] += moved
    limit = locale.unsure_below
    return replace(
        tag,
        emotion=EMOTIONS[scores.index(max(scores))],
        scores=tuple(scores),
        unsure=tag.unsure if limit is None else tag.confidence < limit,
        aspects=tuple(
            one for one in tag.aspects if one.confidence >= locale.least_aspect_confidence
        ),
    )
