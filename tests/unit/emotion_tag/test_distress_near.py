"""Everyday words hide no danger, and words of danger in everyday talk are none."""

import json
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emotion_tag.adapters.distress.lexicon import JsonLexicon
from services.emotion_tag.domain.distress import DistressLevel
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.training.evaluate_distress import CHALLENGES

LEXICON = JsonLexicon()
NONE, CONCERN, URGENT = DistressLevel.NONE, DistressLevel.CONCERN, DistressLevel.URGENT

EVERYDAY = {
    "zh": [
        "钱也花光了",
        "我躺在床上看手机",
        "手机没电了",
        "刚给鱼喂了食",
        "买了一束花",
        "电脑又坏了",
        "外卖太辣了",
        "快递到了",
        "跟队友打完一局",
        "这游戏我不玩了",
        "我的故事到此为止",
        "书里写得真好",
        "电影看完了",
        "客服不理我",
        "哈哈",
        "他已经走了",
        "质量还可以",
        "我妈知道了",
        "老板人很好",
        "作业写完了",
        "没有人说话",
        "价格太贵了",
    ],
    "en": [
        "my phone died",
        "the game is over",
        "I watched a movie",
        "the book was good",
        "the plants are fine",
        "shipping was slow",
        "they left",
        "lol",
        "thanks for the store credit",
        "my battery is at two percent",
        "dinner was great",
    ],
}


def read(text: str, kind: TextKind = TextKind.COMMENT) -> DistressLevel:
    return LEXICON.read(text, kind).level


def urgent() -> list[tuple[str, str]]:
    """Text and script of the set's lines of danger to life that are recognised as such."""
    rows = map(json.loads, CHALLENGES.read_text("utf-8").splitlines())
    told = [(row["text"], row["language"][:2]) for row in rows if row["level"] == "urgent"]
    return [(text, script) for text, script in told if read(text) is URGENT]


def beside(text: str, script: str) -> list[str]:
    """The text with each everyday clause before and after it, with and without a stop."""
    joints = ("", "，", "。") if script == "zh" else (" and ", ", ", ". ")
    orders = [pair for clause in EVERYDAY[script] for pair in ((clause, text), (text, clause))]
    return [first + joint + second for joint in joints for first, second in orders]


@pytest.mark.parametrize(("kind", "kept"), [(TextKind.COMMENT, 0.9), (TextKind.REVIEW, 0.5)])
def test_nothing_everyday_beside_it_hides_a_danger_to_life(kind: TextKind, kept: float) -> None:
    assert len(urgent()) >= 100

    longer = [one for text, script in urgent() for one in beside(text, script)]
    levels = [read(one, kind) for one in longer]

    hidden = [one for one, level in zip(longer, levels, strict=True) if level < CONCERN]
    assert hidden == []
    assert levels.count(URGENT) / len(levels) >= kept


@pytest.mark.parametrize(
    "text",
    [
        "钱都花光了不想活了",
        "我躺在床上看手机想自杀",
        "前夫说要杀了我我好心酸",
        "被债逼得想死",
        "我想鼠",
        "我想亖",
        "我想s",
        "我真的想紫砂",
        "我想自鯊",
        "i want 2 die",
        "I wanna k1ll myself",
        "kms, I mean it",
        "thinking of unaliving myself",
        "I keep cutting myself when I feel empty",
        "有人要杀我",
        "我想死你别管我",
    ],
)
def test_danger_beside_everyday_words_or_spelled_evasively_is_urgent(text: str) -> None:
    assert read(text) is URGENT


@pytest.mark.parametrize(
    "text",
    [
        "不想活了，这游戏我不玩了",
        "看完这部电影想自杀",
        "这小说看得想死",
        "累得我想死",
        "不想活了哈哈",
    ],
)
def test_a_story_or_a_laugh_lowers_it_by_one_step_at_most(text: str) -> None:
    assert read(text) is CONCERN
    assert read(text, TextKind.REVIEW) is CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "气死我了",
        "美死了",
        "想死你了",
        "想死妳們了",
        "手机快死了",
        "这花不想活了",
        "我家的鱼不想活了",
        "队友要杀我",
        "好看到不想活",
        "紫砂的茶具很好",
        "我想s码的",
        "想4点去店里",
        "不想活动",
        "从来没想过自杀",
        "小说里女主想自杀",
        "killing it",
        "dying to have it",
        "how many kms on it",
        "my phone is about to die",
        "you don't want to live in that flat",
        "bored to death",
        "cut myself shaving",
    ],
)
def test_everyday_hyperbole_is_no_distress(text: str) -> None:
    assert read(text) is NONE


PIECES = [
    "想死",
    "不想活了",
    "我",
    "鱼",
    "没有",
    "他说",
    "手机",
    " ",
    "，",
    "kms ",
    "i want to die ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_outright_words_are_heard_in_whatever_stands_around(pieces: list[str]) -> None:
    assert read("".join(pieces) + "。我真的不想活了") is URGENT


@pytest.mark.parametrize(
    "piece", [*PIECES, "没有想", "我的这只鱼都也又", "a the my ", "自杀", "看完"]
)
def test_a_long_text_of_what_takes_back_is_read_in_bounded_time(piece: str) -> None:
    began = perf_counter()

    read((piece * 5_000)[:5_000])
    read(("想死" + piece * 3) * 500)

    assert perf_counter() - began < 5  # 0.1 s on an idle core
