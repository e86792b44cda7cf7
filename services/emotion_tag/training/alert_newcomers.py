"""Measures the alerts on subjects that nobody spoke of before, of a kind that is well known.

    python -m services.emotion_tag.training.alert_newcomers [--usual 0.05 0.1] [--subjects 300]

Nothing is known of them but what is usual for their kind, from which they differ as the worlds of
`alert_worlds.py` do. Counted are false alarms in their first week, and how many people complain
before an alert is open if from the first moment on a share of those who speak do.
"""

import argparse
import sys

import numpy as np

from services.emotion_tag.domain.alert_counts import FAMILIES, QUARTER
from services.emotion_tag.domain.alert_rate import DAYS, HOURS, Habit
from services.emotion_tag.domain.alert_watch import FALSE_ALARMS, threshold_for
from services.emotion_tag.training.alert_plain_ways import SAME_ALERT
from services.emotion_tag.training.alert_worlds import (
    AN_HOUR,
    DAY,
    START,
    Floats,
    make_world,
    tell,
)
from services.emotion_tag.training.alerts import Watched

USUAL = np.array([0.05, 0.08, 0.02])  # as in the worlds
KNOWN = 200_000.0  # texts of the kind
A_QUARTER = 10  # people who speak of it while it is new
SHARES = (0.9, 0.8, 0.6)
LONGEST = 8 * AN_HOUR


def kind_of(usual: Floats, spread: float) -> Habit:
    """A kind of which very much was said, the same at every hour."""
    return Habit(
        START,
        hours=(KNOWN / HOURS,) * HOURS,
        days=(KNOWN / DAYS,) * DAYS,
        negative_hours=tuple(np.repeat(KNOWN * usual / HOURS, HOURS).tolist()),
        negative_days=tuple(np.repeat(KNOWN * usual / DAYS, DAYS).tolist()),
        scatter=(spread * KNOWN, KNOWN),
    )


def false_alarms(
    rng: np.random.Generator, angry: float, texts_a_day: float, subjects: int, spread: float
) -> int:
    """Alarms in the first week of so many newcomers."""
    usual = np.array([angry, *USUAL[1:]])
    world = make_world(rng, subjects=subjects, days=7, texts_a_day=texts_a_day, spread=spread)
    rates = world.rates * (usual / USUAL)[:, None] * world.scatter
    kind, threshold, alarms = kind_of(usual, spread), threshold_for(FALSE_ALARMS), 0
    for texts, of_one in zip(world.texts, rates, strict=True):
        watched, last = Watched(threshold), dict.fromkeys(FAMILIES, -SAME_ALERT)
        for quarter in range(7 * DAY):
            now = START + quarter * QUARTER
            if quarter % AN_HOUR == 0:
                watched.close(now, kind)
            told = tell(rng, int(texts[quarter]), of_one[:, quarter])
            for family, _ in watched.hear(now, told, kind):
                alarms += quarter - last[family] >= SAME_ALERT
                last[family] = quarter
    return alarms


def complaints(rng: np.random.Generator, angry: float, share: float, spread: float) -> float:
    """How many complain before it is open; infinite if that is not within hours."""
    kind = kind_of(np.array([angry, *USUAL[1:]]), spread)
    watched, heard = Watched(threshold_for(FALSE_ALARMS)), 0
    rates = np.array([share, 0.0, 0.0])
    for quarter in range(LONGEST):
        now = START + quarter * QUARTER
        if quarter % AN_HOUR == 0:
            watched.close(now, kind)
        told = tell(rng, A_QUARTER, rates)
        for _, place in watched.hear(now, told, kind):
            return heard + told.at[0].index(place) + 1
        heard += len(told.at[0])
    return float("inf")


def main() -> None:
    """Measure kinds with different usual shares of anger and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m services.emotion_tag.training.alert_newcomers")
    parser.add_argument("--usual", type=float, nargs="+", default=[0.02, 0.05, 0.1, 0.15])
    parser.add_argument("--texts-a-day", type=float, default=600)
    parser.add_argument("--subjects", type=int, default=300)
    parser.add_argument("--spread", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=16)
    asked = parser.parse_args()
    for angry in asked.usual:
        rng = np.random.default_rng(asked.seed)
        needed = {
            share: np.median([complaints(rng, angry, share, asked.spread) for _ in range(60)])
            for share in SHARES
        }
        shown = ", ".join(f"{share:.0%}: {count:.0f}" for share, count in needed.items())
        alarms = false_alarms(rng, angry, asked.texts_a_day, asked.subjects, asked.spread)
        sys.stdout.write(
            f"usual {angry:.0%} | complaints until open, of those who speak {shown} | "
            f"{alarms} false alarms in {7 * asked.subjects:,} subject-days\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
