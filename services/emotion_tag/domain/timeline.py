"""How a person was, step by step, from what they had said until each step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.emotion_tag.domain.mood import Evidence, Picture, picture_of, share_left
from services.emotion_tag.domain.taxonomy import EMOTIONS

GAP_AFTER = 4
"""Half-lives without a word after which nothing can be told: a sixteenth is left of the last."""


@dataclass(frozen=True, kw_only=True)
class MoodPoint:
    """A moment; without a picture it is a gap."""

    at: datetime
    picture: Picture | None


def moments(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    """From `start` on, every `step`, up to `end`."""
    return [start + number * step for number in range(int((end - start) / step) + 1)]


def timeline(
    evidence: Iterable[Evidence], at: Sequence[datetime], half_life: timedelta
) -> list[MoodPoint]:
    """The state at each moment; the evidence oldest first, the moments rising.

    A moment knows only what had been said by then.
    """
    pieces = iter(evidence)
    ahead = next(pieces, None)
    masses = [0.0] * len(EMOTIONS)
    as_of: datetime | None = None
    points = []
    for moment in at:
        while ahead is not None and ahead.said_at <= moment:
            fade = share_left(ahead.said_at - as_of, half_life) if as_of else 0.0
            masses = [
                mass * fade + score * ahead.weight
                for mass, score in zip(masses, ahead.scores, strict=True)
            ]
            as_of = ahead.said_at
            ahead = next(pieces, None)
        if as_of is None or moment - as_of > GAP_AFTER * half_life:
            points.append(MoodPoint(at=moment, picture=None))
            continue
        left = share_left(moment - as_of, half_life)
        points.append(MoodPoint(at=moment, picture=picture_of([mass * left for mass in masses])))
    return points
