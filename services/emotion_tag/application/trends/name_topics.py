"""Topics as people write them."""

from collections.abc import Iterable, Mapping

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.trends.count_topics import OLDEST
from services.emotion_tag.application.trends.ports import TrendReads
from services.emotion_tag.domain.subject import Subject, SubjectKind


async def name_topics(
    subjects: Iterable[Subject], reads: TrendReads, clock: Clock
) -> Mapping[Subject, str]:
    """How most write the topics among them; without those that too few use to be known."""
    topics = {one.subject_id: one for one in subjects if one.kind is SubjectKind.TOPIC}
    if not topics:
        return {}
    async with reads() as reader:
        forms = await reader.forms(list(topics), "", (clock.now() - OLDEST).date())
    return {topics[topic]: form for topic, form in forms.items()}
