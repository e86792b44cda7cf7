"""Simulated words: short reviews and comments in three languages, each written for one emotion.

Nobody has said them. They stand in `infra/demo/comment_bank.jsonl`, were written for this demo, and
whatever is made from them is marked `is_simulated`.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BANK = Path(__file__).parents[1] / "comment_bank.jsonl"

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
EMOTIONS = (
    "joy",
    "like",
    "gratitude",
    "anticipation",
    "surprise",
    "sadness",
    "disappointment",
    "anger",
    "disgust",
    "fear",
    "boredom",
    "neutral",
)
PRODUCTS = ("any", "food", "drink", "home", "care")
FORMS = ("review", "comment")

# Stars that go with what a simulated review expresses.
RATINGS = {
    "joy": 5,
    "like": 5,
    "gratitude": 5,
    "anticipation": 4,
    "surprise": 4,
    "neutral": 3,
    "boredom": 2,
    "sadness": 3,
    "disappointment": 2,
    "fear": 2,
    "anger": 1,
    "disgust": 1,
}


@dataclass(frozen=True)
class Line:
    """A text, and what it was written for."""

    text: str
    language: str
    emotion: str
    product: str
    form: str


class CommentBank:
    """Picks lines; every emotion has some in every language, form `any` fits every product."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines: dict[tuple[str, str, str, str], list[Line]] = defaultdict(list)
        for line in lines:
            self._lines[line.form, line.language, line.emotion, line.product].append(line)

    def pick(
        self, chance: random.Random, *, form: str, language: str, emotion: str, product: str
    ) -> Line:
        """A line about the product or about any, of the form; of any form if there is none."""
        for wanted in (form, *(other for other in FORMS if other != form)):
            found = [
                line
                for kind in dict.fromkeys((product, "any"))
                for line in self._lines.get((wanted, language, emotion, kind), ())
            ]
            if found:
                return chance.choice(found)
        raise LookupError(f"no line for {emotion} in {language}")


def read_bank(path: Path = BANK) -> list[Line]:
    """All lines, in the order of the file."""
    with path.open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        Line(row["text"], row["language"], row["emotion"], row["product"], row["form"])
        for row in rows
    ]
