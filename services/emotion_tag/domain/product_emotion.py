"""What others are told of how people feel about a product, and when that is news."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.emotion_tag.domain.product_tag import ProductTag, tags_of
from services.emotion_tag.domain.subject_profile import SubjectProfile
from services.emotion_tag.domain.taxonomy import EMOTIONS

NOTABLE = 0.1
"""A tenth of all that is felt has moved from some emotions to others."""

QUIET_AFTER_TOLD = timedelta(minutes=1)
QUIET_AFTER_LOOKED = timedelta(seconds=2)
"""A product that everybody talks about is looked at this often, not at every text."""

LOOK_AGAIN = timedelta(days=1)
"""A product with tags is looked at although nobody speaks of it: tags fade too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of a product last."""

    item_id: str
    version: int = 0
    mix: tuple[float, ...] = ()
    """In the order of `EMOTIONS`; empty if nothing was told yet."""
    is_reliable: bool = False
    tags: Mapping[str, datetime] = field(default_factory=dict)
    """The keys of its tags, and since when it has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEmotion:
    """What a product is known for."""

    item_id: str
    profile: SubjectProfile
    tags: tuple[tuple[ProductTag, datetime], ...]
    """Surest first, with the time since when it has them."""
    version: int

    @property
    def mix(self) -> tuple[float, ...]:
        """In the order of `EMOTIONS`; adds up to 1."""
        shares = {emotion: share.share for emotion, share in self.profile.mix}
        return tuple(shares[emotion] for emotion in EMOTIONS)


def looked_at(told: Told, profile: SubjectProfile) -> ProductEmotion:
    """What is to be told of a product now; the version is that of the next telling."""
    return ProductEmotion(
        item_id=told.item_id,
        profile=profile,
        tags=tuple(
            (tag, told.tags.get(tag.key, profile.at)) for tag in tags_of(profile, told.tags)
        ),
        version=told.version + 1,
    )


def is_notable(told: Told, found: ProductEmotion) -> bool:
    """Whether that is news to those who know what was told."""
    if {tag.key for tag, _ in found.tags} != set(told.tags):
        return True
    if found.profile.is_reliable != told.is_reliable:
        return True
    if not found.profile.is_reliable:
        return False
    moved = sum(abs(a - b) for a, b in zip(found.mix, told.mix, strict=True)) / 2
    return moved >= NOTABLE
