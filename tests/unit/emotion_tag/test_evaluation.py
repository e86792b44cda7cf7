"""Figures worked out by hand, and files of somebody's own."""

import json
from pathlib import Path

import numpy as np
import pytest

from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.training.evaluation.classes import EKMAN, POLARITIES, SIX, TWELVE, fitting
from services.emotion_tag.training.evaluation.measures import (
    expected_calibration_error,
    macro_f1,
    per_class,
    right_at_coverage,
)
from services.emotion_tag.training.evaluation.report import Report, judged
from services.emotion_tag.training.evaluation.rows import read_rows

SAID = ["happy", "happy", "sad", "sad"]
ANSWERED = ["happy", "sad", "sad", "angry"]


def test_the_mean_is_over_the_classes_that_occur() -> None:
    assert macro_f1(SAID, ANSWERED, SIX.names) == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_a_class_has_its_row_of_the_confusion_matrix() -> None:
    happy, sad = per_class(SAID, ANSWERED, SIX.names)

    assert (happy.precision, happy.recall, happy.support) == (1.0, 0.5, 2)
    assert sad.answered == {"sad": 1, "angry": 1}


def test_confidence_is_held_against_what_was_right() -> None:
    confidence, right = np.array([0.9, 0.9, 0.5, 0.5]), np.array([1.0, 1.0, 0.0, 1.0])

    assert expected_calibration_error(confidence, right) == pytest.approx(0.05)
    assert right_at_coverage(confidence, right, 0.5) == 1.0


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ({"happy", "fear"}, SIX),
        ({"positive", "negative"}, POLARITIES),
        ({"joy", "fear"}, EKMAN),
        ({"joy", "like"}, TWELVE),
    ],
)
def test_the_coarsest_set_that_has_all_labels_is_taken(labels: set[str], classes: object) -> None:
    assert fitting(frozenset(labels)) is classes


def test_a_file_is_read_by_its_mapping(tmp_path: Path) -> None:
    rows = tmp_path / "rows.tsv"
    rows.write_text("id\treview\tcat\n1\t好\tpos\n2\t坏\tneg\n3\t？\todd\n", "utf-8")
    mapping = tmp_path / "map.json"
    labels = {"pos": "positive", "neg": "negative", "odd": None}
    how = {"text": "review", "label": "cat", "kind": "review", "labels": labels, "closed": True}
    mapping.write_text(json.dumps(how), "utf-8")

    read = read_rows(rows, mapping)

    assert (read.texts, read.labels) == (["好", "坏"], ["positive", "negative"])
    assert (read.classes, read.kind, read.closed) == (POLARITIES, TextKind.REVIEW, True)
    assert read.left_out == 1


def test_lines_of_json_need_no_mapping(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "好", "label": "joy"}\n{"text": "坏", "label": "like"}\n', "utf-8")

    assert read_rows(rows, None).classes is TWELVE


def test_a_file_without_a_label_of_ours_is_refused(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n好,unheard\n", "utf-8")

    with pytest.raises(ValueError, match="no row"):
        read_rows(rows, None)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("said,label\n好,joy\n", "utf-8")

    with pytest.raises(ValueError, match="no column 'text'"):
        read_rows(rows, None)


def test_a_report_says_the_same_as_text_and_as_json() -> None:
    section = judged("six", SAID, ANSWERED, SIX.names, [0.9, 0.8, 0.7, 0.6])
    report = Report("model-1", [section])

    assert json.loads(report.as_json())["sections"][0]["figures"]["accuracy"] == 0.5
    assert "macro-F1" in report.as_text()
    assert "taken for" in report.as_text()
