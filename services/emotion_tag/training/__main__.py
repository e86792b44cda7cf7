"""Trains the fast part of the model and fits what comes after both parts.

    python -m services.emotion_tag.training --data DIR [--recipe research|open] [--stage STAGE]

Stages: `wide` learns the wide model and calibrates it, with the encoder if its files lie in the
folder; `distil` learns it anew with what it and the encoder say of texts without labels;
`calibrate` leaves the weights as they are. The encoder has a program of its own beside this one.
"""

import argparse
import logging
import sys
import time
from pathlib import Path

from services.emotion_tag.adapters.cascade import calibration
from services.emotion_tag.adapters.cascade.model import MODELS, encoder_beside
from services.emotion_tag.adapters.wide import artefact
from services.emotion_tag.adapters.wide.wide_reader import WideReader
from services.emotion_tag.training import splits, unlabelled
from services.emotion_tag.training.build import build
from services.emotion_tag.training.calibrate import calibrated
from services.emotion_tag.training.distil import distilled
from services.emotion_tag.training.fit import Recipe

log = logging.getLogger("training")
STAGES = ("wide", "distil", "calibrate")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="services.emotion_tag.training", description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    arguments.add_argument("--recipe", choices=[*splits.Sets], default="research")
    arguments.add_argument("--stage", choices=STAGES, default="wide")
    arguments.add_argument("--out", type=Path, help="where it is written; models/<recipe>")
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if not given.data.is_dir():
        arguments.error(f"{given.data} is not a folder")
    out = given.out or MODELS / given.recipe
    train(given.data, splits.Sets(given.recipe), given.stage, out)
    return 0


def train(data: Path, sets: splits.Sets, stage: str, out: Path) -> None:
    """Write the model into `out`."""
    began = time.monotonic()
    known = splits.learning(data, sets)
    learned = known.learned
    if stage == "distil":
        learned = learned + distilled(out, unlabelled.texts(data, sets), log.info)
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
