"""Tag texts as they come, and answer in the order in which they came."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.chassis.kernel.errors import DomainError
from services.emotion_tag.application.tagging.in_context import Asked, in_context
from services.emotion_tag.application.tagging.ports import Priors
from services.emotion_tag.domain.tag import EmotionTag, TextInput

MAX_UNANSWERED = 128  # emotion_tag_service.proto says the same
TEXTS_AT_ONCE = 64
"""Whose surroundings are looked up together."""

Tag = Callable[[TextInput], Awaitable[EmotionTag]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message is no text that can be tagged."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a client: a text, or why it is none."""

    id: str
    content: Asked | Refusal


async def tag_stream(
    messages: AsyncIterable[Sent],
    answer: Callable[[str, EmotionTag | Refusal], Awaitable[None]],
    tag: Tag,
    priors: Priors,
) -> None:
    """Answer every message once, until the client has no more.

    What has come while the last texts were tagged is given to `tag` at the same moment. `answer`
    waits while the client does not read; with `MAX_UNANSWERED` texts waiting for it no further one
    is taken.
    """
    waiting: asyncio.Queue[Sent | None] = asyncio.Queue()
    room = asyncio.Semaphore(MAX_UNANSWERED)

    async def take() -> None:
        iterator = aiter(messages)
        while True:
            await room.acquire()
            try:
                waiting.put_nowait(await anext(iterator))
            except StopAsyncIteration:
                break
        waiting.put_nowait(None)

    async def answer_all() -> None:
        batch = [await waiting.get()]
        while batch[-1] is not None:
            while batch[-1] is not None and len(batch) < TEXTS_AT_ONCE and not waiting.empty():
                batch.append(waiting.get_nowait())
            sent = [one for one in batch if one is not None]
            for one, outcome in zip(sent, await _outcomes(sent, tag, priors), strict=True):
                await answer(one.id, outcome)
                room.release()
            batch = [None if batch[-1] is None else await waiting.get()]

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(take())
            tasks.create_task(answer_all())
    except* DomainError as failures:
        raise failures.exceptions[0] from None


async def _outcomes(sent: Sequence[Sent], tag: Tag, priors: Priors) -> list[EmotionTag | Refusal]:
    """The tag of each text; what is none stays as it is."""
    asked = [one.content for one in sent if isinstance(one.content, Asked)]
    tags = iter(await asyncio.gather(*map(tag, await in_context(asked, priors))))
    return [next(tags) if isinstance(one.content, Asked) else one.content for one in sent]
