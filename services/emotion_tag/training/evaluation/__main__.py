"""Reports a model on the corpora in a folder, on a file, or on our challenge comments."""

import argparse
import sys
from pathlib import Path

from services.emotion_tag.adapters.cascade.model import DEFAULT, folder_of, open_model
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.domain.tag import TextInput, TextKind
from services.emotion_tag.training import corpora, splits
from services.emotion_tag.training.evaluation.beside import beside
from services.emotion_tag.training.evaluation.classes import POLARITIES
from services.emotion_tag.training.evaluation.corpora_figures import challenge, sections
from services.emotion_tag.training.evaluation.report import Report, Section, judged
from services.emotion_tag.training.evaluation.rows import Mapped, read_rows
from services.emotion_tag.training.evaluation.speeds import SHORT, speeds

_CHUNK = 200


def main() -> int:
    arguments = argparse.ArgumentParser(prog="evaluation", description=__doc__)
    arguments.add_argument("--data", type=Path, help="folder with the corpora")
    arguments.add_argument("--file", type=Path, help=".csv, .tsv or .jsonl of texts and labels")
    arguments.add_argument(
        "--map", type=Path, help="JSON that says what its labels are; see rows.py"
    )
    arguments.add_argument("--model", default=DEFAULT, help="research, open, or a folder")
    arguments.add_argument("--json", type=Path, help="where the figures are written as JSON too")
    arguments.add_argument("--beside", action="store_true", help="others on the same texts too")
    given = arguments.parse_args()
    try:
        tagger = open_model(folder_of(given.model))
        if given.file:
            found = _of_file(tagger, read_rows(given.file, given.map), with_others=given.beside)
        elif given.data and given.data.is_dir():
            found = _of_corpora(tagger, given.data, with_others=given.beside)
        else:
            found = challenge(tagger)
    except (BrokenModelError, OSError, ValueError) as error:
        arguments.error(str(error))
    report = Report(tagger.version, found)
    sys.stdout.write(report.as_text())
    if given.json:
        given.json.write_text(report.as_json() + "\n", "utf-8")
    return 0


def _of_file(tagger: CascadeTagger, mapped: Mapped, *, with_others: bool) -> list[Section]:
    inputs = [TextInput(text, mapped.kind) for text in mapped.texts]
    tags = [
        tag for at in range(0, len(inputs), _CHUNK) for tag in tagger.tag(inputs[at : at + _CHUNK])
    ]
    among = [name for name in mapped.classes.names if name in mapped.labels]
    answered = [mapped.classes.answer(tag, among if mapped.closed else None) for tag in tags]
    title = f"{mapped.classes.name}; {mapped.left_out:,} rows with other labels left out"
    confidence = [tag.confidence for tag in tags]
    return [
        judged(title, mapped.labels, answered, mapped.classes.names, confidence),
        speeds(tagger, mapped.texts, mapped.kind),
        *(beside(tagger, mapped) if with_others else ()),
    ]


def _of_corpora(tagger: CascadeTagger, data: Path, *, with_others: bool) -> list[Section]:
    found = sections(tagger, data)
    with (data / "zh_danmaku_raw" / "bilibili_danmaku_lines.txt").open(encoding="utf-8") as lines:
        said = [line.strip() for line in lines if line.strip()]
    posts = [e.text for e in corpora.smp(data, "usual_test_labeled.json", "smp-usual")]
    found += [
        speeds(tagger, said, TextKind.DANMAKU),
        speeds(tagger, [post[:SHORT] for post in posts], TextKind.DANMAKU),
        speeds(tagger, posts, TextKind.POST),
    ]
    if with_others:
        found += beside(tagger, _shop_reviews(data))
    return found


def _shop_reviews(data: Path) -> Mapped:
    reviews = splits.held_out_shopping(data)
    sides = ["positive" if review.positive == 1.0 else "negative" for review in reviews]
    texts = [review.text for review in reviews]
    return Mapped(texts, sides, POLARITIES, closed=True, kind=TextKind.REVIEW, left_out=0)


if __name__ == "__main__":
    sys.exit(main())
