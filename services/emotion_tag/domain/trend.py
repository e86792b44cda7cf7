"""Which topics rise: how much more they are talked of than their past lets expect.

In a window of T texts a topic is expected T times its share in the texts before. The score is the
logarithm of how many times as likely the count is at the rate seen as at the rate expected, both
negative binomial: for a topic with a long past the scatter is what hours have, for a new one it is
wide. It grows with the count as well as with the ratio, as the cost that Kleinberg (2002) gives to
a burst does, so that neither two mentions of a new word nor a slow rise of a common one come first.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.emotion_tag.domain.alert_watch import log_ratio
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion

LEAST_TEXTS = 5
"""Fewer are no topic; and what fewer than five people say is not shown."""
UNSEEN = 0.5
"""Texts that a topic nobody spoke of is taken to have had."""
SCATTER = 0.1
"""How much hours differ beyond chance, squared and relative to their mean."""
LEAST_SCORE, HIGHEST_SCORE = 1.0, 1_000.0
"""A rise must be ten times as likely as none."""
MOST_VARIANTS = 5  # trend_service.proto says the same
ALIKE = 0.5
"""Topics of which one contains the other are one if the rarer is at least so often the commoner."""
LEAST_COLOUR = 0.3
"""The share from which on an emotion stands out beside neutral."""


class TopicKind(StrEnum):
    HASHTAG = "hashtag"
    PHRASE = "phrase"


@dataclass(frozen=True, order=True, slots=True)
class Named:
    """A topic as a text names it."""

    kind: TopicKind
    topic: str
    """Folded, so that all who speak of it are counted together."""
    form: str
    """As the text writes it."""


class Window(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        return _LENGTHS[self]

    @property
    def before(self) -> timedelta:
        """How far back the past goes that it is held against."""
        return timedelta(days=7)

    @property
    def parts(self) -> int:
        return _PARTS[self]


_LENGTHS = {
    Window.HOUR: timedelta(hours=1),
    Window.DAY: timedelta(days=1),
    Window.WEEK: timedelta(days=7),
}
_PARTS = {Window.HOUR: 6, Window.DAY: 24, Window.WEEK: 28}


@dataclass(frozen=True, slots=True)
class Sums:
    """What texts add up to."""

    texts: float = 0.0
    positives: float = 0.0
    negatives: float = 0.0
    scores: tuple[float, ...] = (0.0,) * len(EMOTIONS)
    """In the order of `EMOTIONS`."""

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.texts + other.texts,
            self.positives + other.positives,
            self.negatives + other.negatives,
            tuple(a + b for a, b in zip(self.scores, other.scores, strict=True)),
        )

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(
            self.texts - other.texts,
            self.positives - other.positives,
            self.negatives - other.negatives,
            tuple(a - b for a, b in zip(self.scores, other.scores, strict=True)),
        )

    @property
    def valence(self) -> float:
        whole = sum(self.scores)
        if not whole:
            return 0.0
        pairs = zip(EMOTIONS, self.scores, strict=True)
        return sum(TAXONOMY[emotion].valence * score for emotion, score in pairs) / whole

    def shares(self) -> tuple[float, ...]:
        whole = sum(self.scores)
        if not whole:
            return tuple(1.0 if one is Emotion.NEUTRAL else 0.0 for one in EMOTIONS)
        return tuple(score / whole for score in self.scores)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """How a topic was talked of: in the window, and in the time before."""

    text: str
    kind: TopicKind
    now: Sums
    before: Sums
    volumes: tuple[int, ...] = ()
    """Texts of each part of the window, oldest first."""


@dataclass(kw_only=True)
class RisingTopic:
    """A topic that is talked of more than before."""

    talk: Talk
    expected: float
    score: float
    variants: list[str] = field(default_factory=list)
    form: str = ""
    """As most people write it."""

    @property
    def is_new(self) -> bool:
        return not self.talk.before.texts

    @property
    def emotion(self) -> Emotion:
        """The strongest that stands out."""
        shares = self.talk.now.shares()
        colours = [
            (share, emotion)
            for share, emotion in zip(shares, EMOTIONS, strict=True)
            if emotion is not Emotion.NEUTRAL
        ]
        share, emotion = max(colours, key=lambda pair: pair[0])
        neutral = shares[EMOTIONS.index(Emotion.NEUTRAL)]
        return emotion if share >= LEAST_COLOUR or share >= neutral else Emotion.NEUTRAL

    @property
    def valence_change(self) -> float:
        talk = self.talk
        return talk.now.valence - talk.before.valence if talk.before.texts else 0.0


def rising(
    talks: Iterable[Talk], texts_now: float, texts_before: float, *, most: int
) -> list[RisingTopic]:
    """Those that rise, strongest first, what is nearly the same put together."""
    scored = [_scored(talk, texts_now, texts_before) for talk in talks]
    scored = [
        one for one in scored if one.score >= LEAST_SCORE and one.talk.now.texts >= LEAST_TEXTS
    ]
    scored.sort(key=lambda one: (-one.score, -len(one.talk.text), one.talk.text))
    chosen: list[RisingTopic] = []
    for one in scored:
        same = next((known for known in chosen if _is_alike(known.talk, one.talk)), None)
        if same is None:
            if len(chosen) < most:
                chosen.append(one)
        elif len(same.variants) < MOST_VARIANTS:
            same.variants.append(one.talk.text)
    return chosen


def _scored(talk: Talk, texts_now: float, texts_before: float) -> RisingTopic:
    past = talk.before.texts + UNSEEN
    expected = texts_now * past / (texts_before + max(texts_now, 1.0))
    seen = talk.now.texts
    if seen <= expected:
        return RisingTopic(talk=talk, expected=expected, score=0.0)
    spread = SCATTER + 1 / past
    score = log_ratio(seen, expected, spread, seen / expected) / math.log(10)
    return RisingTopic(talk=talk, expected=expected, score=min(score, HIGHEST_SCORE))


def _is_alike(one: Talk, other: Talk) -> bool:
    few, many = sorted((one.now.texts, other.now.texts))
    if one.text == other.text:
        return True
    inside = one.text in other.text or other.text in one.text
    return (inside or _overlap(one.text, other.text) >= ALIKE) and few >= ALIKE * many


def _overlap(one: str, other: str) -> float:
    """Share of the pairs of characters that both have; 1 for the same."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other)]
    both = pairs[0] | pairs[1]
    return len(pairs[0] & pairs[1]) / len(both) if both else 0.0


def parts_of(window: Window, end: datetime) -> Sequence[datetime]:
    """Where its parts begin, oldest first."""
    step = window.length / window.parts
    start = end - window.length
    return [start + i * step for i in range(window.parts)]
