"""Puts two learnings of the encoder into one: the mean of their weights.

Both began at the same pretrained weights and end so near to each other that what lies between them
reads as well as either, and better where only one has seen the like ("model soups", Wortsman et al.
2022). It costs nothing when it reads.
"""

from pathlib import Path

import numpy as np
import onnx
import sentencepiece
from numpy.typing import NDArray
from onnx import numpy_helper

from services.emotion_tag.adapters.encoder.artefact import EncoderArtefact
from services.emotion_tag.training.encoder.export import onnx_of
from services.emotion_tag.training.encoder.finish import version_of
from services.emotion_tag.training.encoder.pretrained import Sizes

Floats = NDArray[np.float32]


def blended(
    before: EncoderArtefact, after: EncoderArtefact, share: float, sizes: Sizes, layers: int
) -> EncoderArtefact:
    """The mean, with `share` of `after`, 0 to 1; pieces that `before` has not are as in `after`."""
    old, new = weights_of(_network(before)), weights_of(_network(after))
    rows = {piece: row for row, piece in enumerate(_pieces(before))}
    places = [rows.get(piece, -1) for piece in _pieces(after)]
    known = np.array(places) >= 0
    words = new["words.weight"].copy()
    words[known] = old["words.weight"][[row for row in places if row >= 0]]
    old["words.weight"] = words
    network = onnx_of(
        {name: (1 - share) * old[name] + share * weights for name, weights in new.items()},
        sizes,
        layers,
    )
    head = (1 - share) * before.head + share * after.head
    bias = (1 - share) * before.bias + share * after.bias
    return EncoderArtefact(
        version=version_of(network, after.pieces, head, bias),
        network=network,
        pieces=after.pieces,
        tokens=after.tokens,
        head=head,
        bias=bias,
    )


def weights_of(network: bytes) -> dict[str, Floats]:
    """What `onnx_of` wrote down, as exact as it was written."""
    written = {
        one.name: numpy_helper.to_array(one)
        for one in onnx.load_model_from_string(network).graph.initializer
    }
    weights = {
        name: value for name, value in written.items() if name.endswith((".weight", ".bias"))
    }
    for name, scale in written.items():
        if name.endswith(".scale"):
            matrix = name.removesuffix(".scale")
            weight = written[f"{matrix}.steps"].astype(np.float32) * scale
            weights[f"{matrix}.weight"] = weight if matrix == "words" else weight.T
    weights["positions.weight"] = written["positions"][0].astype(np.float32)
    return weights


def _network(artefact: EncoderArtefact) -> bytes:
    network = artefact.network
    return network.read_bytes() if isinstance(network, Path) else network


def _pieces(artefact: EncoderArtefact) -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=artefact.pieces)
    pieces: list[str] = processor.id_to_piece(list(range(processor.get_piece_size())))
    return pieces
