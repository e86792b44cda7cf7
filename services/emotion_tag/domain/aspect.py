"""What of a thing that is bought a text talks about, and which way."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.emotion_tag.domain.taxonomy import Localized, Polarity


class Aspect(StrEnum):
    """In the order of the contract."""

    QUALITY = "quality"
    PRICE = "price"
    LOOK = "look"
    SIZE = "size"
    LOGISTICS = "logistics"
    SERVICE = "service"
    PACKAGING = "packaging"
    EFFECT = "effect"


ASPECTS = tuple(Aspect)

ASPECT_NAMES: Mapping[Aspect, Localized] = {
    Aspect.QUALITY: Localized("质量", "品質", "quality"),
    Aspect.PRICE: Localized("价格", "價格", "price"),
    Aspect.LOOK: Localized("外观", "外觀", "look"),
    Aspect.SIZE: Localized("尺寸", "尺寸", "size"),
    Aspect.LOGISTICS: Localized("物流", "物流", "delivery"),
    Aspect.SERVICE: Localized("服务", "服務", "service"),
    Aspect.PACKAGING: Localized("包装", "包裝", "packaging"),
    Aspect.EFFECT: Localized("效果", "效果", "effect"),
}


@dataclass(frozen=True, slots=True)
class AspectSentiment:
    """What a text says about one aspect."""

    aspect: Aspect
    polarity: Polarity
    start: int
    """First code point of the words that name it."""
    end: int
    """One behind their last. Both are 0 for an aspect that people added without words for it."""
    confidence: float
    """That aspect and polarity are right, 0 to 1."""
