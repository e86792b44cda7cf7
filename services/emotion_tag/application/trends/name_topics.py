"""Topics as people write them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.trends.count_topics import OLDEST
from services.emotion_tag.application.trends.ports import TrendReader, TrendReads
from services.emotion_tag.domain.subject import Subject, SubjectKind


async def name_topics(
    subjects: Iterable[Subject], reads: TrendReads, clock: Clock
) -> Mapping[Subject, str]:
    """How most write the topics among them; without those that too few use to be known."""
    topics = [one for one in subjects if one.kind is SubjectKind.TOPIC]
    if not topics:
        return {}
    async with reads() as reader:
        return await names_by(reader, topics, clock.now())


async def names_by(
    reader: TrendReader, subjects: Iterable[Subject], now: datetime
) -> Mapping[Subject, str]:
    """The same, from what a reader sees."""
    topics = {one.subject_id: one for one in subjects if one.kind is SubjectKind.TOPIC}
    if not topics:
        return {}
    forms = await reader.forms(list(topics), "", (now - OLDEST).date())
    return {topics[topic]: form for topic, form in forms.items()}
