"""The model's weights as a file: read, checked against their checksum, and written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEIGHTS = "weights.npz"
MANIFEST = "manifest.json"


class BrokenModelError(Exception):
    """The model's files are missing, or are not those the manifest names."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """Everything the model needs at run time."""

    version: str
    keys: NDArray[np.uint32]
    """Hashes of the known n-grams, rising."""
    weights: NDArray[np.int8]
    """One row for each key: the emotions in the order of the taxonomy, then positive."""
    squares: NDArray[np.uint8]
    """Square of each n-gram's weight in the length of a text."""
    scale: NDArray[np.float64]
    """What one step of each column of `weights` is worth."""
    bias: NDArray[np.float64]
    """Rows `zh` and `en`, columns as `weights`."""
    fold_source: NDArray[np.uint32]
    fold_target: NDArray[np.uint32]
    expansions: list[str]
    simplified_only: NDArray[np.uint32]
    traditional_only: NDArray[np.uint32]
    """Characters that give away the script, before folding."""


def load(folder: Path) -> Artefact:
    """Read the model in `folder`.

    Raises:
        BrokenModelError: a file is missing or its checksum is another.
    """
    manifest = read_manifest(folder)
    try:
        packed = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise BrokenModelError(f"No readable model in {folder}: {error}") from error
    if sha256(packed).hexdigest() != manifest.get("sha256"):
        raise BrokenModelError(f"{folder / WEIGHTS} is not the file that {MANIFEST} names.")
    try:
        return _unpacked(manifest, packed)
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenModelError(f"The model in {folder} is of another kind: {error}") from error


def _unpacked(manifest: dict[str, Any], packed: bytes) -> Artefact:
    with np.load(BytesIO(packed), allow_pickle=False) as arrays:
        return Artefact(
            version=manifest["wide"],
            keys=np.cumsum(arrays["key_steps"], dtype=np.uint32),
            weights=np.ascontiguousarray(arrays["weights"].T),
            squares=arrays["squares"],
            scale=arrays["scale"],
            bias=arrays["bias"],
            fold_source=np.cumsum(arrays["fold_source_steps"], dtype=np.uint32),
            fold_target=arrays["fold_target"],
            expansions=str(arrays["expansions"]).split("\n"),
            simplified_only=arrays["simplified_only"],
            traditional_only=arrays["traditional_only"],
        )


def save(artefact: Artefact, folder: Path) -> int:
    """Write the model into `folder`, the same bytes for the same model; the size of its weights."""
    packed = BytesIO()
    np.savez_compressed(
        packed,
        allow_pickle=False,
        key_steps=_steps(artefact.keys),
        weights=np.ascontiguousarray(artefact.weights.T),
        squares=artefact.squares,
        scale=artefact.scale,
        bias=artefact.bias,
        fold_source_steps=_steps(artefact.fold_source),
        fold_target=artefact.fold_target,
        expansions=np.array("\n".join(artefact.expansions)),
        simplified_only=artefact.simplified_only,
        traditional_only=artefact.traditional_only,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(packed.getvalue())
    write_manifest(
        folder,
        {
            "version": artefact.version,
            "wide": artefact.version,
            "sha256": sha256(packed.getvalue()).hexdigest(),
        },
    )
    return len(packed.getvalue())


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the model in `folder` says of itself.

    Raises:
        BrokenModelError: there is none, or it cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenModelError(f"No readable model in {folder}: {error}") from error
    if not isinstance(manifest, dict):
        raise BrokenModelError(f"The model in {folder} is of another kind.")
    return manifest


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


def _steps(rising: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return np.diff(rising, prepend=np.uint32(0)).astype(np.uint32)
