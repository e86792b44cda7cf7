"""From the corpora to an encoder in a folder."""

import gzip
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from services.emotion_tag.adapters.encoder.artefact import folding_digest, load, save
from services.emotion_tag.adapters.encoder.plain_text import PlainFolding
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.encoder import pretrained, vocabulary
from services.emotion_tag.training.encoder.blend import blended
from services.emotion_tag.training.encoder.device import device
from services.emotion_tag.training.encoder.finish import artefact_of
from services.emotion_tag.training.encoder.learn import Cutter, Learner
from services.emotion_tag.training.encoder.material import material_of
from services.emotion_tag.training.encoder.network import pretrained_network
from services.emotion_tag.training.encoder.recipe import Recipe
from services.emotion_tag.training.folding_table import folding_table

log = logging.getLogger(__name__)

_START_OF_REVIEW = 300  # characters


def train(
    learned: Sequence[Example],
    recipe: Recipe,
    data: Path,
    work: Path,
    out: Path,
    *,
    renews: bool = False,
) -> None:
    """Learn from examples, or go on from the checkpoint in `work`; write the encoder into `out`.

    If it `renews` the encoder that is there, what is written is the mean of both.

    Raises:
        BrokenModelError: there is no encoder to renew.
    """
    torch.set_num_threads(1)  # sums keep their order, and another training has a core of its own
    torch.manual_seed(recipe.seed)
    table = folding_table()
    folding = PlainFolding(*table)
    former = load(out, folding_digest(*table)) if renews else None
    source = pretrained.read()
    texts = [*vocabulary.signs(source), *(e.text for e in learned), *_talk(data)]
    words = vocabulary.chosen(source, map(folding.fold, texts), recipe.pieces)
    material = material_of(learned, recipe, folding)
    log.info("%d texts, %d pieces", len(material), len(words.kept))
    network = pretrained_network(source, words.kept, recipe.positions, recipe.layers)
    where = device()
    log.info("learning on %s", where)
    cutter = Cutter(words.tokenizer, recipe.tokens)
    learner = Learner(network, material, recipe, cutter, where)
    work.mkdir(parents=True, exist_ok=True)
    checkpoint = work / f"{recipe.name}.pt"
    learner.run(checkpoint)
    weights, bias = learner.averaged()
    artefact = artefact_of(weights, bias, material.sources, words.tokenizer, source.sizes, recipe)
    if former is not None:
        artefact = blended(former, artefact, recipe.renewed, source.sizes, recipe.layers)
    size = save(artefact, folding_digest(*table), out)
    checkpoint.unlink()
    log.info("%s: %.1f MB in %s", artefact.version, size / 1e6, out)


def _talk(data: Path) -> Iterator[str]:
    """More of what people write, which only says which pieces are worth keeping."""
    with (data / "zh_danmaku_raw" / "bilibili_danmaku_lines.txt").open(encoding="utf-8") as lines:
        yield from lines
    with gzip.open(data / "rec_amazon_music_instr" / "Musical_Instruments_5.json.gz", "rt") as rows:
        yield from (json.loads(row)["reviewText"][:_START_OF_REVIEW] for row in rows)
