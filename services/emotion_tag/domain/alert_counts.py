"""Who felt what about a subject in a quarter of an hour: people are counted, not texts.

A person counts once for a subject and quarter, however much they write: with the strongest of what
they said. An unsure text counts a quarter, so that one alone says little and many say something.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.emotion_tag.domain.aspect import ASPECTS, Aspect
from services.emotion_tag.domain.mood import UNSURE_SHARE
from services.emotion_tag.domain.subject import SubjectKind
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import TAXONOMY, Polarity

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class Family(StrEnum):
    """Negative emotions that are watched together: the parents they have among SMP's six."""

    ANGRY = "angry"
    SAD = "sad"
    FEAR = "fear"


FAMILIES = tuple(Family)
_NEGATIVE = (Polarity.NEGATIVE, Polarity.MIXED)


@dataclass(frozen=True, slots=True)
class Counts:
    """So many people spoke, felt so, complained of this; sums and differences are taken by part."""

    texts: float = 0.0
    negatives: tuple[float, ...] = (0.0,) * len(FAMILIES)
    """In the order of `FAMILIES`."""
    aspects: tuple[float, ...] = (0.0,) * len(ASPECTS)
    """Complaints, in the order of `ASPECTS`."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.texts + other.texts,
            tuple(a + b for a, b in zip(self.negatives, other.negatives, strict=True)),
            tuple(a + b for a, b in zip(self.aspects, other.aspects, strict=True)),
        )

    def __sub__(self, other: "Counts") -> "Counts":
        return self + other.times(-1.0)

    def times(self, factor: float) -> "Counts":
        return Counts(
            self.texts * factor,
            tuple(a * factor for a in self.negatives),
            tuple(a * factor for a in self.aspects),
        )

    @property
    def is_nothing(self) -> bool:
        return not (self.texts or any(self.negatives) or any(self.aspects))


NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Feeling:
    """What counts of a tag."""

    weight: float
    """1, or less if the tag is unsure."""
    family: Family | None
    """None if the text is not negative."""
    complaints: frozenset[Aspect]


def family_of(tag: EmotionTag) -> Family | None:
    """The family of a negative text; a complaint without a feeling is a disappointment."""
    entry = TAXONOMY[tag.emotion]
    if entry.polarity is Polarity.NEGATIVE:
        return Family(entry.smp_parent)
    return Family.SAD if tag.polarity is Polarity.NEGATIVE else None


def feeling_of(tag: EmotionTag) -> Feeling:
    return Feeling(
        weight=UNSURE_SHARE if tag.unsure else 1.0,
        family=family_of(tag),
        complaints=frozenset(one.aspect for one in tag.aspects if one.polarity in _NEGATIVE),
    )


def counts_of(feeling: Feeling, kind: SubjectKind) -> Counts:
    """What one text counts for a subject; for a region only what is said of deliveries."""
    family, complaints = feeling.family, feeling.complaints
    if kind is SubjectKind.REGION:
        complaints &= {Aspect.LOGISTICS}
        family = (family or Family.SAD) if complaints else None
    return Counts(
        feeling.weight,
        tuple(feeling.weight if one is family else 0.0 for one in FAMILIES),
        tuple(feeling.weight if one in complaints else 0.0 for one in ASPECTS),
    )


def of_one_person(counts: Iterable[Counts]) -> Counts:
    """What several texts of one person count together: by part, the most of them."""
    every = [NOTHING, *counts]
    return Counts(
        max(one.texts for one in every),
        tuple(map(max, zip(*(one.negatives for one in every), strict=True))),
        tuple(map(max, zip(*(one.aspects for one in every), strict=True))),
    )


def total(counts: Iterable[Counts]) -> Counts:
    whole = NOTHING
    for one in counts:
        whole += one
    return whole


def quarter_of(moment: datetime) -> datetime:
    """The beginning of its quarter of an hour, in UTC."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def hour_of(moment: datetime) -> datetime:
    """The beginning of its hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
