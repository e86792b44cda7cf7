"""The challenge comments are enough and balanced; none of the tested ones is nearly learned."""

import json
from collections import Counter
from itertools import pairwise, product
from pathlib import Path

import pytest

from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Polarity
from services.emotion_tag.training.phrases import phrases

TRAINING = Path(__file__).parents[3] / "services" / "emotion_tag" / "training"
LEAST = 480
SHARES = {"zh-Hans": 0.5, "zh-Hant": 0.15, "en": 0.2}  # at least
ALIKE = 0.4  # share of character pairs that two comments have in common


def rows_of(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (TRAINING / name).read_text("utf-8").splitlines()]


ROWS = rows_of("challenge.jsonl")
TRAIN = [row for row in ROWS if row["half"] == "train"]
TEST = [row for row in ROWS if row["half"] == "test"]


def test_there_are_enough_comments_in_each_script() -> None:
    assert len(ROWS) >= LEAST
    languages = Counter(row["language"] for row in ROWS)
    for language, share in SHARES.items():
        assert languages[language] >= share * len(ROWS)
    assert set(languages) == set(SHARES)


def test_every_value_is_one_of_those_allowed() -> None:
    for row in ROWS:
        assert set(row) == {
            "text", "language", "label", "polarity", "phenomenon", "kind", "half"
        }  # fmt: skip
        assert row["label"] in EMOTIONS
        assert row["polarity"] in list(Polarity)
        assert row["kind"] in set(TextKind) - {TextKind.UNKNOWN}
        assert row["half"] in ("train", "test")
        assert row["text"] == row["text"].strip() != ""


@pytest.mark.parametrize("field", ["phenomenon", "label", "kind", "language"])
def test_the_halves_are_balanced(field: str) -> None:
    train, test = (Counter(row[field] for row in half) for half in (TRAIN, TEST))

    assert set(train) == set(test)
    for value in train:
        assert 0.7 <= train[value] / test[value] <= 1.4, value


def test_every_phenomenon_has_as_many_of_a_label_in_each_half() -> None:
    train, test = (Counter((row["phenomenon"], row["label"]) for row in half)
                   for half in (TRAIN, TEST))  # fmt: skip
    assert train == test


def test_no_comment_of_the_test_half_is_nearly_one_that_is_learned_from() -> None:
    learned = [pairs(row["text"]) for row in (*TRAIN, *rows_of("seed.jsonl"))]
    for row, known in product(TEST, learned):
        ours = pairs(row["text"])
        if min(len(ours), len(known)) > 1:
            assert len(ours & known) <= ALIKE * len(ours | known), row["text"]
    texts = [row["text"] for row in ROWS]
    assert len(set(texts)) == len(texts)


def test_nothing_else_of_ours_is_a_comment_of_the_test_half() -> None:
    tested = {row["text"] for row in TEST}
    tuned = {row["text"] for row in rows_of("tuning.jsonl")}
    made = {example.text for example in phrases()}

    assert not tested & (tuned | made)
    assert not tuned & {row["text"] for row in (*TRAIN, *rows_of("seed.jsonl"))}


def test_phrases_are_different_and_the_same_at_every_call() -> None:
    first, again = list(phrases()), list(phrases())

    assert first == again
    assert len({example.text for example in first}) >= 0.95 * len(first)
    assert {e for example in first for label, _ in example.label for e in label} == set(EMOTIONS)


def pairs(text: str) -> set[str]:
    folded = [character for character in text.lower() if character.isalnum()]
    return {a + b for a, b in pairwise(folded)}
