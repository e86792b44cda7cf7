"""Texts without labels: what the model is made sure of by its own better part, and its speed by."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from services.emotion_tag.domain.tag import TextInput, TextKind
from services.emotion_tag.training import corpora, splits

_REVIEWS = 12_000
_LONGEST = 200  # characters
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def danmaku(data: Path) -> list[str]:
    """Lines as they were said, repeated ones too."""
    path = data / "zh_danmaku_raw" / "bilibili_danmaku_lines.txt"
    with path.open(encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip()]


def texts(data: Path, sets: splits.Sets) -> list[TextInput]:
    """Different texts; of the open sets only those that may be learned from."""
    some = _research(data) if sets is splits.Sets.RESEARCH else _open(data)
    return list(dict.fromkeys(some))


def _research(data: Path) -> Iterator[TextInput]:
    """OCEMOTION among them: its hashtags never say that a post is neutral, what reads it may."""
    for post in corpora.ocemotion(data, "train.tsv", 1.0):
        yield TextInput(post.text, TextKind.POST)
    for line in danmaku(data):
        yield TextInput(line, TextKind.DANMAKU)
    for number, review in enumerate(corpora.shopping(data, 1.0)):
        if number % 4 == 0 and not splits.is_tested(review.text):
            yield TextInput(review.text[:_LONGEST], TextKind.REVIEW)
    path = data / "rec_amazon_music_instr" / "Musical_Instruments_5.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for _, row in zip(range(_REVIEWS), rows, strict=False):
            for sentence in _SENTENCE.split(json.loads(row)["reviewText"])[:2]:
                yield TextInput(sentence[:_LONGEST], TextKind.REVIEW)


def _open(data: Path) -> Iterator[TextInput]:
    for turn in corpora.cped(data, "valid"):
        if not splits.is_tuned(turn.group):
            yield TextInput(turn.text, TextKind.CHAT)
