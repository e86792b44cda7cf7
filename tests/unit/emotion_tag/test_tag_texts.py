"""Batches are answered whole, in order, in chunks that leave the event loop alone."""

from services.emotion_tag.application.tagging.tag_texts import (
    CHUNK_CHARACTERS,
    CHUNK_TEXTS,
    tag_texts,
)
from services.emotion_tag.domain.tag import TextInput
from tests.support.fake_tagger import FakeTagger


async def test_a_batch_keeps_its_order_over_chunks() -> None:
    tagger = FakeTagger()
    texts = ["好" * (number % 300) for number in range(1000)]

    tags = await tag_texts([TextInput(text) for text in texts], tagger)

    assert [tag.language for tag in tags] == [str(len(text)) for text in texts]
    assert all(len(chunk) <= CHUNK_TEXTS for chunk in tagger.chunks)
    assert all(sum(map(len, chunk)) <= CHUNK_CHARACTERS for chunk in tagger.chunks)


async def test_a_text_longer_than_a_chunk_is_a_chunk() -> None:
    tagger = FakeTagger()

    await tag_texts([TextInput("好" * length) for length in (1, CHUNK_CHARACTERS + 1, 1)], tagger)

    assert [len(chunk) for chunk in tagger.chunks] == [1, 1, 1]


async def test_no_text_is_no_work() -> None:
    assert await tag_texts([], FakeTagger()) == []
