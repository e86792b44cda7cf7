"""Fits the mood forecast and reports it against “as just now” and “as people usually are”.

    python -m services.emotion_tag.training.forecast --data ../shared/data

Parameters are fitted on CPED's `valid` split and reported on its `test` split, twice: on the
labels of raters (how feelings go on) and on what the shipped tagger says of the texts (all that the
service ever knows). The service uses the second set; `models/forecast.json` holds both reports.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.cascade.model import SHIPPED as SHIPPED_TAGGER
from services.emotion_tag.adapters.cascade.model import open_model
from services.emotion_tag.adapters.forecast_file import SHIPPED
from services.emotion_tag.domain.forecast import FLOOR, TAIL
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY
from services.emotion_tag.training.sequences import Sequences, labelled, tagged

VERSION = "forecast-1"
STEPS = (1, 2, 3, 5)  # own turns ahead
_SMOOTHING = 5.0  # turns' worth of the base rate in each row of the transitions
_ROUNDS = 3
_CHOICES = {
    "half_life": (1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 55.0),
    "unknown_mass": (0.02, 0.05, 0.1, 0.2, 0.35, 0.7, 1.5, 3.0, 6.0),
    "usual_mass": (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0),
    "change": (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8),
}
_PERSISTENCES = tuple(np.linspace(0.0, 0.95, 39))
_VALENCES = np.array([TAXONOMY[emotion].valence for emotion in EMOTIONS])
_ORDER = np.argsort(_VALENCES, kind="stable")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Parameters:
    """As in `domain/forecast.py`; `half_life` in turns of a dialogue."""

    half_life: float = 5.0
    unknown_mass: float = 0.35
    usual_mass: float = 4.0
    change: float = 0.2


@dataclass(frozen=True)
class Ahead:
    """Pairs of a state and what was felt some steps later; N pairs."""

    masses: Array
    """N x 12, faded until then."""
    said: Array
    """N x 12, not faded."""
    last: NDArray[np.int64]
    felt: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Figures of one predictor; losses in nats, less is better but for accuracy and coverage."""

    log_loss: float
    brier: float
    accuracy: float
    crps: float
    coverage: float


def base_rate(sequences: Sequences) -> Array:
    counts = np.bincount(sequences.felt[sequences.felt >= 0], minlength=len(EMOTIONS)) + 1.0
    return np.asarray(counts / counts.sum())


def transitions(sequences: Sequences, base: Array) -> Array:
    """Where feelings go when they change, from one own turn to the next."""
    before, after = sequences.felt[:, :-1], sequences.felt[:, 1:]
    changed = (after >= 0) & (before != after)
    counts = np.zeros((len(EMOTIONS), len(EMOTIONS)))
    np.add.at(counts, (before[changed], after[changed]), 1.0)
    return np.asarray(
        (counts + _SMOOTHING * base) / (counts.sum(axis=1, keepdims=True) + _SMOOTHING)
    )


def ahead(sequences: Sequences, half_life: float, steps: int) -> Ahead:
    weighted = sequences.scores * sequences.weights[:, :, None]
    gaps = np.diff(sequences.times, axis=1, prepend=sequences.times[:, :1])
    masses = np.zeros_like(weighted)
    masses[:, 0] = weighted[:, 0]
    for place in range(1, masses.shape[1]):
        fade = 0.5 ** (np.maximum(gaps[:, place], 0) / half_life)
        masses[:, place] = masses[:, place - 1] * fade[:, None] + weighted[:, place]
    felt = sequences.felt[:, steps:]
    there = felt >= 0
    gap = (sequences.times[:, steps:] - sequences.times[:, :-steps])[there]
    return Ahead(
        masses=masses[:, :-steps][there] * (0.5 ** (gap / half_life))[:, None],
        said=weighted.cumsum(axis=1)[:, :-steps][there],
        last=sequences.scores[:, :-steps][there].argmax(axis=1),
        felt=felt[there],
    )


def predict(pairs: Ahead, chosen: Parameters, base: Array, moves: Array) -> Array:
    """As `Past.predict`, for many at once; N x 12."""
    mass = pairs.masses.sum(axis=1, keepdims=True)
    now = pairs.masses / np.maximum(mass, 1e-12)
    now = (1 - chosen.change) * now + chosen.change * (now @ moves)
    said = pairs.said.sum(axis=1, keepdims=True) + chosen.usual_mass
    own = (pairs.said + chosen.usual_mass * base) / said
    stays = mass / (mass + chosen.unknown_mass)
    return np.asarray((1 - FLOOR) * (stays * now + (1 - stays) * own) + FLOOR * base)


def same_again(pairs: Ahead, persistence: float, base: Array) -> Array:
    scores = np.tile((1 - persistence) * base, (len(pairs.felt), 1))
    scores[np.arange(len(pairs.felt)), pairs.last] += persistence
    return scores


def log_losses(scores: Array, felt: NDArray[np.int64]) -> Array:
    return np.asarray(-np.log(scores[np.arange(len(felt)), felt]))


def fit(sequences: Sequences, base: Array, moves: Array) -> Parameters:
    """Coordinate descent over `_CHOICES`, on the mean log-loss over all `STEPS`."""
    best, least = Parameters(), np.inf
    for _ in range(_ROUNDS):
        for name, choices in _CHOICES.items():
            for choice in choices:
                tried = replace(best, **{name: choice})
                loss = _mean_loss(sequences, tried, base, moves)
                if loss < least - 1e-6:
                    best, least = tried, loss
    return best


def fit_persistence(sequences: Sequences, base: Array) -> float:
    """The share of “the same again” that makes the baseline best, over all `STEPS`."""
    pairs = [ahead(sequences, 1.0, steps) for steps in STEPS]

    def loss(persistence: float) -> float:
        return sum(
            float(log_losses(same_again(one, persistence, base), one.felt).mean()) for one in pairs
        )

    return float(min(_PERSISTENCES, key=loss))


def _mean_loss(sequences: Sequences, chosen: Parameters, base: Array, moves: Array) -> float:
    losses = []
    for steps in STEPS:
        pairs = ahead(sequences, chosen.half_life, steps)
        losses.append(float(log_losses(predict(pairs, chosen, base, moves), pairs.felt).mean()))
    return sum(losses) / len(losses)


def scored(scores: Array, felt: NDArray[np.int64]) -> Scored:
    truth = np.eye(len(EMOTIONS))[felt]
    cumulated = scores[:, _ORDER].cumsum(axis=1)
    values = _VALENCES[_ORDER]
    real = _VALENCES[felt]
    low = values[(cumulated >= TAIL - 1e-12).argmax(axis=1)]
    high = values[(cumulated >= 1 - TAIL - 1e-12).argmax(axis=1)]
    steps = (real[:, None] <= values[None, :]).astype(np.float64)
    crps = ((cumulated - steps) ** 2)[:, :-1] @ np.diff(values)
    return Scored(
        log_loss=float(log_losses(scores, felt).mean()),
        brier=float(((scores - truth) ** 2).sum(axis=1).mean()),
        accuracy=float((scores.argmax(axis=1) == felt).mean()),
        crps=float(crps.mean()),
        coverage=float(((low <= real) & (real <= high)).mean()),
    )


def report(
    learned: Sequences, tested: Sequences, chosen: Parameters, base: Array, moves: Array
) -> list[dict[str, object]]:
    """One row for each horizon; persistence has a share fitted for each, so it is a hard one."""
    rows: list[dict[str, object]] = []
    for steps in STEPS:
        known, pairs = (ahead(one, chosen.half_life, steps) for one in (learned, tested))
        persistence = min(
            _PERSISTENCES,
            key=lambda share: float(log_losses(same_again(known, share, base), known.felt).mean()),
        )
        own = predict(pairs, chosen, base, moves)
        same = same_again(pairs, float(persistence), base)
        usual = np.tile(base, (len(pairs.felt), 1))
        losses = [log_losses(one, pairs.felt) for one in (own, same, usual)]
        leads = [_lead(other - losses[0]) for other in losses[1:]]
        rows.append(
            {
                "steps": steps,
                "predictions": len(pairs.felt),
                "model": asdict(scored(own, pairs.felt)),
                "persistence": asdict(scored(same, pairs.felt)),
                "base_rate": asdict(scored(usual, pairs.felt)),
                "leads_in_standard_errors": leads,
            }
        )
    return rows


def _lead(differences: Array) -> float:
    return float(differences.mean() / (differences.std(ddof=1) / np.sqrt(len(differences))))


def fitted(learned: Sequences, tested: Sequences) -> dict[str, object]:
    base = base_rate(learned)
    moves = transitions(learned, base)
    chosen = fit(learned, base, moves)
    return {
        "half_life_turns": chosen.half_life,
        "unknown_mass": chosen.unknown_mass,
        "usual_mass": chosen.usual_mass,
        "change": chosen.change,
        "persistence": fit_persistence(learned, base),
        "base_rate": [round(share, 6) for share in base.tolist()],
        "transitions": [[round(share, 6) for share in row] for row in moves.tolist()],
        "report": report(learned, tested, chosen, base, moves),
    }


def _print(name: str, rows: Sequence[dict[str, object]]) -> None:
    sys.stdout.write(f"{name}\n")
    for row in rows:
        sys.stdout.write(f"  {row['steps']} ahead, {row['predictions']:,} predictions\n")
        for predictor in ("model", "persistence", "base_rate"):
            figures = row[predictor]
            assert isinstance(figures, dict)
            told = "  ".join(f"{figure} {value:.4f}" for figure, value in figures.items())
            sys.stdout.write(f"    {predictor:<12} {told}\n")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    arguments.add_argument("--model", type=Path, default=SHIPPED_TAGGER, help="the tagger's folder")
    arguments.add_argument("--out", type=Path, default=SHIPPED)
    given = arguments.parse_args()
    tagger = open_model(given.model)
    raters = fitted(labelled(given.data, "valid"), labelled(given.data, "test"))
    service = fitted(tagged(given.data, "valid", tagger), tagged(given.data, "test", tagger))
    told = {
        "version": VERSION,
        "tagger": tagger.version,
        "licence": "Fitted on CPED (Chen et al. 2022, Apache-2.0; subtitles of TV plays). Holds "
        "counts and parameters only, no text.",
        "emotions": [str(emotion) for emotion in EMOTIONS],
        "service": service,
        "raters": raters,
    }
    given.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for name, one in (("labels of raters", raters), ("tags of the service", service)):
        rows = one["report"]
        assert isinstance(rows, list)
        _print(name, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
