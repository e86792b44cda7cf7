"""How people feel about things, now or in a window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.subjects.ports import Reader, Reads
from services.emotion_tag.domain.standing import FORGOTTEN_AFTER
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_comparison import AspectDifference, compared
from services.emotion_tag.domain.subject_profile import SubjectProfile, profile_of
from services.emotion_tag.domain.subject_trend import (
    DAY,
    HOUR,
    HOURS_KEPT,
    Span,
    Trend,
    filled,
    span_start,
    trend_of,
)
from services.emotion_tag.domain.voice import SIZE, TEXTS

# How far back the counts go if no window is asked for; subject.proto says the same.
_SHOWN: Mapping[SubjectKind, timedelta] = {
    SubjectKind.ROOM: timedelta(hours=24),
    SubjectKind.TOPIC: timedelta(hours=72),
}
_SHOWN_ELSE = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class SeenProfile:
    """A profile with what goes beside it."""

    profile: SubjectProfile
    text_count: int
    spans: Sequence[Span]
    trend: Trend
    is_hourly: bool
    updated_at: datetime | None
    """About when something was last said."""
    window: timedelta | None


async def get_profiles(
    subjects: Sequence[Subject], reads: Reads, clock: Clock, *, window: timedelta | None
) -> list[SeenProfile]:
    """The profiles in the order of the subjects; with a window, of what was said in it only."""
    now = clock.now()
    async with reads() as reader:
        standings = await reader.standings(subjects)
        spans = {
            subject: its
            for is_hourly, some in _by_grain(subjects, window).items()
            for subject, its in (await _spans(some, reader, now, window, is_hourly)).items()
        }
        counts = await reader.text_counts(subjects, now - FORGOTTEN_AFTER)
    found = []
    for subject in subjects:
        standing, its = standings.get(subject), spans[subject]
        if window is None:
            sums = standing.at(now) if standing else np.zeros(SIZE)
            text_count = counts.get(subject, 0)
        else:
            sums = np.sum([span.sums for span in its], axis=0)
            text_count = round(float(sums[TEXTS]))
        found.append(
            SeenProfile(
                profile=profile_of(subject, sums, now),
                text_count=text_count,
                spans=its,
                trend=trend_of(its, now),
                is_hourly=_is_hourly(subject, window),
                updated_at=standing.as_of if standing else None,
                window=window,
            )
        )
    return found


async def compare_subjects(
    subjects: Sequence[Subject], reads: Reads, clock: Clock, *, window: timedelta | None
) -> tuple[list[SeenProfile], list[AspectDifference]]:
    """The profiles, and the aspects in which they differ."""
    seen = await get_profiles(subjects, reads, clock, window=window)
    return seen, compared([one.profile for one in seen])


def _is_hourly(subject: Subject, window: timedelta | None) -> bool:
    return (window or _SHOWN.get(subject.kind, _SHOWN_ELSE)) <= HOURS_KEPT


def _by_grain(
    subjects: Sequence[Subject], window: timedelta | None
) -> Mapping[bool, Sequence[Subject]]:
    return {
        is_hourly: [one for one in subjects if _is_hourly(one, window) is is_hourly]
        for is_hourly in (True, False)
    }


async def _spans(
    subjects: Sequence[Subject],
    reader: Reader,
    now: datetime,
    window: timedelta | None,
    is_hourly: bool,  # noqa: FBT001 - of each call here
) -> Mapping[Subject, list[Span]]:
    """The spans that lie in the window as a whole, and the one that still runs."""
    if not subjects:
        return {}
    step = HOUR if is_hourly else DAY
    since = {
        subject: span_start(now, is_day=not is_hourly)
        + step
        - (window or _SHOWN.get(subject.kind, _SHOWN_ELSE))
        for subject in subjects
    }
    found = await reader.spans(subjects, is_day=not is_hourly, since=min(since.values()))
    return {
        subject: filled(found.get(subject, ()), since[subject], now, is_day=not is_hourly)
        for subject in subjects
    }
