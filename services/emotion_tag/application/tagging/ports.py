"""What tagging single texts needs besides the model."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from services.emotion_tag.domain.explanation import Inside
from services.emotion_tag.domain.subject import Subject
from services.emotion_tag.domain.tag import EmotionTag, Felt, TextInput

Scores = tuple[float, ...]
"""The probability or share of each emotion in the order of `EMOTIONS`; they add up to 1."""


class Priors(Protocol):
    """What is known of the surroundings of a text before it is read."""

    async def of_contents(self, content_ids: Collection[UUID]) -> Mapping[UUID, Felt]:
        """What the stored tags say of those published contents that have one; of what was said to
        care or in a circle nothing shows through."""
        ...

    async def of_subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, Scores]:
        """The present mix of those subjects that anything was said of."""
        ...


class Insight(Protocol):
    """The model that answers now, and what it can say of how it reads."""

    def tag(self, texts: Sequence[TextInput]) -> list[EmotionTag]:
        """As the tagger."""
        ...

    def inside(self, one: TextInput, tag: EmotionTag) -> Inside:
        """How it came to the tag of a text."""
        ...


class Insights(Protocol):
    def __call__(self) -> Insight:
        """One model, however often it is asked: it does not change while a tag is explained."""
        ...
