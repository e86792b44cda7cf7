"""A model as bytes and back: arrays in NumPy's own format, nothing that could run code."""

import io
import json
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.recommendation.domain.taste import Blend, TasteModel

FORMAT = 1
_ARRAYS = (
    "item_vectors",
    "item_biases",
    "feature_vectors",
    "feature_biases",
    "user_vectors",
    "neighbour_starts",
    "neighbour_items",
    "neighbour_weights",
)


def dump(model: TasteModel) -> bytes:
    """Write a model down; the same model gives the same bytes."""
    about = {
        "format": FORMAT,
        "version": model.version,
        "trained_at": model.trained_at.isoformat(),
        "item_ids": model.item_ids,
        "feature_names": model.feature_names,
        "blend": {
            "taste": model.blend.taste,
            "recent": model.blend.recent,
            "popular": model.blend.popular,
        },
    }
    arrays: dict[str, NDArray[Any]] = {name: getattr(model, name) for name in _ARRAYS}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    users = b"".join(user_id.bytes for user_id in model.user_ids)
    arrays["users"] = np.frombuffer(users, np.uint8)
    target = io.BytesIO()
    np.savez(target, allow_pickle=False, **arrays)
    return target.getvalue()


def load(artefact: bytes) -> TasteModel:
    """Read what `dump` wrote.

    Raises:
        ValueError: it is something else, or of another format.
    """
    with np.load(io.BytesIO(artefact), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        if about["format"] != FORMAT:
            raise ValueError(f"A model of format {about['format']}; this program reads {FORMAT}.")
        users = arrays["users"].tobytes()
        return TasteModel(
            version=about["version"],
            trained_at=datetime.fromisoformat(about["trained_at"]),
            item_ids=tuple(about["item_ids"]),
            feature_names=tuple(about["feature_names"]),
            user_ids=tuple(
                UUID(bytes=users[start : start + 16]) for start in range(0, len(users), 16)
            ),
            blend=Blend(**about["blend"]),
            **{name: arrays[name] for name in _ARRAYS},
        )
