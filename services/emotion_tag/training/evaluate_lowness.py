"""Reports how soon people who are low again and again are noticed, and how often others are.

    python -m services.emotion_tag.training.evaluate_lowness --data ../shared/data

No corpus follows persons over weeks, so they are put together from Weibo posts (SMP 2020, usual
eval): one post a day for two weeks. An ordinary person's are drawn from all posts, a low one's in
equal parts from those that raters called sad or afraid and from all.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from services.emotion_tag.adapters.cascade.model import shipped
from services.emotion_tag.adapters.distress.lexicon import JsonLexicon
from services.emotion_tag.domain.distress import Reading, low_again, may_be_low_again
from services.emotion_tag.domain.mood import Evidence, evidence_of
from services.emotion_tag.domain.tag import EmotionTag, TextInput, TextKind

DAYS = 14
PEOPLE = 2_000
SEED = 7
BEGAN = datetime(2025, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Post:
    tag: EmotionTag
    reading: Reading
    is_low: bool
    """As raters see it."""


def posts(data: Path) -> list[Post]:
    rows = json.loads((data / "zh_smp2020_ewect" / "usual_eval_labeled.json").read_text("utf-8"))
    lexicon = JsonLexicon()
    tags = shipped().tag([TextInput(row["content"], TextKind.POST) for row in rows])
    return [
        Post(tag, lexicon.read(row["content"], TextKind.POST), row["label"] in {"sad", "fear"})
        for row, tag in zip(rows, tags, strict=True)
    ]


def noticed(told: Sequence[Post]) -> list[bool]:
    """Whether each day's post, in the light of those before it, is a sign of lowness."""
    earlier: list[Evidence] = []
    found = []
    for day, post in enumerate(told):
        said_at = BEGAN + timedelta(days=day)
        found.append(
            may_be_low_again(post.reading, post.tag, TextKind.POST)
            and bool(low_again(post.reading, earlier, said_at).level)
        )
        earlier.append(evidence_of(UUID(int=day), post.tag, said_at))
    return found


def figures(name: str, people: Sequence[Sequence[Post]]) -> str:
    days = [noticed(told) for told in people]
    once = sum(map(any, days)) / len(days)
    share = sum(map(sum, days)) / len(days) / DAYS
    return f"{name}: {share:.3f} of posts, {once:.3f} of people once\n"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    every = posts(arguments.parse_args().data)
    low = [post for post in every if post.is_low]
    looked_at = [post for post in every if may_be_low_again(post.reading, post.tag, TextKind.POST)]
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    right = sum(post.is_low for post in looked_at)
    sys.stdout.write(
        f"low for sure and first person: {right} of {len(low)} posts that are low, "
        f"{len(looked_at) - right} of {len(every) - len(low)} others\n"
    )
    ordinary = [chance.choices(every, k=DAYS) for _ in range(PEOPLE)]
    downcast = [
        [chance.choice(chance.choice((low, every))) for _ in range(DAYS)] for _ in range(PEOPLE)
    ]
    sys.stdout.write(figures("ordinary people", ordinary) + figures("low people", downcast))
    return 0


if __name__ == "__main__":
    sys.exit(main())
