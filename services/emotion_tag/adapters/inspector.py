"""What a model can say of how it reads texts; a model that cannot say something leaves it out."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from services.emotion_tag.adapters.switch import SwitchableTagger
from services.emotion_tag.domain.drift import Traits
from services.emotion_tag.domain.tag import EmotionTag, TextInput

LOOKED_AT = 4
"""Texts of a batch that are read again to see how: a sample, as it is on the way to moods."""


@runtime_checkable
class SeesUnknown(Protocol):
    """A model that knows which n-grams it knows."""

    def unknown_shares(self, texts: Sequence[str]) -> Sequence[float]:
        """Of the n-grams of each text, the share that the model has never seen, 0 to 1."""
        ...


@runtime_checkable
class NamesTiers(Protocol):
    """A model of several parts."""

    def tiers(self, texts: Sequence[TextInput], tags: Sequence[EmotionTag]) -> Sequence[str]:
        """The part that gave each of these answers, such as `wide` or `encoder`."""
        ...


class ModelInspector:
    """Asks the model that answers now."""

    def __init__(self, switch: SwitchableTagger) -> None:
        self._switch = switch

    def traits(self, texts: Sequence[TextInput], tags: Sequence[EmotionTag]) -> Sequence[Traits]:
        model = self._switch.active
        some = texts[:LOOKED_AT]
        unknown: list[float | None] = [None] * len(texts)
        if isinstance(model, SeesUnknown):
            unknown[: len(some)] = model.unknown_shares([one.text for one in some])
        tiers: list[str | None] = [None] * len(texts)
        if isinstance(model, NamesTiers):
            tiers[: len(some)] = model.tiers(some, tags[:LOOKED_AT])
        return [Traits(share, tier) for share, tier in zip(unknown, tiers, strict=True)]
