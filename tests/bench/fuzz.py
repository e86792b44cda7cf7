"""Tags very many strange texts and holds every answer against its promises.

`python -m tests.bench.fuzz --count 1000000`: minutes to hours; `--seed` gives other texts,
`--model` another model. Ends with status 1 if a promise was broken; a crash ends it at once.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from services.emotion_tag.adapters.cascade.model import SHIPPED, folder_of, open_model
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.tag import TextInput
from tests.support.strange_texts import StrangeTexts
from tests.support.tag_promises import broken_promises

BATCH = 64
SAMPLE = 50
"""One batch of so many is tagged again, text by text: the same answers, alone and for ever."""
SLOW = 4
"""A batch that takes so many times as long for each character as the mean is timed text by text."""


@dataclass
class Findings:
    """What came out; times are processor time of this process, so a busy machine matters little."""

    texts: int = 0
    characters: int = 0
    seconds: float = 0.0
    broken: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    worst_seconds: float = 0.0
    worst_text: str = ""

    def break_(self, promise: str, text: str) -> None:
        self.broken[promise] += 1
        self.examples.setdefault(promise, text)

    def timed(self, text: str, seconds: float) -> None:
        if seconds > self.worst_seconds:
            self.worst_seconds, self.worst_text = seconds, text

    def lines(self) -> list[str]:
        rate = self.texts / max(self.seconds, 1e-9)
        worst = f"{self.worst_seconds * 1e3:.1f} ms for {len(self.worst_text)} characters"
        return [
            f"{self.texts:,} texts, {self.characters:,} characters, {rate:,.0f} texts/s",
            f"worst text: {worst}: {self.worst_text[:60]!a}",
            f"broken promises: {sum(self.broken.values())}",
            *(
                f"  {count} × {promise}: {self.examples[promise][:200]!a}"
                for promise, count in self.broken.most_common()
            ),
        ]


def fuzz(tagger: Tagger, count: int, seed: int, *, say: int = 0) -> Findings:
    """Tag `count` texts; says how far it is after every `say` batches."""
    findings = Findings()
    texts = islice(StrangeTexts(seed), count)
    number = 0
    while batch := list(islice(texts, BATCH)):
        number += 1
        _batch(tagger, batch, findings, is_sample=number % SAMPLE == 1)
        if say and number % say == 0:
            print(*findings.lines()[:3], sep="; ", flush=True)
    return findings


def _batch(tagger: Tagger, batch: list[str], findings: Findings, *, is_sample: bool) -> None:
    inputs = [TextInput(text) for text in batch]
    characters = sum(map(len, batch))
    began = time.process_time()
    tags = tagger.tag(inputs)
    took = time.process_time() - began
    usual = findings.seconds / max(1, findings.characters)
    findings.texts += len(batch)
    findings.characters += characters
    findings.seconds += took
    for text, tag in zip(batch, tags, strict=True):
        for promise in broken_promises(text, tag):
            findings.break_(promise, text)
    if not is_sample and took <= SLOW * usual * characters:
        return
    for one, tag in zip(inputs, tags, strict=True):
        began = time.process_time()
        alone = tagger.tag([one])[0]
        findings.timed(one.text, time.process_time() - began)
        if alone != tag:
            findings.break_("the same answer alone and in a batch", one.text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", type=folder_of, default=SHIPPED, help="name or folder")
    arguments = parser.parse_args()
    model = open_model(arguments.model)
    print(f"{model.version}, seed {arguments.seed}", flush=True)
    findings = fuzz(model, arguments.count, arguments.seed, say=1_000)
    print(*findings.lines(), sep="\n")
    return 1 if findings.broken else 0


if __name__ == "__main__":
    sys.exit(main())
