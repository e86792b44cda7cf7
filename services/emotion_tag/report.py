"""Writes the report page of a model: `python -m services.emotion_tag.report --file labelled.csv`.

It reads what `make evaluate-emotion FILE=… MAP=…` reads: CSV, TSV or JSONL of texts and labels, and
a mapping from its labels to ours (`adapters/labelled`). Drift, shadow and agreement are of the
running service: GetModelReport has them.
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.cascade.model import DEFAULT, folder_of, open_model
from services.emotion_tag.adapters.fairness.sentences import SentencePairs
from services.emotion_tag.adapters.labelled.mapping import ALIASES, SPACES
from services.emotion_tag.adapters.labelled.reader import Labelled, read_labelled
from services.emotion_tag.adapters.report.page import render
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.application.governance.compare_models import compare_answers
from services.emotion_tag.application.governance.measure_fairness import measure
from services.emotion_tag.application.governance.model_report import ModelReport, OnSet
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.evaluation import Answer, figures_of, length_of
from services.emotion_tag.domain.labels import answered
from services.emotion_tag.domain.tag import TextInput

AT_ONCE = 500


def answers_of(tagger: Tagger, labelled: Labelled) -> tuple[list[Answer], float]:
    """What a model answers, and how many texts a second."""
    rows = list(zip(labelled.texts, labelled.labels, strict=True))
    found: list[Answer] = []
    started = time.perf_counter()
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        tags = tagger.tag([TextInput(text, labelled.kind) for text, _ in some])
        for (text, label), tag in zip(some, tags, strict=True):
            traits = (f"language:{tag.language}", f"length:{length_of(text)}")
            gave = answered(tag, labelled.space, labelled.among)
            found.append(Answer(new_id(), label, gave, tag.confidence, traits))
    return found, len(rows) / (time.perf_counter() - started)


def make_report(name: str, labelled: Labelled, model: str, against: str) -> ModelReport:
    """Hold a model, and perhaps another, against labelled texts and our own sentences."""
    tagger = open_model(folder_of(model))
    other = open_model(folder_of(against)) if against else None
    answers, speed = answers_of(tagger, labelled)
    comparison = None
    if other is not None:
        gave, _ = answers_of(other, labelled)
        same_rows = [
            Answer(one.row_id, two.said, two.answered, two.confidence, two.traits)
            for one, two in zip(answers, gave, strict=True)
        ]
        comparison = compare_answers(answers, same_rows, labelled.space)
    figures = figures_of(answers, labelled.space, texts_per_second=speed)
    return ModelReport(
        version=tagger.version,
        other_version=other.version if other is not None else "",
        is_active=False,
        made_at=datetime.now(UTC),
        sets=(
            OnSet(name=name, source=str(labelled.space), figures=figures, comparison=comparison),
        ),
        fairness=measure(tagger.version, tagger, SentencePairs()),
    )


def main(arguments: list[str] | None = None) -> int:
    """Write the page; 1, with the reason in one line, if something given cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m services.emotion_tag.report")
    parser.add_argument("--file", type=Path, required=True, help="CSV, TSV or JSONL of text, label")
    parser.add_argument("--map", type=Path, help="JSON that says what its labels are")
    parser.add_argument(
        "--space", choices=[*SPACES, *ALIASES], help="what they are, before what the mapping says"
    )
    parser.add_argument("--model", default=DEFAULT, help="open, research, or a folder")
    parser.add_argument("--against", default="", help="another model to compare with")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--out", type=Path, default=Path("emotion-report.html"))
    given = parser.parse_args(arguments)
    space = {**SPACES, **ALIASES}[given.space] if given.space else None
    if given.out.is_dir() or not given.out.resolve().parent.is_dir():
        return _refused(f"--out {given.out} is no file in a folder that is there: name one.")
    try:
        labelled = read_labelled(given.file, given.map, space)
        report = make_report(given.file.name, labelled, given.model, given.against)
        given.out.write_bytes(render(report, given.language))
    except BrokenModelError as error:
        return _refused(f"--model and --against are research, open, or a folder: {error}")
    except (OSError, ValueError) as error:
        return _refused(str(error))
    said = [f"{given.out}: {report.version}, {len(labelled.texts):,} texts", *labelled.notes()]
    sys.stdout.write("\n".join(said) + "\n")
    return 0


def _refused(reason: str) -> int:
    sys.stderr.write(f"report: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
