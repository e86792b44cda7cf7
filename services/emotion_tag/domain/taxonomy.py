"""The twelve emotions, what they are called, and where they stand in other people's systems.

Valence and arousal place each emotion on Russell's circumplex. They were set by hand with the means
of the English names in the NRC VAD lexicon in view (Mohammad 2018; 0..1 there, valence stretched to
-1..1 here), not always next to them: boredom has -0.67 there. That lexicon is free for research;
commercial use of it needs the consent of the National Research Council Canada. No row of it is
here. Moods, trends, forecasts and tests rest on the numbers: new ones need new fits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

TAXONOMY_VERSION = "1"


class Emotion(StrEnum):
    """In the order of the contract."""

    JOY = "joy"
    LIKE = "like"
    GRATITUDE = "gratitude"
    ANTICIPATION = "anticipation"
    SURPRISE = "surprise"
    SADNESS = "sadness"
    DISAPPOINTMENT = "disappointment"
    ANGER = "anger"
    DISGUST = "disgust"
    FEAR = "fear"
    BOREDOM = "boredom"
    NEUTRAL = "neutral"


class Polarity(StrEnum):
    """Which way a text leans."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Localized:
    """The same in the three written languages served."""

    zh_hans: str
    zh_hant: str
    en: str


@dataclass(frozen=True, slots=True)
class EmotionEntry:
    """One row of the taxonomy."""

    emotion: Emotion
    name: Localized
    smp_parent: str
    ekman_parent: str
    plutchik_parent: str
    """The petal of Plutchik's wheel that the emotion lies on or between."""
    valence: float
    """Unpleasant -1 to pleasant 1."""
    arousal: float
    """Calm 0 to excited 1."""
    polarity: Polarity
    example: Localized
    derivation: Localized | None = None
    """How it is known in a language in which no corpus labels it as it is meant here, in all
    languages served; None if corpora label it in all of them."""


_ENTRIES = (
    EmotionEntry(
        Emotion.JOY,
        Localized("喜悦", "喜悅", "joy"),
        "happy",
        "joy",
        "joy",
        0.9,
        0.75,
        Polarity.POSITIVE,
        Localized("收到货太开心啦哈哈", "收到貨太開心啦哈哈", "So happy it finally arrived!"),
    ),
    EmotionEntry(
        Emotion.LIKE,
        Localized("喜爱", "喜愛", "liking"),
        "happy",
        "joy",
        "trust",
        0.8,
        0.5,
        Polarity.POSITIVE,
        Localized("质量很好，我很喜欢", "品質很好，我很喜歡", "Great quality, I really like it."),
        Localized(
            "没有中文语料单独标注它：由自写标注样例和提示词（喜欢、好看、推荐……）从“高兴”中分出，"
            "只知好坏的好评大多算作它；英文取自“赞赏”“认可”“关心”和“爱”。",
            "沒有中文語料單獨標註它：由自寫標註樣例和提示詞（喜歡、好看、推薦……）從「高興」中分出，"
            "只知好壞的好評大多算作它；英文取自「讚賞」「認可」「關心」和「愛」。",
            "No Chinese corpus labels it alone: own examples and cue words (喜欢, 好看, 推荐, …) "
            "set it apart from happy, and most reviews that are only known as good count as it; "
            "in English it is admiration, approval, caring and love.",
        ),
    ),
    EmotionEntry(
        Emotion.GRATITUDE,
        Localized("感激", "感激", "gratitude"),
        "happy",
        "joy",
        "joy",
        0.75,
        0.4,
        Polarity.POSITIVE,
        Localized("谢谢客服耐心解答", "謝謝客服耐心解答", "Thank you for being so patient."),
    ),
    EmotionEntry(
        Emotion.ANTICIPATION,
        Localized("期待", "期待", "anticipation"),
        "happy",
        "joy",
        "anticipation",
        0.55,
        0.6,
        Polarity.POSITIVE,
        Localized("被种草了，好想要", "被種草了，好想要", "I can't wait for the restock."),
        Localized(
            "中文语料没有这个标签：由自写标注样例和提示词（期待、种草、坐等……）从“高兴”中分出；英文取自“渴望”和“乐观”。",
            "中文語料沒有這個標籤：由自寫標註樣例和提示詞（期待、種草、坐等……）從「高興」中分出；英文取自「渴望」和「樂觀」。",
            "No Chinese corpus labels it: own examples and cue words (期待, 种草, 坐等, …) "
            "set it apart from happy; in English it is desire and optimism.",
        ),
    ),
    EmotionEntry(
        Emotion.SURPRISE,
        Localized("惊讶", "驚訝", "surprise"),
        "surprise",
        "surprise",
        "surprise",
        0.15,
        0.85,
        Polarity.NEUTRAL,
        Localized(
            "天哪，居然这么快就到了", "天哪，居然這麼快就到了", "Wow, I did not expect that."
        ),
    ),
    EmotionEntry(
        Emotion.SADNESS,
        Localized("悲伤", "悲傷", "sadness"),
        "sad",
        "sadness",
        "sadness",
        -0.8,
        0.3,
        Polarity.NEGATIVE,
        Localized("杯子碎了，好难过", "杯子碎了，好難過", "It broke and I am so sad."),
    ),
    EmotionEntry(
        Emotion.DISAPPOINTMENT,
        Localized("失望", "失望", "disappointment"),
        "sad",
        "sadness",
        "sadness",
        -0.6,
        0.35,
        Polarity.NEGATIVE,
        Localized("和图片完全不一样，失望", "和圖片完全不一樣，失望", "Not what I hoped for."),
        Localized(
            "中文语料没有这个标签：由自写标注样例和提示词（失望、白买、不如预期……）从“悲伤”中分出；英文语料有此标签。",
            "中文語料沒有這個標籤：由自寫標註樣例和提示詞（失望、白買、不如預期……）從「悲傷」中分出；英文語料有此標籤。",
            "No Chinese corpus labels it: own examples and cue words (失望, 白买, 不如预期, …) "
            "set it apart from sad; the English one does.",
        ),
    ),
    EmotionEntry(
        Emotion.ANGER,
        Localized("愤怒", "憤怒", "anger"),
        "angry",
        "anger",
        "anger",
        -0.75,
        0.9,
        Polarity.NEGATIVE,
        Localized("什么破店，退钱！", "什麼爛店，退錢！", "What a scam, give me my money back!"),
    ),
    EmotionEntry(
        Emotion.DISGUST,
        Localized("厌恶", "厭惡", "disgust"),
        "angry",
        "disgust",
        "disgust",
        -0.8,
        0.6,
        Polarity.NEGATIVE,
        Localized("一股怪味，恶心", "一股怪味，噁心", "It smells awful, disgusting."),
    ),
    EmotionEntry(
        Emotion.FEAR,
        Localized("恐惧", "恐懼", "fear"),
        "fear",
        "fear",
        "fear",
        -0.7,
        0.8,
        Polarity.NEGATIVE,
        Localized("好担心用了会过敏", "好擔心用了會過敏", "I am worried it might burn my skin."),
    ),
    EmotionEntry(
        Emotion.BOREDOM,
        Localized("无聊", "無聊", "boredom"),
        "angry",
        "disgust",
        "disgust",
        -0.4,
        0.15,
        Polarity.NEGATIVE,
        Localized("没意思，看腻了", "沒意思，看膩了", "Same thing again, so boring."),
        Localized(
            "没有语料标注它：由自写标注样例和提示词（无聊、没意思、看腻……）得出；按普拉切克轮，它是轻微的厌恶。",
            "沒有語料標註它：由自寫標註樣例和提示詞（無聊、沒意思、看膩……）得出；按普拉奇克輪，它是輕微的厭惡。",
            "No corpus labels it: own examples and cue words (无聊, 没意思, 看腻, …) tell it; "
            "on Plutchik's wheel it is a mild disgust.",
        ),
    ),
    EmotionEntry(
        Emotion.NEUTRAL,
        Localized("中性", "中性", "neutral"),
        "neutral",
        "neutral",
        "",
        0.0,
        0.3,
        Polarity.NEUTRAL,
        Localized("请问有L码吗", "請問有L碼嗎", "Does it come in size L?"),
    ),
)

TAXONOMY: Mapping[Emotion, EmotionEntry] = {entry.emotion: entry for entry in _ENTRIES}
EMOTIONS: tuple[Emotion, ...] = tuple(TAXONOMY)
SMP_SIX = ("happy", "angry", "sad", "fear", "surprise", "neutral")
