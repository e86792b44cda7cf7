"""Reads the labelled corpora and says what each label means in the taxonomy.

A label is often coarser than the taxonomy: "happy" is one of joy, like, gratitude and anticipation.
Such a label is a set, and the model learns from the probability of the whole set. Cue words narrow
a set where the corpora have no finer label (`_CUES`); the model card says so.
"""

import csv
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

E = Emotion
HAPPY = frozenset({E.JOY, E.LIKE, E.GRATITUDE, E.ANTICIPATION})
SAD = frozenset({E.SADNESS, E.DISAPPOINTMENT})
ANGRY = frozenset({E.ANGER, E.DISGUST, E.BOREDOM})
FEELINGS = frozenset(EMOTIONS) - {E.NEUTRAL}
POSITIVE = HAPPY
NEGATIVE = SAD | ANGRY | {E.FEAR}

Label = frozenset[Emotion]
Target = tuple[tuple[Label, float], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is known of it."""

    text: str
    language: str
    """`zh` or `en`."""
    corpus: str
    label: Target = ()
    """Sets of emotions with shares that add up to 1; empty if nothing is known of the emotion."""
    universe: Label = frozenset(EMOTIONS)
    """The emotions that the corpus's labels could have named; neutral is often missing."""
    positive: float | None = None
    """Share of raters who found it positive rather than negative; a half for a neutral text."""
    strength: float | None = None
    """How strong the feeling is, 0 to 1; None if unknown."""
    weight: float = 1.0
    polarity_weight: float = 0.5
    polarity: Polarity | None = None
    """What people said outright, mixed and neutral included; None if only `positive` is known."""
    kind: TextKind = TextKind.POST
    reply_to: str = ""
    """What it answers, where the corpus tells."""
    group: str = ""
    """The dialogue or the phenomenon it belongs to, where there is one."""


SMP: Mapping[str, Label] = {
    "happy": HAPPY,
    "angry": ANGRY,
    "sad": SAD,
    "fear": frozenset({E.FEAR}),
    "surprise": frozenset({E.SURPRISE}),
    "neutral": frozenset({E.NEUTRAL}),
}
_OCEMOTION: Mapping[str, Label] = {
    "happiness": frozenset({E.JOY, E.GRATITUDE, E.ANTICIPATION}),
    "like": frozenset({E.LIKE, E.GRATITUDE, E.ANTICIPATION}),
    "sadness": SAD,
    "disgust": frozenset({E.DISGUST, E.BOREDOM}),
    "anger": frozenset({E.ANGER}),
    "fear": frozenset({E.FEAR}),
    "surprise": frozenset({E.SURPRISE}),
}
_BRIGHTER: Mapping[str, Label] = {
    "anger": frozenset({E.ANGER}),
    "disgust": frozenset({E.DISGUST, E.BOREDOM}),
    "fear": frozenset({E.FEAR}),
    "joy": HAPPY,
    "sadness": SAD,
    "surprise": frozenset({E.SURPRISE}),
}
_GOEMOTIONS: Mapping[str, Label] = {
    "admiration": frozenset({E.LIKE}),
    "amusement": frozenset({E.JOY}),
    "anger": frozenset({E.ANGER}),
    "annoyance": frozenset({E.ANGER}),
    "approval": frozenset({E.LIKE}),
    "caring": frozenset({E.LIKE}),
    "confusion": frozenset({E.SURPRISE}),
    "curiosity": frozenset({E.SURPRISE}),
    "desire": frozenset({E.ANTICIPATION}),
    "disappointment": frozenset({E.DISAPPOINTMENT}),
    "disapproval": frozenset({E.ANGER}),
    "disgust": frozenset({E.DISGUST}),
    "embarrassment": frozenset({E.SADNESS}),
    "excitement": frozenset({E.JOY, E.ANTICIPATION}),
    "fear": frozenset({E.FEAR}),
    "gratitude": frozenset({E.GRATITUDE}),
    "grief": frozenset({E.SADNESS}),
    "joy": frozenset({E.JOY}),
    "love": frozenset({E.LIKE}),
    "nervousness": frozenset({E.FEAR}),
    "optimism": frozenset({E.ANTICIPATION}),
    "pride": frozenset({E.JOY}),
    "realization": frozenset({E.SURPRISE}),
    "relief": frozenset({E.JOY}),
    "remorse": frozenset({E.SADNESS}),
    "sadness": frozenset({E.SADNESS}),
    "surprise": frozenset({E.SURPRISE}),
    "neutral": frozenset({E.NEUTRAL}),
}
_CPED: Mapping[str, Label] = {
    "happy": frozenset({E.JOY, E.ANTICIPATION}),
    "grateful": frozenset({E.GRATITUDE}),
    "relaxed": frozenset({E.JOY, E.LIKE}),
    "positive-other": HAPPY,
    "anger": frozenset({E.ANGER}),
    "sadness": frozenset({E.SADNESS}),
    "fear": frozenset({E.FEAR}),
    "depress": SAD,
    "disgust": frozenset({E.DISGUST, E.BOREDOM}),
    "astonished": frozenset({E.SURPRISE}),
    "worried": frozenset({E.FEAR}),
    "negative-other": SAD | ANGRY | {E.FEAR},
    "neutral": frozenset({E.NEUTRAL}),
}
# A review that only says that it is good or bad: by our own annotation most are of these two.
_PRAISE: Target = ((frozenset({E.LIKE}), 0.6), (POSITIVE, 0.4))
_BLAME: Target = ((frozenset({E.DISAPPOINTMENT}), 0.5), (NEGATIVE, 0.5))
_EMOTAG: Mapping[str, Label] = {
    "anger": frozenset({E.ANGER}),
    "anticipation": frozenset({E.ANTICIPATION}),
    "disgust": frozenset({E.DISGUST, E.BOREDOM}),
    "fear": frozenset({E.FEAR}),
    "joy": frozenset({E.JOY}),
    "sadness": SAD,
    "surprise": frozenset({E.SURPRISE}),
    "trust": frozenset({E.LIKE, E.GRATITUDE}),
}

_CUES: tuple[tuple[Emotion, re.Pattern[str]], ...] = (
    (E.GRATITUDE, re.compile("谢谢|感谢|多谢|感恩|感激|谢啦")),
    (E.ANTICIPATION, re.compile("期待|种草|好想要|好想买|好想吃|等不及|迫不及待|坐等|想入手")),
    (
        E.LIKE,
        re.compile("喜欢|好看|好评|不错|推荐|满意|可爱|漂亮|质量很好|质量好|很好用|好用|爱了"),
    ),
    (E.JOY, re.compile("哈哈|开心|高兴|快乐|嘻嘻|嘿嘿|幸福|爽")),
    (E.DISAPPOINTMENT, re.compile("失望|白买|白瞎|不如预期|不值|没有想象|跟图片|后悔买|名不副实")),
    (E.BOREDOM, re.compile("无聊|没意思|没劲|看腻|乏味|枯燥")),
    (E.DISGUST, re.compile("恶心|想吐|反胃|臭死|脏死|太脏|作呕|油腻男")),
    (E.ANGER, re.compile("气死|滚|垃圾|骗子|骗人|坑人|投诉|退钱|无耻|差劲|妈的|操|傻逼")),
    (E.SADNESS, re.compile("难过|伤心|哭|泪|心碎|痛苦|呜呜")),
)


_LEAST_SCORE = 0.25  # of an emoji for its strongest emotion
_LEAST_SEEN = 20  # occurrences of an emoji whose polarity is believed


def narrowed(label: Label, text: str) -> Label:
    """The part of a set that the cue words in the text speak for; the set if there are none."""
    if len(label) == 1:
        return label
    cued = frozenset(emotion for emotion, cue in _CUES if emotion in label and cue.search(text))
    return cued or label


def fold_of(text: str, folds: int) -> int:
    """Which of `folds` parts a text belongs to, the same for all its copies."""
    return int.from_bytes(blake2b(same_text(text).encode(), digest_size=4).digest()) % folds


def same_text(text: str) -> str:
    """What two copies of a text have in common."""
    return "".join(text.split()).lower()


def smp(data: Path, name: str, corpus: str, *, cues: bool = False) -> Iterator[Example]:
    """SMP2020-EWECT, files `usual_…` and `virus_…`."""
    for text, label in _smp_rows(data / "zh_smp2020_ewect" / name):
        yield Example(
            text=text,
            language="zh",
            corpus=corpus,
            label=((narrowed(SMP[label], text) if cues else SMP[label], 1.0),),
            positive=_positive(SMP[label]),
        )


def _smp_rows(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".json":
        for row in json.loads(path.read_text("utf-8")):
            yield row["content"], row["label"]
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:  # the text may hold commas and is not quoted
            text = line.rstrip("\n")
            yield text[text.index(",") + 1 : text.rindex(",")], text[text.rindex(",") + 1 :]


def ocemotion(data: Path, name: str, weight: float) -> Iterator[Example]:
    """OCEMOTION: labels from hashtags, no neutral."""
    with (data / "zh_ocemotion" / name).open(encoding="utf-8") as lines:
        for line in lines:
            _, text, label = line.rstrip("\n").split("\t")
            meant = _OCEMOTION[label.strip()]
            yield Example(
                text=text,
                language="zh",
                corpus="ocemotion",
                label=((narrowed(meant, text), 1.0),),
                universe=FEELINGS,
                weight=weight,
            )


def goemotions(data: Path, name: str) -> Iterator[Example]:
    """GoEmotions with the original 27 labels and neutral."""
    folder = data / "en_goemotions"
    names = (folder / "original_labels.txt").read_text("utf-8").split()
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        for text, ids, _ in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            labels = [_GOEMOTIONS[names[int(i)]] for i in ids.split(",")]
            yield Example(
                text=text,
                language="en",
                corpus="goemotions",
                label=tuple((label, 1 / len(labels)) for label in labels),
                positive=_positive(frozenset[Emotion]().union(*labels)),
            )


def brighter(data: Path, language: str, split: str, *, cues: bool = False) -> Iterator[Example]:
    """BRIGHTER track b: several emotions with a strength of 0 to 3 each; none is neutral.

    Labelled in a way of its own, it does not stand for posts, but for what nobody knows of.
    """
    code = {"zh": "chn", "en": "eng"}[language]
    with (data / "brighter_semeval2025" / f"{code}_track_b_{split}.csv").open(
        encoding="utf-8", newline=""
    ) as lines:
        for row in csv.DictReader(lines):
            strengths = {e: int(float(row.get(e) or 0)) for e in _BRIGHTER}
            total = sum(strengths.values())
            label: Target = tuple(
                (narrowed(_BRIGHTER[e], row["text"]) if cues else _BRIGHTER[e], s / total)
                for e, s in strengths.items()
                if s
            ) or ((SMP["neutral"], 1.0),)
            yield Example(
                text=row["text"],
                language=language,
                corpus=f"brighter-{language}",
                label=label,
                positive=_positive(frozenset[Emotion]().union(*(part for part, _ in label))),
                strength=max(strengths.values()) / 3,
                kind=TextKind.UNKNOWN,
            )


def shopping(data: Path, weight: float) -> Iterator[Example]:
    """online_shopping_10_cats: polarity of reviews."""
    path = data / "zh_online_shopping_10_cats" / "online_shopping_10_cats.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            text = row["review"].replace("\ufeff", "").strip()
            label = _PRAISE if row["label"] == "1" else _BLAME
            if text:
                yield Example(
                    text=text,
                    language="zh",
                    corpus="shopping",
                    label=label,
                    universe=FEELINGS,
                    positive=float(row["label"]),
                    weight=weight,
                    polarity_weight=1.0,
                    kind=TextKind.REVIEW,
                )


def cped(data: Path, split: str, weight: float = 1.0) -> Iterator[Example]:
    """CPED, `valid` and `test`: turns of dialogues in television plays, with the turn before."""
    path = data / "zh_cped_dialogue" / f"{split}_split.csv"
    dialogue, before = "", ""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["Dialogue_ID"] != dialogue:
                dialogue, before = row["Dialogue_ID"], ""
            text, meant = row["Utterance"].strip(), _CPED[row["Emotion"]]
            if text:
                yield Example(
                    text=text,
                    language="zh",
                    corpus="cped",
                    label=((narrowed(meant, text), 1.0),),
                    positive=_positive(meant),
                    weight=weight,
                    kind=TextKind.CHAT,
                    reply_to=before,
                    group=dialogue,
                )
            before = text


def emotag(data: Path, weight: float) -> Iterator[Example]:
    """EmoTag1200: eight emotions of emoji."""
    path = data / "lex_emoji" / "EmoTag_EmoTag1200-scores.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            scores = {label: float(row[name]) for name, label in _EMOTAG.items()}
            total = sum(scores.values())
            top = max(scores.values())
            if top < _LEAST_SCORE:
                continue
            label = tuple((k, v / total) for k, v in scores.items() if v >= top / 2)
            share = sum(v for _, v in label)
            for language in ("zh", "en"):
                yield Example(
                    text=row["emoji"],
                    language=language,
                    corpus="emoji",
                    label=tuple((k, v / share) for k, v in label),
                    weight=weight,
                )


def emoji_polarity(data: Path, weight: float) -> Iterator[Example]:
    """Emoji Sentiment Ranking: polarity of emoji."""
    path = data / "lex_emoji" / "Emoji_Sentiment_Data_v1.0.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            negative, positive = int(row["Negative"]), int(row["Positive"])
            if int(row["Occurrences"]) >= _LEAST_SEEN:
                yield Example(
                    text=row["Emoji"],
                    language="zh",
                    corpus="emoji",
                    positive=(positive + 1) / (negative + positive + 2),
                    weight=weight,
                )


def own(path: Path, weight: float, half: str | None = None) -> Iterator[Example]:
    """Our own short commerce comments; of a file in two halves, one of them."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if half not in (None, row.get("half")):
                continue
            yield Example(
                text=row["text"],
                language=row["language"][:2],
                corpus="own",
                label=((frozenset({Emotion(row["label"])}), 1.0),),
                positive={"positive": 1.0, "negative": 0.0, "mixed": 0.5, "neutral": 0.5}[
                    row["polarity"]
                ],
                polarity=Polarity(row["polarity"]),
                weight=weight,
                kind=TextKind(row.get("kind", _kind_of(row["phenomenon"]))),
                group=row["phenomenon"],
            )


def _kind_of(phenomenon: str) -> TextKind:
    return TextKind.DANMAKU if phenomenon == "danmaku" else TextKind.COMMENT


def _positive(label: Label) -> float | None:
    if label <= POSITIVE:
        return 1.0
    if label <= NEGATIVE:
        return 0.0
    if label == SMP["neutral"]:
        return 0.5
    return None
