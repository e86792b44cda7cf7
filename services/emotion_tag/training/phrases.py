"""Short comments made of our own lists of words: what the corpora say too seldom.

The words are those that aspects are found by (`locales/lexicons`), the patterns below are ours:
praise and blame with and without negation, comparison, doubt, questions, mockery. A pattern does
not have to fit every word: it teaches which words lean which way, and what turns them round.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from services.emotion_tag.training.corpora import ANGRY, NEGATIVE, POSITIVE, Example, Target
from services.emotion_tag.training.scenes import scenes

LEXICONS = Path(__file__).parents[1] / "locales" / "lexicons"
SEED = 20
_EACH = 300  # comments of each pattern
_WEIGHT = 1.0

E = Emotion
_LIKE: Target = ((frozenset({E.LIKE}), 0.8), (POSITIVE, 0.2))
_BLAME: Target = ((frozenset({E.DISAPPOINTMENT}), 0.75), (NEGATIVE, 0.25))
_CROSS: Target = ((frozenset({E.DISAPPOINTMENT}), 0.5), (ANGRY, 0.5))
_NEUTRAL: Target = ((frozenset({E.NEUTRAL}), 1.0),)
_FEAR: Target = ((frozenset({E.FEAR}), 1.0),)
_WISH: Target = ((frozenset({E.ANTICIPATION}), 1.0),)
_WOW: Target = ((frozenset({E.SURPRISE}), 0.7), (POSITIVE, 0.3))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the comments of a pattern feel like."""

    label: Target
    polarity: Polarity


PRAISE = Meaning(_LIKE, Polarity.POSITIVE)
BLAME = Meaning(_BLAME, Polarity.NEGATIVE)
MOCKERY = Meaning(_CROSS, Polarity.NEGATIVE)
TORN_AGAINST = Meaning(_BLAME, Polarity.MIXED)
TORN_FOR = Meaning(_LIKE, Polarity.MIXED)
ASKED = Meaning(_NEUTRAL, Polarity.NEUTRAL)
WORRY = Meaning(_FEAR, Polarity.NEGATIVE)
WISH = Meaning(_WISH, Polarity.POSITIVE)
WONDER = Meaning(_WOW, Polarity.POSITIVE)

# {p} a word of praise, {n} one of blame, {a} and {b} aspects, {r} somebody else, {d} a degree.
PATTERNS: Mapping[str, tuple[tuple[Meaning, tuple[str, ...]], ...]] = {
    "zh": (
        (PRAISE, ("{d}{p}", "{a}{d}{p}", "{a}{p}，{p}", "用了几天，{p}", "确实{p}")),
        (
            PRAISE,
            ("一点都不{n}", "一点也不{n}", "{a}不{n}", "完全不{n}", "没有{n}，{p}", "并不{n}"),
        ),
        (
            PRAISE,
            ("不是不{p}，是太{p}了", "没有不{p}的", "不能说不{p}", "没有一次不{p}", "谁敢说不{p}"),
        ),
        (
            PRAISE,
            ("从没{n}过", "没想象中{n}，挺{p}", "不{n}也不{n}", "既{p}又{p}", "没{n}，可以买"),
        ),
        (PRAISE, ("比{r}{p}", "比{r}{p}多了", "不输{r}，{p}", "{r}没它{p}", "完胜{r}")),
        (BLAME, ("{d}{n}", "{a}{d}{n}", "{a}{n}，{n}", "用了几天就{n}", "有点{n}，不推荐")),
        (
            BLAME,
            (
                "不{p}",
                "{a}不{p}",
                "不怎么{p}",
                "没有说的那么{p}",
                "不够{p}",
                "并不{p}",
                "谈不上{p}",
            ),
        ),
        (
            BLAME,
            (
                "以为很{p}，结果{n}",
                "说好的{p}，到手{n}",
                "本来觉得{p}，没想到{n}",
                "图上{p}，实物{n}",
            ),
        ),
        (BLAME, ("没{r}{p}", "不如{r}{p}", "比{r}{n}", "还是{r}{p}", "跟{r}差远了", "早知道买{r}")),
        (
            BLAME,
            ("不是不想夸，是真的{n}", "也不是{n}，就是不太{p}", "不是{a}{p}不{p}的事，是太{n}"),
        ),
        (
            MOCKERY,
            (
                "呵呵，真{p}",
                "可真“{p}”啊",
                "真是好{p}呢，{n}",
                "太“{p}”了，佩服",
                "{p}？{n}还差不多",
            ),
        ),
        (
            MOCKERY,
            ("这也叫{p}？", "这能叫{p}？", "哪里{p}了？", "{n}成这样也好意思卖？", "就这{a}？{n}"),
        ),
        (
            TORN_AGAINST,
            ("{a}{p}，就是{b}{n}", "{p}是{p}，可惜{n}", "{a}{p}，但是{b}{n}", "{p}，不过{n}"),
        ),
        (TORN_FOR, ("虽然{b}{n}，但是{a}{p}", "{b}{n}了点，不过{p}", "除了{b}{n}，其他都{p}")),
        (
            ASKED,
            (
                "{a}怎么样",
                "{p}吗？",
                "会{n}吗",
                "{a}会不会{n}",
                "是不是{p}的那款",
                "{a}多少",
                "有没有{a}",
            ),
        ),
        (
            WORRY,
            ("会不会{n}啊，好担心", "怕{n}，不敢买", "担心{n}", "万一{n}怎么办，好慌", "好怕{n}"),
        ),
        (
            WISH,
            (
                "听说{p}，好想要",
                "希望{p}，期待",
                "等降价就买，看着就{p}",
                "蹲一个，{a}{p}",
                "种草了，{p}",
            ),
        ),
        (WONDER, ("没想到这么{p}！", "居然{p}，惊到了", "天哪，{a}也太{p}了吧", "哇，这么{p}")),
    ),
    "en": (
        (
            PRAISE,
            ("{d} {p}", "the {a} is {p}", "{p} and {p}", "it is {p}, would buy again", "so {p}"),
        ),
        (PRAISE, ("not {n} at all", "never {n}", "it isn't {n}", "no {n}, {p}", "not a bit {n}")),
        (PRAISE, ("I can't say it's not {p}", "nothing about it is not {p}", "never not {p}")),
        (PRAISE, ("{p}er than {r}, so {p}", "beats {r}, {p}", "much more {p} than {r}")),
        (
            BLAME,
            ("{d} {n}", "the {a} is {n}", "{n} and {n}", "it was {n} after a week", "a bit {n}"),
        ),
        (
            BLAME,
            ("not {p}", "the {a} is not {p}", "isn't {p}", "never {p}", "not as {p} as they say"),
        ),
        (
            BLAME,
            ("expected {p}, got {n}", "thought it was {p}, but it's {n}", "looked {p} online, {n}"),
        ),
        (
            BLAME,
            (
                "{r} is more {p}",
                "worse than {r}, {n}",
                "should have bought {r}",
                "not as {p} as {r}",
            ),
        ),
        (
            MOCKERY,
            ("oh great, {n} again", "wow, so “{p}”, {n}", "sure, “{p}”", "thanks for nothing, {n}"),
        ),
        (MOCKERY, ("you call this {p}?", "how is this {p}?", "who thinks {n} is fine?")),
        (TORN_AGAINST, ("{p}, but {n}", "the {a} is {p}, however the {b} is {n}", "{p} yet {n}")),
        (TORN_FOR, ("a bit {n}, but {p}", "the {b} is {n}, still {p}", "{n} at first, now {p}")),
        (ASKED, ("is it {p}?", "how is the {a}?", "does it get {n}?", "what about the {a}?")),
        (WORRY, ("I'm worried it is {n}", "scared it gets {n}", "afraid of the {a} being {n}")),
        (WISH, ("looks {p}, can't wait", "I want one, so {p}", "hoping the {a} is {p}")),
        (WONDER, ("wow, didn't expect it to be so {p}", "I can't believe how {p} it is")),
    ),
}
_DEGREES = {
    "zh": ("很", "挺", "真", "太", "超", "非常", "特别", "有够", "贼", "真的很", "相当", ""),
    "en": ("very", "really", "so", "pretty", "quite", "super", "absolutely", "extremely"),
}
_OTHERS = {
    "zh": ("别家", "隔壁家", "之前那款", "旧款", "专柜的", "大牌", "上一代", "某宝的", "实体店的"),
    "en": ("the other brand", "my old one", "the big brands", "the previous model", "theirs"),
}


def phrases() -> Iterator[Example]:
    """The same comments at every call."""
    lexicons = {
        language: _words(tomllib.loads((LEXICONS / f"{language}.toml").read_text("utf-8")))
        for language in PATTERNS
    }
    yield from scenes(lexicons)
    for language, patterns in PATTERNS.items():
        words = lexicons[language]
        random = Random(f"{SEED} {language}")  # noqa: S311 - has to be the same, not secret
        for meaning, forms in patterns:
            for number in range(_EACH * len(forms) // 4):
                text = forms[number % len(forms)].format(
                    p=random.choice(words["for"]),
                    n=random.choice(words["against"]),
                    a=random.choice(words["names"]),
                    b=random.choice(words["names"]),
                    r=random.choice(_OTHERS[language]),
                    d=random.choice(_DEGREES[language]),
                )
                yield Example(
                    text=text,
                    language=language,
                    corpus="phrases",
                    label=meaning.label,
                    positive=_POSITIVE[meaning.polarity],
                    polarity=meaning.polarity,
                    weight=_WEIGHT,
                    polarity_weight=_WEIGHT,
                    kind=TextKind.COMMENT,
                )


_POSITIVE = {
    Polarity.POSITIVE: 1.0,
    Polarity.NEGATIVE: 0.0,
    Polarity.MIXED: 0.5,
    Polarity.NEUTRAL: 0.5,
}


def _words(read: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """Plain words that lean or name; those that are negated already would turn twice."""
    found: dict[str, list[str]] = {"for": [], "against": [], "names": []}
    for section in read.values():
        for role, words in found.items():
            words += [term for term in section.get(role, []) if _is_plain(term)]
    return found


def _is_plain(term: str) -> bool:
    return (
        not term.startswith(("不", "没", "無", "无", "not ", "no ", "never ")) and "*" not in term
    )
