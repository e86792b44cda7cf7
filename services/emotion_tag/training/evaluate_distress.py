"""Reports how well words of distress are found, and how often they are found where there are none.

    python -m services.emotion_tag.training.evaluate_distress --half test --data ../shared/data

The challenge set (`distress.jsonl`) is our own, by those who wrote the rules; what the first look
at the test half missed was mended, so both halves flatter: decision 0015 has the first look. Nobody
says how many of the shop's or Weibo's texts are really distressed, so all that is found there
counts as a false alarm: an upper bound.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from services.emotion_tag.adapters.distress.lexicon import JsonLexicon
from services.emotion_tag.domain.distress import DistressLevel
from services.emotion_tag.domain.tag import TextKind

CHALLENGES = Path(__file__).parent / "distress.jsonl"


def challenges(half: str) -> list[tuple[str, DistressLevel, str]]:
    """Text, level and phenomenon of one half, `dev` or `test`."""
    rows = map(json.loads, CHALLENGES.read_text("utf-8").splitlines())
    return [
        (row["text"], DistressLevel[row["level"].upper()], row["phenomenon"])
        for row in rows
        if row["half"] == half
    ]


def figures(lexicon: JsonLexicon, half: str) -> Iterator[str]:
    rows = challenges(half)
    read = [(said, lexicon.read(text, TextKind.COMMENT).level) for text, said, _ in rows]
    for least in (DistressLevel.WATCH, DistressLevel.CONCERN, DistressLevel.URGENT):
        found = sum(answer >= least for _, answer in read)
        real = sum(said >= least for said, _ in read)
        right = sum(said >= least and answer >= least for said, answer in read)
        yield (
            f"{least.name.lower()} or graver: recall {right / real:.3f} ({right} of {real}), "
            f"precision {right / found:.3f} ({found} found)"
        )
    for phenomenon in dict.fromkeys(one for _, _, one in rows):
        its = [
            (said, answer)
            for (_, said, name), (_, answer) in zip(rows, read, strict=True)
            if name == phenomenon
        ]
        right = sum((said > 0) == (answer > 0) for said, answer in its)
        yield f"  {phenomenon}: {right} of {len(its)} told apart"


def alarms(lexicon: JsonLexicon, texts: Iterable[str], kind: TextKind) -> str:
    counts: Counter[DistressLevel] = Counter(lexicon.read(text, kind).level for text in texts)
    total = counts.total()
    told = ", ".join(
        f"{level.name.lower()} {10_000 * counts[level] / total:.1f}"
        for level in DistressLevel
        if level is not DistressLevel.NONE
    )
    return f"{total:,} texts, found in 10,000: {told}"


def _shop(data: Path) -> Iterator[str]:
    path = data / "zh_online_shopping_10_cats" / "online_shopping_10_cats.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig") as lines:
        next(lines)
        for line in lines:
            yield line.split(",", 2)[-1]


def _smp(data: Path) -> Iterator[str]:
    path = data / "zh_smp2020_ewect" / "usual_eval_labeled.json"
    for row in json.loads(path.read_text("utf-8")):
        yield row["content"]


def _danmaku(data: Path) -> Iterator[str]:
    for path in sorted((data / "zh_danmaku_raw").iterdir()):
        if path.suffix in {".csv", ".txt"} and path.name != "SOURCE.txt":
            yield from path.read_text("utf-8", errors="replace").splitlines()


def _goemotions(data: Path) -> Iterator[str]:
    for line in (data / "en_goemotions" / "original_dev.tsv").read_text("utf-8").splitlines():
        yield line.split("\t")[0]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--half", choices=("dev", "test"), default="test")
    arguments.add_argument("--data", type=Path, help="folder with the corpora, for false alarms")
    given = arguments.parse_args()
    lexicon = JsonLexicon()
    for line in figures(lexicon, given.half):
        sys.stdout.write(f"{line}\n")
    if given.data:
        for name, kind, texts in (
            ("shop reviews", TextKind.REVIEW, _shop(given.data)),
            ("danmaku", TextKind.DANMAKU, _danmaku(given.data)),
            ("SMP usual eval", TextKind.POST, _smp(given.data)),
            ("GoEmotions dev", TextKind.COMMENT, _goemotions(given.data)),
        ):
            sys.stdout.write(f"{name}: {alarms(lexicon, texts, kind)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
