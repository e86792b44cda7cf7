"""Keeps the pieces of the pretrained vocabulary that Chinese and English talk needs.

Quarter of a million pieces for a hundred languages would be most of the model. Kept are every
single character that was seen, every Han character and emoji, then the pieces that are used most
often in a broad sample of talk. What a kept vocabulary cannot say in one piece it says in several,
down to characters, so a text is unknown only where its characters are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sentencepiece
from numpy.typing import NDArray
from sentencepiece import sentencepiece_model_pb2

from services.emotion_tag.training.encoder.pretrained import SPECIAL, Pretrained

_messages: Any = sentencepiece_model_pb2  # generated; its classes are made when it is loaded
_WORD_START = "▁"
_UNKNOWN = SPECIAL.index("<unk>")
_HAN = range(0x4E00, 0xA000)
_EMOJI = range(0x1F300, 0x1FB00)
_TEXTS_EXPECTED = 40_000
"""A Chinese piece counts as seen as often as the pretrained prior expects in so many pieces more:
it is missing in our sample, not in the world."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces that are kept, and the tokenizer that knows only them."""

    kept: NDArray[np.int64]
    """Rows of the pretrained table, the special ones first."""
    tokenizer: bytes
    """A SentencePiece model."""


def chosen(pretrained: Pretrained, texts: Iterable[str], size: int) -> Vocabulary:
    """The `size` most useful pieces for the folded texts."""
    everything = np.arange(len(pretrained.pieces))
    whole = sentencepiece.SentencePieceProcessor(model_proto=_model(pretrained, everything))
    pieces, characters = Counter[int](), Counter[str]()
    for text in texts:
        pieces.update(whole.encode(text))
        characters.update(text)
    number = {piece: i for i, piece in enumerate(pretrained.pieces)}
    kept = list(range(len(SPECIAL)))
    kept += [number[c] for c in (_WORD_START, *sorted(characters)) if number.get(c, 0) > _UNKNOWN]
    useful = _usefulness(pretrained, pieces)
    useful[kept] = 0
    more = np.argsort(-useful, kind="stable")[: size - len(kept)]
    rows = np.array(kept + sorted(int(row) for row in more if useful[row] > 0))
    return Vocabulary(rows, _model(pretrained, rows))


def signs(pretrained: Pretrained) -> list[str]:
    """Single Han characters and emoji, which are kept whether or not they were seen."""
    return [p for p in pretrained.pieces if len(p) == 1 and (ord(p) in _HAN or ord(p) in _EMOJI)]


def _usefulness(pretrained: Pretrained, seen: Counter[int]) -> NDArray[np.float64]:
    useful = np.zeros(len(pretrained.pieces))
    for row, piece in enumerate(pretrained.pieces):
        plain = piece.removeprefix(_WORD_START)
        if plain and all(ord(c) in _HAN for c in plain):
            useful[row] = _TEXTS_EXPECTED * float(np.exp(pretrained.scores[row]))
    for row, count in seen.items():
        useful[row] += count
    useful[: len(SPECIAL)] = 0
    return useful


def _model(pretrained: Pretrained, rows: Sequence[int] | NDArray[np.int64]) -> bytes:
    """A SentencePiece model of these rows that takes text as it is."""
    model = _messages.ModelProto()
    kinds = _messages.ModelProto.SentencePiece
    for place, row in enumerate(rows):
        kind = kinds.NORMAL
        if place < len(SPECIAL):
            kind = kinds.UNKNOWN if place == _UNKNOWN else kinds.CONTROL
        piece = SPECIAL[place] if place < len(SPECIAL) else pretrained.pieces[row]
        model.pieces.add(piece=piece, score=float(pretrained.scores[row]), type=kind)
    trainer = model.trainer_spec
    trainer.model_type = _messages.TrainerSpec.UNIGRAM
    trainer.vocab_size = len(rows)
    trainer.bos_id, trainer.pad_id, trainer.eos_id, trainer.unk_id = range(len(SPECIAL))
    normalizer = model.normalizer_spec
    normalizer.name = "identity"
    normalizer.add_dummy_prefix = True
    normalizer.remove_extra_whitespaces = True
    normalizer.escape_whitespaces = True
    packed: bytes = model.SerializeToString(deterministic=True)
    return packed
