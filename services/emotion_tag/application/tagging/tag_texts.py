"""Tag a batch of texts, in chunks that leave the event loop alone."""

import asyncio
from collections.abc import Iterator, Sequence

from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.tag import EmotionTag, TextInput

CHUNK_TEXTS, CHUNK_CHARACTERS = 64, 8_000
"""What one thread is given at a time, so that others get their turn: 2 ms for texts that the fast
part of the model is sure of, up to 200 ms where the slower one has to read them all. Bounds the
memory too, about 200 bytes for each character."""


async def tag_texts(texts: Sequence[TextInput], tagger: Tagger) -> list[EmotionTag]:
    """Tag texts in their order, a chunk at a time."""
    tags: list[EmotionTag] = []
    for chunk in _chunks(texts):
        tags += await asyncio.to_thread(tagger.tag, chunk)
    return tags


def _chunks(texts: Sequence[TextInput]) -> Iterator[list[TextInput]]:
    chunk: list[TextInput] = []
    characters = 0
    for one in texts:
        if chunk and (len(chunk) == CHUNK_TEXTS or characters + len(one.text) > CHUNK_CHARACTERS):
            yield chunk
            chunk, characters = [], 0
        chunk.append(one)
        characters += len(one.text)
    if chunk:
        yield chunk
