"""Trains without a corpus and tests on it: what to expect on texts from somewhere else.

    python -m services.emotion_tag.training.encoder.leave_out --data DIR --out FILE [--only NAME]

Five corpora take turns. Each training is a short one (`_EFFORT` of a pass): the figures are lower
bounds. The wide model is trained without the corpus as well; the sum is of both log-probabilities.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.encoder.encoder import OUTPUTS, Encoder
from services.emotion_tag.adapters.wide.wide_reader import WideReader
from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.training import corpora, splits
from services.emotion_tag.training.build import build
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.encoder.recipe import RESEARCH
from services.emotion_tag.training.encoder.train import train
from services.emotion_tag.training.evaluation.classes import EKMAN, SIX, ClassSet
from services.emotion_tag.training.evaluation.measures import macro_f1
from services.emotion_tag.training.fit import Recipe as WideRecipe

log = logging.getLogger(__name__)

_EFFORT = 0.4
_AT_ONCE = 500
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Turn:
    """What is left out, and the texts to test on."""

    without: frozenset[str]
    tests: Sequence[Example]
    classes: ClassSet = SIX


def turns(data: Path) -> dict[str, Turn]:
    """By name, in the order of how much is left out."""
    brighter = [e for split in ("train", "dev") for e in corpora.brighter(data, "zh", split)]
    return {
        "smp": Turn(
            frozenset({"smp-usual", "smp-virus"}),
            list(corpora.smp(data, "usual_test_labeled.json", "smp-usual")),
        ),
        "goemotions": Turn(
            frozenset({"goemotions"}), list(corpora.goemotions(data, "original_test.tsv")), EKMAN
        ),
        "ocemotion": Turn(frozenset({"ocemotion"}), list(corpora.ocemotion(data, "dev.tsv", 1.0))),
        "brighter-zh": Turn(frozenset({"brighter-zh"}), brighter),
        "cped": Turn(frozenset({"cped"}), list(corpora.cped(data, "test"))),
    }


def figures(turn: Turn, data: Path, work: Path) -> dict[str, float]:
    """Macro-F1 of the wide model, the encoder and their sum on what neither has seen."""
    learned = splits.learning(data, splits.Sets.RESEARCH, turn.without).learned
    train(learned, RESEARCH.shortened(_EFFORT, without=turn.without), data, work, work)
    wide = build(learned, WideRecipe(), log.info)
    texts = [example.text for example in turn.tests]
    reader = WideReader(wide)
    encoder = Encoder.beside(wide, work)
    wide_scores = np.zeros((len(texts), OUTPUTS - 1))
    encoder_scores = np.zeros((len(texts), OUTPUTS))
    for start in range(0, len(texts), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        reading = reader.read(texts[rows])
        english = np.array([language == "en" for language in reading.languages])
        wide_scores[rows] = reading.logits
        encoder_scores[rows] = encoder.read(texts[rows], english)
    logs = _log_probabilities(wide_scores), _log_probabilities(encoder_scores)
    by_model = {"wide": logs[0], "encoder": logs[1], "sum": logs[0] + logs[1]}
    return {name: _macro_f1(scores, turn) for name, scores in by_model.items()}


def _log_probabilities(scores: Floats) -> Floats:
    emotions = scores[:, : len(EMOTIONS)]
    logs: Floats = emotions - np.logaddexp.reduce(emotions, axis=1, keepdims=True)
    return logs


def _macro_f1(logs: Floats, turn: Turn) -> float:
    """Over the texts whose label lies in one class."""
    names = turn.classes.names
    members = np.array([[turn.classes.parent[e] == name for name in names] for e in EMOTIONS])
    answers = (np.exp(logs - logs.max(axis=1, keepdims=True)) @ members).argmax(axis=1)
    said, answered = [], []
    for example, answer in zip(turn.tests, answers, strict=True):
        meant = {turn.classes.parent[e] for label, _ in example.label for e in label}
        if len(meant) == 1:
            said.append(meant.pop())
            answered.append(names[answer])
    return round(macro_f1(said, answered, names), 4)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    arguments.add_argument("--out", type=Path, required=True, help="JSON; figures are added to it")
    arguments.add_argument("--work", type=Path, default=Path(".local/left_out"), help="checkpoints")
    arguments.add_argument("--only", action="append", help="a corpus; all five if not given")
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    for name, turn in turns(given.data).items():
        if given.only and name not in given.only:
            continue
        found = figures(turn, given.data, given.work / name)
        known = json.loads(given.out.read_text("utf-8")) if given.out.exists() else {}
        known[name] = {"classes": turn.classes.name, "texts": len(turn.tests), **found}
        given.out.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
        log.info("without %s: %s", name, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
