"""Fine-tunes the encoder: `python -m services.emotion_tag.training.encoder --data DIR`.

Needs the dependency group `finetune` and torch. Goes on where it was interrupted, from checkpoints.
With `--again` it learns anew from the start, and beside the labelled corpora from what the whole
model in the folder says of texts without labels; what is written is the mean of both encoders.
`--out` and `--effort` are as of the program above this one.
"""

import argparse
import logging
import sys
from pathlib import Path

from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.training import places, splits, unlabelled
from services.emotion_tag.training.distil import distilled
from services.emotion_tag.training.encoder.pretrained import NotTheModelError
from services.emotion_tag.training.encoder.recipe import RECIPES
from services.emotion_tag.training.encoder.train import train

log = logging.getLogger("training.encoder")


def main(arguments: list[str] | None = None) -> int:
    """Train; 1, with the reason in one line, if the folders do not hold what it takes."""
    parser = argparse.ArgumentParser(
        prog="services.emotion_tag.training.encoder",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    places.add_places(parser)
    parser.add_argument(
        "--work",
        type=Path,
        help=f"checkpoints; {places.CHECKPOINTS}, or the folder that --out or a try is written to",
    )
    parser.add_argument("--again", action="store_true", help="the second learning")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if given.again and not RECIPES[given.recipe].again:
        log.info("the recipe %s learns once", given.recipe)
        return 0
    try:
        out = places.target(given.out, given.recipe, given.effort)
    except ValueError as error:
        parser.error(str(error))
    try:
        _train(given, out)
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename} is not there: --data has to hold all corpora.\n")
        return 1
    except (BrokenModelError, NotTheModelError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _train(given: argparse.Namespace, out: Path) -> None:
    recipe, sets = RECIPES[given.recipe], splits.Sets(given.recipe)
    learned = splits.learning(given.data, sets).learned
    if given.again:
        recipe = recipe.anew()
        every = round(1 / (given.effort or 1))
        texts = unlabelled.texts(given.data, sets)[::every]
        learned = learned + distilled(out, texts, log.info)
    if given.effort is not None:
        recipe = recipe.shortened(given.effort)
    work = given.work or places.checkpoints(out)
    train(learned, recipe, given.data, work, out, renews=given.again)


if __name__ == "__main__":
    sys.exit(main())
