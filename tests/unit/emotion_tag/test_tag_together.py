"""Single texts that wait at the same moment are tagged in one go."""

import asyncio
import threading
from collections.abc import Sequence

from services.emotion_tag.application.tagging.tag_together import (
    BATCHES,
    CHARACTERS_AT_ONCE,
    REMEMBERED,
    TEXTS_AT_ONCE,
    TagTogether,
)
from services.emotion_tag.domain.tag import EmotionTag, TextInput
from tests.support.fake_tagger import FakeTagger


class BrokenTagger(FakeTagger):
    def tag(self, inputs: Sequence[TextInput]) -> list[EmotionTag]:
        raise ValueError(f"broken at {inputs[0]}")


async def test_texts_of_the_same_moment_are_one_batch() -> None:
    tagger = FakeTagger()
    together = TagTogether(tagger)
    texts = ["好" * length for length in range(1, TEXTS_AT_ONCE + 1)]

    tags = await asyncio.gather(*(together.tag(TextInput(text)) for text in texts))

    assert tagger.chunks == [texts]
    assert [tag.language for tag in tags] == [str(len(text)) for text in texts]


async def test_a_batch_is_bounded_and_nobody_is_left_out() -> None:
    tagger = FakeTagger()
    together = TagTogether(tagger)
    texts = [f"{number}" * 90 for number in range(10, 40)]

    tags = await asyncio.gather(*(together.tag(TextInput(text)) for text in texts))

    assert len(tags) == len(texts)
    assert len(tagger.chunks) > 1
    assert all(sum(map(len, chunk)) <= CHARACTERS_AT_ONCE for chunk in tagger.chunks)


async def test_a_text_that_was_tagged_is_remembered() -> None:
    tagger = FakeTagger()
    together = TagTogether(tagger)

    for _ in range(3):
        await together.tag(TextInput("666"))

    assert tagger.chunks == [["666"]]


async def test_only_the_latest_answers_are_remembered() -> None:
    tagger = FakeTagger()
    together = TagTogether(tagger)
    texts = [TextInput(str(number)) for number in range(REMEMBERED + 1)]
    await asyncio.gather(*map(together.tag, texts))
    tagger.chunks.clear()

    await together.tag(TextInput(str(REMEMBERED)))
    await together.tag(TextInput("0"))

    assert tagger.chunks == [["0"]]


async def test_a_caller_who_has_gone_does_not_keep_the_others() -> None:
    together = TagTogether(FakeTagger())
    gone = asyncio.create_task(together.tag(TextInput("走了")))
    stays = asyncio.create_task(together.tag(TextInput("还在")))
    await asyncio.sleep(0)

    gone.cancel()

    assert (await stays).language == "2"
    assert gone.cancelled() or gone.cancelling()


async def test_a_failure_reaches_everybody_who_waits() -> None:
    together = TagTogether(BrokenTagger())

    answers = await asyncio.gather(
        together.tag(TextInput("一")), together.tag(TextInput("二")), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [ValueError, ValueError]


class QuickTagger(FakeTagger):
    """Has to think about long texts only."""

    def sure(self, inputs: Sequence[TextInput]) -> list[EmotionTag | None]:
        return [tag if int(tag.language) < 9 else None for tag in FakeTagger().tag(inputs)]


async def test_what_the_model_is_sure_of_needs_no_thread() -> None:
    tagger = QuickTagger()
    together = TagTogether(tagger)
    texts = ["好", "好" * 20, "好的", "好" * 30]

    tags = await asyncio.gather(*(together.tag(TextInput(text)) for text in texts))

    assert [tag.language for tag in tags] == ["1", "20", "2", "30"]
    assert tagger.chunks == [[texts[1], texts[3]]]


async def test_a_text_that_is_long_to_read_does_not_keep_the_event_loop() -> None:
    tagger = QuickTagger()
    long = TextInput(" " * (CHARACTERS_AT_ONCE + 1))

    await asyncio.gather(TagTogether(tagger).tag(long), TagTogether(tagger).tag(TextInput("好")))

    assert tagger.chunks == [[long.text]]
    assert threading.get_ident() not in tagger.threads


async def test_hard_texts_are_tagged_beside_the_event_loop() -> None:
    tagger = FakeTagger()

    await TagTogether(tagger).tag(TextInput("好"))

    assert tagger.threads
    assert threading.get_ident() not in tagger.threads


class SlowTagger(FakeTagger):
    """Takes its time over what is hard."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = threading.Event()

    def tag(self, inputs: Sequence[TextInput]) -> list[EmotionTag]:
        if any(one.text == "难" for one in inputs):
            assert self.may_end.wait(10)
        return super().tag(inputs)


async def test_a_hard_text_does_not_keep_the_next_one_waiting() -> None:
    tagger = SlowTagger()
    together = TagTogether(tagger)
    hard = asyncio.create_task(together.tag(TextInput("难")))
    await asyncio.sleep(0.01)

    easy = await together.tag(TextInput("好的"))

    assert BATCHES > 1
    assert easy.language == "2"
    assert not hard.done()
    tagger.may_end.set()
    assert (await hard).language == "1"
