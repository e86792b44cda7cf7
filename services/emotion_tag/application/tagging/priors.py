"""What is known of the surroundings of texts, from the stored tags and the profiles of subjects."""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.ports import Reads
from services.emotion_tag.application.subjects.ports import Reads as SubjectReads
from services.emotion_tag.application.tagging.ports import Scores
from services.emotion_tag.domain.subject import Subject
from services.emotion_tag.domain.subject_profile import SubjectProfile, profile_of
from services.emotion_tag.domain.taxonomy import EMOTIONS


class StoredPriors:
    """Only subjects count of which enough people have said enough."""

    def __init__(self, reads: Reads, subjects: SubjectReads, clock: Clock) -> None:
        self._reads, self._subjects, self._clock = reads, subjects, clock

    async def of_contents(self, content_ids: Collection[UUID]) -> Mapping[UUID, Scores]:
        async with self._reads() as reader:
            return await reader.public_scores(content_ids)

    async def of_subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, Scores]:
        now = self._clock.now()
        async with self._subjects() as reader:
            standings = await reader.standings(subjects)
        profiles = [profile_of(one, standing.at(now), now) for one, standing in standings.items()]
        return {profile.subject: _mix(profile) for profile in profiles if profile.is_reliable}


def _mix(profile: SubjectProfile) -> Scores:
    return tuple(profile.share_of(emotion).share for emotion in EMOTIONS)
