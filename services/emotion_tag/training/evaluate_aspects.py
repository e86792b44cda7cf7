"""Reports how well aspects are found: `python -m services.emotion_tag.training.evaluate_aspects`.

Always on our own annotated comments; with `--data DIR` also on car-forum posts and restaurant
reviews, whose aspects are read as ours by the tables below; what their annotators had no name for
does not count there. `--half dev` is for tuning; what is reported elsewhere is `--half test`, which
nothing was tuned on.
"""

import argparse
import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from services.emotion_tag.adapters.cascade.model import shipped
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.aspect import ASPECTS, Aspect
from services.emotion_tag.domain.tag import EmotionTag, TextInput, TextKind
from services.emotion_tag.domain.taxonomy import Polarity

OWN = Path(__file__).parent / "aspects.jsonl"
HALVES = ("dev", "test")
_CHUNK = 64  # texts tagged at once

CAR_ASPECTS = {
    "价格": Aspect.PRICE,
    "外观": Aspect.LOOK,
    "内饰": Aspect.LOOK,
    "空间": Aspect.SIZE,
    "配置": Aspect.QUALITY,
    "安全性": Aspect.QUALITY,
    "动力": Aspect.EFFECT,
    "油耗": Aspect.EFFECT,
    "操控": Aspect.EFFECT,
    "舒适性": Aspect.EFFECT,
}
RESTAURANT_ASPECTS = {
    "service_wait_time": Aspect.SERVICE,
    "service_waiters_attitude": Aspect.SERVICE,
    "service_serving_speed": Aspect.SERVICE,
    "price_level": Aspect.PRICE,
    "price_cost_effective": Aspect.PRICE,
    "price_discount": Aspect.PRICE,
    "environment_decoration": Aspect.LOOK,
    "dish_look": Aspect.LOOK,
    "environment_space": Aspect.SIZE,
    "dish_portion": Aspect.SIZE,
    "dish_taste": Aspect.EFFECT,
}
"""Where a restaurant lies, its parking, noise and cleanness are none of ours."""

_OUR_WORDS_FOR = {
    "own": frozenset(ASPECTS),
    "car forum": frozenset(CAR_ASPECTS.values()),
    "restaurants": frozenset(RESTAURANT_ASPECTS.values()),
}
_SIGNS = {"1": Polarity.POSITIVE, "0": Polarity.NEUTRAL, "-1": Polarity.NEGATIVE}
_SIDES = {Polarity.POSITIVE, Polarity.NEGATIVE}


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text and what people say it says of what."""

    text: str
    language: str
    kind: TextKind
    half: str
    aspects: Mapping[Aspect, Polarity]


@dataclass(slots=True)
class Counts:
    """Of pairs of a text and an aspect."""

    annotated: int = 0
    found: int = 0
    both: int = 0
    same_polarity: int = 0

    def add(self, annotated: Mapping[Aspect, Polarity], found: Mapping[Aspect, Polarity]) -> None:
        self.annotated += len(annotated)
        self.found += len(found)
        self.both += len(annotated.keys() & found.keys())
        self.same_polarity += len(annotated.items() & found.items())

    def f1(self, right: int) -> float:
        return 2 * right / max(1, self.annotated + self.found)

    def line(self, name: str) -> str:
        return (
            f"{name:24} presence F1 {self.f1(self.both):.3f} "
            f"(P {self.both / max(1, self.found):.3f} R {self.both / max(1, self.annotated):.3f}), "
            f"with polarity {self.f1(self.same_polarity):.3f}, "
            f"polarity where both {self.same_polarity / max(1, self.both):.3f}, "
            f"n = {self.annotated}"
        )


def own() -> Iterator[Annotated]:
    """Our own comments, in three scripts."""
    for line in OWN.read_text("utf-8").splitlines():
        row = json.loads(line)
        aspects = {Aspect(name): Polarity(side) for name, side in row["aspects"].items()}
        yield Annotated(row["text"], row["language"], TextKind.REVIEW, row["half"], aspects)


def cars(folder: Path) -> Iterator[Annotated]:
    """Posts of a car forum; a text with several rows has several aspects."""
    said: dict[str, dict[Aspect, set[Polarity]]] = {}
    with (folder / "zh_bdci_car_aspect" / "train_2.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            polarities = said.setdefault(row["content"].strip(), {})
            aspect = CAR_ASPECTS[row["subject"]]
            polarities.setdefault(aspect, set()).add(_SIGNS[row["sentiment_value"]])
    for text, polarities in said.items():
        half = HALVES[crc32(text.encode()) % 2]
        yield Annotated(text, "zh-Hans", TextKind.POST, half, _joined(polarities))


def restaurants(folder: Path) -> Iterator[Annotated]:
    """Reviews of restaurants; their own test sample is the test half.

    Their 0 is "so-so, or praised and blamed": it is read as neutral, and so is our mixed.
    """
    for part in ("train", "dev", "test"):
        path = folder / "zh_asap_sample" / f"{part}_sample.csv"
        with path.open(encoding="utf-8-sig") as rows:
            for row in csv.DictReader(rows):
                polarities: dict[Aspect, set[Polarity]] = {}
                for name, aspect in RESTAURANT_ASPECTS.items():
                    if sign := _SIGNS.get(row[name]):
                        polarities.setdefault(aspect, set()).add(sign)
                half = "test" if part == "test" else "dev"
                text = row["reviewbody"]
                yield Annotated(text, "zh-Hans", TextKind.REVIEW, half, _joined(polarities))


def _joined(polarities: Mapping[Aspect, set[Polarity]]) -> dict[Aspect, Polarity]:
    """One polarity for each aspect: mixed if both sides were seen, a side if one was."""
    joined = {}
    for aspect, seen in polarities.items():
        sides = seen & _SIDES
        joined[aspect] = Polarity.MIXED if len(sides) > 1 else next(iter(sides), Polarity.NEUTRAL)
    return joined


def _so_so(polarity: Polarity) -> Polarity:
    return Polarity.NEUTRAL if polarity is Polarity.MIXED else polarity


def answers(examples: Sequence[Annotated], tagger: Tagger) -> list[EmotionTag]:
    tags: list[EmotionTag] = []
    for start in range(0, len(examples), _CHUNK):
        chunk = examples[start : start + _CHUNK]
        tags += tagger.tag([TextInput(one.text, one.kind) for one in chunk])
    return tags


def report(name: str, examples: Iterable[Annotated], tagger: Tagger) -> list[str]:
    """The figures of one set: all, by script, by aspect."""
    counts = counted(name, examples, tagger)
    return [one.line(key) for key, one in counts.items() if one.annotated]


def counted(name: str, examples: Iterable[Annotated], tagger: Tagger) -> dict[str, Counts]:
    """What the figures of one set are made of: by its name, and indented by script and aspect."""
    chosen = list(examples)
    countable = _OUR_WORDS_FOR[name]
    counts: dict[str, Counts] = {}
    for example, tag in zip(chosen, answers(chosen, tagger), strict=True):
        found = {one.aspect: one.polarity for one in tag.aspects if one.aspect in countable}
        if name == "restaurants":
            found = {aspect: _so_so(polarity) for aspect, polarity in found.items()}
        for key in (name, f"  {example.language}"):
            counts.setdefault(key, Counts()).add(example.aspects, found)
        for aspect in ASPECTS:
            counts.setdefault(f"  {aspect}", Counts()).add(
                _only(example.aspects, aspect), _only(found, aspect)
            )
    return counts


def _only(aspects: Mapping[Aspect, Polarity], aspect: Aspect) -> dict[Aspect, Polarity]:
    return {aspect: aspects[aspect]} if aspect in aspects else {}


def main() -> None:
    """Print the figures of one half of each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of corpora")
    parser.add_argument("--half", choices=HALVES, default="test")
    arguments = parser.parse_args()
    sets = {"own": list(own())}
    if arguments.data:
        sets |= {
            "car forum": list(cars(arguments.data)),
            "restaurants": list(restaurants(arguments.data)),
        }
    tagger = shipped()
    for name, examples in sets.items():
        print(*report(name, (e for e in examples if e.half == arguments.half), tagger), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
