"""Reports the model: `python -m services.emotion_tag.training.evaluate --data DIR [--model DIR]`.

With `--file` it reports on any CSV, TSV or JSONL of texts and labels instead; `--map` names a JSON
file from its labels to emotions of the taxonomy or to SMP's six.
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.artefact import load
from services.emotion_tag.adapters.wide.linear_tagger import SHIPPED, LinearTagger
from services.emotion_tag.domain.tag import EmotionTag, TextInput
from services.emotion_tag.domain.taxonomy import (
    EMOTIONS,
    SMP_SIX,
    TAXONOMY,
    Emotion,
    EmotionEntry,
    Polarity,
)
from services.emotion_tag.training import corpora, splits
from services.emotion_tag.training.corpora import Example

Floats = NDArray[np.float64]
EKMAN = ("joy", "anger", "disgust", "fear", "sadness", "surprise", "neutral")
_BINS = 15
_COVERAGE = 0.8


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value."""

    name: str
    value: float
    detail: str = ""


def macro_f1(said: Sequence[str], answered: Sequence[str], classes: Sequence[str]) -> float:
    """Mean F1 of the classes that occur in `said`."""
    scores = []
    for name in classes:
        if name not in said:
            continue
        pairs = list(zip(said, answered, strict=True))
        hit = sum(s == a == name for s, a in pairs)
        either = sum(s == name for s, _ in pairs) + sum(a == name for _, a in pairs)
        scores.append(2 * hit / either)
    return sum(scores) / len(scores)


def expected_calibration_error(confidence: Floats, right: Floats) -> float:
    """Mean distance of confidence and correctness over bins of equal width."""
    place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    error = 0.0
    for number in range(_BINS):
        here = place == number
        if here.any():
            error += abs(float(confidence[here].mean() - right[here].mean())) * float(here.mean())
    return error


def _parents(entries: Sequence[EmotionEntry], *, ekman: bool) -> list[str]:
    return [entry.ekman_parent if ekman else entry.smp_parent for entry in entries]


def _family_answers(tags: Sequence[EmotionTag], *, ekman: bool) -> list[str]:
    return _parents([TAXONOMY[tag.emotion] for tag in tags], ekman=ekman)


def _family_of(example: Example, *, ekman: bool) -> str | None:
    """The one family that a label lies in; None if it lies in several."""
    emotions = frozenset[Emotion]().union(*(label for label, _ in example.label))
    families = set(_parents([TAXONOMY[e] for e in emotions], ekman=ekman))
    return families.pop() if len(families) == 1 else None


def _allowed(example: Example) -> frozenset[Emotion]:
    return frozenset[Emotion]().union(*(label for label, _ in example.label))


def _sureness(name: str, tags: Sequence[EmotionTag], examples: Sequence[Example]) -> list[Figure]:
    right = np.array(
        [tag.emotion in _allowed(e) for tag, e in zip(tags, examples, strict=True)], np.float64
    )
    confidence = np.array([tag.confidence for tag in tags])
    sure = np.array([not tag.unsure for tag in tags])
    most = np.argsort(-confidence, kind="stable")[: int(len(tags) * _COVERAGE)]
    return [
        Figure(f"{name} top emotion right", float(right.mean())),
        Figure(f"{name} ECE of confidence", expected_calibration_error(confidence, right)),
        Figure(f"{name} right where sure", float(right[sure].mean()), f"{sure.mean():.0%} sure"),
        Figure(f"{name} right at 80 % coverage", float(right[most].mean())),
    ]


def _macro(
    name: str,
    tags: Sequence[EmotionTag],
    examples: Sequence[Example],
    *,
    ekman: bool = False,
    keep: Sequence[bool] | None = None,
) -> Figure:
    rows = [
        (family, answer)
        for i, (example, answer) in enumerate(
            zip(examples, _family_answers(tags, ekman=ekman), strict=True)
        )
        if (family := _family_of(example, ekman=ekman)) and (keep is None or keep[i])
    ]
    said, answered = zip(*rows, strict=True)
    value = macro_f1(said, answered, EKMAN if ekman else SMP_SIX)
    return Figure(name, value, f"{len(rows):,} texts")


def shipped_figures(tagger: LinearTagger, data: Path) -> list[Figure]:
    """The figures of the model card, all on texts that the weights have not seen."""
    usual = list(corpora.smp(data, "usual_test_labeled.json", "smp-usual"))
    virus = list(corpora.smp(data, "virus_test_labeled.json", "smp-virus"))
    english = list(corpora.goemotions(data, "original_test.tsv"))
    shop = splits.held_out_shopping(data)
    seeds = splits.challenge_test()
    ocemotion = list(corpora.ocemotion(data, "dev.tsv", 1.0))
    tags = {
        name: tagger.tag([TextInput(e.text) for e in examples])
        for name, examples in {
            "usual": usual,
            "virus": virus,
            "en": english,
            "shop": shop,
            "seeds": seeds,
            "oce": ocemotion,
        }.items()
    }
    fresh = [not copy for copy in splits.leaked(data, usual)]
    return [
        _macro("SMP usual test macro-F1, six", tags["usual"], usual),
        _macro(
            "SMP usual test macro-F1, six, without leaked rows", tags["usual"], usual, keep=fresh
        ),
        _macro("SMP virus test macro-F1, six", tags["virus"], virus),
        _macro("OCEMOTION dev macro-F1, five of six", tags["oce"], ocemotion),
        *_sureness("SMP usual test", tags["usual"], usual),
        _macro("GoEmotions test macro-F1, Ekman 7", tags["en"], english, ekman=True),
        *_sureness("GoEmotions test", tags["en"], english),
        *_polarity_figures(tagger, shop, tags["shop"]),
        Figure(
            "own challenge comments, test half: top emotion right",
            _share(tags["seeds"], seeds),
            f"{len(seeds)} texts, 12 emotions",
        ),
        Figure(
            "own challenge comments, test half: polarity right",
            sum(t.polarity == e.polarity for t, e in zip(tags["seeds"], seeds, strict=True))
            / len(seeds),
            "of four",
        ),
        *speeds(tagger, [e.text for e in usual]),
    ]


def _share(tags: Sequence[EmotionTag], examples: Sequence[Example]) -> float:
    pairs = zip(tags, examples, strict=True)
    return sum(tag.emotion in _allowed(example) for tag, example in pairs) / len(tags)


def _polarity_figures(
    tagger: LinearTagger, shop: Sequence[Example], tags: Sequence[EmotionTag]
) -> list[Figure]:
    positive = tagger.read([e.text for e in shop]).positive > 0
    said = np.array([e.positive == 1.0 for e in shop])
    answered = np.array([tag.polarity == Polarity.POSITIVE for tag in tags])
    either = np.array([tag.polarity in (Polarity.POSITIVE, Polarity.NEGATIVE) for tag in tags])
    return [
        Figure(
            "online_shopping polarity accuracy",
            float((positive == said).mean()),
            f"sign of the polarity score, held-out fifth, {len(shop):,} texts",
        ),
        Figure(
            "online_shopping polarity accuracy of four",
            float(((answered == said) & either).mean()),
            "mixed and neutral count as wrong",
        ),
        Figure(
            "online_shopping polarity accuracy where it takes a side",
            float((answered == said)[either].mean()),
            f"{either.mean():.0%} take a side",
        ),
    ]


def speeds(tagger: LinearTagger, texts: Sequence[str]) -> list[Figure]:
    """Texts a second on one core, evidence included: alone and in batches of 500."""
    short = [text[:20] for text in texts[:3000]]
    figures = []
    for name, these in (("20-character", short), ("whole", list(texts[:3000]))):
        began = time.perf_counter()
        for text in these[:1000]:
            tagger.tag([TextInput(text)])
        alone = time.perf_counter() - began
        began = time.perf_counter()
        for start in range(0, len(these), 500):
            tagger.tag([TextInput(text) for text in these[start : start + 500]])
        batched = time.perf_counter() - began
        figures += [
            Figure(f"{name} texts/s alone", 1000 / alone, f"{alone:.3f} ms each"),
            Figure(f"{name} texts/s in batches of 500", len(these) / batched),
        ]
    return figures


def file_figures(tagger: LinearTagger, path: Path, mapping: dict[str, str]) -> list[Figure]:
    """Macro-F1, per class and confusion on a file of somebody's own."""
    rows = [(text, mapping.get(label, label)) for text, label in _rows(path)]
    known = [(text, label) for text, label in rows if label in SMP_SIX or label in EMOTIONS]
    classes: Sequence[str] = (
        SMP_SIX if all(label in SMP_SIX for _, label in known) else [str(e) for e in EMOTIONS]
    )
    tags = tagger.tag([TextInput(text) for text, _ in known])
    answered = [
        TAXONOMY[tag.emotion].smp_parent if classes is SMP_SIX else str(tag.emotion) for tag in tags
    ]
    said = [label for _, label in known]
    right = np.array([s == a for s, a in zip(said, answered, strict=True)], np.float64)
    confidence = np.array([tag.confidence for tag in tags])
    skipped = f"{len(known):,} texts, {len(rows) - len(known):,} with other labels left out"
    return [
        Figure("accuracy", float(right.mean()), skipped),
        Figure("macro-F1", macro_f1(said, answered, classes)),
        *(
            Figure(
                f"F1 of {name}", macro_f1(said, answered, [name]), _confused(name, said, answered)
            )
            for name in classes
            if name in said
        ),
        Figure("ECE of confidence", expected_calibration_error(confidence, right)),
        *speeds(tagger, [text for text, _ in known]),
    ]


def _confused(name: str, said: Sequence[str], answered: Sequence[str]) -> str:
    instead = [a for s, a in zip(said, answered, strict=True) if s == name]
    counts = sorted({a: instead.count(a) for a in set(instead)}.items(), key=lambda pair: -pair[1])
    return f"{len(instead)}: " + ", ".join(f"{a} {n}" for a, n in counts[:4])


def _rows(path: Path) -> list[tuple[str, str]]:
    if path.suffix == ".jsonl":
        written = path.read_text("utf-8").splitlines()
        return [(row["text"], row["label"]) for row in map(json.loads, written)]
    with path.open(encoding="utf-8", newline="") as lines:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        return [(row["text"], row["label"]) for row in csv.DictReader(lines, delimiter=delimiter)]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, help="folder with the corpora")
    arguments.add_argument("--model", type=Path, default=SHIPPED)
    arguments.add_argument("--file", type=Path, help=".csv, .tsv or .jsonl with text and label")
    arguments.add_argument("--map", type=Path, help="JSON: label to emotion")
    given = arguments.parse_args()
    tagger = LinearTagger(load(given.model))
    if given.file:
        mapping = json.loads(given.map.read_text("utf-8")) if given.map else {}
        figures = file_figures(tagger, given.file, mapping)
    elif given.data and given.data.is_dir():
        figures = shipped_figures(tagger, given.data)
    else:
        arguments.error("one of --data (an existing folder) and --file is needed")
    width = max(len(figure.name) for figure in figures)
    sys.stdout.write(f"model {tagger.version}\n")
    for figure in figures:
        value = f"{figure.value:,.0f}" if figure.value > 100 else f"{figure.value:.4f}"  # noqa: PLR2004
        sys.stdout.write(f"{figure.name:<{width}}  {value:>8}  {figure.detail}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
