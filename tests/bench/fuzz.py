"""Tags very many strange texts and holds every answer against its promises.

`python -m tests.bench.fuzz --count 1000000`: an hour or so of a core; `--seed` gives other texts,
`--model` another model, `--without-encoder` its wide part alone. It says how far it is; `--skip`
goes on from there. Ends with status 1 if a promise was broken; a crash ends it at once.
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
    by_encoder: int = 0
    alone: list[float] = field(default_factory=list)
    """Seconds of each text of the sample, tagged alone."""
    worst_seconds: float = 0.0
    worst_text: str = ""

    def break_(self, promise: str, text: str) -> None:
        self.broken[promise] += 1
        self.examples.setdefault(promise, text)

    def timed(self, text: str, seconds: float, *, is_sample: bool) -> None:
        if is_sample:
            self.alone.append(seconds)
        if seconds > self.worst_seconds:
            self.worst_seconds, self.worst_text = seconds, text

    def lines(self) -> list[str]:
        rate = self.texts / max(self.seconds, 1e-9)
        worst = f"{self.worst_seconds * 1e3:.1f} ms for {len(self.worst_text)} characters"
        alone = sorted(self.alone) or [0.0]
        half, most, last = (1e3 * alone[int(len(alone) * share)] for share in (0.5, 0.99, 0.999))
        return [
            f"{self.texts:,} texts, {self.characters:,} characters, {rate:,.0f} texts/s",
            f"{self.by_encoder / max(1, self.texts):.1%} read by the encoder",
            f"alone, of {len(self.alone):,}: p50 {half:.2f}, p99 {most:.2f}, p99.9 {last:.2f} ms",
            f"worst text: {worst}: {self.worst_text[:60]!a}",
            f"broken promises: {sum(self.broken.values())}",
            *(
                f"  {count} × {promise}: {self.examples[promise][:200]!a}"
                for promise, count in self.broken.most_common()
            ),
        ]


def fuzz(
    tagger: Tagger,
    count: int,
    seed: int,
    *,
    skip: int = 0,
    say: int = 0,
    findings: Findings | None = None,
) -> Findings:
    """Tag `count` texts behind the first `skip` of a seed; says how far it is after every `say`
    batches. Adds to `findings`, if given.
    """
    findings = findings or Findings()
    texts = islice(StrangeTexts(seed), skip, skip + count)
    number = 0
    while batch := list(islice(texts, BATCH)):
        number += 1
        _batch(tagger, batch, findings, is_sample=number % SAMPLE == 1)
        if say and number % say == 0:
            print(f"--skip {skip + findings.texts}", *findings.lines()[:5], sep="; ", flush=True)
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
    by_encoder = findings.by_encoder  # what is read again does not count again
    for one, tag in zip(inputs, tags, strict=True):
        began = time.process_time()
        alone = tagger.tag([one])[0]
        findings.timed(one.text, time.process_time() - began, is_sample=is_sample)
        if alone != tag:
            findings.break_("the same answer alone and in a batch", one.text)
    findings.by_encoder = by_encoder


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--skip", type=int, default=0, help="texts that an earlier run has done")
    parser.add_argument("--without-encoder", action="store_true")
    parser.add_argument("--model", type=folder_of, default=SHIPPED, help="name or folder")
    arguments = parser.parse_args()
    findings = Findings()

    def observe(_texts: int, by_encoder: int) -> None:
        findings.by_encoder += by_encoder

    model = open_model(arguments.model, observe=observe, with_encoder=not arguments.without_encoder)
    print(f"{model.version}, seed {arguments.seed}, from text {arguments.skip}", flush=True)
    fuzz(model, arguments.count, arguments.seed, skip=arguments.skip, say=200, findings=findings)
    print(*findings.lines(), sep="\n")
    return 1 if findings.broken else 0


if __name__ == "__main__":
    sys.exit(main())
