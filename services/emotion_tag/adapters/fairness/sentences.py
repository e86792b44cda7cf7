"""Reads the pairs of sentences from their file: `sentences.json`.

A group either lists pairs, with what both feel like, or words to put in the place of `{}`.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from services.emotion_tag.domain.fairness import Pair, PairGroup
from services.emotion_tag.domain.taxonomy import Emotion

FILE = Path(__file__).parent / "sentences.json"


class SentencePairs:
    """The pairs of the file, read once."""

    def groups(self) -> tuple[PairGroup, ...]:
        return _groups()


@cache
def _groups() -> tuple[PairGroup, ...]:
    written = json.loads(FILE.read_text("utf-8"))
    return tuple(_group(one) for one in written["groups"])


def _group(one: dict[str, Any]) -> PairGroup:
    return PairGroup(
        name=one["name"],
        meaning_zh=one["meaning"]["zh"],
        meaning_en=one["meaning"]["en"],
        pairs=(*_swapped(one.get("swaps", ())), *_listed(one.get("pairs", ()))),
    )


def _swapped(blocks: list[dict[str, Any]]) -> Iterator[Pair]:
    for block in blocks:
        for first, second in block["words"]:
            for sentence in block["sentences"]:
                yield Pair(sentence.replace("{}", first), sentence.replace("{}", second))


def _listed(rows: list[dict[str, str]]) -> Iterator[Pair]:
    for row in rows:
        yield Pair(row["first"], row["second"], Emotion(row["emotion"]))
