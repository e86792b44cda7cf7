"""What is learned from, what is tuned on, and what is only reported.

A text belongs to one of the three for good: copies of tuning texts are taken out of what is
learned from. Copies of test texts stay in, as everybody's do, and are reported without as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services.emotion_tag.training import corpora
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.phrases import phrases

_HERE = Path(__file__).parent
SEED = _HERE / "seed.jsonl"
CHALLENGE = _HERE / "challenge.jsonl"
TUNING = _HERE / "tuning.jsonl"
"""Comments of our own that nothing learns from: what confidence on short comments rests on."""

OCEMOTION_WEIGHT = 0.3  # labels from hashtags
SHOPPING_WEIGHT = 0.2  # its emotions are only known as good or bad
CPED_WEIGHT = 0.3  # labels of whole scenes with voices and faces, given to their subtitles
OWN_WEIGHT = 14.0  # a few hundred texts, but the only ones of the very kind that is served
_TESTED_FIFTH = 0
_TUNED_TENTH = 3


class Sets(StrEnum):
    """Which corpora a model may learn from and be tuned on."""

    RESEARCH = "research"
    """All of them; several state no licence."""
    OPEN = "open"
    """Those whose licence allows it: BRIGHTER, GoEmotions, CPED, EmoTag and our own comments."""


CORPORA = {
    Sets.RESEARCH: frozenset(
        {
            "smp-usual",
            "smp-virus",
            "ocemotion",
            "brighter-zh",
            "brighter-en",
            "goemotions",
            "shopping",
            "cped",
            "emoji",
            "own",
            "phrases",
        }
    ),
    Sets.OPEN: frozenset(
        {"brighter-zh", "brighter-en", "goemotions", "cped", "emoji", "own", "phrases"}
    ),
}


@dataclass(frozen=True, slots=True)
class Learning:
    """Examples to learn from and to tune on."""

    learned: list[Example]
    tuned: list[Example]

    def tuned_on(self, *names: str) -> list[Example]:
        return [example for example in self.tuned if example.corpus in names]


def is_tested(text: str) -> bool:
    """Whether a text of a corpus without a split of its own is only reported."""
    return corpora.fold_of(text, 5) == _TESTED_FIFTH


def is_tuned(text: str) -> bool:
    """Whether a text, or a dialogue by its name, is tuned on, where a corpus has no such part."""
    return corpora.fold_of(text, 50) // 5 == _TUNED_TENTH


def learning(
    data: Path, sets: Sets = Sets.RESEARCH, without: frozenset[str] = frozenset()
) -> Learning:
    """Everything but the tests of the `sets`, `without` some corpora by name."""
    allowed = CORPORA[sets] - without
    tuned = [example for example in _tuned(data, allowed) if example.corpus in allowed]
    held_out = {corpora.same_text(example.text) for example in tuned}
    learned = [
        example
        for example in _learned(data, sets, allowed)
        if example.corpus in allowed and corpora.same_text(example.text) not in held_out
    ]
    return Learning(learned, tuned)


def _tuned(data: Path, allowed: frozenset[str]) -> Iterator[Example]:
    if "smp-usual" in allowed:
        yield from corpora.smp(data, "usual_eval_labeled.json", "smp-usual")
    if "smp-virus" in allowed:
        yield from corpora.smp(data, "virus_eval_labeled.json", "smp-virus")
    for language in ("zh", "en"):
        yield from corpora.brighter(data, language, "dev")
        yield from (e for e in corpora.brighter(data, language, "train") if is_tuned(e.text))
    yield from corpora.goemotions(data, "original_dev.tsv")
    if "shopping" in allowed:
        yield from (e for e in _shopping(data) if is_tuned(e.text))
    yield from (e for e in corpora.cped(data, "valid") if is_tuned(e.group))
    yield from (e for e in _own() if is_tuned(e.text))
    yield from corpora.own(TUNING, OWN_WEIGHT)


def _learned(data: Path, sets: Sets, allowed: frozenset[str]) -> Iterator[Example]:
    if "smp-usual" in allowed:
        yield from corpora.smp(data, "usual_train.csv", "smp-usual", cues=True)
    if "smp-virus" in allowed:
        yield from corpora.smp(data, "virus_train.json", "smp-virus", cues=True)
    if "ocemotion" in allowed:
        yield from corpora.ocemotion(data, "train.tsv", OCEMOTION_WEIGHT)
    for language in ("zh", "en"):
        yield from corpora.brighter(data, language, "train", cues=True)
    yield from corpora.goemotions(data, "original_train.tsv")
    if "shopping" in allowed:
        yield from _shopping(data)
    yield from (e for e in corpora.cped(data, "valid", CPED_WEIGHT) if not is_tuned(e.group))
    yield from corpora.emotag(data, 1.0)
    if sets is Sets.RESEARCH:  # its licence asks that what is made of it is shared alike
        yield from corpora.emoji_polarity(data, 1.0)
    yield from _own()
    yield from phrases()


def _shopping(data: Path) -> Iterator[Example]:
    return (e for e in corpora.shopping(data, SHOPPING_WEIGHT) if not is_tested(e.text))


def _own() -> Iterator[Example]:
    yield from corpora.own(SEED, OWN_WEIGHT)
    yield from corpora.own(CHALLENGE, OWN_WEIGHT, "train")


def held_out_shopping(data: Path) -> list[Example]:
    """The fifth of the shop reviews that is only reported."""
    return [e for e in corpora.shopping(data, SHOPPING_WEIGHT) if is_tested(e.text)]


def challenge_test() -> list[Example]:
    """The half of our challenge comments that is only reported."""
    return list(corpora.own(CHALLENGE, OWN_WEIGHT, "test"))


def leaked(data: Path, tests: Sequence[Example]) -> list[bool]:
    """Which usual-test texts also stand in its training file."""
    learned = {corpora.same_text(e.text) for e in corpora.smp(data, "usual_train.csv", "smp-usual")}
    return [corpora.same_text(example.text) in learned for example in tests]
