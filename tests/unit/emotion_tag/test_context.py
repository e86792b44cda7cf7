"""What stands beside a text: an echo takes it over, an unclear text leans to it, others stay."""

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from services.emotion_tag import training
from services.emotion_tag.adapters.cascade.model import MODELS, SHIPPED, open_model
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.domain.tag import Context, EmotionTag, TextInput, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion, Polarity

ECHOES = (
    *("+1", "＋1", "加一", "同感", "对", "對", "对对对", "没错", "沒錯", "确实", "確實", "是的"),
    *("嗯嗯", "真的", "同意", "楼上说得对", "me too", "same here", "exactly"),
)
SAID = (
    *(
        "这家店真的很好用",
        "气死我了",
        "太喜欢了，质量很好",
        "垃圾店铺，退钱！",
        "谢谢客服，太感谢了",
    ),
    *("好失望，和图片完全不一样", "太恶心了", "好难过，等了一个月", "笑死我了哈哈哈"),
    *("I love it so much", "This is the worst purchase ever", "What a scam!"),
)
SHORT = ("还好", "還好", "是吧", "这样啊", "我的也这样", "啊？", "不会吧", "果然", "hmm", "oh no")
REPLIES = Path(training.__file__).parent / "replies.jsonl"
SIDES = {Polarity.POSITIVE, Polarity.NEGATIVE}


@pytest.fixture(scope="module", params=("open", "research"))
def model(request: pytest.FixtureRequest) -> CascadeTagger:
    return open_model(MODELS / request.param)


def is_contrary(tag: EmotionTag) -> bool:
    """Whether emotion and polarity are on opposite sides."""
    return {TAXONOMY[tag.emotion].polarity, tag.polarity} == SIDES


def answers(said: str, *texts: str, kind: TextKind = TextKind.COMMENT) -> list[TextInput]:
    return [TextInput(text, kind, context=Context(said)) for text in texts]


def test_of_what_answers_another_no_sure_answer_has_the_contrary_side(model: CascadeTagger) -> None:
    inputs = [
        one
        for said, kind in product(SAID, TextKind)
        for one in answers(said, *ECHOES, *SHORT, kind=kind)
    ]

    sure = [tag for tag in model.tag(inputs) if not tag.unsure]

    assert len(inputs) == 2_088
    assert len(sure) > len(SAID) * len(ECHOES) * len(TextKind) // 2
    assert [tag for tag in sure if is_contrary(tag)] == []


def test_an_echo_is_as_strong_as_what_it_echoes(model: CascadeTagger) -> None:
    for said in SAID:
        tag = model.tag([TextInput(said, TextKind.COMMENT)])[0]

        for echo in model.tag(answers(said, *ECHOES)):
            assert (echo.polarity, echo.intensity) == (tag.polarity, tag.intensity)


def test_an_echo_of_praise_with_a_complaint_is_mixed(model: CascadeTagger) -> None:
    [echo] = model.tag(answers("颜色好看，就是太贵了", "+1"))

    assert echo.polarity is Polarity.MIXED


def test_a_stored_tag_counts_as_its_text_does(model: CascadeTagger) -> None:
    for said in SAID:
        felt = model.tag([TextInput(said, TextKind.COMMENT)])[0].felt()
        by_tag = [
            TextInput(text, TextKind.COMMENT, context=Context(answered=felt))
            for text in (*ECHOES, *SHORT)
        ]

        assert model.tag(by_tag) == model.tag(answers(said, *ECHOES, *SHORT))


def test_a_text_that_is_sure_by_itself_stays_as_it_is(model: CascadeTagger) -> None:
    fear = tuple(0.89 if emotion is Emotion.FEAR else 0.01 for emotion in EMOTIONS)

    for text in ("谢谢客服，太感谢了", "什么破店，气死我了，退钱！！"):
        alone = model.tag([TextInput(text)])[0]
        there = model.tag([TextInput(text, context=Context("好失望", prior=fear))])[0]

        assert not alone.unsure
        assert there == alone


def test_an_unclear_text_leans_to_what_it_answers(model: CascadeTagger) -> None:
    angry, glad = (
        model.tag(answers(said, "这样啊那算了吧", kind=TextKind.CHAT))[0]
        for said in ("气死我了，垃圾店铺，退钱！", "太喜欢了，质量很好")
    )

    anger, like = EMOTIONS.index(Emotion.ANGER), EMOTIONS.index(Emotion.LIKE)
    assert angry.scores[anger] > glad.scores[anger]
    assert angry.scores[like] < glad.scores[like]


def test_what_they_answer_helps_to_read_short_replies(model: CascadeTagger) -> None:
    lines = REPLIES.read_text("utf-8").splitlines()
    replies = [json.loads(line) for line in lines]
    alone = model.tag([TextInput(one["text"], TextKind.COMMENT) for one in replies])
    there = model.tag([answers(one["said"], one["text"])[0] for one in replies])

    def right(tags: Sequence[EmotionTag]) -> tuple[int, int]:
        pairs = list(zip(tags, replies, strict=True))
        return (
            sum(tag.emotion in one["emotions"] for tag, one in pairs),
            sum(tag.polarity in one["polarities"] for tag, one in pairs),
        )

    assert right(there)[0] > right(alone)[0]
    assert right(there)[1] > right(alone)[1]
    assert sum(tag.unsure for tag in there) < sum(tag.unsure for tag in alone)


def test_a_text_that_answers_nothing_said_is_read_alone(model: CascadeTagger) -> None:
    for text in ("+1", "还好", ""):
        alone = model.tag([TextInput(text)])[0]

        assert model.tag([TextInput(text, context=Context("  "))])[0] == alone
        assert model.tag([TextInput(text, context=Context())])[0] == alone


def test_nothing_is_made_of_a_blank_text(model: CascadeTagger) -> None:
    blank = model.tag(answers("气死我了", "", " "))

    assert [(tag.emotion, tag.confidence) for tag in blank] == [(Emotion.NEUTRAL, 0.0)] * 2


def test_an_answer_is_the_same_alone_and_in_a_batch(model: CascadeTagger) -> None:
    inputs = [one for said in SAID for one in answers(said, "+1", "还好", "谢谢客服", "这样啊")]

    assert model.tag(inputs) == [model.tag([one])[0] for one in inputs]
    known = model.sure(inputs)
    assert known == [model.sure([one])[0] for one in inputs]
    assert all(tag in (None, full) for tag, full in zip(known, model.tag(inputs), strict=True))


def test_what_many_answer_is_read_once() -> None:
    counted: list[tuple[int, int]] = []
    tagger = open_model(SHIPPED, observe=lambda texts, encoded: counted.append((texts, encoded)))
    post = "收到的跟图片差太多，好失望"
    first, again = (
        tagger.tag([TextInput(text, TextKind.COMMENT, context=Context(post))])
        for text in ("+1", "同感")
    )

    assert [texts for texts, _ in counted] == [1, 1, 1]
    assert first[0].emotion is again[0].emotion is Emotion.DISAPPOINTMENT
