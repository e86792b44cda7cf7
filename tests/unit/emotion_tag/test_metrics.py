"""Figures against values worked out by hand or published."""

import numpy as np
import pytest

from services.emotion_tag.domain.agreement import (
    against_each,
    cohen_kappa,
    krippendorff_alpha,
    observed_agreement,
    pair_kappas,
)
from services.emotion_tag.domain.metrics import (
    accuracy,
    accuracy_at_coverage,
    class_scores,
    confusion,
    expected_calibration_error,
    macro_f1,
    macro_f1_of,
    numbered,
    reliability,
    wilson,
)

# Said a a a b b c, answered a a b b c c.
MATRIX = confusion(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 2]), 3)

# Krippendorff (2011), example C: four observers, twelve units, missing data; nominal alpha 0.743.
EXAMPLE_C = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
UNITS = [
    {rater: values.split()[at] for rater, values in EXAMPLE_C.items() if values.split()[at] != "."}
    for at in range(12)
]


def test_a_confusion_matrix_has_rows_for_what_was_said() -> None:
    assert MATRIX.tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert accuracy(MATRIX) == pytest.approx(4 / 6)


def test_scores_of_a_class_are_those_worked_out_by_hand() -> None:
    a, b, c = class_scores(MATRIX)

    assert (a.precision, a.support) == (1, 3)
    assert a.recall == pytest.approx(2 / 3)
    assert a.f1 == pytest.approx(0.8)
    assert b.f1 == pytest.approx(0.5)
    assert c.f1 == pytest.approx(2 / 3)
    assert macro_f1(MATRIX) == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)


def test_a_class_that_nobody_said_is_not_averaged() -> None:
    matrix = confusion(np.array([0, 0]), np.array([0, 1]), 3)

    assert macro_f1(matrix) == pytest.approx(2 / 3)
    assert macro_f1(np.zeros((3, 3), np.int64)) == 0


def test_labels_give_the_same_macro_f1_as_numbers() -> None:
    said, answered = list("aaabbc"), list("aabbcc")

    assert macro_f1_of(said, answered, "abc") == pytest.approx(macro_f1(MATRIX))
    assert macro_f1_of(said, answered, "a") == pytest.approx(0.8)
    assert numbered(said, "abc").tolist() == [0, 0, 0, 1, 1, 2]


def test_calibration_error_is_the_mean_distance_of_the_bins() -> None:
    confidence = np.array([0.1, 0.1, 0.9, 0.9])
    right = np.array([0.0, 1.0, 1.0, 1.0])

    assert expected_calibration_error(confidence, right, bins=2) == pytest.approx(
        0.5 * abs(0.1 - 0.5) + 0.5 * abs(0.9 - 1.0)
    )
    assert [one.count for one in reliability(confidence, right, bins=2)] == [2, 2]
    assert expected_calibration_error(np.array([]), np.array([])) == 0


def test_at_less_coverage_only_the_most_confident_answers_count() -> None:
    confidence = np.array([0.9, 0.2, 0.8, 0.7, 0.1])
    right = np.array([1.0, 0.0, 1.0, 0.0, 0.0])

    assert accuracy_at_coverage(confidence, right, 0.4) == 1
    assert accuracy_at_coverage(confidence, right, 1) == pytest.approx(0.4)
    assert accuracy_at_coverage(confidence, right, 0) == 0


def test_of_few_answers_the_surest_is_looked_at() -> None:
    assert accuracy_at_coverage(np.array([0.7]), np.array([1.0]), 0.8) == 1
    assert accuracy_at_coverage(np.array([0.9, 0.2, 0.1]), np.array([1.0, 0.0, 0.0]), 0.1) == 1
    assert accuracy_at_coverage(np.array([]), np.array([]), 0.8) == 0


def test_a_wilson_interval_is_the_published_one() -> None:
    """Newcombe (1998), table I: 81 of 263."""
    low, high = wilson(81, 263)

    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0, 1)


def test_kappa_is_the_textbook_s() -> None:
    """Fifty proposals read by two: both yes 20, both no 15, else 5 and 10; kappa 0.40."""
    assert cohen_kappa(np.array([[20, 5], [10, 15]])) == pytest.approx(0.4)
    assert cohen_kappa(np.array([[5, 0], [0, 0]])) == 1
    assert cohen_kappa(np.zeros((2, 2), np.int64)) == 0


def test_alpha_is_the_published_one() -> None:
    assert krippendorff_alpha(UNITS) == pytest.approx(0.743, abs=0.0005)


def test_alpha_says_nothing_where_chance_cannot_be_told_from_agreement() -> None:
    assert krippendorff_alpha([{"A": "1", "B": "1"}]) is None
    assert krippendorff_alpha([{"A": "1"}]) is None
    assert krippendorff_alpha([{"A": "1", "B": "2"}, {"A": "2", "B": "1"}]) == pytest.approx(-0.5)


def test_agreement_can_be_asked_of_one_class_and_of_each_two_raters() -> None:
    assert observed_agreement([{"A": "1", "B": "1", "C": "2"}]) == pytest.approx(1 / 3)
    ones = krippendorff_alpha(against_each(UNITS, "1"))
    assert ones is not None
    assert 0.4 < ones < 1
    kappa, count = pair_kappas(UNITS)["A", "B"]
    assert count == 9
    assert kappa == pytest.approx((8 / 9 - 23 / 81) / (1 - 23 / 81))
