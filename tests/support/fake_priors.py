"""Surroundings of texts, of which little is known."""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.emotion_tag.application.tagging.ports import Scores
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.tag import Felt
from services.emotion_tag.domain.taxonomy import Polarity

ANGRY = tuple(1.0 if i == 7 else 0.0 for i in range(12))
GLAD = tuple(1.0 if i == 0 else 0.0 for i in range(12))
SAID = Felt(ANGRY, Polarity.NEGATIVE, intensity=0.8, confidence=0.9)
KNOWN, UNKNOWN = UUID(int=1), UUID(int=2)


class FakePriors:
    """Knows one content, one product and one room, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def of_contents(self, content_ids: Collection[UUID]) -> Mapping[UUID, Felt]:
        self.asked += 1
        return {one: SAID for one in content_ids if one == KNOWN}

    async def of_subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, Scores]:
        self.asked += 1
        known = {Subject(SubjectKind.PRODUCT, "sku"): GLAD, Subject(SubjectKind.ROOM, "r"): ANGRY}
        return {one: known[one] for one in subjects if one in known}
