"""Fine-tunes the encoder: `python -m services.emotion_tag.training.encoder --data DIR`."""

import argparse
import gzip
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from services.emotion_tag.adapters.encoder.artefact import folding_digest, save
from services.emotion_tag.adapters.encoder.plain_text import PlainFolding
from services.emotion_tag.training import splits
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.encoder import pretrained, vocabulary
from services.emotion_tag.training.encoder.finish import artefact_of
from services.emotion_tag.training.encoder.learn import Cutter, Learner
from services.emotion_tag.training.encoder.material import material_of
from services.emotion_tag.training.encoder.network import pretrained_network
from services.emotion_tag.training.encoder.recipe import RECIPES, Recipe, Serving
from services.emotion_tag.training.folding_table import folding_table

log = logging.getLogger("training")

_MODELS = Path(__file__).parents[2] / "models"
_START_OF_REVIEW = 300  # characters


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    arguments.add_argument("--recipe", choices=RECIPES, default="research")
    arguments.add_argument("--out", type=Path, help="folder of the model; default: the shipped one")
    arguments.add_argument("--work", type=Path, default=Path(".local/encoder"), help="checkpoints")
    arguments.add_argument("--without", action="append", default=[], help="a corpus to leave out")
    arguments.add_argument("--effort", type=float, default=1.0, help="share of each pass")
    arguments.add_argument("--passes", type=int, default=3)
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if not given.data.is_dir():
        arguments.error(f"{given.data} is not a folder")
    recipe = _changed(RECIPES[given.recipe], given.without, given.effort, given.passes)
    _train(recipe, given.data, given.work, given.out or _MODELS / recipe.name, given.without)
    return 0


def _changed(recipe: Recipe, without: list[str], effort: float, passes: int) -> Recipe:
    servings = {
        name: Serving(serving.share * effort, serving.weight)
        for name, serving in recipe.servings.items()
        if name not in without
    }
    return replace(recipe, servings=servings, passes=passes)


def _train(recipe: Recipe, data: Path, work: Path, out: Path, without: list[str]) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    table = folding_table()
    folding = PlainFolding(*table)
    learned = splits.learning(data, splits.Sets(recipe.name), frozenset(without)).learned
    source = pretrained.read()
    signs = map(folding.fold, vocabulary.signs(source))
    words = vocabulary.chosen(
        source, [*signs, *(folding.fold(text) for text in _talk(data, learned))], recipe.pieces
    )
    material = material_of(learned, recipe, folding)
    log.info("%d texts, %d pieces", len(material), len(words.kept))
    network = pretrained_network(source, words.kept, recipe.positions, recipe.layers)
    learner = Learner(network, material, recipe, Cutter(words.tokenizer, recipe.tokens))
    work.mkdir(parents=True, exist_ok=True)
    learner.run(work / f"{recipe.name}.pt")
    weights, bias = learner.averaged()
    artefact = artefact_of(weights, bias, material.sources, words.tokenizer, source.sizes, recipe)
    size = save(artefact, folding_digest(*table), out)
    log.info("%s: %.1f MB in %s", artefact.version, size / 1e6, out)


def _talk(data: Path, learned: list[Example]) -> Iterator[str]:
    """What people write: a sample that only says which pieces are worth keeping."""
    yield from (example.text for example in learned)
    with (data / "zh_danmaku_raw" / "bilibili_danmaku_lines.txt").open(encoding="utf-8") as lines:
        yield from lines
    with gzip.open(data / "rec_amazon_music_instr" / "Musical_Instruments_5.json.gz", "rt") as rows:
        yield from (json.loads(row)["reviewText"][:_START_OF_REVIEW] for row in rows)


if __name__ == "__main__":
    sys.exit(main())
