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
    head = weights["head.weight"].astype(np.float64)
    unknown = [_bias_of(recipe.unknown[language], bias, sources) for language in ("zh", "en")]
    biases = np.array(unknown, np.float64) + weights["head.bias"]
    return EncoderArtefact(
        version=version_of(network, pieces, head, biases),
        network=network,
        pieces=pieces,
        tokens=recipe.positions,
        head=head,
        bias=biases,
    )


def version_of(
    network: bytes, pieces: bytes, head: NDArray[np.float64], bias: NDArray[np.float64]
) -> str:
    """Tells encoders apart by what is written down of them."""
    small = head.astype(np.float32).tobytes() + bias.astype(np.float32).tobytes()
    return f"encoder-1-{sha256(network + pieces + small).hexdigest()[:8]}"


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
