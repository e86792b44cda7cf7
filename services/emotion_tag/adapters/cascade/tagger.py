"""Tags texts: the wide model reads all, the encoder those that the wide model is not sure of."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.aspects.finder import AspectFinder
from services.emotion_tag.adapters.cascade import decide
from services.emotion_tag.adapters.cascade.answered import Answered, Tag
from services.emotion_tag.adapters.cascade.calibration import Calibration, Scale, of_kind
from services.emotion_tag.adapters.cascade.context import echoing, is_echo, lifted
from services.emotion_tag.adapters.cascade.decide_many import decided
from services.emotion_tag.adapters.locales import load_locales
from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.intensity import intensity, shown
from services.emotion_tag.adapters.wide.polarity import contrasts
from services.emotion_tag.adapters.wide.wide_reader import Reading, WideReader
from services.emotion_tag.domain.tag import EmotionTag, Felt, TextInput, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion

MOST_FOR_ENCODER = 2_000
"""Characters of a text that the encoder is asked about; a longer one is many things at once."""
_MANY = 12
"""Texts from which on it pays to decide about them together."""


class Encoder(Protocol):
    """The slower model. A text gets the same scores alone and in a batch."""

    @property
    def version(self) -> str: ...

    def read(self, texts: Sequence[str], english: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The scores of each text: the emotions, then the log-odds of positive and of strong."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """The confidence of the wide model in its answer to one text, and what it was held against."""

    wide: float
    asks_below: float
    """Confidence under which the encoder is asked; 0 if it never is."""
    unsure_below: float
    """Confidence under which the answer, whoever gave it, is unsure."""


@dataclass(slots=True)
class _Answer:
    """What is known of one text on its way to a tag."""

    language: str
    """`zh` or `en`: which scales count."""
    probabilities: list[float]
    odds: float
    """Log-odds of positive."""
    confidence: float
    strong: float | None = None
    """The encoder's log-odds of a strong feeling, if it has read the text."""
    echoes: Felt | None = None
    """What the text only agrees with, if it does, and if that is known."""


class CascadeTagger:
    """Deterministic; a text gets the same answer alone and in a batch."""

    def __init__(
        self,
        artefact: Artefact,
        calibration: Calibration,
        encoder: Encoder | None = None,
        *,
        added_locales: Path | None = None,
        observe: Callable[[int, int], None] | None = None,
    ) -> None:
        """`observe` is told how many texts were read, and how many of them by the encoder."""
        self.locales, lexicons = load_locales(added_locales)
        self._aspects = AspectFinder(artefact, lexicons)
        self._wide = WideReader(artefact)
        self._encoder = encoder if calibration.together else None
        self._calibration = calibration
        self._observe = observe
        self._answered = Answered()
        self.version = calibration.version + ("" if self._encoder else "-wide")

    def tag(self, inputs: Sequence[TextInput]) -> list[EmotionTag]:
        """Tag texts of any content, in their order; equal ones are read once."""
        if not inputs:
            return []
        asked = _different(inputs)
        reading, answers = self._read(asked)
        self._use_contexts(asked, answers, range(len(asked)), self.tag)
        tags = self._tags(asked, reading, answers)
        if len(asked) == len(inputs):
            return tags
        by_input = dict(zip(asked, tags, strict=True))
        return [by_input[one] for one in inputs]

    def sure(self, inputs: Sequence[TextInput]) -> list[EmotionTag | None]:
        """The tags of texts that the wide model answers alone; None where it is not sure."""
        if not inputs:
            return []
        asked = _different(inputs)
        reading, answers = self._read_wide(asked)
        asking = set(self._asking(asked, reading, answers))
        alone = [at for at in range(len(asked)) if at not in asking]
        asking.update(self._use_contexts(asked, answers, alone, self.sure))
        if len(asking) == len(asked):
            return [None] * len(inputs)
        tags = {
            one: tag
            for at, (one, tag) in enumerate(
                zip(asked, self._tags(asked, reading, answers), strict=True)
            )
            if at not in asking
        }
        self._count(len(tags), 0)
        return [tags.get(one) for one in inputs]

    def positive_odds(self, inputs: Sequence[TextInput]) -> list[float]:
        """The log-odds that each text is for what it speaks of rather than against it, whatever
        stands beside it."""
        if not inputs:
            return []
        asked = _different(inputs)
        _, answers = self._read(asked)
        odds = {one: answer.odds for one, answer in zip(asked, answers, strict=True)}
        return [odds[one] for one in inputs]

    def _read(self, asked: Sequence[TextInput]) -> tuple[Reading, list[_Answer]]:
        """What both parts make of different texts by themselves."""
        reading, answers = self._read_wide(asked)
        asking = self._asking(asked, reading, answers)
        if asking and self._encoder is not None:
            english = np.array([answers[at].language == "en" for at in asking])
            scores = self._encoder.read([asked[at].text for at in asking], english)
            for at, encoded in zip(asking, scores.tolist(), strict=True):
                self._together(asked[at], reading.logits[at].tolist(), encoded, answers[at])
        self._count(len(asked), len(asking))
        return reading, answers

    def _read_wide(self, asked: Sequence[TextInput]) -> tuple[Reading, list[_Answer]]:
        reading = self._wide.read([one.text for one in asked])
        return reading, self._all_alone(asked, reading)

    def _asking(
        self, asked: Sequence[TextInput], reading: Reading, answers: Sequence[_Answer]
    ) -> list[int]:
        """The places of texts that the encoder has to read."""
        return [at for at, one in enumerate(asked) if self._asks(one, reading, at, answers[at])]

    def _use_contexts(
        self,
        asked: Sequence[TextInput],
        answers: Sequence[_Answer],
        places: Iterable[int],
        tag: Tag,
    ) -> list[int]:
        """Change the answers to texts in some places by what is known beside them.

        `tag` reads what they answer. Gives the places where it has no tag for that.
        """
        swayed = [at for at in places if self._is_swayed(asked[at], answers[at])]
        if not swayed:
            return []
        replies = {at: _answered(asked[at]) for at in swayed}
        felt = self._answered.felt([reply for reply in replies.values() if reply], tag)
        waiting = []
        for at, reply in replies.items():
            known = felt.get(reply) if reply else None
            if reply and not known:
                waiting.append(at)
            else:
                self._use_context(asked[at], answers[at], known)
        return waiting

    def _is_swayed(self, one: TextInput, answer: _Answer) -> bool:
        """Whether it counts what stands beside a text: one that is sure by itself stays as it is,
        unless it says nothing of its own."""
        if one.context is None:
            return False
        unsure_below = self._scale(one, answer).unsure_below
        return answer.confidence < unsure_below or is_echo(one.text)

    def _count(self, texts: int, by_encoder: int) -> None:
        if self._observe is not None:
            self._observe(texts, by_encoder)

    @property
    def lexicon_version(self) -> str:
        """Tells the lists of words apart by which aspects are found."""
        return self._aspects.version

    def unknown_shares(self, texts: Sequence[str]) -> Sequence[float]:
        """Of the n-grams of each text the share that the wide model has never seen, 0 to 1."""
        return self._wide.unknown_shares(texts) if texts else []

    def tiers(self, texts: Sequence[TextInput], tags: Sequence[EmotionTag]) -> Sequence[str]:
        """Which part answered: `none`, `wide` or `encoder`."""
        held = self.held_against(texts)
        return [
            "none" if not tag.confidence else "encoder" if one.wide < one.asks_below else "wide"
            for one, tag in zip(held, tags, strict=True)
        ]

    def held_against(self, texts: Sequence[TextInput]) -> list[Held]:
        """What decided about each text, whatever the encoder made of it."""
        if not texts:
            return []
        reading = self._wide.read([one.text for one in texts])
        return [self._held(one, reading, at) for at, one in enumerate(texts)]

    def _held(self, one: TextInput, reading: Reading, at: int) -> Held:
        answer = self._alone(one, reading, at)
        asks = self._asks(one, reading, at, answer)
        scales = self._calibration.together if asks else self._calibration.alone
        scale = of_kind(scales[answer.language], one.kind)
        return Held(answer.confidence, self._asks_below(one, answer), scale.unsure_below)

    def spoke_for(self, text: str, emotion: Emotion) -> list[float]:
        """The share of each code point in what speaks for an emotion in the wide model; below 0 if
        it speaks against.

        Those above 0 add up to 1, if there are any.
        """
        one = TextInput(text)
        reading = self._wide.read([text])
        shares = self._alone(one, reading, 0).probabilities
        return self._wide.spoke_for(reading, len(text), EMOTIONS.index(emotion), shares)

    def _alone(self, one: TextInput, reading: Reading, at: int) -> _Answer:
        language = "en" if reading.languages[at] == "en" else "zh"
        if reading.blank[at]:
            return _nothing(language)
        scale = of_kind(self._calibration.alone[language], one.kind)
        scores = reading.logits[at].tolist()
        shares, odds = decide.read(scale, self._calibration.sharpening, scores, None)
        return _Answer(language, shares, odds, decide.confidence(scale, shares))

    def _all_alone(self, wanted: Sequence[TextInput], reading: Reading) -> list[_Answer]:
        """The same for every text; many are decided about together."""
        if len(wanted) < _MANY:
            return [self._alone(one, reading, at) for at, one in enumerate(wanted)]
        languages = ["en" if language == "en" else "zh" for language in reading.languages]
        alike: dict[tuple[str, TextKind], list[int]] = defaultdict(list)
        for at, (one, language) in enumerate(zip(wanted, languages, strict=True)):
            if not reading.blank[at]:
                alike[language, one.kind].append(at)
        answers: dict[int, _Answer] = {}
        for (language, kind), places in alike.items():
            scale = of_kind(self._calibration.alone[language], kind)
            made = decided(scale, reading.logits[places], self._calibration.sharpening)
            for at, shares, odds, sure in zip(places, *made, strict=True):
                answers[at] = _Answer(language, shares, odds, sure)
        return [answers.get(at) or _nothing(language) for at, language in enumerate(languages)]

    def _asks(self, one: TextInput, reading: Reading, at: int, answer: _Answer) -> bool:
        return not reading.blank[at] and answer.confidence < self._asks_below(one, answer)

    def _asks_below(self, one: TextInput, answer: _Answer) -> float:
        """The confidence under which the encoder is asked about a text; 0 if it never is."""
        if self._encoder is None or len(one.text) > MOST_FOR_ENCODER:
            return 0.0
        return of_kind(self._calibration.asks_below[answer.language], one.kind)

    def _together(
        self, one: TextInput, wide: Sequence[float], encoded: Sequence[float], answer: _Answer
    ) -> None:
        scale = of_kind(self._calibration.together[answer.language], one.kind)
        sharpening = self._calibration.sharpening
        answer.probabilities, answer.odds = decide.read(scale, sharpening, wide, encoded)
        answer.confidence = decide.confidence(scale, answer.probabilities)
        answer.strong = encoded[-1]

    def _use_context(self, one: TextInput, answer: _Answer, replied: Felt | None) -> None:
        """`replied` is what the text feels like that it answers, if that was read."""
        weights, context, own = self._calibration.context, one.context, answer.probabilities
        if context is None:
            return
        felt = replied or context.answered
        if felt is not None and not felt.confidence:
            felt = None  # nothing was said
        if felt is not None and is_echo(one.text):
            answer.probabilities, answer.echoes = echoing(weights, felt.scores), felt
        else:
            shares = own if felt is None else lifted(weights, own, felt.scores, weights.reply)
            if context.prior is not None:
                shares = lifted(weights, shares, context.prior, weights.prior)
            answer.odds += decide.lean(shares) - decide.lean(own)
            answer.probabilities = shares
        if answer.probabilities is not own:
            answer.confidence = decide.confidence(self._scale(one, answer), answer.probabilities)

    def _scale(self, one: TextInput, answer: _Answer) -> Scale:
        fitted = self._calibration
        scales = fitted.alone if answer.strong is None else fitted.together
        return of_kind(scales[answer.language], one.kind)

    def _tags(
        self, asked: Sequence[TextInput], reading: Reading, answers: Sequence[_Answer]
    ) -> list[EmotionTag]:
        """The tags of texts that were read and answered."""
        shares = [answer.probabilities for answer in answers]
        top = [share.index(max(share)) for share in shares]
        evidence = self._wide.evidence(reading, top, shares)
        locales = [
            self.locales.of(one.locale, language)
            for one, language in zip(asked, reading.languages, strict=True)
        ]
        masks = [locale.lexicons for locale in locales]
        aspects = self._aspects.find(reading.scored, reading.positive_bias, masks)
        strength = shown([one.text for one in asked])
        tags = []
        for at, one in enumerate(asked):
            answer, scale, share = answers[at], self._scale(one, answers[at]), shares[at]
            neutral, likeliest = share[decide.NEUTRAL], share[top[at]]
            leaning = reading.leanings[at]
            is_torn = leaning.clauses > 1 and contrasts(one.text)
            if answer.echoes is not None:
                polarity, strong = answer.echoes.polarity, answer.echoes.intensity
            else:
                polarity = decide.polarity(scale, answer.odds, neutral, leaning, contrasts=is_torn)
                strong = self._intensity(answer, (1.0, 1 - neutral, likeliest, *strength[at]))
            tag = EmotionTag(
                emotion=EMOTIONS[top[at]],
                scores=tuple(share),
                polarity=polarity,
                intensity=strong,
                confidence=answer.confidence,
                unsure=answer.confidence < scale.unsure_below,
                language=reading.languages[at],
                evidence=evidence[at],
                model_version=self.version,
                aspects=aspects[at],
                locale=locales[at].name,
            )
            tags.append(tag)
        return tags

    def _intensity(self, answer: _Answer, signs: Sequence[float]) -> float:
        if answer.strong is None:
            return intensity(self._calibration.intensity, signs)
        return intensity(self._calibration.intensity_together, (*signs, answer.strong))


def _different(inputs: Sequence[TextInput]) -> Sequence[TextInput]:
    return inputs if len(inputs) == 1 else list(dict.fromkeys(inputs))


def _answered(one: TextInput) -> TextInput | None:
    """The text that another answers, as one of its own."""
    if one.context is None or not one.context.reply_to:
        return None
    return TextInput(one.context.reply_to, one.kind, one.locale)


def _nothing(language: str) -> _Answer:
    shares = [float(place == decide.NEUTRAL) for place in range(len(EMOTIONS))]
    return _Answer(language, shares, 0.0, 0.0)
