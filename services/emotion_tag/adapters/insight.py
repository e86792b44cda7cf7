"""What the model that answers now can say of how it came to a tag."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from services.emotion_tag.adapters.by_locale import ByLocale
from services.emotion_tag.adapters.inspector import NamesTiers
from services.emotion_tag.adapters.locales import Locales
from services.emotion_tag.adapters.wide.linear_tagger import LinearTagger
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.explanation import Inside, Limit, Tier
from services.emotion_tag.domain.tag import EmotionTag, TextInput
from services.emotion_tag.domain.taxonomy import Localized

_UNSURE = Localized(
    "置信度达到这个界限，才可以据此行动。",
    "置信度達到這個界限，才可以據此行動。",
    "Only an answer that is at least as confident had better be acted on.",
)


@runtime_checkable
class HasWide(Protocol):
    """A model with a wide one in it."""

    @property
    def wide(self) -> LinearTagger: ...


class ModelInsight:
    """One model; its wide part says what spoke for an emotion, whichever part has answered."""

    def __init__(self, model: Tagger, locales: Locales) -> None:
        self._model, self._locales = model, locales
        self._spoken = ByLocale(model, locales)

    def tag(self, texts: Sequence[TextInput]) -> list[EmotionTag]:
        return self._spoken.tag(texts)

    def inside(self, one: TextInput, tag: EmotionTag) -> Inside:
        wide = _wide_of(self._model)
        return Inside(
            tier=_tier_of(self._model, one, tag),
            spoke=wide.spoke_for(one.text, tag.emotion) if wide else [0.0] * len(one.text),
            limits=(self._unsure(wide, tag),) if wide else (),
            lexicon_version=wide.lexicon_version if wide else "",
        )

    def _unsure(self, wide: LinearTagger, tag: EmotionTag) -> Limit:
        locale = self._locales.named(tag.locale)
        limit = locale.unsure_below if locale else None
        if limit is None:
            limit = wide.unsure_below(tag.language)
        return Limit("unsure", limit, tag.confidence, _UNSURE)


def insights(active: Callable[[], Tagger], locales: Locales) -> Callable[[], ModelInsight]:
    """Insight into whichever model is active when it is asked for."""
    return lambda: ModelInsight(active(), locales)


def _wide_of(model: Tagger) -> LinearTagger | None:
    if isinstance(model, LinearTagger):
        return model
    return model.wide if isinstance(model, HasWide) else None


def _tier_of(model: Tagger, one: TextInput, tag: EmotionTag) -> Tier:
    if not tag.confidence:
        return Tier.NONE
    if isinstance(model, NamesTiers):
        return Tier(model.tiers([one], [tag])[0])
    return Tier.WIDE
