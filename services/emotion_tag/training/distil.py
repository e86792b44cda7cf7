"""What both parts together say of texts without labels, for either to learn from.

So the wide model becomes sure, and right, on texts as they are served, and the encoder is asked
less often; the encoder hears of more than the labelled corpora. The texts are not stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp
from pathlib import Path

from services.emotion_tag.adapters.cascade import calibration
from services.emotion_tag.adapters.cascade.model import encoder_beside
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.adapters.wide import artefact
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.domain.tag import TextInput
from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.training.corpora import Example

_CHUNK = 256
_PARTS = 3  # emotions of a text that are taught, the likeliest
_WEIGHT = 0.7
_ALWAYS = 2.0  # no confidence is as high: the encoder reads every text


def distilled(folder: Path, texts: Sequence[TextInput], tell: Callable[..., None]) -> list[Example]:
    """The texts with the answers of both parts of the model in `folder` as labels.

    Raises:
        BrokenModelError: there is no model, its parts do not belong together, or it has no encoder
            to learn from.
    """
    wide, fitted = artefact.load(folder), calibration.load(folder)
    encoder = encoder_beside(wide, folder)
    if encoder is None or encoder.version != fitted.encoder:
        raise BrokenModelError("there is no encoder to learn from.")
    asked = {
        language: dict.fromkeys(kinds, _ALWAYS) for language, kinds in fitted.asks_below.items()
    }
    teacher = CascadeTagger(wide, replace(fitted, asks_below=asked), encoder)
    examples: list[Example] = []
    for start in range(0, len(texts), _CHUNK):
        some = texts[start : start + _CHUNK]
        tags, odds = teacher.tag(some), teacher.positive_odds(some)
        for one, tag, odd in zip(some, tags, odds, strict=True):
            if not tag.confidence:
                continue
            top = sorted(zip(tag.scores, EMOTIONS, strict=True), reverse=True)[:_PARTS]
            total = sum(score for score, _ in top)
            examples.append(
                Example(
                    text=one.text,
                    language="en" if tag.language == "en" else "zh",
                    corpus=f"distilled-{one.kind}",
                    label=tuple((frozenset({emotion}), score / total) for score, emotion in top),
                    positive=1 / (1 + exp(-max(-30.0, min(30.0, odd)))),
                    weight=_WEIGHT,
                    polarity_weight=_WEIGHT,
                    kind=one.kind,
                )
            )
        if start % (_CHUNK * 20) == 0:
            tell("%d of %d texts read by the teacher", start, len(texts))
    return examples
