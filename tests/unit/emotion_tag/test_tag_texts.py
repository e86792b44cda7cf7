"""Batches are answered whole, in order, in chunks that leave the event loop alone."""

import threading
from collections.abc import Sequence

from services.emotion_tag.application.tag_texts import (
    AT_ONCE,
    CHUNK_CHARACTERS,
    CHUNK_TEXTS,
    tag_text,
    tag_texts,
)
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import Emotion, Polarity


class FakeTagger:
    """Says neutral of everything; `language` carries the length of the text."""

    def __init__(self) -> None:
        self.chunks: list[list[str]] = []
        self.threads: set[int] = set()

    def tag_one(self, text: str) -> EmotionTag:
        return self.tag([text])[0]

    def tag(self, texts: Sequence[str]) -> list[EmotionTag]:
        self.chunks.append(list(texts))
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


async def test_a_short_text_is_tagged_on_the_spot() -> None:
    tagger = FakeTagger()

    await tag_text("好", tagger)

    assert tagger.threads == {threading.get_ident()}


async def test_a_long_text_is_tagged_beside_the_event_loop() -> None:
    tagger = FakeTagger()

    await tag_text("好" * (AT_ONCE + 1), tagger)

    assert threading.get_ident() not in tagger.threads


async def test_a_batch_keeps_its_order_over_chunks() -> None:
    tagger = FakeTagger()
    texts = ["好" * (number % 300) for number in range(1000)]

    tags = await tag_texts(texts, tagger)

    assert [tag.language for tag in tags] == [str(len(text)) for text in texts]
    assert all(len(chunk) <= CHUNK_TEXTS for chunk in tagger.chunks)
    assert all(sum(map(len, chunk)) <= CHUNK_CHARACTERS for chunk in tagger.chunks)


async def test_a_text_longer_than_a_chunk_is_a_chunk() -> None:
    tagger = FakeTagger()

    await tag_texts(["好", "好" * (CHUNK_CHARACTERS + 1), "好"], tagger)

    assert [len(chunk) for chunk in tagger.chunks] == [1, 1, 1]


async def test_no_text_is_no_work() -> None:
    assert await tag_texts([], FakeTagger()) == []
