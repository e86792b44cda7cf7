"""Measures rising topics on real texts: are injected bursts found, and how fast are texts mined?

    python -m services.emotion_tag.training.trends --data FOLDER

Lines of the danmaku corpus and of shop reviews are told in random order over a week, so nothing
rises. Some phrases of middling frequency are chosen; of each, most lines are held back and told in
the last hour: now they rise. Counted is how many of them are among the first k topics, and among
the first k by plain frequency in that hour, of the same phrases. Every line has its own author;
copies count once, as in the service. Only figures are printed.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import process_time

from services.emotion_tag.adapters.trends.folded_text import FoldedText
from services.emotion_tag.adapters.trends.phrase_miner import PhraseMiner
from services.emotion_tag.domain.trend import Sums, Talk, TopicKind, rising
from services.emotion_tag.domain.trend_words import words_of
from services.emotion_tag.training.corpora import shopping

HOURS = 168
BURSTS = 20
FEWEST, MOST = 25, 120
"""Lines of a phrase that is made to burst."""
HELD_BACK = 0.8


def danmaku(folder: Path) -> list[str]:
    """The distinct lines of the danmaku corpus."""
    path = folder / "zh_danmaku_raw" / "bilibili_danmaku_lines.txt"
    return list(dict.fromkeys(path.read_text(encoding="utf-8").split("\n")))


def measure(name: str, lines: Sequence[str], seed: int) -> str:
    """The figures of one corpus in one line."""
    random, fold = Random(seed), FoldedText()  # noqa: S311
    folded = [text for line in lines if (text := fold(line))]
    random.shuffle(folded)
    bursts = _bursts(folded, random)
    calm, late = _split(folded, bursts, random)
    an_hour = max(len(calm) // HOURS, 1)
    stream = calm[:-an_hour], [*calm[-an_hour:], *late]
    random.shuffle(stream[1])
    began = process_time()
    miner, counts = PhraseMiner(), (Counter[str](), Counter[str]())
    author, known = 0, set[str]()
    for part, texts in zip(counts, stream, strict=True):
        for text in texts:
            author += 1
            phrases = miner.mine(words_of(text), author.to_bytes(4), known)
            known.update(phrases)
            part.update(phrases)
    speed = len(folded) / (process_time() - began)
    before, now = counts
    talks = [
        Talk(text=text, kind=TopicKind.PHRASE, now=Sums(float(n)), before=Sums(float(before[text])))
        for text, n in now.items()
    ]
    found = rising(talks, len(stream[1]), len(stream[0]), most=50)
    ours = [{one.talk.text, *one.variants} for one in found]
    plain = [{text} for text, _ in now.most_common(50)]
    figures = ", ".join(
        f"recall@{k} {_recall(bursts, ours[:k]):.2f}"
        f" (by frequency {_recall(bursts, plain[:k]):.2f})"
        for k in (10, 20, 50)
    )
    return (
        f"{name}: {len(folded):,} texts, {len(before | now):,} phrases, {len(bursts)} bursts among "
        f"{len(stream[1]):,} texts of the last hour: {figures}; {speed:,.0f} texts/s"
    )


def _bursts(texts: Sequence[str], random: Random) -> list[str]:
    """Phrases to burst: of middling frequency, none a part of another."""
    miner, lines = PhraseMiner(), defaultdict[str, int](int)
    for author, text in enumerate(texts):
        for phrase in miner.mine(words_of(text), author.to_bytes(4), lines.keys()):
            lines[phrase] += 1
    fitting = sorted(phrase for phrase, n in lines.items() if FEWEST <= n <= MOST)
    random.shuffle(fitting)
    chosen: list[str] = []
    for phrase in fitting:
        if not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
    return chosen[:BURSTS]


def _split(
    texts: Sequence[str], bursts: Sequence[str], random: Random
) -> tuple[list[str], list[str]]:
    """What is told all week, and what is held back to the last hour."""
    calm: list[str] = []
    late: list[str] = []
    for text in texts:
        is_late = any(one in text for one in bursts) and random.random() < HELD_BACK
        (late if is_late else calm).append(text)
    return calm, late


def _recall(bursts: Sequence[str], found: Sequence[set[str]]) -> float:
    """Share of the bursts that are named, by themselves or by a part of two words or more."""
    names = set[str]().union(*found)
    hits = [
        burst
        for burst in bursts
        if any(len(name) > 1 and (name in burst or burst in name) for name in names)
    ]
    return len(hits) / len(bursts) if bursts else 0.0


def main() -> None:
    """Print a line for each corpus."""
    parser = argparse.ArgumentParser(prog="python -m services.emotion_tag.training.trends")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--most", type=int, default=20_000, help="texts of each corpus")
    parser.add_argument("--seed", type=int, default=16)
    asked = parser.parse_args()
    reviews = [example.text for example in shopping(asked.data, 1.0)]
    Random(asked.seed).shuffle(reviews)  # noqa: S311
    for name, lines in (("shop reviews", reviews), ("danmaku", danmaku(asked.data))):
        sys.stdout.write(measure(name, lines[: asked.most], asked.seed) + "\n")


if __name__ == "__main__":
    main()
