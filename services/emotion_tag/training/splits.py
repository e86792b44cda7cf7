"""What is learned from, what is tuned on, and what is only reported.

A text belongs to one of the three for good: copies of tuning texts are taken out of what is
learned from. Copies of test texts stay in, as everybody's do, and are reported without as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.emotion_tag.training import corpora
from services.emotion_tag.training.corpora import Example

SEED = Path(__file__).parent / "seed.jsonl"

OCEMOTION_WEIGHT = 0.3  # labels from hashtags
SHOPPING_WEIGHT = 0.2  # its emotions are only known as good or bad
SEED_WEIGHT = 8.0  # a few hundred texts, but the only ones of the very kind that is served
_TESTED_FIFTH = 0
_TUNED_TENTH = 3


@dataclass(frozen=True, slots=True)
class Learning:
    """Examples to learn from and to tune on."""

    learned: list[Example]
    tuned_emotions: list[Example]
    tuned_polarities: list[list[Example]]


def _is_tested(text: str) -> bool:
    return corpora.fold_of(text, 5) == _TESTED_FIFTH


def _is_tuned(text: str) -> bool:
    return corpora.fold_of(text, 50) // 5 == _TUNED_TENTH


def learning(data: Path) -> Learning:
    """Everything but the tests."""
    chinese = [
        *corpora.smp(data, "usual_eval_labeled.json", "smp-usual"),
        *corpora.smp(data, "virus_eval_labeled.json", "smp-virus"),
        *corpora.brighter(data, "zh", "dev"),
    ]
    english = [
        *corpora.goemotions(data, "original_dev.tsv"),
        *corpora.brighter(data, "en", "dev"),
    ]
    brighter = [*_brighter(data, cues=False)]
    seeds = [e for e in corpora.seed(SEED, SEED_WEIGHT) if not _is_tested(e.text)]
    shopping = [e for e in corpora.shopping(data, SHOPPING_WEIGHT) if not _is_tested(e.text)]
    tuned_shopping = [example for example in shopping if _is_tuned(example.text)]
    tuned_seeds = [example for example in seeds if _is_tuned(example.text)]
    tuned_brighter = [example for example in brighter if _is_tuned(example.text)]
    tuned = [*chinese, *english, *tuned_brighter, *tuned_seeds]
    held_out = {corpora.same_text(e.text) for e in (*tuned, *tuned_shopping)}
    learned = [
        example
        for example in (
            *corpora.smp(data, "usual_train.csv", "smp-usual", cues=True),
            *corpora.smp(data, "virus_train.json", "smp-virus", cues=True),
            *corpora.ocemotion(data, "train.tsv", OCEMOTION_WEIGHT),
            *_brighter(data, cues=True),
            *corpora.goemotions(data, "original_train.tsv"),
            *shopping,
            *corpora.emoji(data, 1.0),
            *seeds,
        )
        if corpora.same_text(example.text) not in held_out
    ]
    return Learning(learned, tuned, [chinese, english, tuned_shopping, tuned_seeds])


def _brighter(data: Path, *, cues: bool) -> Sequence[Example]:
    return [
        example
        for language in ("zh", "en")
        for example in corpora.brighter(data, language, "train", cues=cues)
    ]


def held_out_shopping(data: Path) -> list[Example]:
    """The fifth of the shop reviews that is only reported."""
    return [e for e in corpora.shopping(data, SHOPPING_WEIGHT) if _is_tested(e.text)]


def held_out_seeds() -> list[Example]:
    """The fifth of our own comments that is only reported."""
    return [e for e in corpora.seed(SEED, SEED_WEIGHT) if _is_tested(e.text)]


def leaked(data: Path, tests: Sequence[Example]) -> list[bool]:
    """Which usual-test texts also stand in its training file."""
    learned = {corpora.same_text(e.text) for e in corpora.smp(data, "usual_train.csv", "smp-usual")}
    return [corpora.same_text(example.text) in learned for example in tests]
