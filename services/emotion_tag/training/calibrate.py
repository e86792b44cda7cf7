"""Makes scores into answers that can be believed, on data the weights have not seen."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.cascade import decide
from services.emotion_tag.adapters.cascade.calibration import Calibration, Scale, digest, of_kind
from services.emotion_tag.adapters.cascade.tagger import Encoder
from services.emotion_tag.adapters.wide.wide_reader import LANGUAGES, WideReader
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.training.context import fitted_context
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.fit import FAMILIES
from services.emotion_tag.training.scales import (
    PLAIN,
    Tuning,
    balance,
    fitted,
    probabilities_of,
    rightness,
    scores_of,
)
from services.emotion_tag.training.strength import Strengths, fitted_strength, graded, graded_as

Floats = NDArray[np.float64]
KINDS = [kind for kind in TextKind if kind is not TextKind.UNKNOWN]
Scales = dict[str, dict[str, Scale]]
Thresholds = dict[str, dict[str, float]]

_SHARPENINGS = (1.0, 1.5, 2.0, 3.0)
_ENOUGH = 400  # texts of a kind, to have scales of its own
_CHUNK = 500
_LOST = 0.0003
"""Share of right answers that asking the encoder about fewer texts may cost."""
_FASTEST = 0.03
"""Share of danmaku that the encoder is asked about, repeated ones counted."""
_THRESHOLDS = [round(step / 100, 2) for step in range(30, 100, 2)]


def calibrated(
    name: str,
    wide: WideReader,
    encoder: Encoder | None,
    tuned: Sequence[Example],
    danmaku: Sequence[str],
    tell: Callable[..., None],
) -> Calibration:
    """Fit all that comes after the weights.

    `tuned` are labelled, each corpus in its order; `danmaku` are lines without labels, repeated as
    they were said.
    """
    tell("calibrating on %d texts", len(tuned))
    tuning = read(wide, encoder, tuned)
    alone_tuning = tuning.without_encoder()
    sharpening = _sharpening(tuning)
    alone = _scales(alone_tuning, PLAIN, sharpening)
    together: Scales = {}
    asks_below: Thresholds = {}
    if encoder is not None:
        start = replace(PLAIN, wide=0.5, encoder=0.5)
        together = _scales(tuning, start, sharpening)
        asks_below = _thresholds(tuning, alone, together, sharpening)
        fastest = _fastest(wide, alone["zh"], danmaku, sharpening)
        for language in asks_below:
            asks_below[language][TextKind.DANMAKU.value] = fastest
    best = together or alone
    turns = [i for i, e in enumerate(tuned) if e.kind is TextKind.CHAT and e.reply_to is not None]
    turns = [i for i in turns if tuned[i].corpus == "cped"]
    chat = tuning.only(turns)
    shares = probabilities_of(scores_of(of_kind(best["zh"], TextKind.CHAT), chat), sharpening)
    strengths = Strengths(tuning, read(wide, encoder, graded("train")))
    by_wide = strengths.without_encoder()
    intensity = fitted_strength(by_wide, alone, sharpening)
    beside = graded_as(by_wide, alone, sharpening, intensity)
    made = Calibration(
        version="",
        wide=wide.version,
        encoder="" if encoder is None else encoder.version,
        alone=alone,
        together=together,
        asks_below=asks_below,
        sharpening=sharpening,
        intensity=intensity,
        intensity_together=(
            fitted_strength(strengths, together, sharpening, beside) if together else []
        ),
        context=fitted_context(chat.examples, shares),
    )
    return replace(made, version=f"{name}-2-{digest(made)}")


def read(wide: WideReader, encoder: Encoder | None, examples: Sequence[Example]) -> Tuning:
    """What both models say of the examples."""
    scores, encoded, leanings = [], [], []
    for start in range(0, len(examples), _CHUNK):
        texts = [example.text for example in examples[start : start + _CHUNK]]
        reading = wide.read(texts)
        scores += reading.logits.tolist()
        leanings += reading.leanings
        if encoder is not None:
            english = np.array([language == "en" for language in reading.languages])
            encoded.append(encoder.read(texts, english))
    return Tuning(
        examples,
        np.array(scores),
        np.concatenate(encoded) if encoded else None,
        leanings,
    )


def _scales(tuning: Tuning, start: Scale, sharpening: float) -> Scales:
    """For each language one for texts of unknown kind, and one for each kind of text.

    A kind with enough texts is tuned together with our own comments of all kinds, so that it does
    not become the corpus that happens to stand for it; the other kinds are tuned on our own
    comments, but for posts, which those are not. Shop reviews, whose emotion is only known as good
    or bad, tell of polarity only, and only reviews tell of a review's; turns of plays say nothing
    about texts of unknown kind, and not how sure a turn of a chat may be: their labels are of
    voices and faces, and half of them cannot be told from the words.
    """
    scales: Scales = {}
    for language in LANGUAGES:
        spoken = [i for i, e in enumerate(tuning.examples) if e.language == language]
        own = {i for i in spoken if tuning.examples[i].corpus == "own"}
        ours = tuning.only(sorted(own))
        general = [i for i in spoken if _is_general(tuning.examples[i])]
        unknown = fitted(tuning.only(general), start, sharpening)
        scales[language] = {TextKind.UNKNOWN.value: unknown}
        for kind in KINDS:
            here = {i for i in spoken if tuning.examples[i].kind is kind}
            if kind is TextKind.POST and len(here) < _ENOUGH:
                continue
            some = tuning.only(sorted(here | own)) if len(here) >= _ENOUGH else ours
            telling = ours if kind is TextKind.REVIEW else some
            judging = ours if kind in (TextKind.REVIEW, TextKind.CHAT) else some
            if kind is TextKind.REVIEW and len(here) >= _ENOUGH:
                some = tuning.only(sorted(here))
            scales[language][kind.value] = fitted(some, unknown, sharpening, telling, judging)
    return scales


def _sharpening(tuning: Tuning) -> float:
    """The least that makes the top emotion lie in the top family about as often as it can."""
    families = FAMILIES.astype(np.float64)
    scores = scores_of(PLAIN, tuning.without_encoder())[:, :-1]
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = odds / odds.sum(axis=1, keepdims=True)
    sums = shares @ families
    in_top = []
    for power in _SHARPENINGS:
        sharp = shares**power
        sharp *= (sums / np.maximum(sharp @ families, 1e-300)) @ families.T
        top = families[sharp.argmax(axis=1)].argmax(axis=1)
        in_top.append(float((top == sums.argmax(axis=1)).mean()))
    enough = max(in_top) - 0.005
    return next(p for p, share in zip(_SHARPENINGS, in_top, strict=True) if share >= enough)


def _thresholds(tuning: Tuning, alone: Scales, together: Scales, sharpening: float) -> Thresholds:
    """The least that costs no more than `_LOST` of the right answers, for each kind of text.

    Nor may any above it: where little is at stake, some threshold is always lucky. Rare emotions
    weigh more, as in the scales.
    """
    found: Thresholds = {}
    for language, kinds in together.items():
        found[language] = {}
        for kind, scale in kinds.items():
            some = tuning.only(_standing_for(tuning.examples, language, kind))
            weight = balance(some.examples)
            sure, right_alone = _answered(some.without_encoder(), alone[language][kind], sharpening)
            _, right_together = _answered(some, scale, sharpening)
            best = float(weight @ right_together)
            costly = [
                below
                for below in _THRESHOLDS
                if weight @ np.where(sure < below, right_together, right_alone) < best - _LOST
            ]
            found[language][kind] = next(
                (below for below in _THRESHOLDS if below > max(costly, default=0.0)), 1.0
            )
    return found


def _standing_for(examples: Sequence[Example], language: str, kind: str) -> list[int]:
    spoken = [i for i, e in enumerate(examples) if e.language == language]
    here = [i for i in spoken if examples[i].kind == kind]
    if kind != TextKind.UNKNOWN and len(here) >= _ENOUGH:
        return here
    return [i for i in spoken if _is_general(examples[i])]


def _is_general(example: Example) -> bool:
    """Whether it says something about texts of unknown kind."""
    return example.corpus == "own" or example.kind not in (TextKind.REVIEW, TextKind.CHAT)


def _answered(tuning: Tuning, scale: Scale, sharpening: float) -> tuple[Floats, Floats]:
    """How sure the answers are, and which are right; of a shop review, whether its side is."""
    scores = scores_of(scale, tuning)
    shares = probabilities_of(scores, sharpening)
    shop = np.array([e.kind is TextKind.REVIEW and e.corpus != "own" for e in tuning.examples])
    good = np.array([e.positive == 1.0 for e in tuning.examples])
    right = np.where(shop, (scores[:, -1] > 0) == good, rightness(tuning.examples, shares))
    return _sureness(scale, shares), right


def _sureness(scale: Scale, shares: Floats) -> Floats:
    return np.array([decide.confidence(scale, row) for row in shares.tolist()])


def _fastest(
    wide: WideReader, scales: dict[str, Scale], danmaku: Sequence[str], sharpening: float
) -> float:
    """The confidence under which `_FASTEST` of the danmaku are."""
    scale = of_kind(scales, TextKind.DANMAKU)
    tuning = read(wide, None, [Example(text, "zh", "danmaku") for text in danmaku])
    shares = probabilities_of(scores_of(scale, tuning), sharpening)
    sure = _sureness(scale, shares)
    return round(float(np.quantile(sure, _FASTEST)), 4) if len(sure) else 0.0
