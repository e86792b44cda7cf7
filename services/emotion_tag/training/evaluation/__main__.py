"""Reports a model on the corpora in a folder, on a file, or on our challenge comments."""

import argparse
import sys
from pathlib import Path

from services.emotion_tag.adapters.cascade.model import DEFAULT, folder_of, open_model
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.adapters.labelled.reader import Labelled, read_labelled
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.domain.labels import CLASSES, LabelSpace, answered
from services.emotion_tag.domain.tag import TextInput, TextKind
from services.emotion_tag.training import corpora, splits
from services.emotion_tag.training.evaluation.beside import beside, missing
from services.emotion_tag.training.evaluation.classes import BY_SPACE
from services.emotion_tag.training.evaluation.corpora_figures import challenge, sections
from services.emotion_tag.training.evaluation.report import Report, Section, judged
from services.emotion_tag.training.evaluation.speeds import SHORT, speeds

_CHUNK = 200


def main(arguments: list[str] | None = None) -> int:
    """Print the report; 1, with the reason in one line, if something given cannot be used."""
    parser = argparse.ArgumentParser(prog="evaluation", description=__doc__)
    parser.add_argument("--data", help="folder with the corpora")
    parser.add_argument("--file", type=Path, help=".csv, .tsv or .jsonl of texts and labels")
    parser.add_argument(
        "--map", type=Path, help="JSON that says what its labels are; see adapters/labelled"
    )
    parser.add_argument("--model", default=DEFAULT, help="research, open, or a folder")
    parser.add_argument("--json", type=Path, help="where the figures are written as JSON too")
    parser.add_argument("--beside", action="store_true", help="others on the same texts too")
    given = parser.parse_args(arguments)
    try:
        _hold(given)
        tagger = open_model(folder_of(given.model))
        found = _found(tagger, given)
        report = Report(tagger.version, found)
        sys.stdout.write(report.as_text())
        if given.json:
            given.json.write_text(report.as_json() + "\n", "utf-8")
    except BrokenModelError as error:
        return _refused(f"--model is research, open, or a folder with a trained model: {error}")
    except FileNotFoundError as error:
        return _refused(f"{error.filename} is not there{_needed(given.data)}.")
    except (OSError, ValueError) as error:
        return _refused(str(error))
    return 0


def _hold(given: argparse.Namespace) -> None:
    """What is given has to fit together, before minutes go by.

    Raises:
        ValueError: it does not.
    """
    if given.file and given.data is not None:
        raise ValueError("--file and --data are two reports: give one of them (FILE= or DATA=).")
    if given.map and not given.file:
        raise ValueError("--map says what the labels of --file are: give a file too (FILE=).")
    if given.data is not None and not (given.data and Path(given.data).is_dir()):
        raise ValueError(
            f"--data is {given.data!r}, which is no folder: give the one that holds the corpora, "
            f"as in DATA=../shared/data, or leave it out for our challenge comments."
        )
    if given.json and (given.json.is_dir() or not given.json.resolve().parent.is_dir()):
        raise ValueError(f"--json {given.json} is no file in a folder that is there: name one.")
    if given.beside and (lacking := missing()):
        raise ValueError(
            f"--beside needs {', '.join(lacking)}: `make evaluate-emotion BESIDE=1` installs them."
        )


def _needed(data: str | None) -> str:
    return f": --data {data} has to hold all corpora that are reported" if data else ""


def _refused(reason: str) -> int:
    sys.stderr.write(f"evaluation: {reason}\n")
    return 1


def _found(tagger: CascadeTagger, given: argparse.Namespace) -> list[Section]:
    if given.file:
        labelled = read_labelled(given.file, given.map)
        return _of_file(tagger, labelled, given.file.name, with_others=given.beside)
    if given.data is not None:
        return _of_corpora(tagger, Path(given.data), with_others=given.beside)
    return [*challenge(tagger), *(beside(tagger, _our_comments()) if given.beside else ())]


def _of_file(
    tagger: CascadeTagger, labelled: Labelled, name: str, *, with_others: bool
) -> list[Section]:
    inputs = [TextInput(text, labelled.kind) for text in labelled.texts]
    tags = [
        tag for at in range(0, len(inputs), _CHUNK) for tag in tagger.tag(inputs[at : at + _CHUNK])
    ]
    gave = [answered(tag, labelled.space, labelled.among) for tag in tags]
    title = f"{name}: {BY_SPACE[labelled.space].name}"
    confidence = [tag.confidence for tag in tags]
    notes = labelled.notes()
    return [
        judged(title, labelled.labels, gave, CLASSES[labelled.space], confidence, notes=notes),
        speeds(tagger, labelled.texts, labelled.kind),
        *(beside(tagger, labelled) if with_others else ()),
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


def _shop_reviews(data: Path) -> Labelled:
    reviews = splits.held_out_shopping(data)
    sides = ["positive" if review.positive == 1.0 else "negative" for review in reviews]
    texts = [review.text for review in reviews]
    return Labelled(texts, sides, LabelSpace.POLARITY, closed=True, kind=TextKind.REVIEW)


def _our_comments() -> Labelled:
    comments = splits.challenge_test()
    return Labelled(
        [comment.text for comment in comments],
        [str(comment.polarity) for comment in comments],
        LabelSpace.POLARITY,
        kind=TextKind.COMMENT,
    )


if __name__ == "__main__":
    sys.exit(main())
