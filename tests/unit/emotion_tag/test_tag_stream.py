"""Texts that come as a stream."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

import pytest

from services.chassis.kernel.errors import Invalid
from services.emotion_tag.application.tagging.in_context import Asked
from services.emotion_tag.application.tagging.tag_stream import (
    MAX_UNANSWERED,
    Refusal,
    Sent,
    tag_stream,
)
from services.emotion_tag.application.tagging.tag_together import TagTogether
from services.emotion_tag.domain.tag import EmotionTag, TextInput
from tests.support.fake_priors import FakePriors
from tests.support.fake_tagger import FakeTagger

TOO_LONG = Refusal("INVALID_REQUEST", "text.text: too long")


def texts(*lengths: int) -> list[Sent]:
    return [Sent(str(i), Asked(text="x" * length)) for i, length in enumerate(lengths)]


async def streamed(messages: Iterable[Sent]) -> AsyncIterator[Sent]:
    for message in messages:
        yield message


class Client:
    """Reads answers, as soon as `reads` is set."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, EmotionTag | Refusal]] = []
        self.reads = asyncio.Event()
        self.reads.set()

    async def answer(self, message_id: str, outcome: EmotionTag | Refusal) -> None:
        await self.reads.wait()
        self.answers.append((message_id, outcome))


async def test_every_message_is_answered_once_in_the_order_sent() -> None:
    client, tagger = Client(), FakeTagger()

    await tag_stream(
        streamed(texts(*range(300))), client.answer, TagTogether(tagger).tag, FakePriors()
    )

    assert [message_id for message_id, _ in client.answers] == [str(i) for i in range(300)]
    assert [tag.language for _, tag in client.answers if isinstance(tag, EmotionTag)] == [
        str(i) for i in range(300)
    ]
    assert len(tagger.chunks) < 300


async def test_a_bad_message_is_answered_and_the_stream_goes_on() -> None:
    client = Client()
    good, other = texts(1, 2)
    messages = [good, Sent("bad", TOO_LONG), other, Sent("last", TOO_LONG)]

    await tag_stream(streamed(messages), client.answer, TagTogether(FakeTagger()).tag, FakePriors())

    kinds = [(message_id, isinstance(one, EmotionTag)) for message_id, one in client.answers]
    assert kinds == [("0", True), ("bad", False), ("1", True), ("last", False)]


async def test_a_stream_without_messages_ends() -> None:
    client = Client()

    await tag_stream(streamed([]), client.answer, TagTogether(FakeTagger()).tag, FakePriors())

    assert client.answers == []


async def test_a_client_that_does_not_read_is_not_read_either() -> None:
    client = Client()
    client.reads.clear()
    taken = 0

    async def counted() -> AsyncIterator[Sent]:
        nonlocal taken
        for message in texts(*[1] * 1000):
            taken += 1
            yield message

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(
            tag_stream(counted(), client.answer, TagTogether(FakeTagger()).tag, FakePriors())
        )
        for _ in range(2000):
            await asyncio.sleep(0)
        held = taken
        client.reads.set()

    assert held == MAX_UNANSWERED
    assert len(client.answers) == taken == 1000


async def test_a_stream_that_breaks_ends_with_its_reason() -> None:
    class Broken(Invalid):
        reason = "BROKEN"

    async def breaking() -> AsyncIterator[Sent]:
        yield texts(1)[0]
        raise Broken("No message.")

    with pytest.raises(Broken):
        await tag_stream(breaking(), Client().answer, TagTogether(FakeTagger()).tag, FakePriors())


async def test_a_model_that_fails_ends_the_stream() -> None:
    class Failing(FakeTagger):
        def tag(self, texts: Sequence[TextInput]) -> list[EmotionTag]:
            super().tag(texts)
            raise RuntimeError("broken model")

    async def endless() -> AsyncIterator[Sent]:
        while True:
            yield texts(1)[0]
            await asyncio.sleep(0)

    with pytest.raises(ExceptionGroup) as failure:
        await tag_stream(endless(), Client().answer, TagTogether(Failing()).tag, FakePriors())

    assert failure.group_contains(RuntimeError, match="broken model")
