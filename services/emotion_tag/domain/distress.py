"""Signs that somebody may need care: how grave, for how long, and when they are deleted.

They are for protecting people: the guard keeps offers back, care may look after them. Nothing here
says why or what was written; a sign is a level, the rules that spoke, and the content's id.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.chassis.kernel.ids import new_id
from services.emotion_tag.domain.mood import Evidence
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion


class DistressLevel(IntEnum):
    """In the order of the contract: each is graver than the one before."""

    NONE = 0
    WATCH = 1
    CONCERN = 2
    URGENT = 3


class DistressOutcome(IntEnum):
    """What became of a sign, in the order of the contract."""

    OPEN = 0
    ATTENDED = 1
    FALSE_ALARM = 2


KEPT = timedelta(days=30)
"""A sign is deleted after this, whatever became of it."""

COUNTS_FOR: Mapping[DistressLevel, timedelta] = {
    DistressLevel.WATCH: timedelta(days=2),
    DistressLevel.CONCERN: timedelta(days=7),
    DistressLevel.URGENT: KEPT,
}
"""How long a person is spared after such a sign. Chosen: risk after a crisis is raised for weeks,
so the gravest counts as long as it is kept."""

LOW = frozenset({Emotion.SADNESS, Emotion.FEAR})
LOW_SHARE = 0.6
"""Probability of sadness or fear from which a text is low. How strong it sounds does not count: “I
am so sad” is said calmly."""
SURE_WEIGHT = 0.15
"""What an earlier text weighs at least: one said calmly and for sure does, an unsure one hardly
ever (`told_weight`)."""
LOW_DAYS = 3  # days with such a text, today included, …
LOW_WITHIN = timedelta(days=14)  # … within this, as for a depressive episode in the ICD-11 (6A70)
LOW_PART = 0.4  # of all that was said with feeling in that time
LOW_RULE = "low.again"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the risk lexicon finds in a text."""

    level: DistressLevel
    rule_ids: tuple[str, ...]
    is_first_person: bool
    """Whether the author speaks of themselves."""


NOTHING_FOUND = Reading(DistressLevel.NONE, (), is_first_person=False)


@dataclass(frozen=True, kw_only=True)
class DistressSignal:
    """One sign, in one content."""

    id: UUID
    user_id: UUID | None
    """Its author, if they allow feelings to be inferred; else nobody."""
    content_id: UUID
    level: DistressLevel
    rule_ids: tuple[str, ...]
    said_at: datetime
    noticed_at: datetime
    expires_at: datetime
    outcome: DistressOutcome = DistressOutcome.OPEN
    acknowledged_at: datetime | None = None
    acknowledged_by: UUID | None = None

    @property
    def counts_until(self) -> datetime:
        return self.said_at + COUNTS_FOR[self.level]


@dataclass(frozen=True, kw_only=True)
class DistressState:
    """How much care a person may need."""

    user_id: UUID
    level: DistressLevel
    version: int
    expires_at: datetime | None
    """None without a level."""


def sign(
    content_id: UUID, author_id: UUID | None, reading: Reading, said_at: datetime, now: datetime
) -> DistressSignal | None:
    """The sign that a text gives, or None.

    Of people who do not allow feelings to be inferred only words of danger to life are noted, and
    without the person.
    """
    least = DistressLevel.URGENT if author_id is None else DistressLevel.WATCH
    if reading.level < least or said_at + COUNTS_FOR[reading.level] <= now:
        return None
    return DistressSignal(
        id=new_id(),
        user_id=author_id,
        content_id=content_id,
        level=reading.level,
        rule_ids=reading.rule_ids,
        said_at=said_at,
        noticed_at=now,
        expires_at=said_at + KEPT,
    )


def may_be_low_again(reading: Reading, tag: EmotionTag, kind: TextKind) -> bool:
    """Whether a text is so low that what its author said before should be looked at.

    A review is about a product, however sad.
    """
    return (
        reading.level is DistressLevel.NONE
        and reading.is_first_person
        and kind is not TextKind.REVIEW
        and not tag.unsure
        and _is_low(tag.scores)
    )


def low_again(reading: Reading, earlier: Iterable[Evidence], said_at: datetime) -> Reading:
    """The reading of such a text, in the light of what was said before it.

    On three days, and in two of five of the texts with any feeling: everybody is sad now and then,
    and who writes a lot is so on many days. What they bring: `training/evaluate_lowness.py`.
    """
    known = [
        piece
        for piece in earlier
        if piece.weight >= SURE_WEIGHT and timedelta(0) <= said_at - piece.said_at <= LOW_WITHIN
    ]
    low = [piece for piece in known if _is_low(piece.scores)]
    feeling = sum(piece.emotion is not Emotion.NEUTRAL for piece in known) + 1
    days = {said_at.date()} | {piece.said_at.date() for piece in low}
    if len(days) < LOW_DAYS or len(low) + 1 < LOW_PART * feeling:
        return reading
    return Reading(DistressLevel.WATCH, (LOW_RULE,), is_first_person=True)


def _is_low(scores: Sequence[float]) -> bool:
    return sum(score for e, score in zip(EMOTIONS, scores, strict=True) if e in LOW) >= LOW_SHARE


def state_of(
    user_id: UUID, signals: Sequence[DistressSignal], now: datetime, *, version: int
) -> DistressState:
    """The gravest level that still counts, until the last sign has stopped to count."""
    counting = [
        signal
        for signal in signals
        if signal.outcome is not DistressOutcome.FALSE_ALARM and signal.counts_until > now
    ]
    return DistressState(
        user_id=user_id,
        level=max((signal.level for signal in counting), default=DistressLevel.NONE),
        version=version,
        expires_at=max((signal.counts_until for signal in counting), default=None),
    )
