"""Trains the fast part of the model and fits what comes after both parts.

    python -m services.emotion_tag.training --data DIR [--recipe research|open] [--stage STAGE]
        [--out DIR] [--effort SHARE]

Stages: `wide` learns the wide model and calibrates it, with the encoder if its files lie in the
folder; `distil` learns it anew with what it and the encoder say of texts without labels;
`calibrate` leaves the weights as they are. The encoder has a program of its own beside this one.
What is written into a folder by `--out`, or as a try by `--effort`, leaves `models/` alone; all
stages of one model are given the same two.
"""

import argparse
import logging
import sys
import time
from pathlib import Path

from services.emotion_tag.adapters.cascade import calibration
from services.emotion_tag.adapters.cascade.model import encoder_beside
from services.emotion_tag.adapters.wide import artefact
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.adapters.wide.wide_reader import WideReader
from services.emotion_tag.training import places, splits, unlabelled
from services.emotion_tag.training.build import build
from services.emotion_tag.training.calibrate import calibrated
from services.emotion_tag.training.distil import distilled
from services.emotion_tag.training.fit import Recipe

log = logging.getLogger("training")
STAGES = ("wide", "distil", "calibrate")


def main(arguments: list[str] | None = None) -> int:
    """Train; 1, with the reason in one line, if the folders do not hold what it takes."""
    parser = argparse.ArgumentParser(
        prog="services.emotion_tag.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    places.add_places(parser)
    parser.add_argument("--stage", choices=STAGES, default="wide")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        out = places.target(given.out, given.recipe, given.effort)
    except ValueError as error:
        parser.error(str(error))
    try:
        train(given.data, splits.Sets(given.recipe), given.stage, out, given.effort or 1.0)
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename} is not there: --data has to hold all corpora.\n")
        return 1
    except BrokenModelError as error:
        sys.stderr.write(f"Train the stages before {given.stage} into {out} first: {error}\n")
        return 1
    if step := places.next_step(out, given.data):
        log.info(step)
    return 0


def train(data: Path, sets: splits.Sets, stage: str, out: Path, effort: float = 1.0) -> None:
    """Write the model into `out`; of a try the encoder answers a share of the texts alone."""
    began = time.monotonic()
    known = splits.learning(data, sets)
    learned = known.learned
    if stage == "distil":
        every = round(1 / effort)
        learned = learned + distilled(out, unlabelled.texts(data, sets)[::every], log.info)
    if stage != "calibrate":
        made = build(learned, Recipe(), log.info)
        size = artefact.save(made, out)
        log.info("wide model %s: %.2f MB", made.version, size / 1e6)
    wide = artefact.load(out)
    fitted = calibrated(
        str(sets),
        WideReader(wide),
        encoder_beside(wide, out),
        known.tuned,
        unlabelled.danmaku(data),
        log.info,
    )
    calibration.save(fitted, out)
    log.info("model %s in %s after %.0f s", fitted.version, out, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
