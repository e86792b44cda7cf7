"""The topics that rise in a segment, with their emotional colour and volumes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.trends.count_topics import SLICE
from services.emotion_tag.application.trends.ports import Segment, TrendReader, TrendReads
from services.emotion_tag.domain.trend import RisingTopic, Sums, Window, parts_of, rising

MOST_LOOKED_AT = 2_000
"""Topics of the window, by count, that are held against their past."""


@dataclass(frozen=True)
class Rise:
    """What rises in a window."""

    topics: Sequence[RisingTopic]
    parts: Sequence[datetime]
    start: datetime
    end: datetime
    texts: float


async def list_rising_topics(
    window: Window, segment: Segment, most: int, reads: TrendReads, clock: Clock
) -> Rise:
    """At most so many, strongest rise first."""
    is_hour = window is not Window.HOUR
    step = timedelta(hours=1) if is_hour else SLICE
    now = clock.now()
    end = _floor(now, step) + step  # the slice that goes on is the last one
    start = end - window.length
    async with reads() as reader:
        talks = await reader.talks(segment, start, end, is_hour=is_hour, most=MOST_LOOKED_AT)
        past = await _past(reader, [one.text for one in talks], segment, start, window)
        now_texts = (await reader.texts(segment, start, end, is_hour=is_hour)).texts
        floor = _floor(start, timedelta(hours=1))
        before = (await reader.texts(segment, floor - window.before, floor, is_hour=True)).texts
        topics = rising(
            [replace(one, before=past.get(one.text, Sums())) for one in talks],
            now_texts,
            before,
            most=most,
        )
        names = [one.talk.text for one in topics]
        slices = await reader.slices(names, segment, start, end, is_hour=is_hour)
        written = [*names, *(variant for one in topics for variant in one.variants)]
        forms = await reader.forms(written, segment.language, start.date())
    parts = parts_of(window, end)
    for one in topics:
        one.talk = replace(one.talk, volumes=_volumes(slices.get(one.talk.text, {}), parts, window))
        one.form = forms.get(one.talk.text, one.talk.text)
        one.variants = [forms.get(variant, variant) for variant in one.variants]
    return Rise(topics, parts, start, now, now_texts)


async def _past(
    reader: TrendReader, topics: Sequence[str], segment: Segment, start: datetime, window: Window
) -> Mapping[str, Sums]:
    floor = _floor(start, timedelta(hours=1))
    return await reader.sums(topics, segment, floor - window.before, floor)


def _volumes(
    slices: Mapping[datetime, float], parts: Sequence[datetime], window: Window
) -> tuple[int, ...]:
    step = window.length / window.parts
    return tuple(
        round(sum(texts for at, texts in slices.items() if start <= at < start + step))
        for start in parts
    )


def _floor(moment: datetime, step: timedelta) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step
