"""Fine-tunes the encoder: `python -m services.emotion_tag.training.encoder --data DIR`.

Needs the dependency group `finetune` and torch. Goes on where it was interrupted, from checkpoints.
"""

import argparse
import logging
import sys
from pathlib import Path

from services.emotion_tag.training import splits
from services.emotion_tag.training.encoder.recipe import RECIPES
from services.emotion_tag.training.encoder.train import train

_MODELS = Path(__file__).parents[2] / "models"


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
    recipe = RECIPES[given.recipe]
    if given.effort is not None:
        recipe = recipe.shortened(given.effort)
    learned = splits.learning(given.data, splits.Sets(recipe.name)).learned
    train(learned, recipe, given.data, given.work, given.out or _MODELS / recipe.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
