"""Reads texts with the transformer: emotions, for or against, how strong."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnxruntime
import sentencepiece
from numpy.typing import NDArray

from services.emotion_tag.adapters.encoder.artefact import EncoderArtefact, folding_digest, load
from services.emotion_tag.adapters.encoder.plain_text import PlainFolding
from services.emotion_tag.adapters.wide.artefact import Artefact, BrokenModelError
from services.emotion_tag.domain.taxonomy import EMOTIONS

Floats: TypeAlias = NDArray[np.float64]

OUTPUTS = len(EMOTIONS) + 2
_START, _END = 0, 2
_AT_ONCE = 512
"""Tokens that are looked at together: bounds the memory of a large batch."""
_CHARACTERS_PER_TOKEN = 16
"""A piece is at most that long, so what lies further from both ends of a text is never read."""


class Encoder:
    """Deterministic; a text gets the same answer alone and in a batch.

    Only texts of the same number of tokens are looked at together, so that none is padded, and the
    activations are quantised token by token.
    """

    def __init__(self, artefact: EncoderArtefact, folding: PlainFolding) -> None:
        self.version = artefact.version
        self._folding = folding
        self._tokens = artefact.tokens
        self._head = artefact.head
        self._bias = artefact.bias
        self._tokenizer = sentencepiece.SentencePieceProcessor(model_proto=artefact.pieces)
        self._session = _session(artefact.network)

    @classmethod
    def beside(cls, wide: Artefact, folder: Path) -> "Encoder":
        """The encoder in the folder of a wide model, whose folding it shares.

        Raises:
            BrokenModelError: as `artefact.load`; also if the runtime refuses a file.
        """
        table = (wide.fold_source, wide.fold_target, wide.expansions)
        artefact = load(folder, folding_digest(*table))
        try:
            return cls(artefact, PlainFolding(*table))
        except Exception as error:
            raise BrokenModelError(f"The encoder in {folder} cannot be run: {error}") from error

    def read(self, texts: Sequence[str], english: NDArray[np.bool_]) -> Floats:
        """Scores (texts, OUTPUTS): the emotions, log-odds of positive, log-odds of strong.

        `english` says which texts get the bias of English instead of Chinese.
        """
        answers = np.zeros((len(texts), OUTPUTS))
        by_length = defaultdict[int, list[tuple[int, list[int]]]](list)
        for at, text in enumerate(texts):
            pieces = self._cut(text)
            by_length[len(pieces)].append((at, pieces))
        for length, these in by_length.items():
            step = max(1, _AT_ONCE // length)
            for start in range(0, len(these), step):
                some = these[start : start + step]
                pieces_of = np.array([pieces for _, pieces in some], np.int32)
                (hidden,) = self._session.run(None, {"pieces": pieces_of})
                answers[[at for at, _ in some]] = self._answers(hidden)
        answers += self._bias[english.astype(np.int64)]
        return answers

    def _answers(self, hidden: NDArray[np.float32]) -> Floats:
        """The mean and the first state times the head, text by text: the sums of a matrix product
        depend on how many rows it has."""
        read = np.concatenate((hidden.mean(axis=1, dtype=np.float64), hidden[:, 0]), axis=1)
        answers: Floats = (read[:, None, :] * self._head).sum(axis=-1)
        return answers

    def _cut(self, text: str) -> list[int]:
        """The pieces of a text; the middle of a long one is left out."""
        room = self._tokens - 2
        reach = room * _CHARACTERS_PER_TOKEN
        if len(text) > 2 * reach:
            text = f"{text[:reach]} {text[-reach:]}"
        pieces: list[int] = self._tokenizer.encode(self._folding.fold(text))
        if len(pieces) > room:
            pieces = pieces[: room // 2] + pieces[room // 2 - room :]
        return [_START, *pieces, _END]


def _session(network: bytes | Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a service scales by processes; and sums keep their order
    options.inter_op_num_threads = 1
    # The arena keeps the memory of the largest batch, 25 MB; without it as much again is lost
    # between blocks of all sizes. A pattern for each of the many shapes gains nothing.
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
