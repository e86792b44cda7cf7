"""Makes what was learned into an artefact."""

from collections.abc import Mapping
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.encoder.artefact import EncoderArtefact
from services.emotion_tag.training.encoder.export import onnx_of
from services.emotion_tag.training.encoder.pretrained import Sizes
from services.emotion_tag.training.encoder.recipe import Recipe

Floats = NDArray[np.float32]


def artefact_of(
    weights: Mapping[str, Floats],
    bias: Floats,
    sources: list[str],
    pieces: bytes,
    sizes: Sizes,
    recipe: Recipe,
) -> EncoderArtefact:
    """`bias` has a row for each of the `sources`."""
    network = onnx_of(weights, sizes, recipe.layers)
    head, shared = weights["head.weight"], weights["head.bias"]
    unknown = [_bias_of(recipe.unknown[language], bias, sources) for language in ("zh", "en")]
    digest = sha256(network + pieces + head.tobytes() + np.array(unknown).tobytes()).hexdigest()
    return EncoderArtefact(
        version=f"encoder-1-{digest[:8]}",
        network=network,
        pieces=pieces,
        tokens=recipe.positions,
        head=head.astype(np.float64),
        bias=np.array(unknown, np.float64) + shared,
    )


def _bias_of(shares: Mapping[str, float], bias: Floats, sources: list[str]) -> NDArray[np.float64]:
    """A mix of the corpora that were learned from; the shares of the others go to these."""
    known = {name: share for name, share in shares.items() if name in sources}
    total = sum(known.values())
    return sum(
        (
            share / total * bias[sources.index(name)].astype(np.float64)
            for name, share in known.items()
        ),
        start=np.zeros(bias.shape[1]),
    )
