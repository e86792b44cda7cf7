"""Figures worked out by hand, and files of somebody's own."""

import json
from pathlib import Path

import numpy as np
import pytest

from services.emotion_tag.adapters.cascade.model import shipped
from services.emotion_tag.adapters.labelled.reader import Labelled
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.training.evaluation.__main__ import main
from services.emotion_tag.training.evaluation.beside import own_model, sided
from services.emotion_tag.training.evaluation.classes import SIX
from services.emotion_tag.training.evaluation.corpora_figures import challenge
from services.emotion_tag.training.evaluation.measures import (
    expected_calibration_error,
    macro_f1,
    per_class,
    right_at_coverage,
)
from services.emotion_tag.training.evaluation.report import Report, judged

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


def test_a_mean_that_would_leave_out_what_was_said_is_refused() -> None:
    with pytest.raises(ValueError, match="joy"):
        macro_f1(["joy", "happy"], ["happy", "happy"], SIX.names)


def test_a_report_says_the_same_as_text_and_as_json() -> None:
    section = judged("six", SAID, ANSWERED, SIX.names, [0.9, 0.8, 0.7, 0.6])
    report = Report("model-1", [section])

    assert json.loads(report.as_json())["sections"][0]["figures"]["accuracy"] == 0.5
    assert section.figures["ECE"] == pytest.approx((0.1 + 0.8 + 0.3 + 0.6) / 4)
    assert "macro-F1" in report.as_text()
    assert "taken for" in report.as_text()


@pytest.fixture(scope="module")
def of_our_comments() -> dict[str, dict[str, float]]:
    return {section.title: section.figures for section in challenge(shipped())}


@pytest.mark.parametrize("title", ["… emotion of twelve right", "… polarity of four right"])
def test_both_scripts_of_chinese_are_reported_apart_and_together(
    title: str, of_our_comments: dict[str, dict[str, float]]
) -> None:
    found = of_our_comments[title]
    by_language = {
        name.split()[1]: (share, int(name.rsplit("(")[1][:-1]))
        for name, share in found.items()
        if name.startswith("language:")
    }

    assert set(by_language) == {"zh", "zh-Hans", "zh-Hant", "en"}
    hits = {language: share * count for language, (share, count) in by_language.items()}
    assert hits["zh"] == pytest.approx(hits["zh-Hans"] + hits["zh-Hant"])
    assert by_language["zh"][1] == by_language["zh-Hans"][1] + by_language["zh-Hant"][1]
    assert by_language["zh-Hant"][1] > 0


def test_aspects_are_reported_with_what_they_are_counted_on(
    of_our_comments: dict[str, dict[str, float]],
) -> None:
    found = of_our_comments["aspects, own, test half"]

    assert found["pairs"] >= found["texts"] > 0
    assert found["F1 with polarity, all"] <= found["F1, all"] <= 1
    assert {"F1, zh-Hant", "F1, en", "F1, price"} <= set(found)


def test_libraries_that_know_two_sides_are_judged_on_the_side_of_an_emotion() -> None:
    labels = ["joy", "disappointment", "surprise", "neutral"]

    judged, notes = sided(Labelled(["a", "b", "c", "d"], labels, LabelSpace.EMOTION))

    assert judged == [("a", "positive"), ("b", "negative")]
    assert any("joy is positive, disappointment is negative" in note for note in notes)
    assert any("neither side, not compared: 2" in note for note in notes)


def test_where_no_label_is_on_a_side_it_is_said() -> None:
    judged, notes = sided(Labelled(["a"], ["neutral"], LabelSpace.SMP_SIX))

    assert judged == []
    assert notes[-1] == "no polarity is compared: no label is on a side"


def test_polarities_are_compared_as_they_are() -> None:
    labelled = Labelled(["a", "b"], ["positive", "mixed"], LabelSpace.POLARITY)

    assert sided(labelled) == (
        [("a", "positive")],
        ["texts on neither side, not compared: 1 (mixed)"],
    )


def test_too_few_texts_for_a_model_of_their_own_are_said() -> None:
    section = own_model(shipped(), Labelled(["好", "坏"], ["joy", "anger"], LabelSpace.EMOTION))

    assert section.figures == {}
    assert "of 2 texts" in section.notes[0]
    assert "give more rows" in Report("m", [section]).as_text()


def test_texts_teach_a_model_of_their_own() -> None:
    texts = [f"{word}{number}" for number in range(30) for word in ("好评", "差评")]
    labels = ["positive", "negative"] * 30

    section = own_model(shipped(), Labelled(texts, labels, LabelSpace.POLARITY, closed=True))

    assert section.figures["macro-F1, theirs"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "/nowhere"], "is no folder"),
        (["--data", ""], "DATA=../shared/data"),
        (["--data", ".", "--file", "rows.csv"], "give one of them"),
        (["--map", "map.json"], "give a file too"),
        (["--file", "rows.csv"], "rows.csv is not there"),
        (["--model", "resaerch"], "--model is research, open, or a folder"),
        (["--json", "nowhere/figures.json"], "--json nowhere/figures.json"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1

    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert len(shown.err.splitlines()) == 1


def test_a_file_is_reported_with_what_was_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n好开心,开心\n气死我了,生气\n,生气\n嗯,别的\n", "utf-8")
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"classes": "six", "labels": {"开心": "happy", "生气": "angry"}}))
    figures = tmp_path / "figures.json"

    assert main(["--file", str(rows), "--map", str(mapping), "--json", str(figures)]) == 0

    section = json.loads(figures.read_text("utf-8"))["sections"][0]
    assert section["title"] == "rows.csv: six"
    assert section["figures"]["texts"] == 2
    assert section["notes"] == [
        "rows with other labels, left out: 1 (别的 1)",
        "rows without a text or a label, left out: 1",
    ]
    assert section["notes"][0] in capsys.readouterr().out
