"""Sequences of feelings of the same speaker, as numbers, from CPED's dialogues.

A dialogue's turns are its time: what a speaker felt two of their own turns later is two steps
ahead, and the gap is counted in turns of the whole dialogue.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.mood import weight_of
from services.emotion_tag.domain.tag import TextInput, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion

FOLDER = "zh_cped_dialogue"

# Where CPED is finer or coarser than the taxonomy, by its paper's own descriptions.
MEANT: Mapping[str, Emotion] = {
    "neutral": Emotion.NEUTRAL,
    "happy": Emotion.JOY,
    "relaxed": Emotion.JOY,
    "grateful": Emotion.GRATITUDE,
    "positive-other": Emotion.LIKE,
    "astonished": Emotion.SURPRISE,
    "sadness": Emotion.SADNESS,
    "depress": Emotion.SADNESS,
    "negative-other": Emotion.DISAPPOINTMENT,
    "anger": Emotion.ANGER,
    "disgust": Emotion.DISGUST,
    "fear": Emotion.FEAR,
    "worried": Emotion.FEAR,
}
_NUMBER = {emotion: i for i, emotion in enumerate(EMOTIONS)}
_AT_ONCE = 500


@dataclass(frozen=True)
class Sequences:
    """One row for each speaker of a dialogue, padded; S speakers, at most L turns each."""

    times: NDArray[np.float64]
    """S x L: the turn of the dialogue."""
    felt: NDArray[np.int64]
    """S x L: what is to be predicted, an index of `EMOTIONS`; -1 behind the last turn."""
    scores: NDArray[np.float64]
    """S x L x 12: what was observed."""
    weights: NDArray[np.float64]
    """S x L: how much each observation counts; 0 behind the last turn."""


def labelled(data: Path, split: str) -> Sequences:
    """What raters heard, seen and predicted: how feelings go on."""
    rows = [[(turn, felt) for turn, felt, _ in one] for one in _speakers(data, split)]
    times, felt = _padded(rows)
    scores = np.zeros((*felt.shape, len(EMOTIONS)))
    speakers, places = np.nonzero(felt >= 0)
    scores[speakers, places, felt[speakers, places]] = 1.0
    return Sequences(times, felt, scores, (felt >= 0).astype(np.float64))


def tagged(data: Path, split: str, tagger: Tagger) -> Sequences:
    """What the tagger says of the texts, seen and predicted: all that the service ever knows."""
    speakers = list(_speakers(data, split))
    texts = [TextInput(text, TextKind.CHAT) for one in speakers for _, _, text in one]
    tags = [
        tag
        for start in range(0, len(texts), _AT_ONCE)
        for tag in tagger.tag(texts[start : start + _AT_ONCE])
    ]
    ordered = iter(tags)
    rows, observed = [], []
    for one in speakers:
        its = [next(ordered) for _ in one]
        rows.append(
            [(turn, _NUMBER[tag.emotion]) for (turn, _, _), tag in zip(one, its, strict=True)]
        )
        observed.append(its)
    times, felt = _padded(rows)
    scores = np.zeros((*felt.shape, len(EMOTIONS)))
    weights = np.zeros(felt.shape)
    for i, its in enumerate(observed):
        scores[i, : len(its)] = [tag.scores for tag in its]
        weights[i, : len(its)] = [weight_of(tag) for tag in its]
    return Sequences(times, felt, scores, weights)


def _speakers(data: Path, split: str) -> Iterator[list[tuple[int, int, str]]]:
    """For each speaker of each dialogue: turn, emotion, text."""
    turns: Counter[str] = Counter()
    found: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    with (data / FOLDER / f"{split}_split.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            dialogue = row["Dialogue_ID"]
            felt = _NUMBER[MEANT[row["Emotion"]]]
            said = (turns[dialogue], felt, row["Utterance"])
            found.setdefault((dialogue, row["Speaker"]), []).append(said)
            turns[dialogue] += 1
    yield from found.values()


def _padded(
    rows: list[list[tuple[int, int]]],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    shape = len(rows), max(map(len, rows))
    times, felt = np.zeros(shape), np.full(shape, -1, np.int64)
    for i, row in enumerate(rows):
        times[i, : len(row)] = [turn for turn, _ in row]
        felt[i, : len(row)] = [number for _, number in row]
    return times, felt
