"""How people feel about a thing, kept as sums that fade by half every half-life of its kind.

Sums fade at one rate, so they can be kept as of any moment, and the order in which things are
learned does not matter; what is taken out again is as if it had never been said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from services.emotion_tag.domain.crowd import Change
from services.emotion_tag.domain.subject import HALF_LIVES, Subject
from services.emotion_tag.domain.voice import SIZE, Sums

FORGOTTEN_AFTER = timedelta(days=366)
"""What was said before that is no longer counted, and forgotten: more than 12 of the longest
half-lives, and as far back as trends go."""

LONGEST_HALF_LIFE = max(HALF_LIVES.values())


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """The sums of one subject as of a moment."""

    subject: Subject
    as_of: datetime
    sums: Sums

    @classmethod
    def nothing(cls, subject: Subject, now: datetime) -> "Standing":
        """A subject of which nothing has been said."""
        return cls(subject, now, np.zeros(SIZE))

    def moved(self, changes: Sequence[Change]) -> "Standing":
        """The same after changes, which may be about any time."""
        as_of = max([self.as_of, *(change.said_at for change in changes)])
        sums = self.at(as_of)
        half_life = HALF_LIVES[self.subject.kind]
        for change in changes:
            sums += change.sums * _left(as_of - change.said_at, half_life)
        return Standing(self.subject, as_of, sums)

    def at(self, now: datetime) -> Sums:
        """The sums as they are at `now`; a moment before `as_of` shows them as of then."""
        return self.sums * _left(now - self.as_of, HALF_LIVES[self.subject.kind])


def _left(age: timedelta, half_life: timedelta) -> float:
    """Share that is left after `age`; a negative age counts as none."""
    return float(0.5 ** max(0.0, age / half_life))
