"""A model that has no opinion, and remembers how it was asked."""

import threading
from collections.abc import Sequence

from services.emotion_tag.domain.tag import EmotionTag, TextInput
from services.emotion_tag.domain.taxonomy import Emotion, Polarity


class FakeTagger:
    """Says neutral of everything; `language` carries the length of the text."""

    def __init__(self) -> None:
        self.chunks: list[list[str]] = []
        self.threads: set[int] = set()

    def tag(self, inputs: Sequence[TextInput]) -> list[EmotionTag]:
        texts = [one.text for one in inputs]
        self.chunks.append(texts)
        self.threads.add(threading.get_ident())
        return [
            EmotionTag(
                emotion=Emotion.NEUTRAL,
                scores=(0.0,) * 11 + (1.0,),
                polarity=Polarity.NEUTRAL,
                intensity=0.0,
                confidence=0.0,
                unsure=True,
                language=str(len(text)),
                evidence=(),
                model_version="fake",
            )
            for text in texts
        ]

    def sure(self, inputs: Sequence[TextInput]) -> list[EmotionTag | None]:
        """It has to think about every text."""
        return [None] * len(inputs)
