"""Trains the wide model: `python -m services.emotion_tag.training --data DIR [--out DIR]`."""

import argparse
import logging
import sys
import time
from pathlib import Path

from services.emotion_tag.adapters.wide.artefact import save
from services.emotion_tag.adapters.wide.linear_tagger import SHIPPED
from services.emotion_tag.training.build import build
from services.emotion_tag.training.fit import Recipe

log = logging.getLogger("training")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="services.emotion_tag.training", description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    arguments.add_argument("--out", type=Path, default=SHIPPED, help="where it is written")
    arguments.add_argument("--seed", type=int, default=Recipe().seed)
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if not given.data.is_dir():
        arguments.error(f"{given.data} is not a folder")
    began = time.monotonic()
    artefact = build(given.data, Recipe(seed=given.seed), log.info)
    size = save(artefact, given.out)
    log.info(
        "model %s: %.2f MB in %s after %.0f s",
        artefact.version,
        size / 1e6,
        given.out,
        time.monotonic() - began,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
