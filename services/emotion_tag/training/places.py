"""Where a training reads from and writes to: a try never lands on the models that are shipped."""

import argparse
from pathlib import Path

from services.emotion_tag.adapters.cascade.model import MODELS
from services.emotion_tag.training.splits import Sets

TRIES = Path(".local/emotion_try")
CHECKPOINTS = Path(".local/encoder")


def add_places(parser: argparse.ArgumentParser) -> None:
    """What every stage is told: the corpora, the recipe, the folder, and how short a try is."""
    parser.add_argument("--data", type=data_folder, required=True, help="folder with the corpora")
    parser.add_argument("--recipe", choices=[*map(str, Sets)], default=str(Sets.RESEARCH))
    parser.add_argument(
        "--out",
        type=out_folder,
        help=f"where the model is written, of every stage the same; models/<recipe> of this "
        f"service, or {TRIES}/<recipe> for a try",
    )
    parser.add_argument(
        "--effort",
        type=share,
        metavar="SHARE",
        help="a try: one pass over this share of each corpus, such as 0.02; the model is poor",
    )


def target(out: Path | None, recipe: str, effort: float | None) -> Path:
    """The folder that a model is written to.

    Raises:
        ValueError: a try would be written over a model that is shipped.
    """
    chosen = out or (MODELS if effort is None else TRIES) / recipe
    if effort is not None and is_shipped(chosen):
        raise ValueError(
            f"{chosen} holds what is shipped, and a try is poor: leave --out away, which takes "
            f"{TRIES / recipe}, or name another folder"
        )
    return chosen


def is_shipped(out: Path) -> bool:
    return out.resolve().is_relative_to(MODELS.resolve())


def checkpoints(out: Path) -> Path:
    """Where a learning may be interrupted: one into a folder of its own leaves others alone."""
    return CHECKPOINTS if is_shipped(out) else out


def next_step(out: Path, data: Path) -> str:
    """How to see what came of it; empty for a model that is shipped."""
    if is_shipped(out):
        return ""
    return f"to evaluate it: make evaluate-emotion MODEL={out} DATA={data}"


def data_folder(written: str) -> Path:
    """Refuses nothing, where `Path` takes this folder, and what is no folder."""
    if not written or not Path(written).is_dir():
        raise argparse.ArgumentTypeError(
            f"{written!r} is no folder: give the one that holds the corpora, as in "
            f"DATA=../shared/data"
        )
    return Path(written)


def out_folder(written: str) -> Path:
    if not written or Path(written).is_file():
        raise argparse.ArgumentTypeError(
            f"{written!r} is no folder: name one, as in OUT=.local/mine"
        )
    return Path(written)


def share(written: str) -> float:
    """Above 0, at most 1."""
    try:
        value = float(written)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(
            f"{written!r} is no share above 0 and at most 1, as in EFFORT=0.02"
        )
    return value
