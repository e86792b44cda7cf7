"""The encoder's files: a network, the pieces of its tokenizer, and what is small."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.artefact import BrokenModelError

NETWORK = "encoder.onnx"
PIECES = "encoder.pieces"
HEAD = "encoder.npz"
MANIFEST = "encoder.json"
_FILES = (NETWORK, PIECES, HEAD)


@dataclass(frozen=True, slots=True)
class EncoderArtefact:
    """Everything the encoder needs at run time, but for the folding, which is the wide model's."""

    version: str
    network: bytes | Path
    """ONNX, or the file of it: whole numbers `pieces` (texts, tokens) to floats `hidden` (texts,
    tokens, width)."""
    pieces: bytes
    """A SentencePiece model."""
    tokens: int
    """Of a text that are read; the middle of a longer one is left out."""
    head: NDArray[np.float64]
    """(outputs, 2 * width): what of the mean and the first hidden state speaks for each output."""
    bias: NDArray[np.float64]
    """(2, outputs): for a text of unknown origin in Chinese and in English."""


def folding_digest(
    source: NDArray[np.uint32], target: NDArray[np.uint32], expansions: Sequence[str]
) -> str:
    """Tells apart two folding tables."""
    digest = sha256(source.astype("<u4").tobytes() + target.astype("<u4").tobytes())
    digest.update("\n".join(expansions).encode())
    return digest.hexdigest()


def load(folder: Path, folding: str) -> EncoderArtefact:
    """Read the encoder in `folder`; `folding` is the digest of the table that its texts go through.

    Raises:
        BrokenModelError: a file is missing, its checksum is another, or the encoder learned from
            texts that were folded by another table.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = {name: _mapped(folder / name) for name in _FILES}
    except (OSError, ValueError) as error:
        raise BrokenModelError(f"No readable encoder in {folder}: {error}") from error
    try:
        return _unpacked(manifest, files, folder, folding)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BrokenModelError(f"The encoder in {folder} is of another kind: {error!r}") from error


def _mapped(path: Path) -> mmap:
    """A file to look at: 18 MB that were read would stay with the process."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def _unpacked(
    manifest: dict[str, Any], files: dict[str, mmap], folder: Path, folding: str
) -> EncoderArtefact:
    for name, content in files.items():
        if sha256(content).hexdigest() != manifest["sha256"][name]:
            raise BrokenModelError(f"{name} is not the file that {MANIFEST} names.")
    if manifest["folding"] != folding:
        raise BrokenModelError("The encoder learned from texts that were folded otherwise.")
    with np.load(BytesIO(files[HEAD]), allow_pickle=False) as arrays:
        return EncoderArtefact(
            version=manifest["version"],
            network=folder / NETWORK,
            pieces=bytes(files[PIECES]),
            tokens=int(manifest["tokens"]),
            head=arrays["head"].astype(np.float64),
            bias=arrays["bias"].astype(np.float64),
        )


def save(artefact: EncoderArtefact, folding: str, folder: Path) -> int:
    """Write the encoder into `folder`, the same bytes for the same one; the size of its files."""
    head = BytesIO()
    np.savez(
        head,
        allow_pickle=False,
        head=artefact.head.astype(np.float32),
        bias=artefact.bias.astype(np.float32),
    )
    network = artefact.network
    network = network.read_bytes() if isinstance(network, Path) else network
    files = {NETWORK: network, PIECES: artefact.pieces, HEAD: head.getvalue()}
    manifest = {
        "version": artefact.version,
        "sha256": {name: sha256(content).hexdigest() for name, content in files.items()},
        "folding": folding,
        "tokens": artefact.tokens,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    return sum(map(len, files.values()))
