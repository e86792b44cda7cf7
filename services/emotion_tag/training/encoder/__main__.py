"""Fine-tunes the encoder: `python -m services.emotion_tag.training.encoder --data DIR`.

Needs the dependency group `finetune` and torch. Goes on where it was interrupted, from checkpoints.
With `--again` it learns anew from the start, and beside the labelled corpora from what the whole
model in the folder says of texts without labels; what is written is the mean of both encoders.
"""

import argparse
import logging
import sys
from pathlib import Path

from services.emotion_tag.adapters.cascade.model import MODELS
from services.emotion_tag.training import splits, unlabelled
from services.emotion_tag.training.distil import distilled
from services.emotion_tag.training.encoder.recipe import RECIPES
from services.emotion_tag.training.encoder.train import train

log = logging.getLogger("training.encoder")


def main() -> int:
    arguments = argparse.ArgumentParser(
        prog="services.emotion_tag.training.encoder",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    arguments.add_argument("--recipe", choices=RECIPES, default="research")
    arguments.add_argument("--out", type=Path, help="where it is written; models/<recipe>")
    arguments.add_argument("--work", type=Path, default=Path(".local/encoder"), help="checkpoints")
    arguments.add_argument("--again", action="store_true", help="the second learning")
    arguments.add_argument(
        "--effort",
        type=float,
        metavar="SHARE",
        help="try it out: one pass over this share of each corpus, e.g. 0.02; the model is poor",
    )
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if not given.data.is_dir():
        arguments.error(f"{given.data} is not a folder")
    if given.effort is not None and not 0 < given.effort <= 1:
        arguments.error("--effort is a share above 0, at most 1")
    recipe, sets = RECIPES[given.recipe], splits.Sets(given.recipe)
    out = given.out or MODELS / recipe.name
    learned = splits.learning(given.data, sets).learned
    if given.again:
        if not recipe.again:
            log.info("the recipe %s learns once", recipe.name)
            return 0
        recipe = recipe.anew()
        every = round(1 / (given.effort or 1))
        texts = unlabelled.texts(given.data, sets)[::every]
        learned = learned + distilled(out, texts, log.info)
    if given.effort is not None:
        recipe = recipe.shortened(given.effort)
    train(learned, recipe, given.data, given.work, out, renews=given.again)
    return 0


if __name__ == "__main__":
    sys.exit(main())
