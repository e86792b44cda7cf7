"""Replays real texts in random order past the alerts: nothing happened, every alarm is false."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from services.emotion_tag.adapters.cascade.model import shipped
from services.emotion_tag.domain.alert_counts import (
    FAMILIES,
    QUARTER,
    Counts,
    Family,
    counts_of,
    feeling_of,
)
from services.emotion_tag.domain.alert_rate import Habit
from services.emotion_tag.domain.alert_watch import Watch
from services.emotion_tag.domain.subject import SubjectKind
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.training.corpora import shopping

START = datetime(2026, 3, 2, tzinfo=UTC)
A_DAY = timedelta(days=1)


def replay(folder: Path, threshold: float, most: int, seed: int) -> str:
    """Real texts in random order, spread over subjects of 600 texts a day: false alarms."""
    path = folder / "zh_danmaku_raw" / "bilibili_danmaku_lines.txt"
    lines = list(dict.fromkeys(path.read_text(encoding="utf-8").split("\n")))
    rng = np.random.default_rng(seed)
    texts = [example.text for example in shopping(folder, 1.0)]
    tagger = shipped()
    parts = []
    for name, corpus in (("shop reviews", texts), ("danmaku", lines)):
        chosen = [corpus[i] for i in rng.permutation(len(corpus))[:most]]
        tags = [
            tag
            for first in range(0, len(chosen), 500)
            for tag in tagger.tag([TextInput(text) for text in chosen[first : first + 500]])
        ]
        counts = [counts_of(feeling_of(tag), SubjectKind.PRODUCT) for tag in tags]
        alarms, days = _replayed(counts, threshold)
        share = sum(sum(one.negatives) for one in counts) / sum(one.texts for one in counts)
        parts.append(
            f"{name}: {len(counts):,} texts, {share:.0%} negative, {alarms} alarms in "
            f"{days:.0f} subject-days"
        )
    return "; ".join(parts)


def _replayed(counts: Sequence[Counts], threshold: float) -> tuple[int, float]:
    """Alarms, and subject-days; a family that is up again within a day is up once."""
    subjects, a_quarter = 10, 6
    alarms, kind = 0, Habit(START)
    watches = [Watch(START, Habit(START)) for _ in range(subjects)]
    heard: list[dict[datetime, Counts]] = [{} for _ in range(subjects)]
    last: dict[tuple[int, Family], datetime] = {}
    for number, one in enumerate(counts):
        subject = number % subjects
        now = START + number // (subjects * a_quarter) * QUARTER
        watches[subject], kind = watches[subject].rolled(now, heard[subject], kind)
        known = heard[subject] = {
            at: c for at, c in heard[subject].items() if at >= watches[subject].hour
        }
        known[now] = known.get(now, Counts()) + one
        for family, k in zip(FAMILIES, one.negatives, strict=True):
            if k and watches[subject].run(family, known, kind).most >= threshold:
                alarms += now - last.get((subject, family), START - A_DAY) > A_DAY
                last[subject, family] = now
    return alarms, len(counts) / a_quarter * (QUARTER / A_DAY)
