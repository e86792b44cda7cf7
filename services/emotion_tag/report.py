"""Writes the report page of a model: `python -m services.emotion_tag.report --file labelled.csv`.

The file is CSV, TSV or JSONL with `text` and `label`; `--map` names a JSON file from its labels to
those of the space. Drift, shadow and agreement are of the running service: GetModelReport has them.
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.cascade.model import DEFAULT, folder_of, open_model
from services.emotion_tag.adapters.fairness.sentences import SentencePairs
from services.emotion_tag.adapters.report.page import render
from services.emotion_tag.application.governance.compare_models import compare_answers
from services.emotion_tag.application.governance.measure_fairness import measure
from services.emotion_tag.application.governance.model_report import ModelReport, OnSet
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.evaluation import Answer, figures_of, length_of
from services.emotion_tag.domain.labels import CLASSES, LabelSpace, answered
from services.emotion_tag.domain.tag import TextInput

AT_ONCE = 500
Rows = Sequence[tuple[str, str]]


def read_rows(path: Path, mapping: Mapping[str, str], space: LabelSpace) -> list[tuple[str, str]]:
    """Texts with their labels; those with labels outside of the space are left out."""
    rows = [(text, mapping.get(label, label)) for text, label in _written(path)]
    return [(text, label) for text, label in rows if label in CLASSES[space]]


def answers_of(tagger: Tagger, rows: Rows, space: LabelSpace) -> tuple[list[Answer], float]:
    """What a model answers, and how many texts a second."""
    found: list[Answer] = []
    started = time.perf_counter()
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        tags = tagger.tag([TextInput(text) for text, _ in some])
        for (text, label), tag in zip(some, tags, strict=True):
            traits = (f"language:{tag.language}", f"length:{length_of(text)}")
            found.append(Answer(new_id(), label, answered(tag, space), tag.confidence, traits))
    return found, len(rows) / (time.perf_counter() - started)


def make_report(name: str, rows: Rows, space: LabelSpace, model: str, against: str) -> ModelReport:
    """Hold a model, and perhaps another, against labelled texts and our own sentences."""
    tagger = open_model(folder_of(model))
    answers, speed = answers_of(tagger, rows, space)
    comparison, other_version = None, ""
    if against:
        other = open_model(folder_of(against))
        other_version = other.version
        gave, _ = answers_of(other, rows, space)
        same_rows = [
            Answer(one.row_id, two.said, two.answered, two.confidence, two.traits)
            for one, two in zip(answers, gave, strict=True)
        ]
        comparison = compare_answers(answers, same_rows, space)
    figures = figures_of(answers, space, texts_per_second=speed)
    return ModelReport(
        version=tagger.version,
        other_version=other_version,
        is_active=False,
        made_at=datetime.now(UTC),
        sets=(OnSet(name=name, source=str(space), figures=figures, comparison=comparison),),
        fairness=measure(tagger.version, tagger, SentencePairs()),
    )


def main() -> int:
    """Write the page; 1 if the file has no text with a known label."""
    parser = argparse.ArgumentParser(prog="python -m services.emotion_tag.report")
    parser.add_argument("--file", type=Path, required=True, help="CSV, TSV or JSONL of text, label")
    parser.add_argument("--map", type=Path, help="JSON: label of the file to label of the space")
    spaces = [str(space) for space in LabelSpace]
    parser.add_argument("--space", choices=spaces, default=spaces[0], help="what the labels are")
    parser.add_argument("--model", default=DEFAULT, help="open, research, or a folder")
    parser.add_argument("--against", default="", help="another model to compare with")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--out", type=Path, default=Path("emotion-report.html"))
    given = parser.parse_args()
    space = LabelSpace(given.space)
    try:
        mapping = json.loads(given.map.read_text("utf-8")) if given.map else {}
        rows = read_rows(given.file, mapping, space)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyError as error:
        sys.stderr.write(f"{given.file} has no column {error}.\n")
        return 1
    if not rows:
        known = ", ".join(CLASSES[space])
        sys.stderr.write(f"No text in {given.file} has a label of {space}: {known}.\n")
        return 1
    report = make_report(given.file.name, rows, space, given.model, given.against)
    given.out.write_bytes(render(report, given.language))
    sys.stdout.write(f"{given.out}: {report.version}, {len(rows)} texts\n")
    return 0


def _written(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".jsonl":
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            yield str(row["text"]), str(row["label"])
        return
    with path.open(encoding="utf-8", newline="") as lines:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        for row in csv.DictReader(lines, delimiter=delimiter):
            yield row["text"], row["label"]


if __name__ == "__main__":
    sys.exit(main())
