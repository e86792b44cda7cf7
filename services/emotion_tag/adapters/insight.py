"""What the model that answers now can say of how it came to a tag."""

from collections.abc import Callable, Sequence

from services.emotion_tag.adapters.by_locale import ByLocale
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger, Held
from services.emotion_tag.adapters.locales import Locales
from services.emotion_tag.application.ports import Tagger
from services.emotion_tag.domain.explanation import Inside, Limit, Tier
from services.emotion_tag.domain.tag import EmotionTag, TextInput
from services.emotion_tag.domain.taxonomy import Localized

_UNSURE = Localized(
    "置信度达到这个界限，才可以据此行动。",
    "置信度達到這個界限，才可以據此行動。",
    "Only an answer that is at least as confident had better be acted on.",
)
_TIER = Localized(
    "快速模型的置信度达到这个界限，就不必再问较慢的编码器。",
    "快速模型的置信度達到這個界限，就不必再問較慢的編碼器。",
    "Where the fast model is at least as confident, the slower encoder is not asked.",
)


class ModelInsight:
    """One model; its wide part says what spoke for an emotion, whichever part has answered."""

    def __init__(self, model: Tagger, locales: Locales) -> None:
        self._model, self._locales = model, locales
        self._spoken = ByLocale(model, locales)

    def tag(self, texts: Sequence[TextInput]) -> list[EmotionTag]:
        return self._spoken.tag(texts)

    def inside(self, one: TextInput, tag: EmotionTag) -> Inside:
        model = self._model
        if not isinstance(model, CascadeTagger):
            return Inside(Tier.WIDE, [0.0] * len(one.text), (), "")
        [held] = model.held_against([one])
        return Inside(
            tier=Tier(model.tiers([one], [tag])[0]),
            spoke=model.spoke_for(one.text, tag.emotion),
            limits=self._limits(held, tag),
            lexicon_version=model.lexicon_version,
        )

    def _limits(self, held: Held, tag: EmotionTag) -> tuple[Limit, ...]:
        locale = self._locales.named(tag.locale)
        unsure_below = locale.unsure_below if locale else None
        if unsure_below is None:
            unsure_below = held.unsure_below
        unsure = Limit("unsure", unsure_below, tag.confidence, _UNSURE)
        if not held.asks_below:
            return (unsure,)
        return (unsure, Limit("tier", held.asks_below, held.wide, _TIER))


def insights(active: Callable[[], Tagger], locales: Locales) -> Callable[[], ModelInsight]:
    """Insight into whichever model is active when it is asked for."""
    return lambda: ModelInsight(active(), locales)
